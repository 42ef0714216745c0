"""The person's side of the inbox: what waits, and what became of it.

`waiting` lists the proposals beside the customer's own words; `accept`, `edit` and `reject` settle one, `reopen` takes that back.
Each says who and why, leaves an audit link, and records only what a person could have recorded by hand (`run.people`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core import names
from dunwell.core.inbox import MatchBasis, ProposalKind, Settled
from dunwell.core.ledger import HoldReason, OurDebt, Role
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.plugins.readers import READERS
from dunwell.run import inbox_mail, people
from dunwell.store import audit, inbox, scope
from dunwell.store.models import (
    Contact,
    ContactPoint,
    Creditor,
    Customer,
    Inbound,
    InboundMatch,
    ReplyDecision,
    ReplyProposal,
)

Effects = list[list[Any]]
ROWS_MAX = 200


class NotSettled(Refusal):
    """Proposal {number} was not accepted, edited or rejected, so there is nothing to take back."""


class ValueUnfit(Refusal):
    """A proposal of kind {kind} has no {name}. It has: {known}."""


class ValueMissing(Refusal):
    """Say {name}: without it nothing can be recorded."""


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


def reject(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> ReplyDecision:
    """Nothing is recorded; the chase goes on."""
    with scope.of(creditor.pk):
        proposal = _open(number)
        return _decided(creditor, proposal, Settled.REJECTED, {}, [], on=on, by=by, why=why)


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


def match(creditor: Creditor, number: int, customer_name: str, *, on: date, by: str, why: str = "") -> tuple[int, ...]:
    """A person says whose mail it is; it is then read like any other. Gives the numbers of its proposals."""
    with scope.of(creditor.pk):
        stray = inbox.unmatched().filter(pk=number).first()
        if stray is None:
            raise NoSuchMail(number=number)
        found = people.customer(creditor, customer_name)
        InboundMatch.objects.create(creditor=creditor, effective_on=on, by=by, why=why, mail=stray, customer=found)
        audit.link(
            creditor.pk, actor=by, kind="mail_matched", subject=str(number), content={"customer": found.pk, "why": why}
        )
        stray.customer = found  # For reading it now; the row itself stays as it came.
        inbox_mail.follow_up(creditor, stray, on=on, reader=READERS["local"]())
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


def _promise(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    """The promised sum goes to the named invoices, the oldest first; without a sum each is promised whole."""
    until, effects = date.fromisoformat(_needed(values, "until")), []
    opened = {one.number: one for one in inbox.open_invoices(customer.pk)}
    chosen = [opened[number] for number in _invoices(values) if number in opened]
    left = Money.parse(str(values["amount"]), chosen[0].currency).minor if values.get("amount") and chosen else None
    for one in chosen:
        part = one.minor if left is None else min(left, one.minor)
        left = None if left is None else left - part
        if part > 0:
            money = Money(part, one.currency)
            made = people.promise(creditor, one.number, promised_date=until, amount=money, **who)
            effects += [["promise", row.pk] for row in made]
    if left:
        raise people.AmountTooLarge(
            amount=Money.parse(str(values["amount"]), chosen[0].currency),
            most=Money(sum(one.minor for one in chosen), chosen[0].currency),
        )
    return effects


def _dispute(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    opened = {one.number: one for one in inbox.open_invoices(customer.pk)}
    effects: Effects = []
    for number in _invoices(values):
        if number in opened:
            amount = values.get("amount")
            part = Money.parse(str(amount), opened[number].currency) if amount else None
            made = people.dispute(creditor, number, cause=_needed(values, "cause"), amount=part, **who)
            effects += [["dispute", row.pk] for row in made]
    return effects


def _claimed_paid(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    until = date.fromisoformat(_needed(values, "until"))
    return [
        ["hold", row.pk]
        for number in _invoices(values)
        if inbox.has_invoice(number, customer.pk)
        for row in people.hold(creditor, number=number, reason=HoldReason.CLAIMED_PAID.value, until=until, **who)
    ]


def _hold(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    until = date.fromisoformat(_needed(values, "until"))
    reason = values.get("reason", HoldReason.ASKED_FOR_TIME.value)
    made = people.hold(creditor, customer_name=customer.external_id, reason=reason, until=until, **who)
    return [["hold", row.pk] for row in made]


def _contact(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    """Another person is to be written to: they come first from now on; who wrote stays known."""
    address, channel = _needed(values, "address"), values.get("channel", "email")
    known = ContactPoint.objects.filter(contact__customer=customer, channel=channel, address__iexact=address)
    if not known.exists():
        contact = Contact.objects.create(
            creditor=creditor,
            source="reply",
            external_id=f"{customer.external_id}:{address.lower()}",
            customer=customer,
            role=Role.PAYABLE.value,
            rank=-1,
            family_name=values.get("name", ""),
            note="named in a reply",
        )
        ContactPoint.objects.create(
            creditor=creditor,
            contact=contact,
            channel=channel,
            address=address,
            person_key=names.person_key(address),
            is_preferred=True,
        )
    return [["contact", address]]


def _answer(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    what = values.get("what", OurDebt.ANSWER.value)
    people.our_side(creditor, customer.external_id, what, done=False, **who)
    return [["our_side", what]]


def _stop(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    address = _needed(values, "address")
    people.opt_out(creditor, address, channel=values.get("channel", "email"), **who)
    return [["opt_out", address]]


def _look(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    return []


Effect = Callable[..., Effects]
EFFECTS: dict[ProposalKind, Effect] = {
    ProposalKind.PROMISE: _promise,
    ProposalKind.DISPUTE: _dispute,
    ProposalKind.CLAIMED_PAID: _claimed_paid,
    ProposalKind.HOLD: _hold,
    ProposalKind.CONTACT: _contact,
    ProposalKind.ANSWER: _answer,
    ProposalKind.STOP: _stop,
    ProposalKind.LOOK: _look,
}
# What a person may change in each kind.
VALUES: dict[ProposalKind, tuple[str, ...]] = {
    ProposalKind.PROMISE: ("until", "amount", "invoices"),
    ProposalKind.DISPUTE: ("cause", "amount", "invoices"),
    ProposalKind.CLAIMED_PAID: ("until", "invoices"),
    ProposalKind.HOLD: ("until", "reason"),
    ProposalKind.CONTACT: ("address", "channel", "name"),
    ProposalKind.ANSWER: ("what",),
    ProposalKind.STOP: ("address", "channel"),
    ProposalKind.LOOK: (),
}


def _end(what: str) -> Callable[..., None]:
    def ended(creditor: Creditor, customer: Customer, subject: Any, *, on: date, by: str, why: str) -> None:
        people.end(creditor, what, subject, outcome="withdrawn", on=on, by=by, why=why)

    return ended


def _given(creditor: Creditor, customer: Customer, subject: Any, *, on: date, by: str, why: str) -> None:
    people.our_side(creditor, customer.external_id, subject, done=True, on=on, by=by, why=why)


def _wanted(creditor: Creditor, customer: Customer, subject: Any, *, on: date, by: str, why: str) -> None:
    people.opt_out(creditor, subject, channel="email", wanted=True, on=on, by=by, why=why)


def _unnamed(creditor: Creditor, customer: Customer, subject: Any, *, on: date, by: str, why: str) -> None:
    """A contact is never deleted: nobody writes to the address any more."""
    people.opt_out(creditor, subject, channel=people.ALL_CHANNELS, on=on, by=by, why=why)


UNDO: dict[str, Callable[..., None]] = {
    "promise": _end("promise"),
    "dispute": _end("dispute"),
    "hold": _end("hold"),
    "our_side": _given,
    "opt_out": _wanted,
    "contact": _unnamed,
}


def _needed(values: Mapping[str, Any], name: str) -> str:
    if not values.get(name):
        raise ValueMissing(name=name)
    return str(values[name])


def _invoices(values: Mapping[str, Any]) -> list[str]:
    found = values.get("invoices") or []
    if not found:
        raise ValueMissing(name="invoices")
    return [str(one) for one in found]


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
    )
