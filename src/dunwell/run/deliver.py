"""Send what is due: claim, ask the ledger a last time, send, record what became of it.

`deliver` may be killed at any moment and started anywhere else. What had begun and was not recorded is then `unknown` and
shown; everything else goes on where it was. Each thread has at most one message begun, so there are never more unknown ones
than connections.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, connection

from dunwell.core.calendar import Calendar
from dunwell.core.channel import Channel, ChannelDown, Refused, Reply
from dunwell.core.refusal import DeliveryFailed, OutcomeUnknown
from dunwell.run import brake
from dunwell.run.pace import Pace
from dunwell.store import locks, outbox, switches
from dunwell.store.models import Creditor
from dunwell.store.outbox import Begin, Claimed, Ending, Verdict

BATCH = 100
ATTEMPTS_MAX = 5
"""Spread over about nine hours: longer than a mail server's bad day, shorter than the day a message is written for."""
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
DOWN_RETRY_AFTER = timedelta(minutes=5)
RECORD_WAITS_S = (0.2, 1.0, 5.0, 20.0)
"""A database that restarts is waited for: this thread alone knows what became of its message."""
HALTING = {"stopped", "stale_money"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one delivery did. `halted` says why it ended early, empty when it did not; `braked` names runs that wait."""

    sent: int = 0
    failed_temporary: int = 0
    failed_permanent: int = 0
    unknown: int = 0
    withdrawn: Mapping[str, int] | None = None
    halted: str = ""
    braked: tuple[brake.Braked, ...] = ()
    no_way: Mapping[str, int] | None = None  # due messages by channel that has no way out

    @property
    def is_complete(self) -> bool:
        return not (self.halted or self.braked or self.no_way)


def deliver(
    creditor_id: int, now: datetime, ways: Mapping[str, Channel], *, calendar: Calendar | None = None
) -> Delivery:
    """Send everything that is due at `now` (UTC) by the `ways` given: channel name → channel.

    `calendar` is the creditor's, for the age of money data. Only one process delivers for a creditor at a time; a second
    one leaves at once and says so.
    """
    creditor = Creditor.objects.get(pk=creditor_id)
    rehearsal = not switches.is_live(creditor_id)
    with locks.alone(creditor_id, "send") as is_alone:
        if not is_alone:
            return Delivery(halted="another process is sending")
        idempotent = [name for name, way in ways.items() if way.capabilities.idempotent]
        outbox.sweep(creditor_id, idempotent=idempotent, alone=True)
        braked = () if rehearsal else brake.braked(creditor_id)
        moment = Moment(now)
        total: Counter[str] = Counter()
        withdrawn: Counter[str] = Counter()
        halted = ""
        for channel, names in _by_channel(ways):
            errand = Errand(
                creditor_id=creditor_id,
                zone=ZoneInfo(creditor.timezone),
                rehearsal=rehearsal,
                covered_min=covered_min(creditor, now, calendar or Calendar(creditor.country)),
                braked_runs=tuple(b.run_id for b in braked),
                moment=moment,
                channel=channel,
                names=names,
            )
            errand.run()
            total += errand.counts
            withdrawn += errand.withdrawn
            halted = halted or errand.halted
        no_way = outbox.due_elsewhere(creditor_id, at=moment.at(), channels=list(ways), rehearsal=rehearsal)
    return Delivery(
        sent=total["sent"],
        failed_temporary=total["failed_temporary"],
        failed_permanent=total["failed_permanent"],
        unknown=total["unknown"],
        withdrawn=dict(withdrawn),
        halted=halted,
        braked=braked,
        no_way=no_way,
    )


def covered_min(creditor: Creditor, now: datetime, calendar: Calendar) -> date:
    """The day up to which money must be complete: at most so many business days of the creditor before today (I10)."""
    today = calendar.previous_business_day(now.astimezone(ZoneInfo(creditor.timezone)).date())
    return calendar.add_business_days(today, -creditor.money_max_age_days)


class Moment:
    """`now` as it goes on: measured from the start by a clock that neither jumps nor rests while the machine sleeps."""

    CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._start_s = time.clock_gettime(self.CLOCK)

    def at(self) -> datetime:
        return self._now + timedelta(seconds=time.clock_gettime(self.CLOCK) - self._start_s)


class Errand:
    """One delivery by one way: threads that take, begin, send and record until nothing is due or something halts them."""

    def __init__(
        self,
        *,
        creditor_id: int,
        zone: ZoneInfo,
        rehearsal: bool,
        covered_min: date,
        braked_runs: tuple[int, ...],
        moment: Moment,
        channel: Channel,
        names: list[str],
    ) -> None:
        self.creditor_id = creditor_id
        self.zone = zone
        self.rehearsal = rehearsal
        self.covered_min = covered_min
        self.braked_runs = braked_runs
        self.moment = moment
        self.channel = channel
        self.names = names
        self.counts: Counter[str] = Counter()
        self.withdrawn: Counter[str] = Counter()
        self.halted = ""
        self._bug: BaseException | None = None
        self._pace = Pace(channel.limits)
        self._pending: deque[Claimed] = deque()
        self._lock = threading.Lock()
        self._is_halted = threading.Event()
        self._is_dry = False

    def run(self) -> None:
        threads = [threading.Thread(target=self._thread) for _ in range(max(1, self.channel.limits.connections))]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            self._halt("interrupted")
            for thread in threads:
                thread.join()
        if self._bug is not None:
            raise self._bug
        outbox.give_back(self.creditor_id, self._pending)

    def _thread(self) -> None:
        try:
            self._work()
        except BaseException as bug:  # carried to the caller's thread, where it crashes
            self._bug = bug
            self._halt("a fault in the program")
        finally:
            connection.close()

    def _work(self) -> None:
        ended: Ending | None = None
        while not self._is_halted.is_set():
            taken = self._take()
            if taken is None:
                break
            if isinstance(taken, float):
                # A receipt never waits for the pace: a kill meanwhile would make it unknown.
                self._record(ended)
                ended = None
                self._is_halted.wait(taken)
                continue
            verdict = self._advance(ended, taken)
            ended = self._send(taken) if verdict.state == "begun" else None
            self._note(verdict)
            if ended is not None and ended.concerns_a_person:
                self._record(ended)
                ended = None
        self._record(ended)

    def _take(self) -> Claimed | float | None:
        """The next message that may leave now, or the seconds until one may; None when nothing is due."""
        with self._lock:
            if not self._pending and not self._is_dry:
                self._pending.extend(self._claim())
                self._is_dry = not self._pending
            if not self._pending:
                return None
            moment = time.monotonic()
            waits = []
            for position, claimed in enumerate(self._pending):
                wait = self._pace.wait_s(claimed.domain, moment)
                if not wait:
                    del self._pending[position]
                    self._pace.take(claimed.domain, moment)
                    return claimed
                waits.append(wait)
            return min(waits)

    def _claim(self) -> list[Claimed]:
        return outbox.claim(
            self.creditor_id,
            at=self.moment.at(),
            channels=self.names,
            rehearsal=self.rehearsal,
            limit=BATCH,
            braked_runs=self.braked_runs,
        )

    def _advance(self, ended: Ending | None, claimed: Claimed) -> Verdict:
        begin = Begin(claimed.outgoing.message_id, claimed.token, self.moment.at(), self.covered_min)
        try:
            verdict = outbox.advance(self.creditor_id, ended, begin)
        except (OperationalError, InterfaceError) as error:
            # Whether the commit arrived is open; what this thread knows is not: it has sent nothing since.
            self._halt(f"the database was lost: {error}")
            self._record(ended)
            self._record(self._ending(claimed, "failed_temporary", "the database was lost before sending", counts=False))
            outbox.give_back(self.creditor_id, [claimed])
            return Verdict("lost", "database")
        if ended is not None:
            self._count(ended.outcome)
        return verdict

    def _send(self, claimed: Claimed) -> Ending:
        message = replace(claimed.outgoing, at=self.moment.at().astimezone(self.zone))
        try:
            receipt = self.channel.send(message, claimed.key)
        except ChannelDown as error:
            self._halt(str(error))
            return self._ending(claimed, "failed_temporary", str(error), retry=DOWN_RETRY_AFTER, counts=False)
        except DeliveryFailed as error:
            replies = error.replies if isinstance(error, Refused) else ()
            if error.permanent:
                return self._ending(claimed, "failed_permanent", str(error), replies=replies)
            return self._again(claimed, str(error), replies)
        except OutcomeUnknown as error:
            if self.channel.capabilities.idempotent:
                return self._again(claimed, str(error))
            return self._ending(claimed, "unknown", str(error))
        return self._ending(claimed, "sent", receipt.reference, replies=receipt.replies)

    def _again(self, claimed: Claimed, said: str, replies: tuple[Reply, ...] = ()) -> Ending:
        """Later once more with the same key, up to `ATTEMPTS_MAX` times; then a person finds another way."""
        if claimed.attempts + 1 >= ATTEMPTS_MAX:
            return self._ending(claimed, "failed_permanent", said, replies=replies)
        retry = RETRY_AFTER[claimed.attempts]
        return self._ending(claimed, "failed_temporary", said, replies=replies, retry=retry)

    def _ending(
        self,
        claimed: Claimed,
        outcome: str,
        said: str,
        *,
        replies: tuple[Reply, ...] = (),
        retry: timedelta = timedelta(0),
        counts: bool = True,
    ) -> Ending:
        at = self.moment.at()
        return Ending(
            message_id=claimed.outgoing.message_id,
            token=claimed.token,
            outcome=outcome,
            said=said,
            on=at.astimezone(self.zone).date(),
            replies=replies,
            retry_at=at + retry if outcome == "failed_temporary" else None,
            counts=counts,
        )

    def _record(self, ended: Ending | None) -> None:
        """Write down what became of a message, through a restart of the database if need be."""
        if ended is None:
            return
        for wait_s in RECORD_WAITS_S:
            try:
                outbox.record(self.creditor_id, ended)
                break
            except (OperationalError, InterfaceError):
                connection.close()
                time.sleep(wait_s)
        else:
            outbox.record(self.creditor_id, ended)
        self._count(ended.outcome)

    def _note(self, verdict: Verdict) -> None:
        if verdict.state == "withdrawn":
            with self._lock:
                self.withdrawn[verdict.reason] += 1
        elif verdict.reason in HALTING:
            self._halt(verdict.reason)

    def _count(self, outcome: str) -> None:
        with self._lock:
            self.counts[outcome] += 1

    def _halt(self, why: str) -> None:
        self.halted = self.halted or why
        self._is_halted.set()


def _by_channel(ways: Mapping[str, Channel]) -> list[tuple[Channel, list[str]]]:
    """Each way out once, with the channel names that use it."""
    groups: dict[int, tuple[Channel, list[str]]] = {}
    for name, channel in ways.items():
        groups.setdefault(id(channel), (channel, []))[1].append(name)
    return list(groups.values())
