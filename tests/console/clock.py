"""The console's clock in tests: it stands until a test turns it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

_now: list[datetime] = []


def set(at: datetime) -> None:
    _now[:] = [at]


def now() -> datetime:
    return _now[0]


def set_day(on: date) -> None:
    """Noon of a day."""
    set(datetime.combine(on, time(12), UTC))
