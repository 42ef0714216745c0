"""Any file into the ledger: what it is is seen from its content, never from its name.

A sheet of customers, invoices, open items or payments goes to `ingest`; a bank statement to `ingest_statement`; invoices
of the creditor's own program (UBL, CII, Factur-X, CommerceML) to `ingest_invoices`; an archive is each of its files. One
file is one transaction and one link of the audit chain.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dunwell.core.documents import StatementStream
from dunwell.core.records import Mapping, StatementMapping
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins import importers
from dunwell.plugins.importers import archive, statement_table
from dunwell.run import ingest, ingest_invoices, ingest_statement, inspect, inspect_sheet, people
from dunwell.run.ingest import FileMissing, Progress, Summary
from dunwell.run.ingest_statement import Said
from dunwell.store import audit, scope
from dunwell.store.models import Coverage, Creditor, ImportFile
from dunwell.store.record_import import Origin

HEAD_BYTES = 64_000
STATEMENT = "statement"


class FileUnknown(Refusal):
    """{file} is nothing that can be imported: no sheet, bank statement, e-invoice, or archive of them."""


class NothingToSave(Refusal):
    """Only a table is read by a mapping; {file} is read as {format}."""


class NotASheet(Refusal):
    """{option} is for sheets; {file} is read as {format}."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may say about a file; most of it concerns sheets or statements alone."""

    kind: str = "auto"
    mapping: Mapping | StatementMapping | None = None
    date_order: str | None = None
    decimal: str | None = None
    complete: bool = False
    source: str = ""
    covered_until: date | None = None
    findings_file: Path | None = None
    account: str = ""
    is_own_account: bool = False


def recognised(path: Path, options: Options = Options()) -> str:
    """`table`, `archive`, a name of `importers`, or a refusal; `statement_csv` for a table of a bank."""
    if not path.is_file():
        raise FileMissing(path=path)
    if options.kind == STATEMENT or isinstance(options.mapping, StatementMapping):
        found = _format(path)
        return "statement_csv" if found == "table" else found
    if options.kind != "auto" or isinstance(options.mapping, Mapping):
        return "table"
    found = _format(path)
    if found == "table" and statement_table.is_statement(path):
        return "statement_csv"
    return found


def _format(path: Path) -> str:
    with path.open("rb") as source:
        head = source.read(HEAD_BYTES)
    if archive.is_archive(path):
        return "archive"
    if head.startswith(b"\x1f\x8b"):
        return "table"
    found = importers.detect(head, path.name)
    if not found:
        raise FileUnknown(file=path.name)
    return found


def file(
    creditor: Creditor,
    path: Path,
    *,
    as_of: date,
    by: str,
    options: Options = Options(),
    progress: Progress = lambda what, done, total: None,
) -> list[Summary]:
    """Import a file of any kind as of a day: one summary, or one for each file of an archive."""
    if options.covered_until and options.covered_until > as_of:
        raise people.CoverageInFuture(until=options.covered_until, on=as_of)
    format = recognised(path, options)
    if format == "archive":
        with archive.unpacked(path) as members:
            return [
                one
                for member in members
                for one in _member(creditor, member, as_of=as_of, by=by, options=options, progress=progress)
            ]
    if format == "table":
        assert not isinstance(options.mapping, StatementMapping)
        return [
            ingest.file(
                creditor,
                path,
                as_of=as_of,
                by=by,
                kind=options.kind,
                mapping=options.mapping,
                date_order=options.date_order,
                decimal=options.decimal,
                complete=options.complete,
                source=options.source or ingest.SOURCE,
                covered_until=options.covered_until,
                findings_file=options.findings_file,
                progress=progress,
            )
        ]
    if options.complete:
        raise NotASheet(option="--complete", file=path.name, format=format)
    return [_document(creditor, path, format, as_of=as_of, by=by, options=options)]


def read(
    creditor: Creditor, path: Path, options: Options = Options(), progress: Progress = lambda what, done, total: None
) -> dict[str, Any]:
    """What a file says, without recording it: its format, and the terms of `dunwell inspect`; of a sheet its columns too."""
    format = recognised(path, options)
    if format == "archive":
        with archive.unpacked(path) as members:
            return {"format": format, "files": [{"file": one.name, **_read_member(creditor, one)} for one in members]}
    if format != "table":
        return {"file": path.name, "format": format, **inspect.inspect(format, path)}
    sheet = understood(creditor, path, options, progress)
    return {
        **inspect_sheet.told(sheet),
        "file": path.name,
        "format": format,
        "kind": str(sheet.kind),
        "rows": sheet.rows,
        "encoding": sheet.encoding,
        "columns": dict(sheet.saved_mapping().columns),
        "questions": [str(question) for question in sheet.questions],
        "findings": [str(finding) for finding in sheet.findings],
    }


def understood(
    creditor: Creditor, path: Path, options: Options, progress: Progress = lambda what, done, total: None
) -> ingest.Understood:
    """A sheet understood and not yet recorded, with what a person said of it."""
    assert not isinstance(options.mapping, StatementMapping)
    return ingest.understand(
        creditor,
        path,
        kind=options.kind,
        mapping=options.mapping,
        date_order=options.date_order,
        decimal=options.decimal,
        progress=progress,
    )


def saved_mapping(creditor: Creditor, path: Path, options: Options) -> Mapping | StatementMapping:
    """How a table is read, to be kept for the next file of its kind."""
    format = recognised(path, options)
    if format == "table":
        return understood(creditor, path, options).saved_mapping()
    if format == "statement_csv":
        return statement_table.understood(path, _statement_mapping(options))
    raise NothingToSave(file=path.name, format=format)


def _read_member(creditor: Creditor, path: Path) -> dict[str, Any]:
    try:
        return read(creditor, path)
    except Refusal as refusal:
        return {"error": str(refusal)}


def _member(
    creditor: Creditor, path: Path, *, as_of: date, by: str, options: Options, progress: Progress
) -> list[Summary]:
    """A file of an archive; what cannot be read is told, and the others go in."""
    try:
        return file(creditor, path, as_of=as_of, by=by, options=options, progress=progress)
    except Refusal as refusal:
        finding = Finding("file_refused", str(refusal), file=path.name)
        return [Summary(path.name, "refused", findings=[finding], findings_total=1)]


def _document(creditor: Creditor, path: Path, format: str, *, as_of: date, by: str, options: Options) -> Summary:
    summary = Summary(path.name, format)
    with scope.of(creditor.pk), ExitStack() as stack:
        row = ImportFile.objects.create(
            creditor=creditor, effective_on=as_of, by=by, name=path.name, sha256=_sha256(path), kind=format
        )
        origin = Origin(creditor.pk, options.source or ingest.SOURCE, row.pk, as_of, by)
        if format in importers.STATEMENT_FORMATS:
            source = stack.enter_context(path.open("rb"))
            head = source.read(HEAD_BYTES)
            source.seek(0)
            said = Said(creditor.currency, options.account, options.is_own_account, options.source)
            ingest_statement.take(
                _stream(format, source, options),
                origin,
                summary,
                said,
                is_notification=b"BkToCstmrDbtCdtNtfctn" in head,
            )
        else:
            ingest_invoices.take(creditor, format, inspect.content(path), origin, summary)
        if options.covered_until:
            Coverage.objects.create(
                creditor=creditor,
                effective_on=as_of,
                by=by,
                source=origin.source,
                covered_until=options.covered_until,
            )
        audit.link(
            creditor.pk,
            actor=by,
            kind="import",
            subject=path.name,
            content={"file": path.name, "sha256": row.sha256, "counts": dict(summary.counts)},
            count=summary.rows,
        )
    return summary


def _stream(format: str, source: Any, options: Options) -> StatementStream:
    if format != "statement_csv":
        return importers.statement_reader(format)(source)
    return statement_table.read(source, _statement_mapping(options))


def _statement_mapping(options: Options) -> StatementMapping:
    saved = options.mapping if isinstance(options.mapping, StatementMapping) else StatementMapping()
    return saved.answered(options.date_order, options.decimal)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
