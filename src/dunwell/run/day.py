"""One collections run, end to end: recurring documents issued, money applied, plan recorded, letters written, what may go delivered.

    issue ─► reconcile ─► forecast ─► plan ─► render ─► approve ─► deliver

Running a day twice changes nothing. In rehearsal the messages leave, as files, at the hour at which they would; live, they leave when
their hour has come and a worker or `deliver` is at work.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dunwell.core.refusal import Refusal
from dunwell.run import (
    attention,
    autopay,
    before_work,
    check_ins,
    credits,
    deadlines,
    deliver,
    forecasting,
    hooks,
    offers,
    plan,
    reconcile,
    recurring_turns,
    stop_work,
    ways,
)
from dunwell.run.desk import Planned
from dunwell.run.reconcile import Reconciled
from dunwell.store import locks, outbox_view, switches
from dunwell.store.models import Creditor


class DayUnderWay(Refusal):
    """A run for {creditor} is under way already: wait for it to end."""


class AssumedLive(Refusal):
    """Contacts are assumed in rehearsal alone: a live letter goes to people who exist."""


class NotToday(Refusal):
    """{creditor} is live: only today, {today}, can be run. Use --dry-run to look at another day."""


@dataclass
class Day:
    """What a run did."""

    as_of: date
    rehearsal: bool
    money: Reconciled
    planned: Planned
    sent: int = 0
    withdrawn: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    failed: int = 0
    halted: str = ""


def run(
    creditor: Creditor,
    as_of: date,
    *,
    now: datetime,
    today: date,
    by: str,
    folder: Path,
    assume_contact: str | None = None,
) -> Day:
    """Run one day. `now` (UTC) is the moment of delivery when live; `folder` takes a rehearsal's files."""
    rehearsal = not switches.is_live(creditor.pk)
    if assume_contact and not rehearsal:
        raise AssumedLive
    if not rehearsal and as_of != today:
        raise NotToday(creditor=creditor.slug, today=today)
    with locks.alone(creditor.pk, "day") as is_alone:
        if not is_alone:
            raise DayUnderWay(creditor=creditor.slug)
        plan.refuse_earlier_day(creditor, as_of, rehearsal=rehearsal)
        recurring_turns.issue(creditor, as_of, today=today, by=by)
        money = reconcile.run(creditor, as_of, by=by)
        credits.settle_from_books(creditor, as_of, by=by)
        offers.judge(creditor, as_of, rehearsal=rehearsal, by=by)
        offers.grant(creditor, as_of, rehearsal=rehearsal)
        deadlines.enforce(creditor, as_of, rehearsal=rehearsal, by=by)
        deadlines.tell(creditor, as_of, rehearsal=rehearsal)
        moment = _moment(creditor, as_of, now, rehearsal=rehearsal)
        before_work.open_work(creditor, as_of, moment, by=by)
        stop_work.lift_paid(creditor, as_of, moment, by=by)
        autopay.run(creditor, as_of, now=now, rehearsal=rehearsal)
        forecasting.run(creditor, as_of)
        planned = plan.run(creditor, as_of, rehearsal=rehearsal, by=by, assume_contact=assume_contact)
        planned.tasks += attention.run(creditor, as_of, planned, rehearsal=rehearsal, by=by)
        planned.tasks += check_ins.run(creditor, as_of, rehearsal=rehearsal, by=by)
        done = Day(as_of, rehearsal, money, planned)
        for hour in _moments(creditor, as_of, now, rehearsal=rehearsal):
            _deliver(creditor, hour, done, folder)
            if done.halted:
                break
        hooks.deliver(creditor, moment, folder=folder)
    return done


def rehearse_rest(creditor: Creditor, as_of: date, *, folder: Path) -> int:
    """Write the messages that a person let go after the day's run, as that run would have; gives how many."""
    written = 0
    for moment in outbox_view.first_moments(creditor.pk, as_of):
        with ways.opened(creditor, rehearsal=True, folder=folder) as out:
            written += deliver.deliver(creditor.pk, moment + timedelta(minutes=1), out, rehearsal=True).sent
    return written


def _moment(creditor: Creditor, as_of: date, now: datetime, *, rehearsal: bool) -> datetime:
    """The instant from which notes of the day may leave: now; in rehearsal the day's own morning."""
    if not rehearsal:
        return now
    return datetime.combine(as_of, time(6), ZoneInfo(creditor.timezone)).astimezone(UTC)


def _moments(creditor: Creditor, as_of: date, now: datetime, *, rehearsal: bool) -> list[datetime]:
    """Live: now. In rehearsal: each hour of the day at which a message may leave first, in order."""
    if not rehearsal:
        return [now]
    starts = outbox_view.first_moments(creditor.pk, as_of)
    return [start + timedelta(minutes=1) for start in starts] or [datetime.combine(as_of, datetime.min.time(), UTC)]


def _deliver(creditor: Creditor, moment: datetime, done: Day, folder: Path) -> None:
    with ways.opened(creditor, rehearsal=done.rehearsal, folder=folder) as out:
        result = deliver.deliver(
            creditor.pk,
            moment,
            out,
            rehearsal=done.rehearsal,
            calendar=done.planned.portfolio.creditor_calendar if done.planned.portfolio else None,
        )
    done.sent += result.sent
    done.unknown += result.unknown
    done.failed += result.failed_permanent + result.failed_temporary
    done.withdrawn.update(result.withdrawn or {})
    done.halted = result.halted
