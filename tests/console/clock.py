"""The console's clock in tests: it stands until a test turns it."""

from __future__ import annotations

from datetime import datetime

_now: list[datetime] = []


def set(at: datetime) -> None:
    _now[:] = [at]


def now() -> datetime:
    return _now[0]
