"""The one clock. Everything else is told what day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant, UTC."""
    return datetime.now(UTC)


def today(timezone: str) -> date:
    """The day it is where the creditor lives."""
    return now().astimezone(ZoneInfo(timezone)).date()
