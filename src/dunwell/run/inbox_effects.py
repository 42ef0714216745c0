"""What each proposal of a reply records when a person accepts it, and how that is taken back.

Only what a person could have recorded by hand (`run.people`); an effect is a pair of what was made and its number or name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dunwell.core import names
from dunwell.core.inbox import ProposalKind
from dunwell.core.ledger import HoldReason, OurDebt, Role
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import agreements, facts, people
from dunwell.store import inbox
from dunwell.store.inbox import Open
from dunwell.store.models import Contact, ContactPoint, Creditor, Customer

Effects = list[list[Any]]


class ValueMissing(Refusal):
    """Say {name}: without it nothing can be recorded."""


class DayUnreadable(Refusal):
    """{typed!r} is no day: write it as 2026-04-14."""


class SeveralCurrencies(Refusal):
    """One sum cannot be of invoices in {currencies}: name those of one currency."""


def _promise(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    """The promised sum goes to the named invoices in their order; without a sum each is promised whole."""
    until = _day(values)
    return [
        ["promise", row.pk]
        for one, part in _shares(customer, values)
        for row in people.promise(creditor, one.number, promised_date=until, amount=part, **who)
    ]


def _dispute(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    """The contested sum is of the named invoices together; without a sum each is contested whole."""
    is_whole, cause = not values.get("amount"), _needed(values, "cause")
    return [
        ["dispute", row.pk]
        for one, part in _shares(customer, values)
        for row in people.dispute(creditor, one.number, cause=cause, amount=None if is_whole else part, **who)
    ]


def _claimed_paid(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    """Where nothing is open any more there is nothing to wait for."""
    until = _day(values)
    return [
        ["hold", row.pk]
        for number in values.get("invoices") or ()
        if inbox.has_invoice(number, customer.pk)
        for row in people.hold(creditor, number=number, reason=HoldReason.CLAIMED_PAID.value, until=until, **who)
    ]


def _hold(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    until = _day(values)
    reason = values.get("reason", HoldReason.ASKED_FOR_TIME.value)
    made = people.hold(creditor, customer_name=customer, reason=reason, until=until, **who)
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


def _agree(creditor: Creditor, customer: Customer, values: Mapping[str, Any], **who: Any) -> Effects:
    """The terms that wait are agreed, with the reply as evidence."""
    made = agreements.confirm_by_reply(
        creditor, customer, words=str(values.get("words", "")), on=who["on"], by=who["by"]
    )
    return [["agreement", made.pk]]


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
    ProposalKind.AGREE: _agree,
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
    ProposalKind.AGREE: (),
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


def _as_before(creditor: Creditor, customer: Customer, subject: Any, *, on: date, by: str, why: str) -> None:
    agreements.take_back(creditor, customer, int(subject), on=on, by=by, why=why)


UNDO: dict[str, Callable[..., None]] = {
    "promise": _end("promise"),
    "dispute": _end("dispute"),
    "hold": _end("hold"),
    "our_side": _given,
    "opt_out": _wanted,
    "contact": _unnamed,
    "agreement": _as_before,
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


def _day(values: Mapping[str, Any]) -> date:
    typed = _needed(values, "until")
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise DayUnreadable(typed=typed) from None


def _shares(customer: Customer, values: Mapping[str, Any]) -> list[tuple[Open, Money]]:
    """The named invoices that are open, each with its share of the sum that was named; without a sum all of each."""
    opened = {one.number: one for one in inbox.open_invoices(customer.pk)}
    chosen = [opened[number] for number in _invoices(values) if number in opened]
    whole = [(one, Money(one.minor, one.currency)) for one in chosen]
    if not values.get("amount") or not chosen:
        return whole
    currencies = sorted({one.currency for one in chosen})
    if len(currencies) > 1:
        raise SeveralCurrencies(currencies=", ".join(currencies))
    named = Money.typed(str(values["amount"]), currencies[0])
    left, shares = named.minor, []
    for one, open_ in whole:
        part = min(left, open_.minor)
        left -= part
        if part > 0:
            shares.append((one, Money(part, one.currency)))
    if left:
        raise facts.AmountTooLarge(amount=named, most=named - Money(left, currencies[0]))
    return shares
