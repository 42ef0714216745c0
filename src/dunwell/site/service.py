"""Commands about the running program: the embedded database and the web."""

from __future__ import annotations

import errno
import os
import socket
from typing import Annotated

import typer
from django.conf import settings
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from dunwell.cli.context import out
from dunwell.core.refusal import Refusal
from dunwell.site import built, database, paths

LOOPBACK = "127.0.0.1"
PORT = 8642
THREADS = 4


class PortTaken(Refusal):
    """Another program listens at {host}:{port}: end it, or choose a port by `--port`."""


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


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than this machine's need TLS in front.")
    ] = LOOPBACK,
    port: Annotated[int, typer.Option(help="The port to listen at.")] = PORT,
    only: Annotated[str, typer.Option(help="Serve one face alone: console or pay.")] = "",
) -> None:
    """Serve the console and the pay page until Ctrl-C."""
    if only not in ("", "console", "pay"):
        raise typer.BadParameter("console or pay", param_hint="--only")
    refuse_taken(host, port)
    found_at(port)
    if only:
        # The server's process reads the one where it is started anew, and has the other where it is a copy of this one.
        os.environ["DUNWELL_FACES"] = only
        settings.FACES = [only]
    out.print(f"Open http://{host}:{port}/ – Ctrl-C ends it.")
    listen(host, port)


def listen(host: str, port: int) -> None:
    """Serve until interrupted; the server's process finds database and faces in its environment."""
    built.make()
    Server(
        "dunwell.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
    ).serve()


def found_at(port: int) -> None:
    """Links of rehearsed letters lead to this port, where nobody said otherwise."""
    # As above: the one counts in a process that is started anew, the other in a copy of this one.
    settings.LOCAL_URL = os.environ.setdefault("DUNWELL_LOCAL_URL", f"http://{LOOPBACK}:{port}")


def refuse_taken(host: str, port: int) -> None:
    """Servers may share a port, and half of the answers would then come from another one's books."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(host=host, port=port) from None
