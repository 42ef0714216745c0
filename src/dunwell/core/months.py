"""Months as people count them: the same day of the next month, or that month's last day where it is shorter."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def after(day: date, months: int, *, day_of_month: int = 0) -> date:
    """So many months later on the same day, or on `day_of_month`; 31 January is followed by 28 or 29 February, then by 31 March.

    Count each month from the first day, not from the one before: 31, 28, 31 and not 31, 28, 28.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    wanted = day_of_month or day.day
    return date(year, month + 1, min(wanted, monthrange(year, month + 1)[1]))


def last_day(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
