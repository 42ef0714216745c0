"""What a client writes in their own words on the pay page is read like a mail, and stands among the replies.

What the form itself says has taken effect already and is not proposed again; what else the words say is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from dunwell.core.inbox import MailKind, MatchBasis, ProposalKind
from dunwell.core.page import AnswerKind
from dunwell.run import inbox_mail
from dunwell.run.portal import Visit
from dunwell.store import inbox, pages
from dunwell.store.models import ContactPoint, Inbound, InboundContent, PageAnswer, PageLink

SAID_ALREADY: dict[AnswerKind, frozenset[ProposalKind]] = {
    AnswerKind.PAID: frozenset({ProposalKind.CLAIMED_PAID}),
    AnswerKind.PROMISE: frozenset({ProposalKind.PROMISE}),
    AnswerKind.DISPUTE: frozenset({ProposalKind.DISPUTE, ProposalKind.HOLD, ProposalKind.LOOK}),
    AnswerKind.QUESTION: frozenset({ProposalKind.ANSWER, ProposalKind.LOOK}),
    AnswerKind.REDIRECT: frozenset({ProposalKind.CONTACT, ProposalKind.LOOK}),
    AnswerKind.OTHER_WAY: frozenset({ProposalKind.LOOK}),
    AnswerKind.HARDSHIP: frozenset({ProposalKind.HOLD, ProposalKind.LOOK}),
    AnswerKind.REVIEW: frozenset({ProposalKind.LOOK}),
    AnswerKind.SURVEY: frozenset({ProposalKind.LOOK}),
}
"""What a form records by itself. Those that wait for a person anyway need nobody else to read them."""


def read(seen: Visit, answer: PageAnswer, text: str) -> None:
    """Keep the words of an answer among the replies, and propose what follows from them."""
    link = seen.link
    row = Inbound.objects.create(
        creditor=seen.creditor,
        effective_on=seen.on,
        by=inbox.BY,
        digest=hashlib.sha256(f"page\n{answer.form_id}".encode()).hexdigest(),
        kind=MailKind.REPLY.value,
        person_key=link.person_key,
        customer_id=link.customer_id,
        basis=MatchBasis.PAGE.value,
        evidence=str(answer.pk),
        rehearsal=link.rehearsal,
    )
    InboundContent.objects.create(creditor=seen.creditor, mail=row, sender=_address(link), text=text, raw=text.encode())
    said = SAID_ALREADY[AnswerKind(answer.kind)]
    inbox_mail.of_page(seen.creditor, row, channel=link.channel, on=seen.on, said_already=said)


def questions(answers: Collection[int]) -> dict[int, int]:
    """Answer → where its words stand among the replies, of those that have words."""
    rows = Inbound.objects.filter(basis=MatchBasis.PAGE.value, evidence__in=[str(one) for one in answers])
    return {int(evidence): number for number, evidence in rows.values_list("pk", "evidence")}


def question_of(mail: Inbound) -> int | None:
    """The question of the pay page that these words are, as long as nobody has answered it."""
    if mail.basis != MatchBasis.PAGE:
        return None
    rows = pages.answers(pages.REOPENED).filter(pk=int(mail.evidence), kind=AnswerKind.QUESTION.value)
    return rows.values_list("pk", flat=True).first()


def _address(link: PageLink) -> str:
    """Of whom the letter with the link was written to; nobody's where several read it: none of them speaks for the others."""
    if link.is_shared or not link.person_key:
        return ""
    points = ContactPoint.objects.filter(contact=link.contact_id, channel=link.channel, person_key=link.person_key)
    found = points.order_by("pk").first()
    return found.address if found else ""
