"""The creditor's own reader: the shipped one, and what its people taught it by accepting and rejecting what it read.

A lesson is used only where it would have agreed with people more often than the reader before it, each text judged by a lesson
that did not know it. It never leaves the machine, and no word of a customer stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dunwell.core.inbox import ProposalKind, Settled
from dunwell.core.reading import INTENTS, Reader, ReplyContext
from dunwell.core.refusal import Refusal
from dunwell.plugins.readers import classifier, lessons, reply
from dunwell.store import audit, inbox, scope
from dunwell.store.models import Creditor, Inbound, ReaderLesson, ReplyProposal

WORDS_MIN = 20
"""What fewer corrections would teach is chance."""
SHIPPED = "replies"
INTENT_OF = {
    ProposalKind.PROMISE: "promise_to_pay",
    ProposalKind.DISPUTE: "dispute",
    ProposalKind.CLAIMED_PAID: "already_paid",
    ProposalKind.CONTACT: "change_contact",
    ProposalKind.STOP: "stop_contact",
}
"""What a proposal was read from; others name it themselves (`topic`, `reason`)."""


class TooFewCorrections(Refusal):
    """People have said {words} things about readings; a lesson needs {least}. Settle more replies first."""


@dataclass(frozen=True, slots=True)
class Month:
    """How people settled what was read in a month's mail."""

    first: date
    accepted: int
    edited: int
    rejected: int

    @property
    def right(self) -> float:
        """The share that people took as it was read, or with another day or sum."""
        return (self.accepted + self.edited) / (self.accepted + self.edited + self.rejected)


def of(creditor: Creditor) -> Reader:
    """The reader for this creditor's mail."""
    with scope.of(creditor.pk):
        last = ReaderLesson.objects.filter(is_used=True).order_by("pk").last()
    model = classifier.shipped(SHIPPED)
    return reply.LocalReader(lessons.shifted(model, last.shifts) if last else model)


def learn(creditor: Creditor, *, on: date, by: str) -> ReaderLesson:
    """Learn from everything that people have settled so far."""
    model = classifier.shipped(SHIPPED)
    with scope.of(creditor.pk):
        texts = list(_corrected())
        said = sum(len(one.meant) for one in texts)
        if said < WORDS_MIN:
            raise TooFewCorrections(words=said, least=WORDS_MIN)
        words, before, after = lessons.judged(model, texts)
        row = ReaderLesson.objects.create(
            creditor=creditor,
            effective_on=on,
            by=by,
            texts=len(texts),
            words=words,
            agreed_before=before,
            agreed=after,
            is_used=after > before,
            shifts=lessons.learned(model, texts),
        )
        content = {"texts": len(texts), "words": words, "before": before, "after": after}
        audit.link(creditor.pk, actor=by, kind="reader_lesson", subject=str(row.pk), content=content)
    return row


def quality(creditor: Creditor) -> list[Month]:
    """Month by month, what people made of what was read; the latest last."""
    with scope.of(creditor.pk):
        found: dict[date, dict[str, int]] = {}
        for first, outcome, count in inbox.settled_by_month():
            found.setdefault(first, {})[outcome] = count
    counted = {first: [row.get(one.value, 0) for one in SETTLED] for first, row in found.items()}
    return [Month(first, *counts) for first, counts in sorted(counted.items())]


SETTLED = (Settled.ACCEPTED, Settled.EDITED, Settled.REJECTED)


def _corrected() -> Iterator[lessons.Corrected]:
    mails = Inbound.objects.filter(proposals__decisions__isnull=False).distinct().order_by("pk")
    for mail in mails.select_related("content", "customer"):
        meant: dict[str, bool] = {}
        for proposal in (
            mail.proposals.annotate(last=inbox.LAST)
            .exclude(last=None)
            .exclude(last=Settled.REOPENED.value)
            .order_by("pk")
        ):
            meant |= _meant(proposal)
        if meant:
            context = ReplyContext(mail.effective_on, mail.customer.locale if mail.customer else "")
            yield lessons.Corrected(reply.described_text(mail.content.text, context), meant)


def _meant(proposal: ReplyProposal) -> dict[str, bool]:
    """What a person's last word says of the intents of a text; the program's own word teaches nothing."""
    decision = proposal.decisions.order_by("-pk")[0]
    read = INTENT_OF.get(ProposalKind(proposal.kind)) or proposal.values.get("topic") or proposal.values.get("reason")
    if decision.by == inbox.BY:
        return {}
    told = {read: decision.outcome != Settled.REJECTED} if read in INTENTS else {}
    really = decision.values.get("means")
    return {**told, **({really: True} if really in INTENTS else {})}
