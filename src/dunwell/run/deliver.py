"""Send what is due: claim, ask the ledger a last time, send, record what became of it.

`deliver` may be killed at any moment and started anywhere else. What had begun and was not recorded is then `unknown` and
shown; everything else goes on where it was. A connection has at most one message begun, so there are never more unknown ones
than connections.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from queue import Empty, SimpleQueue
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, connection

from dunwell.core.calendar import Calendar
from dunwell.core.channel import Channel, ChannelDown, Refused, Reply
from dunwell.core.refusal import DeliveryFailed, OutcomeUnknown
from dunwell.run import brake, interruption, pace, reconcile
from dunwell.run.moment import Moment
from dunwell.run.pace import Pace
from dunwell.store import load_money, locks, outbox, switches
from dunwell.store.models import Creditor
from dunwell.store.outbox import Begin, Claimed, Ending, Verdict

BATCH = 100
ATTEMPTS_MAX = 5
"""Spread over about nine hours: longer than a mail server's bad day, shorter than the day a message is written for."""
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
DOWN_RETRY_AFTER = timedelta(minutes=5)
RECORD_WAITS_S = (0.2, 1.0, 5.0, 20.0)
"""A database that restarts is waited for: this thread alone knows what became of its message."""
COMPANY_S = 0.001
"""A commit costs more than this however many messages it carries: so long one that ended waits for others."""
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
    tomorrow: int = 0  # due messages that the day's limits hold back

    @property
    def is_complete(self) -> bool:
        return not (self.halted or self.braked or self.no_way or self.tomorrow)


def deliver(
    creditor_id: int,
    now: datetime,
    ways: Mapping[str, Channel],
    *,
    rehearsal: bool | None = None,
    calendar: Calendar | None = None,
    longest: timedelta | None = None,
) -> Delivery:
    """Send everything that is due at `now` (UTC) by the `ways` given: channel name → channel.

    `rehearsal` is the mode that the ways were made for, None = the creditor's: should a person turn the switch in between, no rehearsed
    message goes out for real, and no real one into a file. `calendar` is the creditor's, for the age of money data; after `longest` the
    rest is left to the next delivery. Only one process delivers for a creditor at a time; a second one leaves at once and says so.
    """
    creditor = Creditor.objects.get(pk=creditor_id)
    if rehearsal is None:
        rehearsal = not switches.is_live(creditor_id)
    with locks.alone(creditor_id, "send") as is_alone:
        if not is_alone:
            return Delivery(halted="another process is sending")
        if load_money.has_news(creditor_id):
            # Money that came in since the plan is set against what it pays before anybody is asked for it.
            reconcile.run(creditor, now.astimezone(ZoneInfo(creditor.timezone)).date(), by="deliver")
        idempotent = [name for name, way in ways.items() if way.capabilities.idempotent]
        outbox.sweep(creditor_id, idempotent=idempotent, alone=True)
        braked = () if rehearsal else brake.braked(creditor_id)
        moment = Moment(now)
        news = News(creditor)
        total: Counter[str] = Counter()
        withdrawn: Counter[str] = Counter()
        halted = ""
        tomorrow = 0
        for channel, names in _by_channel(ways):
            errand = Errand(
                creditor_id=creditor_id,
                zone=ZoneInfo(creditor.timezone),
                rehearsal=rehearsal,
                covered_min=covered_min(creditor, now, calendar or Calendar(creditor.country)),
                braked_runs=tuple(b.run_id for b in braked),
                moment=moment,
                news=news,
                until=now + longest if longest else None,
                channel=channel,
                names=names,
            )
            errand.run()
            total += errand.counts
            withdrawn += errand.withdrawn
            halted = halted or errand.halted
            tomorrow += errand.held_back()
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
        tomorrow=tomorrow,
    )


def covered_min(creditor: Creditor, now: datetime, calendar: Calendar) -> date:
    """The day up to which money must be complete: at most so many business days of the creditor before today (I10)."""
    today = calendar.previous_business_day(now.astimezone(ZoneInfo(creditor.timezone)).date())
    return calendar.add_business_days(today, -creditor.money_max_age_days)


class News:
    """Money that comes in while letters leave: set against what it pays before the next ones are claimed."""

    def __init__(self, creditor: Creditor) -> None:
        self._creditor = creditor
        self._newest = load_money.newest_file(creditor.pk)

    def settle(self, at: datetime) -> None:
        newest = load_money.newest_file(self._creditor.pk)
        if newest != self._newest:
            self._newest = newest
            reconcile.run(self._creditor, at.astimezone(ZoneInfo(self._creditor.timezone)).date(), by="deliver")


class Errand:
    """One delivery by one way. This thread alone speaks with the database; the others only speak with the other side.

    Whatever connections are free get their next messages by one commit, which also records what those connections did last:
    a message holds its connection until its end is written down.
    """

    def __init__(
        self,
        *,
        creditor_id: int,
        zone: ZoneInfo,
        rehearsal: bool,
        covered_min: date,
        braked_runs: tuple[int, ...],
        moment: Moment,
        news: News,
        until: datetime | None,
        channel: Channel,
        names: list[str],
    ) -> None:
        self.creditor_id = creditor_id
        self.zone = zone
        self.rehearsal = rehearsal
        self.covered_min = covered_min
        self.braked_runs = braked_runs
        self.moment = moment
        self.news = news
        self.until = until
        self.channel = channel
        self.names = names
        self.counts: Counter[str] = Counter()
        self.withdrawn: Counter[str] = Counter()
        self.halted = ""
        self._bug: BaseException | None = None
        self._pace = Pace(channel.limits)
        day = moment.at().astimezone(zone).date()
        self._quota = pace.quota(creditor_id, channel.limits, day, channels=names, rehearsal=rehearsal)
        self._tomorrow: list[Claimed] = []
        self._pending: deque[Claimed] = deque()
        self._ended: SimpleQueue[Ending | None] = SimpleQueue()  # None: a fault of the program, kept in `_bug`

    def run(self) -> None:
        connections = max(1, self.channel.limits.connections)
        under_way = 0
        wait_s: float | None = 0.0
        with ThreadPoolExecutor(connections) as pool, interruption.by_signals(self._halt):
            while True:
                ended = self._collect(wait_s, enough=connections // 2)
                under_way -= len(ended)
                ready, wait_s = self._take(connections - under_way)
                if ended or ready:
                    for claimed in self._advance(ended, ready):
                        pool.submit(self._work, claimed)
                        under_way += 1
                    wait_s = 0.0
                elif not under_way and wait_s is None:
                    break
        outbox.give_back(self.creditor_id, [*self._pending, *self._tomorrow])
        if self._bug is not None:
            raise self._bug

    def held_back(self) -> int:
        """How many due messages wait for another day because of the limits of this one."""
        if not self._quota.is_bound:
            return 0
        domains = None if self._quota.left == 0 else self._quota.full_domains
        return outbox.due_to(
            self.creditor_id, domains, at=self.moment.at(), channels=self.names, rehearsal=self.rehearsal
        )

    def _collect(self, wait_s: float | None, enough: int) -> list[Ending | None]:
        """What has ended by now; waits for the first one up to `wait_s`, None = as long as it takes, then a moment for `enough`."""
        found: list[Ending | None] = []
        try:
            found.append(self._ended.get(timeout=wait_s))
            until = time.monotonic() + COMPANY_S
            while True:
                left_s = until - time.monotonic() if len(found) < enough else 0.0
                found.append(self._ended.get(timeout=max(0.0, left_s)))
        except Empty:
            return found

    def _take(self, free: int) -> tuple[list[Claimed], float | None]:
        """Up to `free` messages that may leave now, and the seconds until another may, None when only an ending helps."""
        ready: list[Claimed] = []
        wait_s: float | None = None
        if self.until is not None and self.moment.at() > self.until:
            self._halt("its time is over")
        while len(ready) < free and not self.halted:
            self._keep_for_tomorrow()
            if not self._pending:
                self._pending.extend(self._claim())
            found, wait_s = self._next_by_pace()
            if found is None:
                break
            ready.append(found)
        return ready, wait_s

    def _next_by_pace(self) -> tuple[Claimed | None, float | None]:
        moment = time.monotonic()
        waits = []
        for position, claimed in enumerate(self._pending):
            wait_s = self._pace.wait_s(claimed.domain, moment)
            if not wait_s:
                del self._pending[position]
                self._pace.take(claimed.domain, moment)
                self._quota.take(claimed.domain)
                return claimed, None
            waits.append(wait_s)
        return None, min(waits, default=None)

    def _keep_for_tomorrow(self) -> None:
        """What the day's limits hold back is given back at the end; the next day's plan writes it anew."""
        if not self._quota.is_bound:
            return
        self._tomorrow += [one for one in self._pending if not self._quota.allows(one.domain)]
        self._pending = deque(one for one in self._pending if self._quota.allows(one.domain))

    def _claim(self) -> list[Claimed]:
        left = self._quota.left
        if left == 0:
            return []
        try:
            self.news.settle(self.moment.at())
            return outbox.claim(
                self.creditor_id,
                at=self.moment.at(),
                channels=self.names,
                rehearsal=self.rehearsal,
                limit=BATCH if left is None else min(BATCH, left),
                braked_runs=self.braked_runs,
                full_domains=self._quota.full_domains,
            )
        except (OperationalError, InterfaceError) as error:
            # Messages may be under way: their ends are still to be written down.
            self._lost(error)
            return []

    def _advance(self, ended: Sequence[Ending | None], ready: list[Claimed]) -> list[Claimed]:
        """Record what ended and let the ready ones begin; gives those that did."""
        plain = []
        for ending in ended:
            if ending is None:
                continue
            if ending.concerns_a_person:
                self._record(ending)
            else:
                plain.append(ending)
        begins = [Begin(c.outgoing.message_id, c.token, self.moment.at(), self.covered_min) for c in ready]
        try:
            verdicts = outbox.advance(self.creditor_id, plain, begins)
        except (OperationalError, InterfaceError) as error:
            self._recover(plain, ready, error)
            return []
        self.counts.update(ending.outcome for ending in plain)
        for verdict in verdicts.values():
            self._note(verdict)
        return [c for c in ready if verdicts[c.outgoing.message_id].state == "begun"]

    def _recover(self, ended: list[Ending], ready: list[Claimed], error: Exception) -> None:
        """Whether the last commit arrived is open; what this process knows is not: it has sent nothing since."""
        self._lost(error)
        for ending in ended:
            self._record(ending)
        for claimed in ready:
            self._record(
                self._ending(claimed, "failed_temporary", "the database was lost before sending", counts=False)
            )
        outbox.give_back(self.creditor_id, ready)

    def _work(self, claimed: Claimed) -> None:
        try:
            self._ended.put(self._send(claimed))
        except BaseException as bug:  # crashes in the other thread, which begins nothing more
            self._bug = bug
            self._halt("a fault in the program")
            self._ended.put(None)

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

    def _record(self, ended: Ending) -> None:
        """Write down what became of a message, through a restart of the database if need be."""
        for wait_s in RECORD_WAITS_S:
            try:
                is_news = outbox.record(self.creditor_id, ended)
                break
            except (OperationalError, InterfaceError):
                connection.close()
                time.sleep(wait_s)
        else:
            is_news = outbox.record(self.creditor_id, ended)
        self.counts[ended.outcome] += is_news

    def _note(self, verdict: Verdict) -> None:
        if verdict.state == "withdrawn":
            self.withdrawn[verdict.reason] += 1
        elif verdict.reason in HALTING:
            self._halt(verdict.reason)

    def _lost(self, error: Exception) -> None:
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        self._halt(f"the database was lost ({said}); what was not sent waits: deliver again")

    def _halt(self, why: str) -> None:
        self.halted = self.halted or why


def _by_channel(ways: Mapping[str, Channel]) -> list[tuple[Channel, list[str]]]:
    """Each way out once, with the channel names that use it."""
    groups: dict[int, tuple[Channel, list[str]]] = {}
    for name, channel in ways.items():
        groups.setdefault(id(channel), (channel, []))[1].append(name)
    return list(groups.values())
