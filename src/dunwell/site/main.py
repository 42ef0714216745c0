"""The `dunwell` command: one table of commands, each loaded only when it is called.

Commands that only read files (`inspect`, `read`, `forecast`, `interest`, `rates`, `autostart`) start without Django and without a database, so that they answer in
well under two seconds. All others are handed the clock and the data folder, after the database is up.
"""

from __future__ import annotations

import errno
import gc
import importlib
import sys
from typing import Any

import typer

from dunwell.core.refusal import Refusal
from dunwell.site import paths

COMMANDS_ON_FILES = {
    "inspect": "dunwell.cli.inspect:command",
    "read": "dunwell.cli.read:command",
    "forecast": "dunwell.cli.forecast:command",
    "interest": "dunwell.cli.interest:command",
    "rates": "dunwell.cli.rates:application",
    "train-reader": "dunwell.cli.train_reader:command",
    "autostart": "dunwell.site.units:autostart",
}
# Command → module:function, in the order of a person's first days.
COMMANDS = {
    "demo": "dunwell.site.demo:demo",
    "init": "dunwell.cli.daily:init",
    "staff": "dunwell.cli.machine:staff",
    "user": "dunwell.cli.users:user",
    "account": "dunwell.cli.machine:account",
    "import": "dunwell.cli.daily:import_",
    "watch": "dunwell.cli.watch:command",
    "cover": "dunwell.cli.verbs:cover",
    "plan": "dunwell.cli.daily:plan_",
    "preview": "dunwell.cli.daily:preview",
    "day": "dunwell.cli.daily:day_",
    "explain": "dunwell.cli.daily:explain",
    "simulate": "dunwell.cli.daily:simulate_",
    "policies": "dunwell.cli.daily:policies",
    "policy": "dunwell.cli.verbs:policy",
    "wording": "dunwell.cli.verbs:wording",
    "channel": "dunwell.cli.machine:channel",
    "mail": "dunwell.cli.mail:app",
    "digest": "dunwell.cli.digest:app",
    "page": "dunwell.cli.page:page",
    "provider": "dunwell.cli.page:provider",
    "live": "dunwell.cli.daily:live",
    "deliver": "dunwell.cli.daily:deliver_",
    "stop": "dunwell.cli.daily:stop",
    "brake": "dunwell.cli.machine:brake_",
    "work": "dunwell.cli.verbs:work_",
    "approve": "dunwell.cli.verbs:approve_",
    "recall": "dunwell.cli.verbs:recall",
    "task": "dunwell.cli.verbs:task",
    "answer": "dunwell.cli.page:answer",
    "finding": "dunwell.cli.verbs:finding",
    "settle": "dunwell.cli.verbs:settle",
    "apology": "dunwell.cli.news:apology",
    "check-in": "dunwell.cli.news:check_in",
    "lifted": "dunwell.cli.news:lifted",
    "inbox": "dunwell.cli.inbox:app",
    "reply": "dunwell.cli.inbox:reply",
    "cash": "dunwell.cli.cash:cash_",
    "learn": "dunwell.cli.cash:learn",
    "call": "dunwell.cli.calls:call",
    "coach": "dunwell.cli.calls:coach",
    "hold": "dunwell.cli.verbs:hold",
    "promise": "dunwell.cli.verbs:promise",
    "instalments": "dunwell.cli.instalments:command",
    "dispute": "dunwell.cli.verbs:dispute",
    "dispute-owner": "dunwell.cli.disputes:owner",
    "dispute-answer": "dunwell.cli.disputes:answer",
    "credits": "dunwell.cli.disputes:credits_app",
    "offers": "dunwell.cli.offers:app",
    "capacity": "dunwell.cli.capacity:app",
    "recurring": "dunwell.cli.recurring:app",
    "order": "dunwell.cli.order:app",
    "late": "dunwell.cli.late:app",
    "allocate": "dunwell.cli.verbs:allocate",
    "on-account": "dunwell.cli.verbs:on_account",
    "contacted": "dunwell.cli.verbs:contacted",
    "opt-out": "dunwell.cli.verbs:opt_out",
    "person": "dunwell.cli.person:app",
    "bulk": "dunwell.cli.bulk:app",
    "state": "dunwell.cli.verbs:state",
    "owes": "dunwell.cli.verbs:owes",
    "export": "dunwell.cli.export:command",
    "agreement": "dunwell.cli.rights:agreement",
    "intake": "dunwell.cli.intake:command",
    "acknowledged": "dunwell.cli.rights:acknowledged",
    "letter": "dunwell.cli.rights:letter",
    "charge": "dunwell.cli.rights:charge",
    "limitation": "dunwell.cli.rights:limitation",
    "retainer": "dunwell.cli.rights:retainer",
    "document": "dunwell.cli.document:app",
    "vat": "dunwell.cli.document:vat",
    "claim": "dunwell.cli.claim:command",
    "stopwork": "dunwell.cli.stopwork:app",
    "folder": "dunwell.cli.folder:command",
    "video": "dunwell.cli.video:command",
    "check": "dunwell.cli.machine:check_",
    "audit": "dunwell.cli.machine:audit",
    "backup": "dunwell.cli.backup:backup_",
    "restore": "dunwell.site.restore:restore",
    "restored": "dunwell.cli.backup:restored_",
    "upgrade": "dunwell.site.upgrade:upgrade",
    "bench": "dunwell.cli.machine:bench",
    "worker": "dunwell.site.worker:worker",
    "serve": "dunwell.site.service:serve",
    "db": "dunwell.site.service:db",
}
ON_OLDER_BOOKS = ("upgrade", "restore", "db")
"""Find the tables as they stand; all others want them in this release's shape."""
REFUSED = 2
DISK_FULL = "53100"
FULL = "the disk is full ({where}): make room and repeat; nothing is lost."
BY_NAME = (
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
)
"""What goes wrong with a file or folder that somebody named."""
NEW_OBJECTS = 50_000
"""Cycles are looked for after so many new objects: after the usual 700, a quarter of a long run goes into looking at what stays."""


def main() -> None:
    """Run the command named first; anticipated trouble is one sentence and exit code 2, never a traceback."""
    gc.set_threshold(NEW_OBJECTS)
    try:
        _application(sys.argv[1:])(prog_name="dunwell")
    except Refusal as refusal:
        sys.exit(_said(str(refusal)))
    except _database_errors() as error:
        if _sqlstate(error) == DISK_FULL:
            sys.exit(_said(FULL.format(where="the database's")))
        sys.exit(
            _said(f"the database does not answer: {_first_line(error)}. Is it running, is DUNWELL_DATABASE_URL right?")
        )
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit(_said(FULL.format(where=error.filename or "while writing")))
        if error.errno not in BY_NAME or not error.filename:
            raise
        sys.exit(_said(f"{error.filename}: {error.strerror}. Check the name, and whether you may read or write there."))


def _application(words: list[str]) -> typer.Typer:
    """The command named, or all of them where none is; only what is needed is loaded."""
    name = words[0] if words else ""
    application = typer.Typer(add_completion=False, help=HELP, no_args_is_help=True, pretty_exceptions_enable=False)
    names = [name] if name in COMMANDS or name in COMMANDS_ON_FILES else [*COMMANDS_ON_FILES, *COMMANDS]
    if name in COMMANDS_ON_FILES:
        # Without a callback Typer takes the only command for the program itself, and its name for an argument.
        application.callback()(_alone)
    else:
        _wire(application, name if name in COMMANDS and "--help" not in words else "")
    for one in names:
        _add(application, one)
    return application


def _alone(context: typer.Context) -> None:
    """Commands on files are handed the data folder alone."""
    context.obj = paths.data_dir()


def _wire(application: typer.Typer, name: str) -> None:
    """Bring Django (and, for a command that is to run, the database) up; hand the clock and the folder to the commands."""
    boot = importlib.import_module("dunwell.site.boot")
    if not name:
        boot.set_up()
    elif name in ON_OLDER_BOOKS:
        boot.reach()
    else:
        boot.boot()
    wiring = importlib.import_module("dunwell.site.wiring").wiring()

    @application.callback()
    def handed(context: typer.Context) -> None:
        context.obj = wiring


def _add(application: typer.Typer, name: str) -> None:
    place, _, attribute = {**COMMANDS_ON_FILES, **COMMANDS}[name].partition(":")
    found: Any = getattr(importlib.import_module(place), attribute)
    if isinstance(found, typer.Typer):
        application.add_typer(found, name=name)
    else:
        application.command(name)(found)


def _database_errors() -> tuple[type[Exception], ...]:
    """What a silent database raises, by each way in which it is spoken with; asked only when something was raised, since commands on
    files load none of them."""
    ways = (sys.modules.get(name) for name in ("django.db.utils", "psycopg", "adbc_driver_manager"))
    return tuple(error for way in ways if way for error in (way.OperationalError, way.InterfaceError))


def _sqlstate(error: BaseException) -> str:
    """The server's code of an error, also beneath Django's own; empty where it gave none."""
    found = (getattr(one, "sqlstate", None) for one in (error, error.__cause__))
    return next((str(code) for code in found if code), "")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _said(message: str) -> int:
    print(f"dunwell: {message}", file=sys.stderr)
    return REFUSED


HELP = "Dunwell gets a business paid on time without burning bridges."
