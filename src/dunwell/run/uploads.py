"""A file that came through the console: kept, looked at with its columns, then imported while its person watches.

A file lies in a folder of its own below the data folder, with a small `state.json` beside it. An import is one transaction: a
server that dies leaves nothing half done, only a state that no longer moves.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connections

from dunwell.core.records import Mapping, RecordKind, StatementMapping
from dunwell.core.refusal import Refusal
from dunwell.plugins.importers import headings, table
from dunwell.plugins.importers.table import Head
from dunwell.run import ingest_documents
from dunwell.run.ingest_documents import Options
from dunwell.store.models import Creditor

FOLDER = "uploads"
STATE = "state.json"
BYTES_MAX = 200_000_000
"""Twice what a sheet of a million open items takes; larger ones are imported by the command."""
KEPT_MAX = 20
"""Uploads of one creditor that are kept; what was imported stands in the ledger row by row."""
SHOWN_FINDINGS = 50


class FileTooLarge(Refusal):
    """The file is larger than {most} MB: import it with the command `dunwell import`."""


class NameUnfit(Refusal):
    """The file has no name that can be kept."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is taken for: a `head` with its columns where it is a table, else what was understood in plain terms.

    `questions` are (answer's field, message, readings); `refused` says why the file cannot be imported as it is.
    """

    name: str
    format: str
    head: Head | None = None
    fields: tuple[str, ...] = ()
    rows: int = 0
    questions: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = ()
    findings: tuple[str, ...] = ()
    understood: tuple[tuple[str, str], ...] = ()
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class State:
    """How far an import is: `phase` is waiting, running, done or refused."""

    phase: str = "waiting"
    done: int = 0
    total: int = 0
    said: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)


def keep(creditor: Creditor, folder: Path, name: str, chunks: Iterable[bytes]) -> str:
    """Keep a file and give the word it is found by; the oldest of too many are removed."""
    plain = re.sub(r"[^\w.\- ()№]", "_", Path(name).name)[-120:].strip(". ")
    if not plain or plain.startswith(STATE):
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
    for old in sorted(mine.iterdir(), key=lambda one: one.stat().st_mtime)[:-KEPT_MAX]:
        shutil.rmtree(old)
    return token


def find(creditor: Creditor, folder: Path, token: str) -> Path | None:
    """The file of that word, if it is this creditor's."""
    if not re.fullmatch(r"[0-9a-f]{24}", token):
        return None
    place = folder / FOLDER / str(creditor.pk) / token
    return next((one for one in place.iterdir() if not one.name.startswith(STATE)), None) if place.is_dir() else None


def look(creditor: Creditor, path: Path, options: Options) -> Look:
    """What would be imported; nothing is recorded."""
    try:
        format = ingest_documents.recognised(path, options)
        if format != "table":
            return _look_at_document(creditor, path, format, options)
        assert not isinstance(options.mapping, StatementMapping)
        head = table.head(path, kind=options.kind, mapping=options.mapping)
    except Refusal as refusal:
        return Look(path.name, "", refused=refusal)
    fields = headings.fields_of(head.kind)
    try:
        sheet = ingest_documents.understood(creditor, path, options)
    except Refusal as refusal:
        return Look(path.name, format, head, fields, refused=refusal)
    return Look(
        path.name,
        format,
        head,
        fields,
        sheet.rows,
        tuple((_answer_of(one.code), one.message, one.readings) for one in sheet.questions),
        tuple(str(one) for one in sheet.findings),
    )


def mapping_of(head: Head, columns: dict[str, str], kind: RecordKind | None) -> Mapping:
    """What a person said of the columns, as a mapping: only known fields, a blank one is not read."""
    known = set(headings.fields_of(head.kind))
    return Mapping(columns={name: said if said in known else "" for name, said in columns.items()}, kind=kind)


def start(creditor: Creditor, path: Path, options: Options, *, as_of: date, by: str) -> threading.Thread:
    """Import in the background; `state` tells how far it is."""
    _write(path, State("running"))
    errand = threading.Thread(target=_import, args=(creditor, path, options, as_of, by), daemon=True)
    errand.start()
    return errand


def state(path: Path) -> State:
    file = path.parent / STATE
    return State(**json.loads(file.read_text("utf-8"))) if file.exists() else State()


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
                "findings": [str(finding) for finding in one.findings[:SHOWN_FINDINGS]],
                "findings_total": one.findings_total,
            }
            for one in found
        ]
        _write(path, State("done", files=files))
    finally:
        connections.close_all()


def _look_at_document(creditor: Creditor, path: Path, format: str, options: Options) -> Look:
    said = ingest_documents.read(creditor, path, options)
    plain = [(name, str(value)) for name, value in said.items() if isinstance(value, str | int | float) and value != ""]
    warnings = tuple(str(one) for one in said.get("warnings", ()))
    return Look(path.name, format, findings=warnings, understood=tuple(plain))


def _answer_of(code: str) -> str:
    """The field by which a question is answered."""
    if code.startswith("dates"):
        return "date_order"
    return "decimal" if code.startswith("decimals") else "kind"


def _write(path: Path, now: State) -> None:
    """Whole or not at all: a page reads while it is written."""
    part = path.parent / f"{STATE}.part"
    part.write_text(json.dumps(asdict(now)), "utf-8")
    part.replace(path.parent / STATE)
