"""How fast messages may leave: so many a second by one way, so many a minute to one domain, evenly spaced."""

from __future__ import annotations

from dataclasses import dataclass, field

from dunwell.core.channel import Limits


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
