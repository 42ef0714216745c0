"""A debt paid by an agreed schedule: some equal parts, a later day for all of it, a part at once, or these together.

A schedule is only days and sums that add up to what is open. How far a client may go by themselves is the policy's word (`Bounds`);
what lies beyond it a person may allow, except days that have passed and sums that do not add up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from dunwell.core import months
from dunwell.core.calendar import Calendar
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.core.roles import DeskRole

PARTS_MAX = 24
"""More parts than a two-year schedule has nobody agrees by hand."""


class Every(StrEnum):
    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH = "month"


class PartInPast(Refusal):
    """A payment cannot be agreed for {day}: that day has passed."""


class PartsNotInOrder(Refusal):
    """Each payment needs a day of its own, later than the one before: {day} is not."""


class PartNotPositive(Refusal):
    """{amount} is not a part of anything: each payment is more than zero."""


class PartsDoNotAddUp(Refusal):
    """The payments come to {sum}, but {open} is open: they must be the same."""


class NowTooMuch(Refusal):
    """{amount} cannot be paid first: {open} is open, so there would be nothing left to agree."""


class TooManyParts(Refusal):
    """{parts} payments are more than the {most} that the policy gives."""


class ScheduleTooLong(Refusal):
    """The last payment on {day} is too late: the policy gives until {last}."""


class PartTooSmall(Refusal):
    """A payment of {amount} is too small: the policy wants {least} or more each time."""


class PutOffTooOften(Refusal):
    """It has been put off {times} times already; the policy allows {most}. Speak with the client, and pay by what stands."""


BEYOND_BOUNDS = (TooManyParts, ScheduleTooLong, PartTooSmall)
"""What a person with the right may allow all the same. A third extension is not among them: then people talk."""


@dataclass(frozen=True, slots=True)
class Part:
    on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a client may agree alone: payments at most, days until the last, the smallest part by currency in minor units, how often
    one debt is put off. `approver` may allow more, None: nobody may. `reminder_days` before each payment it is kindly reminded of;
    0: never.
    """

    parts_max: int = 3
    days_max: int = 60
    part_min: dict[str, int] = field(default_factory=dict, hash=False)
    times_max: int = 2
    approver: DeskRole | None = DeskRole.APPROVER
    reminder_days: int = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks for, in the words of a form: something now, the rest in equal parts from a day on."""

    parts: int
    first: date
    every: Every = Every.MONTH
    now: Money | None = None


def schedule(wish: Wish, owed: Money, on: date, calendar: Calendar) -> tuple[Part, ...]:
    """The wish as days and sums. Days that lie ahead move forward to working days; what does not divide comes with the first equal part."""
    if wish.first < on:
        raise PartInPast(day=wish.first)
    if wish.now and not 0 < wish.now.minor < owed.minor:
        raise NowTooMuch(amount=wish.now, open=owed)
    rest = owed - wish.now if wish.now else owed
    number = max(1, min(wish.parts, PARTS_MAX))
    share, odd = divmod(rest.minor, number)
    days = [calendar.next_business_day(_nth(wish, turn)) for turn in range(number)]
    equal = [Part(day, Money(share + (odd if not turn else 0), owed.currency)) for turn, day in enumerate(days)]
    return (Part(on, wish.now), *equal) if wish.now else tuple(equal)


def check(parts: tuple[Part, ...], owed: Money, on: date) -> None:
    """Refuse what nobody can allow: days that have passed or repeat, sums that do not add up to what is open."""
    total = Money(sum(part.amount.minor for part in parts), owed.currency)
    for part in parts:
        if part.on < on:
            raise PartInPast(day=part.on)
        if part.amount.minor <= 0:
            raise PartNotPositive(amount=part.amount)
    for earlier, later in pairwise(parts):
        if later.on <= earlier.on:
            raise PartsNotInOrder(day=later.on)
    if total != owed:
        raise PartsDoNotAddUp(sum=total, open=owed)


def check_bounds(parts: tuple[Part, ...], bounds: Bounds, on: date) -> None:
    """Refuse what goes beyond the policy (`BEYOND_BOUNDS`)."""
    last = on + timedelta(bounds.days_max)
    if len(parts) > bounds.parts_max:
        raise TooManyParts(parts=len(parts), most=bounds.parts_max)
    if parts[-1].on > last:
        raise ScheduleTooLong(day=parts[-1].on, last=last)
    smallest = min((part.amount for part in parts), key=lambda amount: amount.minor)
    least = Money(bounds.part_min.get(smallest.currency, 0), smallest.currency)
    if len(parts) > 1 and smallest < least:
        raise PartTooSmall(amount=smallest, least=least)


def check_times(times: int, bounds: Bounds) -> None:
    """Refuse to put off once more what was put off as often as the policy allows."""
    if times >= bounds.times_max:
        raise PutOffTooOften(times=times, most=bounds.times_max)


def spread(parts: tuple[Part, ...], owed: list[tuple[int, int]]) -> list[tuple[int, Part]]:
    """The parts laid over receivables (id, open minor units), the earliest first: (receivable, what of the part covers it)."""
    left = list(owed)
    found = []
    for part in parts:
        due = part.amount.minor
        while due and left:
            (receivable, minor), *others = left
            taken = min(due, minor)
            found.append((receivable, Part(part.on, Money(taken, part.amount.currency))))
            due -= taken
            left = [(receivable, minor - taken), *others] if minor > taken else others
    return found


def strictest(every: list[Bounds]) -> Bounds:
    """The narrowest of several policies' bounds: what is agreed together must be allowed for each."""
    first = every[0]
    approvers = [one.approver for one in every]
    currencies = {currency for one in every for currency in one.part_min}
    return Bounds(
        parts_max=min(one.parts_max for one in every),
        days_max=min(one.days_max for one in every),
        part_min={currency: max(one.part_min.get(currency, 0) for one in every) for currency in currencies},
        times_max=min(one.times_max for one in every),
        approver=None if None in approvers else max(filter(None, approvers), key=list(DeskRole).index),
        reminder_days=first.reminder_days,
    )


def _nth(wish: Wish, turn: int) -> date:
    if wish.every is Every.MONTH:
        return months.after(wish.first, turn)
    return wish.first + timedelta(turn * (7 if wish.every is Every.WEEK else 14))
