"""Back everything up, try the copy, keep what rotation keeps.

A backup counts when it was opened again, restored into a database beside ours, and its tally is that of the moment it was taken;
only then it gets its name.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from dunwell import __version__
from dunwell.core.refusal import Refusal
from dunwell.engine import rotation
from dunwell.run import archives
from dunwell.run.archives import Manifest
from dunwell.store import dumps, locks
from dunwell.store.models import Creditor

INSTALLATION = 0
"""In place of a creditor: the errand is everybody's."""
LATE_AFTER = timedelta(hours=36)
KILLED_AFTER = timedelta(days=1)
"""Nobody works so long on an opened copy."""


class BackupUnderWay(Refusal):
    """A backup is being made already: wait for it to end."""


class CopyDiffers(Refusal):
    """The backup was taken, restored on trial, and is not the same: {table} has {now} rows for {then}. It was thrown away; look at the disk."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was tried: restored beside ours, every table the same."""

    file: Path
    rows: int
    tables: int
    bytes: int
    removed: int  # older ones that rotation let go


def make(now: datetime, *, folder: Path | None = None) -> Backup:
    """Take a backup into a folder (without one, where the settings say), try it, and let older ones go."""
    folder = folder or settings.BACKUPS
    folder.mkdir(parents=True, exist_ok=True)
    with locks.alone(INSTALLATION, "backup") as is_alone:
        if not is_alone:
            raise BackupUnderWay
        _sweep(folder, now)
        file = folder / archives.name_of(now)
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="backup-") as name:
            taken = dumps.take(Path(name) / "database.dump")
            manifest = Manifest(__version__, now, taken.migrations, taken.application, taken.tally)
            untried = file.with_suffix(".untried")
            archives.seal(manifest, Path(name) / "database.dump", untried)
        try:
            _try(untried)
        except BaseException:
            untried.unlink()
            raise
        untried.rename(file)
        removed = _rotate(folder)
    return Backup(
        file, sum(rows for rows, _ in taken.tally.values()), len(taken.tally), file.stat().st_size, len(removed)
    )


def newest(folder: Path | None = None) -> datetime | None:
    """When the newest backup was taken, UTC."""
    return max(archives.in_folder(folder or settings.BACKUPS), default=None)


def is_due(now: datetime) -> bool:
    """No backup was taken yet on this day of the first creditor who is not the demo; nobody else's books are worth one."""
    first = Creditor.objects.filter(is_demo=False).order_by("pk").first()
    last = newest()
    if first is None:
        return False
    zone = ZoneInfo(first.timezone)
    return last is None or last.astimezone(zone).date() < now.astimezone(zone).date()


def compare(then: dumps.Tally, now: dumps.Tally) -> None:
    """Refuse where a table is not what it was."""
    for table, (rows, total) in then.items():
        found = now.get(table, (0, ""))
        if found != (rows, total):
            raise CopyDiffers(table=table, now=found[0], then=rows)


def _sweep(folder: Path, now: datetime) -> None:
    """Take away what a backup or a restore left that was killed: no half copy of the books lies about in the clear."""
    for half in (*folder.glob("*.untried"), *folder.glob(".*.partial")):
        half.unlink()
    for opened in Path(settings.DATA_DIR).glob("backup-*"):
        if datetime.fromtimestamp(opened.stat().st_mtime, UTC) < now - KILLED_AFTER:
            shutil.rmtree(opened)


def _try(file: Path) -> None:
    """Open the very file that was written, restore it beside ours, compare."""
    trial = f"{dumps.here()}_trial"
    with archives.opened(file) as archive:
        try:
            compare(archive.manifest.tally, dumps.put(archive.dump, trial))
        finally:
            dumps.drop(trial)


def _rotate(folder: Path) -> list[Path]:
    files = archives.in_folder(folder)
    removed = [files[at] for at in files.keys() - rotation.kept(files)]
    for file in removed:
        file.unlink()
    return removed
