"""How the creditor's switches stand: rehearsal or live, stopped or running, which run's brake a person released.

Every turn of a switch is a fact with who and why; the last one of a kind is how it stands.
"""

from __future__ import annotations

from datetime import date

from dunwell.store import scope
from dunwell.store.models import Switch

LIVE, REHEARSAL = "live", "rehearsal"
ON, OFF = "on", "off"


def is_live(creditor_id: int) -> bool:
    return _last(creditor_id, Switch.MODE) == LIVE


def is_stopped(creditor_id: int) -> bool:
    return _last(creditor_id, Switch.STOP) == ON


def opened_address(creditor_id: int) -> str:
    """The public address that was last seen to open from outside; empty when none was."""
    return value(creditor_id, Switch.PUBLIC_URL)


def value(creditor_id: int, kind: str) -> str:
    """The last value of a kind of switch; empty where it was never turned."""
    return _last(creditor_id, kind) or ""


def released_runs(creditor_id: int) -> set[int]:
    """Runs whose volume a person has looked at and let go."""
    with scope.of(creditor_id):
        return {int(value) for value in Switch.objects.filter(kind=Switch.BRAKE).values_list("value", flat=True)}


def turn(creditor_id: int, kind: str, value: str, *, by: str, why: str, on: date) -> None:
    with scope.of(creditor_id):
        Switch.objects.create(creditor_id=creditor_id, kind=kind, value=value, by=by, why=why, effective_on=on)


def _last(creditor_id: int, kind: str) -> str | None:
    with scope.of(creditor_id):
        row = Switch.objects.filter(creditor_id=creditor_id, kind=kind).order_by("-id").first()
    return row.value if row else None
