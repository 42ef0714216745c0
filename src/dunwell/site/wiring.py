"""What commands are handed: the clock and the data folder."""

from __future__ import annotations

from dunwell.cli.context import Wiring
from dunwell.site import clock, paths


def wiring() -> Wiring:
    return Wiring(now=clock.now, today=clock.today, data=paths.data_dir())
