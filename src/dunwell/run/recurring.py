"""Recurring documents as they are agreed: begun, paused, ended, at another price from a day on. `recurring_turns` issues them.

Nothing works backwards: what was issued is corrected by credit notes, and what a pause left out stays out.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dunwell.core import recurring as rules
from dunwell.core.money import Money
from dunwell.core.recurring import Wanted
from dunwell.core.refusal import Refusal
from dunwell.engine import terms
from dunwell.run import facts, numbers, recurring_turns, subjects
from dunwell.store import scope
from dunwell.store.models import (
    Creditor,
    Customer,
    Recurring,
    RecurringEnd,
    RecurringPause,
    RecurringPauseEnd,
    RecurringPrice,
)

DAYS_MAX = 365


class StartsInPast(Refusal):
    """The first day {first} has passed: nothing is issued backwards. Enter what is missing by hand, and begin on the next day."""


class EndsBeforeStart(Refusal):
    """It would end on {last}, before it begins on {first}."""


class DaysToPayOutside(Refusal):
    """{days} days to pay is not from 0 to {most}."""


class PriceInPast(Refusal):
    """A price changes from a day to come: from {since} on documents may have been issued already. They are corrected by credit notes."""


class PauseInPast(Refusal):
    """A pause begins today or later, and does not end before it begins: {since} to {until} is neither."""


class NotRunning(Refusal):
    """No recurring document number {number} runs: `dunwell recurring list` shows them."""


class NotPaused(Refusal):
    """Recurring document {number} is not paused."""


class NotEnded(Refusal):
    """Recurring document {number} has not ended: there is nothing to take back."""


def check(creditor: Creditor, wanted: Wanted, on: date) -> None:
    """Refuse what cannot begin."""
    rhythm = wanted.rhythm
    if rhythm.first < on:
        raise StartsInPast(first=rhythm.first)
    if next(rules.turns(rhythm), None) is None:
        raise EndsBeforeStart(first=rhythm.first, last=rhythm.last)
    if not 0 <= wanted.days <= DAYS_MAX:
        raise DaysToPayOutside(days=wanted.days, most=DAYS_MAX)
    if wanted.amount.minor <= 0:
        raise facts.AmountNotPositive(amount=wanted.amount)
    if not numbers.pattern(creditor, wanted.kind):
        raise numbers.NoNumbers(kind=wanted.kind.value)


def begin(
    creditor: Creditor, customer: str | Customer, wanted: Wanted, *, on: date, by: str, why: str = ""
) -> Recurring:
    """Agree on a recurring document; the run of its first day issues it."""
    check(creditor, wanted, on)
    with scope.of(creditor.pk):
        row = Recurring.objects.create(
            **facts.fact(creditor, on, by, why), customer=subjects.customer(creditor, customer), kind=wanted.kind.value,
            what_for=terms.clean(wanted.what_for), currency=wanted.amount.currency, first=wanted.rhythm.first,
            every=wanted.rhythm.every, day_of_month=wanted.rhythm.day_of_month, last=wanted.rhythm.last,
            is_ahead=wanted.rhythm.is_ahead, days=wanted.days,
        )  # fmt: skip
        RecurringPrice.objects.create(
            **facts.fact(creditor, on, by, why), recurring=row, since=wanted.rhythm.first, amount=wanted.amount.minor
        )
        _note(creditor, by, "recurring", row, {"amount": str(wanted.amount), "first": row.first, "every": row.every})
    return row


def change_price(
    creditor: Creditor, number: int, amount: Money, *, since: date, on: date, by: str, why: str = ""
) -> RecurringPrice:
    """From a day on each document comes to so much; what was issued stays as it is."""
    with scope.of(creditor.pk):
        row = _standing(creditor, number)
        if since < on:
            raise PriceInPast(since=since)
        if amount.minor <= 0:
            raise facts.AmountNotPositive(amount=amount)
        price = RecurringPrice.objects.create(
            **facts.fact(creditor, on, by, why), recurring=row, since=since, amount=amount.minor
        )
        _note(creditor, by, "recurring_price", row, {"amount": str(amount), "since": since, "why": why})
    return price


def pause(
    creditor: Creditor, number: int, *, since: date, until: date | None, on: date, by: str, why: str = ""
) -> RecurringPause:
    """Issue nothing on these days; what they would have brought is left out for good."""
    with scope.of(creditor.pk):
        row = _standing(creditor, number)
        if since < on or (until is not None and until < since):
            raise PauseInPast(since=since, until=until or "")
        made = RecurringPause.objects.create(
            **facts.fact(creditor, on, by, why), recurring=row, since=since, until=until
        )
        _note(creditor, by, "recurring_paused", row, {"since": since, "until": until, "why": why})
    return made


def resume(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> int:
    """Go on from today: pauses end, those to come are dropped; gives how many."""
    with scope.of(creditor.pk):
        row = _standing(creditor, number)
        standing = [one for one in row.pauses.filter(end=None) if one.until is None or one.until >= on]
        for one in standing:
            RecurringPauseEnd.objects.create(**facts.fact(creditor, on, by, why), pause=one)
        if not standing:
            raise NotPaused(number=number)
        _note(creditor, by, "recurring_resumed", row, {"why": why})
    return len(standing)


def end(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> RecurringEnd:
    """Issue it no more."""
    with scope.of(creditor.pk):
        row = _standing(creditor, number)
        made = RecurringEnd.objects.create(**facts.fact(creditor, on, by, why), recurring=row)
        _note(creditor, by, "recurring_ended", row, {"why": why})
    return made


def take_back_end(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> RecurringEnd:
    """It goes on after all; the turns between are left out as in a pause."""
    with scope.of(creditor.pk):
        row = Recurring.objects.filter(pk=number).first()
        last = row.ends.order_by("pk").last() if row else None
        if row is None or last is None or last.taken_back:
            raise NotEnded(number=number)
        fact = facts.fact(creditor, on, by, why)
        if last.effective_on < on:
            until = on - timedelta(1)
            RecurringPause.objects.create(**fact, recurring=row, since=last.effective_on, until=until)
        made = RecurringEnd.objects.create(**fact, recurring=row, taken_back=True)
        _note(creditor, by, "recurring_goes_on", row, {"why": why})
    return made


def _standing(creditor: Creditor, number: int) -> Recurring:
    found = next((row for row in recurring_turns.standing(creditor) if row.pk == number), None)
    if found is None:
        raise NotRunning(number=number)
    return found


def _note(creditor: Creditor, by: str, kind: str, row: Recurring, content: dict[str, Any]) -> None:
    facts.link(creditor, by, kind, str(row.pk), content)
