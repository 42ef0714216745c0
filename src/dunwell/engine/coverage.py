"""Up to which day an account's statements tell everything, one after the other without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dunwell.engine.overlap import Frame

# Without balances nothing proves that two statements adjoin; a long weekend may lie between two that do.
QUIET_DAYS_MAX = 4


def covered(statements: Sequence[Frame]) -> tuple[date | None, tuple[date, date] | None]:
    """The last day up to which nothing is missing since the first statement, and the first gap: the days around it.

    A statement adjoins what is covered when its days do, or when it begins with the balance at which that ended.
    """
    dated = [each for each in statements if each.to_date]
    end: date | None = None
    closing: int | None = None
    for each in sorted(dated, key=lambda one: (one.from_date or one.to_date or date.min, one.to_date or date.min)):
        since, until = each.from_date or each.to_date, each.to_date
        assert since and until
        if end is not None and not _adjoins(each, since, end, closing):
            return end, (end, since)
        if end is None or until >= end:
            end, closing = until, each.closing
    return end, None


def _adjoins(statement: Frame, since: date, end: date, closing: int | None) -> bool:
    if since <= end + timedelta(1):
        return True
    if statement.opening is not None and closing is not None:
        return statement.opening == closing
    return since <= end + timedelta(1 + QUIET_DAYS_MAX)
