"""The volume brake: a run that would send far more than usual waits until a person has looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.core.refusal import Refusal
from dunwell.store import audit, scope, switches, volume
from dunwell.store.models import Switch

USUAL_OF_RUNS = 20
TIMES_MAX = 3
FEW = 50
"""So many messages are let through whatever the usual is: a person could still take them back by hand."""


class NotBraked(Refusal):
    """Run {run_id} does not wait for anybody."""


@dataclass(frozen=True, slots=True)
class Braked:
    """A run that waits: it made so many messages, where earlier runs made so many on average."""

    run_id: int
    messages: int
    usual: float


def braked(creditor_id: int) -> tuple[Braked, ...]:
    """Live runs that wait for a person."""
    released = switches.released_runs(creditor_id)
    return tuple(
        Braked(v.run_id, v.messages, v.usual)
        for v in volume.of_waiting_runs(creditor_id, runs=USUAL_OF_RUNS)
        if v.messages > FEW and v.messages > TIMES_MAX * v.usual and v.run_id not in released
    )


def release(creditor_id: int, run_id: int, *, by: str, why: str, on: date) -> None:
    """A person has looked and lets this run go."""
    if run_id not in {b.run_id for b in braked(creditor_id)}:
        raise NotBraked(run_id=run_id)
    with scope.of(creditor_id):
        switches.turn(creditor_id, Switch.BRAKE, str(run_id), by=by, why=why, on=on)
        audit.link(creditor_id, actor=by, kind="brake_released", subject=f"run {run_id}", content={"why": why})
