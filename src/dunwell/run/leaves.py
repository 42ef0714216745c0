"""Leave: who of those who sign letters is away from when to when, and who stands in. Letters and the client's page name both."""

from __future__ import annotations

from datetime import date
from typing import Any

from dunwell.core.refusal import Refusal
from dunwell.run import facts
from dunwell.store import load_letters, scope
from dunwell.store.models import Creditor, Leave, LeaveEnded, Staff


class LeaveBackwards(Refusal):
    """A leave ends on or after the day on which it begins."""


class LeaveIsPast(Refusal):
    """This leave ended on {day} already."""


class NobodyStandsIn(Refusal):
    """{name} cannot stand in for themselves: choose somebody else."""


class SubstituteAway(Refusal):
    """{name} is away themselves from {first} to {last}: choose somebody who is there."""


class StandsInFor(Refusal):
    """{name} stands in for {other} from {first} to {last}: choose somebody else there first."""


class AwayAlready(Refusal):
    """{name} is away from {first} to {last} already: end that leave first."""


class NoSuchLeave(Refusal):
    """There is no leave number {number} that could be ended."""


def record(
    creditor: Creditor, staff: Staff, substitute: Staff, *, first: date, last: date, on: date, by: str, why: str = ""
) -> Leave:
    """Somebody is away; from the first day on the substitute signs what is written."""
    if last < first:
        raise LeaveBackwards
    if last < on:
        raise LeaveIsPast(day=last)
    if staff.pk == substitute.pk:
        raise NobodyStandsIn(name=staff.name)
    with scope.of(creditor.pk):
        for one in Leave.objects.filter(ended=None, first_day__lte=last, last_day__gte=first).select_related():
            days: dict[str, Any] = {"first": one.first_day, "last": one.last_day}
            if one.staff_id == substitute.pk:
                raise SubstituteAway(name=substitute.name, **days)
            if one.staff_id == staff.pk:
                raise AwayAlready(name=staff.name, **days)
            if one.substitute_id == staff.pk:
                raise StandsInFor(name=staff.name, other=one.staff.name, **days)
        row = Leave.objects.create(
            **facts.fact(creditor, on, by, why), staff=staff, substitute=substitute, first_day=first, last_day=last
        )
        content = {"substitute": substitute.name, "first": first, "last": last, "why": why}
        facts.link(creditor, by, "leave", staff.name, content)
    return row


def end(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> None:
    """The person is back today, or does not go at all."""
    with scope.of(creditor.pk):
        row = Leave.objects.filter(pk=number, ended=None, last_day__gte=on).select_related("staff").first()
        if row is None:
            raise NoSuchLeave(number=number)
        LeaveEnded.objects.create(**facts.fact(creditor, on, by, why), leave=row)
        facts.link(creditor, by, "leave_ended", row.staff.name, {"leave": row.pk, "why": why})


def of_names(creditor: Creditor, name: str, on: date) -> tuple[str, ...]:
    """A person's own name and those of whom they stand in for on a day: whose customers are theirs to look after."""
    with scope.of(creditor.pk):
        away = load_letters.away(creditor.pk, on)
        absent = Staff.objects.filter(pk__in=[staff for staff, one in away.items() if one.name == name])
        return (name, *(one.name for one in absent))
