"""Commands about the running program: the embedded database and the web."""

from __future__ import annotations

import typer

from dunwell.cli.context import out
from dunwell.site import database, paths

db = typer.Typer(help="The embedded database.", no_args_is_help=True)


@db.command("stop")
def db_stop() -> None:
    """Stop the embedded database; the next command starts it again."""
    stopped = database.stop(paths.data_dir() / "postgres")
    out.print("the database is stopped" if stopped else "the database was not running")


@db.command("status")
def db_status() -> None:
    """Where the database is; starts it when it sleeps."""
    out.print(database.addresses().application)


def serve() -> None:
    """Serve the web faces on 127.0.0.1."""
    out.print("There is no web face in this release yet; the command line does everything.")
