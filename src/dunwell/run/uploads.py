"""A file that came through the console: kept, looked at with its columns, then imported while its person watches.

A file lies in a folder of its own below the data folder; beside it, with a dot before their names, how far its import is and the
rows that were refused, so that they can be put right in place. An import is one transaction: a
server that dies leaves nothing half done, only a state that no longer moves.
"""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connections

from dunwell.core.records import Mapping, Question, RecordKind, StatementMapping
from dunwell.core.refusal import Finding, Refusal
from dunwell.core.spreadsheet import harmless
from dunwell.plugins.importers import findings_csv, headings, table
from dunwell.plugins.importers.table import Head
from dunwell.run import ingest, ingest_documents
from dunwell.run.ingest_documents import Options
from dunwell.store.models import Creditor

FOLDER = "uploads"
STATE = ".state.json"
REFUSED = ".refused.csv"
BYTES_MAX = 200_000_000
"""Twice what a sheet of a million open items takes; larger ones are imported by the command."""
KEPT_MAX = 20
"""Uploads of one creditor that are kept; what was imported stands in the ledger row by row."""
TRIED_ROWS_MAX = 20_000
"""A larger sheet is not read through just to be looked at."""
SHOWN_FINDINGS = 50
REPAIRED_MAX = 100
"""More rows than that are put right in the program they come from."""
WRONG = "Dunwell: what is wrong"


class FileTooLarge(Refusal):
    """The file is larger than {most} MB: import it with the command `dunwell import`."""


class FileEmpty(Refusal):
    """The file is empty."""


class NameUnfit(Refusal):
    """The file has no name that can be kept."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is taken for: a `head` with its columns where it is a table, else what was understood in plain terms.

    `customers`, `rows_refused` and the findings of rows are those of a sheet that is small enough to be read through.
    `trouble` says why the file cannot be imported as it is.
    """

    name: str
    format: str
    head: Head | None = None
    fields: tuple[str, ...] = ()
    rows: int = 0
    customers: int = 0
    rows_refused: int = 0
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    understood: tuple[tuple[str, str], ...] = ()
    trouble: Refusal | None = None

    @property
    def is_ready(self) -> bool:
        return not self.trouble and not self.questions


@dataclass(frozen=True, slots=True)
class State:
    """How far an import is: `phase` is waiting, running, done, refused, or broken by a fault of ours."""

    phase: str = "waiting"
    done: int = 0
    total: int = 0
    said: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refused:
    """Rows that did not go in: their cells below `titles`, and what is wrong with each."""

    titles: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], str], ...]


def keep(creditor: Creditor, folder: Path, name: str, chunks: Iterable[bytes]) -> str:
    """Keep a file and give the word it is found by; the oldest of too many are removed."""
    plain = re.sub(r"[^\w.\- ()№]", "_", Path(name).name)[-120:].strip(". ")
    if not plain:
        raise NameUnfit
    mine = folder / FOLDER / str(creditor.pk)
    mine.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(12)
    place = mine / token
    place.mkdir()
    size = 0
    with (place / plain).open("wb") as target:
        for chunk in chunks:
            size += len(chunk)
            if size > BYTES_MAX:
                shutil.rmtree(place)
                raise FileTooLarge(most=BYTES_MAX // 1_000_000)
            target.write(chunk)
    if not size:
        shutil.rmtree(place)
        raise FileEmpty
    for old in sorted(mine.iterdir(), key=lambda one: one.stat().st_mtime)[:-KEPT_MAX]:
        shutil.rmtree(old)
    return token


def find(creditor: Creditor, folder: Path, token: str) -> Path | None:
    """The file of that word, if it is this creditor's."""
    if not re.fullmatch(r"[0-9a-f]{24}", token):
        return None
    place = folder / FOLDER / str(creditor.pk) / token
    return next((one for one in place.iterdir() if not one.name.startswith(".")), None) if place.is_dir() else None


def look(creditor: Creditor, path: Path, options: Options) -> Look:
    """What would be imported; nothing is recorded."""
    try:
        format = ingest_documents.recognised(path, options)
        if format != "table":
            return _look_at_document(creditor, path, format, options)
        assert not isinstance(options.mapping, StatementMapping)
        head = table.head(path, kind=options.kind, mapping=options.mapping)
    except Refusal as refusal:
        return Look(path.name, "", trouble=refusal)
    seen = Look(path.name, format, head, headings.fields_of(head.kind))
    try:
        sheet = ingest_documents.understood(creditor, path, options)
    except Refusal as refusal:
        return replace(seen, trouble=refusal)
    seen = replace(seen, rows=sheet.rows, questions=sheet.questions, findings=sheet.findings)
    return seen if sheet.questions or sheet.rows > TRIED_ROWS_MAX else _tried(seen, sheet)


def mapping_of(head: Head, columns: dict[str, str], kind: RecordKind | None) -> Mapping:
    """What a person said of the columns, as a mapping: only known fields, a blank one is not read."""
    known = set(headings.fields_of(head.kind))
    return Mapping(columns={name: said if said in known else "" for name, said in columns.items()}, kind=kind)


def start(creditor: Creditor, path: Path, options: Options, *, as_of: date, by: str) -> threading.Thread:
    """Import in the background; `state` tells how far it is."""
    _write(path, State("running"))
    options = replace(options, findings_file=path.parent / REFUSED)
    errand = threading.Thread(target=_import, args=(creditor, path, options, as_of, by), daemon=True)
    errand.start()
    return errand


def state(path: Path) -> State:
    file = path.parent / STATE
    return State(**json.loads(file.read_text("utf-8"))) if file.exists() else State()


def refused(path: Path) -> Refused:
    """The rows of a sheet that did not go in, as they stood, each with what is wrong."""
    file = path.parent / REFUSED
    if not file.exists():
        return Refused((), ())
    with file.open(encoding="utf-8-sig", newline="") as source:
        titles, *rows = list(csv.reader(source)) or [[]]
    notes = len(findings_csv.ADDED)
    wrong = list(findings_csv.ADDED).index(WRONG)
    return Refused(
        tuple(titles[:-notes]),
        tuple((tuple(map(_typed, row[:-notes])), row[-notes:][wrong]) for row in rows[:REPAIRED_MAX]),
    )


def repaired(creditor: Creditor, folder: Path, path: Path, rows: Iterable[Sequence[str]]) -> str:
    """Rows put right, kept as a sheet of their own with the same columns; gives the word it is found by."""
    out = io.StringIO()
    csv.writer(out).writerows([refused(path).titles, *rows])
    return keep(creditor, folder, f"{path.stem}+.csv", [out.getvalue().encode("utf-8-sig")])


def _tried(seen: Look, sheet: ingest.Understood) -> Look:
    """The sheet read through: how many customers it names, how many rows would stay out, the first findings."""
    customers, refused, found = 0, 0, list(seen.findings)
    for batch in sheet.batches():
        customers += batch.customers.height
        found += [ingest.finding(row, seen.name) for row in batch.findings.iter_rows(named=True)]
        refused += sum(severity == "error" for severity in batch.findings["severity"])
    return replace(seen, customers=customers, rows_refused=refused, findings=tuple(found[:SHOWN_FINDINGS]))


def _typed(cell: str) -> str:
    """A cell as it stood in the file: without the apostrophe that keeps a spreadsheet from evaluating it."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


def _import(creditor: Creditor, path: Path, options: Options, as_of: date, by: str) -> None:
    def moved(what: str, done: int, total: int | None) -> None:
        _write(path, State("running", done, total or 0))

    try:
        found = ingest_documents.file(creditor, path, as_of=as_of, by=by, options=options, progress=moved)
    except Refusal as refusal:
        _write(path, State("refused", said=str(refusal)))
    else:
        files = [
            {
                "file": one.file,
                "kind": one.kind,
                "rows": one.rows,
                "counts": {name: count for name, count in one.counts.items() if count},
                "findings": [asdict(finding) for finding in one.findings[:SHOWN_FINDINGS]],
                "findings_total": one.findings_total,
            }
            for one in found
        ]
        _write(path, State("done", files=files))
    finally:
        if state(path).phase == "running":
            _write(path, State("broken"))
        connections.close_all()


def _look_at_document(creditor: Creditor, path: Path, format: str, options: Options) -> Look:
    said = ingest_documents.read(creditor, path, options)
    plain = [(name, str(value)) for name, value in said.items() if isinstance(value, str | int | float) and value != ""]
    warnings = tuple(str(one) for one in said.get("warnings", ()))
    return Look(path.name, format, warnings=warnings, understood=tuple(plain))


def _write(path: Path, now: State) -> None:
    """Whole or not at all: a page reads while it is written."""
    part = path.parent / f"{STATE}.part"
    part.write_text(json.dumps(asdict(now)), "utf-8")
    part.replace(path.parent / STATE)
