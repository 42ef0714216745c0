"""A file that somebody hands in at a desk: kept as it came, looked at, its columns named, then imported.

Between looking and importing it lies in the data folder, below its creditor, under a name that nobody can guess.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dunwell.core.records import Question, RecordKind
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers import headings, table
from dunwell.run import ingest, ingest_documents
from dunwell.run.ingest_documents import Options
from dunwell.store.models import Creditor

FOLDER = "first-sheets"
BYTES_MAX = 100 * 2**20
TOKEN = re.compile(r"[0-9a-f]{32}")
TRIED_ROWS_MAX = 20_000
"""A larger file is not read through just to be looked at."""
SHOWN_FINDINGS = 20
SAMPLES = 3


class FileTooLarge(Refusal):
    """The file is larger than {most} MB: import it with `dunwell import` at the machine itself."""


class FileEmpty(Refusal):
    """The file is empty."""


class UploadGone(Refusal):
    """This file is not here any more: hand it in again."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its header, the field that it is taken for (empty: not read), and what its first cells hold."""

    header: str
    field: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it would be imported; `trouble` says why it cannot be yet. Only a table has `columns` and their `fields`."""

    name: str
    format: str
    kind: str = ""
    rows: int = 0
    customers: int = 0
    columns: tuple[Column, ...] = ()
    fields: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: int = 0
    trouble: Refusal | None = None

    @property
    def is_ready(self) -> bool:
        return not self.trouble and not self.questions and bool(self.rows or not self.columns)


def keep(creditor: Creditor, name: str, chunks: Iterable[bytes], *, data: Path) -> str:
    """Lay a file down as it came; gives the token by which it is found again."""
    token = secrets.token_hex(16)
    folder = data / FOLDER / creditor.slug / token
    folder.mkdir(parents=True)
    path = folder / (re.sub(r"[^\w .()+-]", "_", Path(name).name).lstrip(".")[-120:] or "file")
    written = 0
    with path.open("wb") as file:
        for chunk in chunks:
            written += len(chunk)
            if written > BYTES_MAX:
                break
            file.write(chunk)
    if not 0 < written <= BYTES_MAX:
        path.unlink()
        folder.rmdir()
        raise FileTooLarge(most=BYTES_MAX // 2**20) if written else FileEmpty
    return token


def path_of(creditor: Creditor, token: str, *, data: Path) -> Path:
    """The file of a token of this creditor's."""
    folder = data / FOLDER / creditor.slug / token
    found = next(iter(folder.iterdir()), None) if TOKEN.fullmatch(token) and folder.is_dir() else None
    if found is None:
        raise UploadGone
    return found


def look(creditor: Creditor, path: Path, options: Options) -> Sheet:
    """What the file is taken for with these answers, and what an import would say of its rows; records nothing."""
    try:
        format = ingest_documents.recognised(path, options)
    except Refusal as refusal:
        return Sheet(path.name, "", trouble=refusal)
    if format != "table":
        return Sheet(path.name, format)
    assert options.mapping is None or isinstance(options.mapping, ingest_documents.Mapping)
    seen = table.head(path, kind=options.kind, mapping=options.mapping)
    columns = tuple(_columns(seen))
    fields = headings.fields_of(seen.kind)
    try:
        sheet = ingest.understand(
            creditor,
            path,
            kind=options.kind,
            mapping=options.mapping,
            date_order=options.date_order,
            decimal=options.decimal,
        )
    except Refusal as refusal:
        return Sheet(path.name, format, str(seen.kind), columns=columns, fields=fields, trouble=refusal)
    customers, refused, findings = (0, 0, ()) if sheet.questions or sheet.rows > TRIED_ROWS_MAX else _tried(sheet)
    return Sheet(
        path.name, format, str(sheet.kind), sheet.rows, customers, columns, fields, sheet.questions,
        (*sheet.findings, *findings), refused,
    )  # fmt: skip


def missing(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    """Groups of fields of which the sheet needs one and has none."""
    if not sheet.columns:
        return ()
    named = {one.field for one in sheet.columns}
    return tuple(group for group in headings.NEEDED[RecordKind(sheet.kind)] if not named & set(group))


def _columns(seen: table.Head) -> Iterable[Column]:
    for place, header in enumerate(seen.headers):
        cells = (row[place] for row in seen.rows if row[place])
        samples = tuple(islice(dict.fromkeys(cells), SAMPLES))
        if header or samples:
            yield Column(header, seen.fields[place], samples)


def _tried(sheet: ingest.Understood) -> tuple[int, int, tuple[Finding, ...]]:
    """How many customers it names, how many rows would be refused, and the first findings."""
    customers, refused, found = 0, 0, []
    for batch in sheet.batches():
        customers += batch.customers.height
        found += [ingest.finding(row, sheet.file_name) for row in batch.findings.iter_rows(named=True)]
        refused += sum(severity == "error" for severity in batch.findings["severity"])
    return customers, refused, tuple(found[:SHOWN_FINDINGS])
