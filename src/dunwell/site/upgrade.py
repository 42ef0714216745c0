"""`dunwell upgrade`: the books of an older release get the shape of this one, after a backup and a trial; and the way back.

The trial is made in a copy beside the books: there the change is carried out, every fact is compared and the audit chain is walked.
Only then the books themselves are changed, each step whole or not at all: killed in between, the same command goes on.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from dunwell import __version__
from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.core.refusal import Refusal
from dunwell.run import archives, auditing, backup
from dunwell.site import boot
from dunwell.site.beside import turned_to
from dunwell.store import dumps, shapes
from dunwell.store.models import Creditor

NOTE = "upgrade.json"


class TrialFailed(Refusal):
    """The upgrade was tried on a copy, and {what} did not come out as it went in. Nothing was changed; the backup is {file}."""


class NoWayBack(Refusal):
    """No upgrade of these books is noted in {folder}."""


class BooksWentOn(Refusal):
    """Since the upgrade the books went on ({table}), and going back would forget that. Install the release before, then `dunwell restore {file}`: it asks what went out since."""


@dataclass(frozen=True, slots=True)
class Note:
    """What leads back: the backup of before, and the books right after."""

    file: str
    tally: dumps.Tally


def upgrade(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, after what was shown.")] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Undo the last upgrade, while nothing was recorded since.")
    ] = False,
) -> None:
    """Bring the books of an older release to this one: backup, trial on a copy, then the books; --back leads back."""
    if back:
        _back(yes)
        return
    waiting = boot.pending()
    if not waiting:
        out.print(f"The books have the shape of Dunwell {__version__}.")
        return
    for one in waiting:
        others = "others may work meanwhile" if shapes.lets_others_work(one) else "others must be stopped"
        out.print(f"{one.app_label} {one.name}: {others}")
    needs_standstill = not all(map(shapes.lets_others_work, waiting))
    if needs_standstill:
        dumps.refuse_in_use()
    if not yes:
        out.print(f"With --yes: a backup, a trial on a copy of the books, then these {len(waiting)} changes.")
        raise typer.Exit(1)
    made = backup.make(cli.wiring(context).now())
    out.print(f"1. {made.file}: {made.rows:,} rows, restored on trial.")
    _try(made.file)
    out.print("2. Tried on a copy: every fact is the same, the audit chain holds.")
    if needs_standstill:
        dumps.refuse_in_use()
    boot.migrate()
    _note(Note(str(made.file), dumps.now()))
    out.print(f"3. The books have the shape of Dunwell {__version__}. `dunwell upgrade --back` undoes it.")


def _try(file: Path) -> None:
    """Carry the change out in a copy made of the backup, and compare what came out with the books."""
    copy = f"{dumps.here()}_trial"
    with archives.opened(file) as archive:
        dumps.put(archive.dump, copy)
    try:
        with turned_to(copy):
            boot.migrate()
            broken = [one.slug for one in Creditor.objects.order_by("pk") if auditing.verify(one).broken]
        if broken:
            raise TrialFailed(what=f"the audit chain of {', '.join(broken)}", file=file)
        if tables := dumps.altered(dumps.here(), copy):
            raise TrialFailed(what=", ".join(tables), file=file)
    finally:
        dumps.drop(copy)


def _back(is_sure: bool) -> None:
    """The backup of before takes the place of the books: allowed while they are what the upgrade made of it, so nothing is forgotten."""
    note = _noted()
    dumps.refuse_in_use()
    now = dumps.now()
    for table in note.tally.keys() | now.keys():
        if note.tally.get(table) != now.get(table):
            raise BooksWentOn(table=table, file=note.file)
    if not is_sure:
        out.print(f"With --yes {note.file} takes the place of the books: nothing was recorded since.")
        raise typer.Exit(1)
    fresh = f"{dumps.here()}_restored"
    with archives.opened(Path(note.file)) as archive:
        backup.compare(archive.manifest.tally, dumps.put(archive.dump, fresh))
    dumps.swap(fresh, kept=f"{dumps.here()}_replaced")
    _place().unlink()
    out.print("The books are what they were. Install the release before; this one wants `dunwell upgrade` again.")


def _note(note: Note) -> None:
    _place().write_text(json.dumps(asdict(note)))


def _noted() -> Note:
    if not _place().is_file():
        raise NoWayBack(folder=_place().parent)
    told = json.loads(_place().read_text())
    return Note(told["file"], {table: (rows, total) for table, (rows, total) in told["tally"].items()})


def _place() -> Path:
    return Path(settings.DATA_DIR) / NOTE
