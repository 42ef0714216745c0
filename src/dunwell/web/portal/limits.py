"""How often somebody may ask for pages that do not exist: enough for a mistyped link, too little for guessing.

Counted in this process alone and forgotten after a minute; a page that exists is never refused for it.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

MISSES_PER_MINUTE_MAX = 30
ADDRESSES_MAX = 10_000
"""So much is remembered at most; the oldest are forgotten first."""
MINUTE_S = 60


class Misses:
    """Misses by address in the current minute."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._lock = Lock()

    def is_too_many(self, address: str, at_s: float) -> bool:
        """Count one more miss; whether there were too many in this minute."""
        key = (address, int(at_s // MINUTE_S))
        with self._lock:
            self._counts[key] = self._counts.pop(key, 0) + 1
            while len(self._counts) > ADDRESSES_MAX:
                self._counts.popitem(last=False)
            return self._counts[key] > MISSES_PER_MINUTE_MAX
