"""The person's side of the inbox: what waits, and what became of it.

`waiting` lists the proposals beside the customer's own words; `accept`, `edit` and `reject` settle one, `reopen` takes that back.
Each says who and why, leaves an audit link, and records only what a person could have recorded by hand (`run.people`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core.inbox import MatchBasis, ProposalKind, Settled
from dunwell.core.reading import INTENTS
from dunwell.core.refusal import Refusal
from dunwell.run import inbox_mail, reader_lessons, subjects
from dunwell.run.inbox_effects import EFFECTS, UNDO, VALUES, Effects
from dunwell.store import audit, inbox, scope
from dunwell.store.models import (
    Creditor,
    Customer,
    Inbound,
    InboundMatch,
    ReplyDecision,
    ReplyProposal,
)

ROWS_MAX = 200


class NotSettled(Refusal):
    """Proposal {number} was not accepted, edited or rejected, so there is nothing to take back."""


class ValueUnfit(Refusal):
    """A proposal of kind {kind} has no {name}. It has: {known}."""


class IntentUnknown(Refusal):
    """A reply cannot mean {means!r}. It can: {known}."""


class NoSuchMail(Refusal):
    """There is no mail number {number} that waits for its customer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal with what a person needs to settle it. `basis` and `evidence` say why it is this customer's mail."""

    number: int
    mail: int
    kind: ProposalKind
    customer: str
    customer_id: int
    values: Mapping[str, Any]
    quotation: str
    confidence: float
    since: date
    holds_until: date
    sender: str
    subject: str
    text: str
    html: str
    warnings: tuple[str, ...]
    basis: MatchBasis
    evidence: str
    settled: Settled | None  # what a person made of it; None while it waits
    means: str  # the intent that they read in it instead; empty where they named none


@dataclass(frozen=True, slots=True)
class Stray:
    """A reply of nobody we know."""

    number: int
    sender: str
    subject: str
    text: str
    since: date


def waiting(creditor: Creditor, *, limit: int = ROWS_MAX) -> list[Waiting]:
    """Proposals that wait for a person, the oldest first."""
    with scope.of(creditor.pk):
        return [_waiting(one) for one in inbox.unsettled()[:limit]]


def of_mail(creditor: Creditor, mail: int) -> list[Waiting]:
    """Everything that was read in one mail, settled or not."""
    with scope.of(creditor.pk):
        return [_waiting(one) for one in inbox.read().filter(mail_id=mail)]


def proposed(creditor: Creditor, number: int) -> Waiting:
    """One proposal, settled or not."""
    with scope.of(creditor.pk):
        return _waiting(inbox.proposal(number))


def strays(creditor: Creditor, *, limit: int = ROWS_MAX) -> list[Stray]:
    """Replies whose customer nobody knows yet."""
    with scope.of(creditor.pk):
        return [
            Stray(one.pk, one.content.sender, one.content.subject, one.content.text, one.effective_on)
            for one in inbox.unmatched()[:limit]
        ]


def accept(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> ReplyDecision:
    """What was proposed is recorded as it stands."""
    return _settle(creditor, number, {}, Settled.ACCEPTED, on=on, by=by, why=why)


def edit(
    creditor: Creditor, number: int, values: Mapping[str, Any], *, on: date, by: str, why: str = ""
) -> ReplyDecision:
    """What was proposed is recorded with other values; the difference teaches the reader."""
    return _settle(creditor, number, values, Settled.EDITED, on=on, by=by, why=why)


def reject(creditor: Creditor, number: int, *, on: date, by: str, why: str = "", means: str = "") -> ReplyDecision:
    """Nothing is recorded; the chase goes on. `means` says what the text says instead, for the reader to learn."""
    if means and means not in INTENTS:
        raise IntentUnknown(means=means, known=", ".join(INTENTS))
    with scope.of(creditor.pk):
        proposal = _open(number)
        values = {"means": means} if means else {}
        return _decided(creditor, proposal, Settled.REJECTED, values, [], on=on, by=by, why=why)


def reopen(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> ReplyDecision:
    """Take a decision back: what it recorded ends, and the proposal waits again."""
    with scope.of(creditor.pk):
        inbox.alone(number)
        last = ReplyDecision.objects.filter(proposal_id=number).select_related("proposal__customer").last()
        if last is None or last.outcome == Settled.REOPENED:
            raise NotSettled(number=number)
        for what, subject in last.effects:
            UNDO[what](creditor, last.proposal.customer, subject, on=on, by=by, why=why or f"proposal {number}")
        return _decided(creditor, last.proposal, Settled.REOPENED, {}, [], on=on, by=by, why=why)


def match(
    creditor: Creditor, number: int, customer_name: str | Customer, *, on: date, by: str, why: str = ""
) -> tuple[int, ...]:
    """A person says whose mail it is; it is then read like any other. Gives the numbers of its proposals."""
    with scope.of(creditor.pk):
        stray = inbox.unmatched().filter(pk=number).first()
        if stray is None:
            raise NoSuchMail(number=number)
        found = subjects.customer(creditor, customer_name)
        InboundMatch.objects.create(creditor=creditor, effective_on=on, by=by, why=why, mail=stray, customer=found)
        audit.link(
            creditor.pk, actor=by, kind="mail_matched", subject=str(number), content={"customer": found.pk, "why": why}
        )
        stray.customer = found  # For reading it now; the row itself stays as it came.
        inbox_mail.follow_up(creditor, stray, on=on, reader=reader_lessons.of(creditor))
        return tuple(stray.proposals.values_list("pk", flat=True))


def corrections(creditor: Creditor) -> Iterator[str]:
    """What people made of the readings, one JSON object per line: to learn from, and to see how well the reader does.

    A line holds the text, each proposal as it was read, and what a person settled. It leaves the machine only if somebody sends it.
    """
    with scope.of(creditor.pk):
        mails = Inbound.objects.filter(proposals__decisions__isnull=False).distinct().order_by("pk")
        for mail in mails.select_related("content"):
            rows = mail.proposals.annotate(last=inbox.LAST).exclude(last=None).exclude(last=Settled.REOPENED.value)
            settled = [
                {
                    "kind": one.kind,
                    "read": one.values,
                    "outcome": one.last,
                    "settled": one.decisions.order_by("-pk")[0].values,
                }
                for one in rows.order_by("pk")
            ]
            yield json.dumps(
                {
                    "id": f"mail-{mail.pk}",
                    "received_at": mail.effective_on.isoformat(),
                    "text": mail.content.text,
                    "proposals": settled,
                },
                ensure_ascii=False,
            )


def _settle(
    creditor: Creditor, number: int, edited: Mapping[str, Any], outcome: Settled, *, on: date, by: str, why: str
) -> ReplyDecision:
    with scope.of(creditor.pk):
        proposal = _open(number)
        kind = ProposalKind(proposal.kind)
        for name in edited:
            if name not in VALUES[kind]:
                raise ValueUnfit(kind=kind, name=name, known=", ".join(VALUES[kind]) or "nothing")
        values = {**proposal.values, **edited}
        reason = why or f"reply {proposal.mail_id}: {proposal.quotation}"[:500]
        effects = EFFECTS[kind](creditor, proposal.customer, values, on=on, by=by, why=reason)
        return _decided(creditor, proposal, outcome, values, effects, on=on, by=by, why=why)


def _open(number: int) -> ReplyProposal:
    inbox.alone(number)
    found = inbox.unsettled().filter(pk=number).first()
    if found is None:
        raise inbox.NoSuchProposal(number=number)
    return found


def _decided(
    creditor: Creditor,
    proposal: ReplyProposal,
    outcome: Settled,
    values: dict[str, Any],
    effects: Effects,
    *,
    on: date,
    by: str,
    why: str,
) -> ReplyDecision:
    content = {"proposal": proposal.pk, "kind": proposal.kind, "values": values, "effects": effects, "why": why}
    audit.link(creditor.pk, actor=by, kind=f"reply_{outcome.value}", subject=str(proposal.pk), content=content)
    return ReplyDecision.objects.create(
        creditor=creditor,
        effective_on=on,
        by=by,
        why=why,
        proposal=proposal,
        outcome=outcome.value,
        values=values,
        effects=effects,
    )


def _waiting(one: ReplyProposal) -> Waiting:
    content = one.mail.content
    return Waiting(
        number=one.pk,
        mail=one.mail_id,
        kind=ProposalKind(one.kind),
        customer=one.customer.name,
        customer_id=one.customer_id,
        values=one.values,
        quotation=one.quotation,
        confidence=one.confidence,
        since=one.effective_on,
        holds_until=one.hold_until,
        sender=content.sender,
        subject=content.subject,
        text=content.text,
        html=content.html,
        warnings=tuple(content.warnings.splitlines()),
        basis=MatchBasis(one.mail.basis),
        evidence=one.mail.evidence,
        settled=inbox.last_word(one),
        means=inbox.meant_instead(one),
    )
