"""The present of a long errand: told once by whoever has the clock, and going on by itself."""

from __future__ import annotations

import time
from datetime import datetime, timedelta


class Moment:
    """`now` as it goes on: measured from the start by a clock that neither jumps nor rests while the machine sleeps."""

    CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._start_s = time.clock_gettime(self.CLOCK)

    def at(self) -> datetime:
        return self._now + timedelta(seconds=time.clock_gettime(self.CLOCK) - self._start_s)
