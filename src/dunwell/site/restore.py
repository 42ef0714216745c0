"""`dunwell restore`: a backup takes the place of the books, in rehearsal, with an empty outbox and the question what went out since.

Everything happens in a database beside ours; only when it is complete do the two change names, in one transaction. Killed before, nothing
has changed; killed after, everything has. The books that were replaced stay beside them until the next restore.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import WhyOption
from dunwell.core.refusal import Refusal
from dunwell.run import archives, backup, persons, restored
from dunwell.run.archives import Archive
from dunwell.site import boot
from dunwell.site.beside import turned_to
from dunwell.store import dumps
from dunwell.store.models import Creditor


class BackupNewer(Refusal):
    """This backup was written by Dunwell {program}, which knows {migration}: install that release, then restore."""


class FileMissing(Refusal):
    """There is no file {file}."""


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The backup.")],
    key: Annotated[
        Path | None, typer.Option(help="The file with the backup's key; this installation's own without it.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Replace the books, after what was shown.")] = False,
    why: WhyOption = "",
) -> None:
    """Put a backup in the place of the books: in rehearsal, nothing unsent kept; `dunwell restored` then asks what went out since."""
    wiring = cli.wiring(context)
    if not file.is_file():
        raise FileMissing(file=file)
    dumps.refuse_in_use()
    with archives.opened(file, key_in=key) as archive:
        _refuse_newer(archive)
        rows = sum(count for count, _ in archive.manifest.tally.values())
        out.print(
            f"{file.name}: {rows:,} rows as of {archive.manifest.taken_at:%Y-%m-%d %H:%M} UTC, by Dunwell {archive.manifest.program}"
        )
        if not yes:
            out.print(
                "With --yes these rows take the place of the books, which stay beside them until the next restore."
            )
            raise typer.Exit(1)
        fresh, kept = f"{dumps.here()}_restored", f"{dumps.here()}_replaced"
        backup.compare(archive.manifest.tally, dumps.put(archive.dump, fresh))
        with turned_to(fresh):
            boot.migrate()
            for creditor in Creditor.objects.order_by("pk"):
                restored.settle(
                    creditor, backup_at=archive.manifest.taken_at, replaced=kept, on=wiring.today(creditor.timezone),
                    by=cli.who(), why=why or file.name,
                )  # fmt: skip
                persons.repeat(creditor, file.parent, on=wiring.today(creditor.timezone), by=cli.who())
        _put_files(archive.files, Path(settings.DATA_DIR), aside=f"before-{wiring.now():{archives.MOMENT}}")
        dumps.swap(fresh, kept=kept)
    out.print("[bold]The books are restored, in rehearsal.[/] What waited to be sent was withdrawn.")
    out.print(
        "1. Import what came in since: statements, payments, invoices.  2. `dunwell restored`.  3. `dunwell live`."
    )


def _refuse_newer(archive: Archive) -> None:
    """An older program must not work in newer tables."""
    known = set(boot.known_migrations())
    unknown = [name for name in archive.manifest.migrations if name not in known]
    if unknown:
        raise BackupNewer(program=archive.manifest.program, migration=unknown[-1])


def _put_files(source: Path, data: Path, *, aside: str) -> None:
    """The installation's secrets and own rules as they were; what differs from them now is laid aside, never lost."""
    for file in sorted(one for one in source.rglob("*") if one.is_file()):
        place = data / file.relative_to(source)
        if place.is_file() and place.read_bytes() == file.read_bytes():
            continue
        if place.is_file():
            kept = data / aside / file.relative_to(source)
            kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.rename(kept)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(file, place)
