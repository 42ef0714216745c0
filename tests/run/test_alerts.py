"""What the console warns of: nothing leaves, a day was not run, no backup; each only where it is so."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from dunwell.run import alerts, backup
from dunwell.run.alerts import Alert, AlertCode
from dunwell.store import scope
from dunwell.store.models import Message
from regressions import world
from regressions.world import DAY, World

NOON = datetime.combine(DAY, time(12), UTC)


@pytest.fixture
def firm(creditor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(backup, "newest", lambda: NOON)
    return world.fresh(creditor, tmp_path)


def told(firm: World, today: date = DAY, now: datetime = NOON, *, is_stopped: bool = False) -> list[Alert]:
    return alerts.of(firm.creditor, today=today, now=now, rehearsal=True, is_stopped=is_stopped)


def test_a_company_at_its_beginning_is_warned_of_nothing(firm: World) -> None:
    assert told(firm) == []


def test_a_day_of_business_that_was_not_run_is_told_and_a_weekend_is_not(firm: World) -> None:
    friday = date(2026, 3, 6)
    firm.plan(friday)
    assert told(firm, today=friday + timedelta(3)) == []
    assert told(firm, today=friday + timedelta(4)) == [Alert(AlertCode.DAY_MISSED, friday)]


def test_a_backup_that_is_missing_or_old_is_told(firm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(firm, now=NOON + timedelta(hours=37)) == [Alert(AlertCode.BACKUP_LATE, NOON)]
    monkeypatch.setattr(backup, "newest", lambda: None)
    assert told(firm) == [Alert(AlertCode.BACKUP_MISSING)]


def test_a_message_that_should_have_left_is_told_unless_everything_is_stopped(firm: World) -> None:
    firm.owing("2026-02-20")
    firm.cover(DAY)
    firm.plan(DAY)
    with scope.of(firm.creditor.pk):
        due = Message.objects.get().not_before
    assert told(firm, now=due + timedelta(minutes=59)) == []
    assert told(firm, now=due + timedelta(hours=2)) == [Alert(AlertCode.SENDING_STALLED, due)]
    assert told(firm, now=due + timedelta(hours=2), is_stopped=True) == []
