"""Limits by the day: a new sender begins with few messages, no domain gets more than its share, and the rest is said to wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliver import outboxes
from dunwell.core.channel import Limits, Outgoing, Receipt
from dunwell.plugins.channels.memory import Memory
from dunwell.plugins.channels.smtp import Config, Smtp
from dunwell.run import deliver, pace, ways
from dunwell.store.models import Creditor

START = date(2026, 3, 2)


@dataclass
class Limited:
    """Memory with limits of its own."""

    limits: Limits
    memory: Memory = field(default_factory=Memory)

    capabilities = Memory.capabilities

    def send(self, message: Outgoing, key: str) -> Receipt:
        return self.memory.send(message, key)

    def check(self) -> str:
        return "limited"

    def close(self) -> None:
        pass


def queued(creditor: Creditor, *domains: str) -> None:
    outboxes.go_live(creditor)
    for number, domain in enumerate(domains):
        person = outboxes.DraftRecipient(None, f"{number}-{creditor.pk}", f"p{number}@{domain}")
        outboxes.queued(creditor, recipients=(person,), key=f"limit-{creditor.pk}-{number}")


def to(way: Limited) -> list[str]:
    return sorted(one.to[0].rpartition("@")[2] for one in way.memory.sent.values())


def test_no_more_leave_than_the_day_allows_however_often_it_is_asked(creditor: Creditor) -> None:
    queued(creditor, *["a.test"] * 5)
    way = Limited(Limits(per_day=3))
    done = deliver.deliver(creditor.pk, outboxes.NOON, {"email": way})
    assert (done.sent, done.tomorrow, done.is_complete) == (3, 2, False)
    again = deliver.deliver(creditor.pk, outboxes.NOON + timedelta(hours=1), {"email": way})
    assert (again.sent, again.tomorrow) == (0, 2)


def test_a_full_domain_does_not_hold_up_the_others(creditor: Creditor) -> None:
    queued(creditor, *["big.test"] * 5, "small.test", "other.test")
    way = Limited(Limits(per_domain_per_day=2))
    done = deliver.deliver(creditor.pk, outboxes.NOON, {"email": way})
    assert to(way) == ["big.test", "big.test", "other.test", "small.test"]
    assert (done.sent, done.tomorrow) == (4, 3)


def test_without_limits_nothing_is_counted(creditor: Creditor, monkeypatch: pytest.MonkeyPatch) -> None:
    queued(creditor, "a.test", "b.test")
    monkeypatch.setattr("dunwell.store.volume.left_on", lambda *_, **__: 1 / 0)
    assert deliver.deliver(creditor.pk, outboxes.NOON, {"email": Limited(Limits())}).sent == 2


def test_a_new_sender_writes_a_little_more_each_day_until_it_is_known() -> None:
    limits = Limits(warm_up_from=START, per_day=500)
    found = [pace.per_day(limits, START + timedelta(n)) for n in range(30)]
    assert found[:4] == [20, 30, 45, 67]
    assert all(one <= other for one, other in pairwise(found)) and found[-1] == 500
    assert pace.per_day(Limits(warm_up_from=START), START + timedelta(pace.WARM_UP_DAYS)) == 0


@given(st.integers(0, 50), st.integers(0, 10), st.lists(st.sampled_from("abc"), max_size=80))
def test_a_quota_is_never_overdrawn(most: int, of_domain: int, wanted: list[str]) -> None:
    quota = pace.Quota(most, of_domain, pace.Counter())
    for domain in wanted:
        if quota.allows(domain):
            quota.take(domain)
    assert not most or quota.used.total() <= most
    assert not of_domain or all(count <= of_domain for count in quota.used.values())
    assert set(quota.full_domains) == {n for n, c in quota.used.items() if of_domain and c >= of_domain}


def test_the_day_of_a_warm_up_is_a_day(creditor: Creditor) -> None:
    ways.configure(creditor, "email", "smtp", {"host": "mail.test", "warm_up_from": "2026-03-02", "per_day": "100"})
    way = ways.channel(creditor, creditor.channels["email"])
    assert way.limits.warm_up_from == START and way.limits.per_day == 100
    assert Smtp(Config(host="mail.test")).limits.warm_up_from is None
    with pytest.raises(ways.SettingUnfit, match="YYYY-MM-DD"):
        ways.configure(creditor, "email", "smtp", {"host": "mail.test", "warm_up_from": "tomorrow"})
