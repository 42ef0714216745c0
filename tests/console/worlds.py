"""Situations of the small firm that several pages show."""

from __future__ import annotations

from datetime import timedelta

from console import clock
from dunwell.run import people
from dunwell.store import scope
from dunwell.store.models import Message
from regressions.world import DAY, World

RUNS_MAX = 12


def waiting(world: World) -> Message:
    """A letter that a person must allow; only the days are run on which something happens. The clock stands on its day."""
    (number,) = world.owing("2026-02-24")
    day = DAY
    for _ in range(RUNS_MAX):
        world.day(day)
        found = world.messages("waiting")
        if found:
            clock.set_day(day)
            return found[0]
        for task in world.tasks():
            with scope.of(world.creditor.pk):
                is_open = not hasattr(task, "outcome")
            if is_open:
                people.close_task(world.creditor, task.pk, outcome="called", is_done=True, on=day, by="anna")
        day = max(world.outcome(number).next_on or day, day + timedelta(1))
    raise AssertionError("no letter that waits within so many runs")
