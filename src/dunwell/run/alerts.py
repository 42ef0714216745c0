"""What looks wrong with the work itself, each with what it is about: the console says it in a person's language, `check` in sentences.

What waits on the work list (an unknown delivery, a mailbox that is down), and how fresh the payments are, is told there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dunwell.run import backup, calendars
from dunwell.store import gone_out, standing
from dunwell.store.models import Creditor

DUE_WAITS_MAX = timedelta(hours=1)
"""A worker looks each minute; a mail server's bad hour is not the installation's."""


class AlertCode(StrEnum):
    RESTORED = "restored"  # nobody has said yet what went out since the backup
    SENDING_STALLED = "sending_stalled"
    DAY_MISSED = "day_missed"
    BACKUP_MISSING = "backup_missing"
    BACKUP_LATE = "backup_late"


@dataclass(frozen=True, slots=True)
class Alert:
    """`since` is the instant or the day that it is about."""

    code: AlertCode
    since: datetime | date | None = None


def of(creditor: Creditor, *, today: date, now: datetime, rehearsal: bool, is_stopped: bool) -> list[Alert]:
    """The alerts of a creditor on their day, the gravest first."""
    found: list[Alert | None] = [
        Alert(AlertCode.RESTORED) if gone_out.is_unconfirmed(creditor.pk) else None,
        None if is_stopped else _stalled(creditor, now, rehearsal=rehearsal),
        _missed(creditor, today, rehearsal=rehearsal),
        # Nobody's books but real ones are worth a backup.
        _backup(now) if not creditor.is_demo else None,
    ]
    return [one for one in found if one is not None]


def _stalled(creditor: Creditor, now: datetime, *, rehearsal: bool) -> Alert | None:
    since = standing.oldest_due(creditor.pk, at=now, rehearsal=rehearsal)
    return Alert(AlertCode.SENDING_STALLED, since) if since and now - since > DUE_WAITS_MAX else None


def _missed(creditor: Creditor, today: date, *, rehearsal: bool) -> Alert | None:
    """A day of business before today was not run; a creditor whose first day is still to come misses none."""
    last = standing.last_run(creditor.pk, rehearsal=rehearsal)
    if last is None:
        return None
    wanted = calendars.around(creditor.country, today.year).previous_business_day(today - timedelta(1))
    return Alert(AlertCode.DAY_MISSED, last) if last < wanted else None


def _backup(now: datetime) -> Alert | None:
    last = backup.newest()
    if last is None:
        return Alert(AlertCode.BACKUP_MISSING)
    return Alert(AlertCode.BACKUP_LATE, last) if now - last > backup.LATE_AFTER else None
