"""A folder into which banks and programs put their files: each is imported once, none is moved.

A file is taken when nothing has been written to it for some seconds, and known again by its content: the same bytes under another
name, or after a restart, are not imported twice. A file that is refused is told once and stays a finding until a person has looked;
when it is written anew it is tried anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dunwell.core.refusal import Refusal
from dunwell.run import ingest_documents
from dunwell.run.ingest import Summary
from dunwell.run.ingest_documents import Options
from dunwell.store import scope
from dunwell.store.models import Creditor, FindingRecord, ImportFile

QUIET_S = 5
"""A file that grew in the last seconds may be half written."""
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".temp", ".swp", "~")
REFUSED = "file_refused"


class FolderMissing(Refusal):
    """There is no folder {path} to watch."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one file: what was imported, or why it was refused."""

    file: str
    summaries: tuple[Summary, ...] = ()
    refusal: str = ""


Stamp = tuple[int, int]
Seen = dict[Path, Stamp]


def once(
    creditor: Creditor, folder: Path, seen: Seen, *, now: datetime, as_of: date, by: str, options: Options
) -> Iterator[Taken]:
    """Import what is new and complete; `seen` remembers what was looked at, so that a quiet folder costs nothing."""
    if not folder.is_dir():
        raise FolderMissing(path=folder)
    for path in sorted(folder.iterdir()):
        stamp = _stamp(path)
        if stamp is None or seen.get(path) == stamp or now.timestamp() - stamp[1] / 1e9 < QUIET_S:
            continue
        seen[path] = stamp
        digest = _sha256(path)
        if not _is_known(creditor, digest):
            yield _take(creditor, path, digest, as_of=as_of, by=by, options=options)


def _stamp(path: Path) -> Stamp | None:
    """Size and time of the last change; None for what is no file of interest, or gone meanwhile."""
    if path.name.startswith(".") or path.name.lower().endswith(UNFINISHED):
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if path.is_file() and found.st_size else None


def _is_known(creditor: Creditor, digest: str) -> bool:
    with scope.of(creditor.pk):
        return (
            ImportFile.objects.filter(sha256=digest).exists()
            or FindingRecord.objects.filter(code=REFUSED, value=digest).exists()
        )


def _take(creditor: Creditor, path: Path, digest: str, *, as_of: date, by: str, options: Options) -> Taken:
    try:
        summaries = ingest_documents.file(creditor, path, as_of=as_of, by=by, options=options)
    except Refusal as refusal:
        with scope.of(creditor.pk):
            FindingRecord.objects.create(
                creditor=creditor,
                effective_on=as_of,
                by=by,
                code=REFUSED,
                message=str(refusal),
                file_name=path.name,
                value=digest,
                remedy="Put a file that can be read into the folder, or import it by hand.",
            )
        return Taken(path.name, refusal=str(refusal))
    return Taken(path.name, tuple(summaries))


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
