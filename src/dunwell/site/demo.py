"""`dunwell demo`: a creditor at work, generated from a seed."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from dunwell.cli.context import out
from dunwell.run import demo as demo_run
from dunwell.site import clock, database, paths

HOUR_S = 3600


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the run, and stop what was started.")] = False,
) -> None:
    """Load the demo creditor, live through its last weeks in rehearsal, run today, and show what happened."""
    try:
        shown = demo_run.run(
            as_of=clock.today("Europe/Sofia"), folder=paths.data_dir(), now=clock.now(), by="demo", say=out.print
        )
        out.print(shown.report, markup=False)
        if not once:
            out.print("The database stays up for more commands until Ctrl-C.")
            while True:
                time.sleep(HOUR_S)
    finally:
        database.stop(paths.data_dir() / "postgres")
