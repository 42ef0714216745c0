"""What people at the creditor do about the pay page: deal with answers, close a link, say at which address the pages are."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from datetime import date
from typing import Any

from django.db.models import QuerySet

from dunwell.core import names
from dunwell.core.ledger import OurDebt, Role
from dunwell.core.page import WAITS_FOR_A_PERSON, AnswerKind
from dunwell.core.refusal import Refusal
from dunwell.engine import preflight
from dunwell.run import page_links
from dunwell.store import audit, pages, scope, switches
from dunwell.store.contact_corrections import LEFT_OUT
from dunwell.store.models import (
    Amendment,
    Contact,
    ContactPoint,
    Creditor,
    OurSide,
    PageAnswer,
    PageAnswerSettled,
    PageLinkEnd,
    Switch,
)

OUTCOMES = ("done", "refused")
OPEN_TIMEOUT_S = 10
BEFORE_OTHERS = -1
"""The rank of somebody whom the client named: written to before those who were known."""


class NoSuchAnswer(Refusal):
    """There is no answer number {number} that waits: `dunwell work` shows them."""


class AnswerStillWaits(Refusal):
    """Answer number {number} was not settled: there is nothing to take back."""


class OutcomeUnknown(Refusal):
    """{outcome!r} is not an outcome of an answer. Outcomes: {outcomes}."""


class NoSuchLink(Refusal):
    """This creditor has no page at {address}: paste the link as it stands in the letter."""


class AddressUnfit(Refusal):
    """{address} cannot be the address of the pages: write it like https://pay.example.org, without a path."""


def waiting(creditor: Creditor) -> QuerySet[PageAnswer]:
    """Answers of clients that nobody has dealt with, the oldest first."""
    kinds = [kind.value for kind in WAITS_FOR_A_PERSON]
    found = pages.answers(pages.REOPENED).filter(creditor_id=creditor.pk, kind__in=kinds)
    return found.select_related("customer", "words").order_by("pk")


def settle(creditor: Creditor, number: int, *, outcome: str, on: date, by: str, why: str = "") -> PageAnswer:
    """A person dealt with an answer. A question is answered then, and whom a client named is written to from now on."""
    if outcome not in OUTCOMES:
        raise OutcomeUnknown(outcome=outcome, outcomes=", ".join(OUTCOMES))
    fact = {"creditor": creditor, "effective_on": on, "by": by, "why": why}
    with scope.of(creditor.pk):
        answer = waiting(creditor).filter(pk=number).first()
        if answer is None:
            raise NoSuchAnswer(number=number)
        if answer.kind == AnswerKind.QUESTION:
            owed = {"customer_id": answer.customer_id, "what": OurDebt.ANSWER.value, "rehearsal": answer.rehearsal}
            OurSide.objects.create(**fact, **owed, done=True)
        if answer.kind == AnswerKind.REDIRECT and outcome == "done":
            _add_contact(creditor, answer, fact)
        PageAnswerSettled.objects.create(**fact, answer=answer, outcome=outcome)
        content = {"answer": number, "outcome": outcome, "why": why}
        audit.link(creditor.pk, actor=by, kind="page_answer_settled", subject=answer.kind, content=content)
    return answer


def reopen(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> PageAnswer:
    """Take back that an answer was dealt with: it waits again, its question is owed again, and whom it named stands behind all others."""
    fact = {"creditor": creditor, "effective_on": on, "by": by, "why": why}
    with scope.of(creditor.pk):
        settled = pages.answers(*OUTCOMES).filter(creditor_id=creditor.pk, pk=number)
        answer = settled.select_related("customer").first()
        if answer is None:
            raise AnswerStillWaits(number=number)
        if answer.kind == AnswerKind.QUESTION:
            owed = {"customer_id": answer.customer_id, "what": OurDebt.ANSWER.value, "rehearsal": answer.rehearsal}
            OurSide.objects.create(**fact, **owed, done=False)
        for contact in Contact.objects.filter(source="page", external_id=_named_by(answer)):
            _place(contact, LEFT_OUT, fact)
        PageAnswerSettled.objects.create(**fact, answer=answer, outcome=pages.REOPENED)
        content = {"answer": number, "why": why}
        audit.link(creditor.pk, actor=by, kind="page_answer_reopened", subject=answer.kind, content=content)
    return answer


def close(creditor: Creditor, address: str, *, on: date, by: str, why: str = "") -> None:
    """Close a link before its last day: whoever opens it is offered a new one by mail."""
    token = re.search(r"/p/([A-Za-z2-7]{24})", address)
    link = pages.find(token[1].lower()) if token else None
    if link is None or link.creditor_id != creditor.pk:
        raise NoSuchLink(address=address)
    with scope.of(creditor.pk):
        PageLinkEnd.objects.get_or_create(
            link=link, defaults={"creditor": creditor, "effective_on": on, "by": by, "why": why}
        )
        audit.link(creditor.pk, actor=by, kind="page_closed", subject=str(link.pk), content={"why": why})


def set_address(creditor: Creditor, address: str, *, by: str) -> None:
    """Say at which public address the pages are; live letters name it once `dunwell check` has seen it open."""
    if address and not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", address):
        raise AddressUnfit(address=address)
    creditor.public_url = address
    creditor.save(update_fields=["public_url"])
    with scope.of(creditor.pk):
        audit.link(creditor.pk, actor=by, kind="public_url", subject=address, content={"address": address})


def look(creditor: Creditor, *, on: date, by: str) -> str:
    """Open the public address as a stranger would; empty when it shows our pages, else what is wrong. Remembers that it opened."""
    address = creditor.public_url.rstrip("/")
    try:
        with urllib.request.urlopen(f"{address}/p/alive", timeout=OPEN_TIMEOUT_S) as answer:
            said = answer.read(200).decode("ascii", "replace")
    except (OSError, urllib.error.URLError, ValueError) as error:
        return f"{address} does not open: {error}"
    if said != page_links.proof():
        return f"{address} opens, but shows other pages than this installation's"
    if not address.startswith("https://") or not preflight.is_public(address):
        return ""
    if switches.opened_address(creditor.pk) != creditor.public_url:
        switches.turn(creditor.pk, Switch.PUBLIC_URL, creditor.public_url, by=by, why="it opened", on=on)
    return ""


def _named_by(answer: PageAnswer) -> str:
    return f"page-{answer.pk}"


def _place(contact: Contact, rank: int, fact: dict[str, Any]) -> None:
    Amendment.objects.create(
        **fact, noun="contact", noun_id=contact.pk, field="rank", old=str(contact.rank), new=str(rank)
    )
    contact.rank = rank
    contact.save(update_fields=["rank"])


def _add_contact(creditor: Creditor, answer: PageAnswer, fact: dict[str, Any]) -> None:
    words = answer.words
    known = Contact.objects.filter(source="page", external_id=_named_by(answer)).first()
    if known is not None:  # agreed to before, and taken back
        _place(known, BEFORE_OTHERS, fact)
        return
    name = names.take_apart(words.name)
    contact = Contact.objects.create(
        creditor=creditor,
        customer_id=answer.customer_id,
        source="page",
        external_id=_named_by(answer),
        role=Role.PAYABLE.value,
        rank=BEFORE_OTHERS,
        given_name=name.given,
        family_name=name.family,
        patronymic=name.patronymic,
        gender=name.gender,
    )
    points = [("email", words.email), *((channel, words.phone) for channel in ("sms", "call"))]
    for channel, address in points:
        if address:
            ContactPoint.objects.create(
                creditor=creditor,
                contact=contact,
                channel=channel,
                address=address,
                person_key=names.person_key(words.email),
            )
