"""`dunwell demo`: a creditor at work, generated from a seed, and its console."""

from __future__ import annotations

from typing import Annotated

import typer
from django.db import connections

from dunwell.cli.context import out
from dunwell.core.roles import DeskRole
from dunwell.run import demo as demo_run
from dunwell.run import users
from dunwell.site import clock, database, paths, service

USER = "demo"


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the run, and stop what was started.")] = False,
    port: Annotated[int, typer.Option(help="The port that the console listens at.")] = service.PORT,
) -> None:
    """Load the demo creditor, live through its last weeks in rehearsal, run today, show what happened, serve its console."""
    if not once:
        service.refuse_taken(service.LOOPBACK, port)
    service.found_at(port)
    try:
        shown = demo_run.run(
            as_of=clock.today("Europe/Sofia"), folder=paths.data_dir(), now=clock.now(), by="demo", say=out.print
        )
        out.print(shown.report, markup=False)
        users.add(shown.creditor, USER, role=DeskRole.ADMIN, by="demo", full_name="Мария Иванова")
        password = users.new_password(USER)
        address = f"http://{service.LOOPBACK}:{port}/ – user {USER}, password {password}"
        if once:
            out.print(f"  dunwell serve --port {port}   the console, at {address}", markup=False)
        else:
            out.print(f"The console: {address}. Ctrl-C ends it.", markup=False)
            service.listen(service.LOOPBACK, port)
    finally:
        connections.close_all()
        database.leave(paths.data_dir() / "postgres")
