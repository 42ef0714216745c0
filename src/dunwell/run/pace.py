"""How fast messages may leave (so many a second by one way, so many a minute to one domain, evenly spaced), and how many in a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from dunwell.core.channel import Limits
from dunwell.store import volume

WARM_UP_FIRST = 20
WARM_UP_DAYS = 21
"""After three weeks receivers know a sender: 20 on the first day, half as many again each day, 66,000 on the last."""


@dataclass
class Pace:
    """Moments are seconds of any clock that never turns back."""

    limits: Limits
    _free_at: float = 0.0
    _domain_free_at: dict[str, float] = field(default_factory=dict)

    def wait_s(self, domain: str, moment: float) -> float:
        """Seconds until a message to this domain may leave; zero = now."""
        return max(0.0, self._free_at - moment, self._domain_free_at.get(domain, 0.0) - moment)

    def take(self, domain: str, moment: float) -> None:
        """A message leaves now."""
        if self.limits.per_second:
            self._free_at = moment + 1 / self.limits.per_second
        if self.limits.per_domain_per_minute:
            self._domain_free_at[domain] = moment + 60 / self.limits.per_domain_per_minute


def per_day(limits: Limits, on: date) -> int:
    """How many messages may leave by a way on a day; zero = as many as there are."""
    if limits.warm_up_from is None:
        return limits.per_day
    days = max(0, (on - limits.warm_up_from).days)
    if days >= WARM_UP_DAYS:
        return limits.per_day
    warm = WARM_UP_FIRST * 3**days // 2**days
    return min(warm, limits.per_day) if limits.per_day else warm


@dataclass
class Quota:
    """What is left of a day: `used` are the messages that left or may have left, by domain."""

    most: int
    most_of_domain: int
    used: Counter[str]

    @property
    def is_bound(self) -> bool:
        return bool(self.most or self.most_of_domain)

    @property
    def left(self) -> int | None:
        """None = as many as there are."""
        return max(0, self.most - self.used.total()) if self.most else None

    @property
    def full_domains(self) -> list[str]:
        return [name for name, count in self.used.items() if self.most_of_domain and count >= self.most_of_domain]

    def allows(self, domain: str) -> bool:
        return self.left != 0 and not (self.most_of_domain and self.used[domain] >= self.most_of_domain)

    def take(self, domain: str) -> None:
        """A message leaves; one that fails has used its place all the same."""
        self.used[domain] += 1


def quota(creditor_id: int, limits: Limits, on: date, *, channels: Sequence[str], rehearsal: bool) -> Quota:
    """Of a way on a day. What left by it earlier that day is counted where there is a limit: most have none."""
    found = Quota(per_day(limits, on), limits.per_domain_per_day, Counter())
    if found.is_bound:
        found.used.update(volume.left_on(creditor_id, on, channels=channels, rehearsal=rehearsal))
    return found
