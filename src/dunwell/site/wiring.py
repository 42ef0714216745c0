"""What commands are handed: the clock, the data folder, and how the files of the faces are made."""

from __future__ import annotations

from dunwell.cli.context import Wiring
from dunwell.site import built, clock, paths


def wiring() -> Wiring:
    return Wiring(now=clock.now, today=clock.today, data=paths.data_dir(), faces=built.make)
