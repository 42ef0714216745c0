"""Import of a file: read, compared with what is known, recorded in one transaction, and said what came of it.

A file that leaves a question open is not imported: the question is asked. A bad row is a finding and the rest goes in.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.frames_import import Batch
from dunwell.core.money import Money
from dunwell.core.records import Mapping, RecordKind, Severity
from dunwell.core.refusal import Finding, Refusal
from dunwell.engine import open_items
from dunwell.plugins.importers import findings_csv, table
from dunwell.run import ahead, ingest_kinds, ingest_terms, people
from dunwell.store import audit, bulk, locks, record_documents, record_import, scope
from dunwell.store.models import Coverage, Creditor, ImportFile
from dunwell.store.record_import import Origin

SOURCE = "file"
GROWING = ("customer", "contact", "contact_point", "invoice", "receivable", "payment", "allocation", "imported_row")
SHOWN_FINDINGS = 20
CHANGE = ("number", "field", "old", "new", "currency")
Understood = table.SheetImport
"""A file understood and not yet recorded."""
Progress = Callable[[str, int, int | None], None]


class FileMissing(Refusal):
    """There is no file {path}: check the name; the files of a folder are imported one by one."""


class OriginalDiffers(Refusal):
    """{path} is marked complete, but {errors} of its rows could not be read: repair them, or import it without --complete."""


@dataclass
class Summary:
    """What an import did: rows by kind of outcome, the first findings, and what was asked."""

    file: str
    kind: str
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    findings_total: int = 0
    changes: list[str] = field(default_factory=list)  # the first facts that changed, in words


def file(
    creditor: Creditor,
    path: Path,
    *,
    as_of: date,
    by: str,
    kind: str = "auto",
    mapping: Mapping | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    complete: bool = False,
    source: str = SOURCE,
    covered_until: date | None = None,
    findings_file: Path | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Summary:
    """Import one sheet of customers, invoices, open items or payments as of a day; the same file again changes nothing."""
    if not path.is_file():
        raise FileMissing(path=path)
    if covered_until and covered_until > as_of:
        raise people.CoverageInFuture(until=covered_until, on=as_of)
    sheet = understand(
        creditor, path, kind=kind, mapping=mapping, date_order=date_order, decimal=decimal, progress=progress
    )
    summary = Summary(path.name, str(sheet.kind))
    with scope.of(creditor.pk):
        # What is known is compared first and written then: two files at once would both find nothing known.
        locks.in_turn(creditor.pk, "import")
        row = ImportFile.objects.create(
            creditor=creditor,
            effective_on=as_of,
            by=by,
            name=path.name,
            sha256=_sha256(path),
            kind=str(sheet.kind),
            is_complete=complete,
        )
        errand = Errand(Origin(creditor.pk, source, row.pk, as_of, by), sheet.kind, summary, complete)
        for finding in sheet.findings:
            summary.findings.append(finding)
            summary.findings_total += 1
        for batch in ahead.of(sheet.batches()):
            errand.take(batch)
            progress("recording", summary.rows, sheet.rows)
        errand.finish()
        if findings_file:
            # Before anything stands: where it cannot be written nothing is recorded, and a file that is refused below can be repaired.
            with findings_file.open("w", encoding="utf-8-sig", newline="") as handle:
                findings_csv.write(pl.concat([frames.empty(frames.IMPORT_FINDINGS), *errand.found]), handle)
        if covered_until:
            Coverage.objects.create(
                creditor=creditor, effective_on=as_of, by=by, source=source, covered_until=covered_until
            )
        if complete and summary.counts["rows_refused"]:
            raise OriginalDiffers(path=path.name, errors=summary.counts["rows_refused"])
        audit.link(
            creditor.pk,
            actor=by,
            kind="import",
            subject=path.name,
            content={"file": path.name, "sha256": row.sha256, "counts": dict(summary.counts)},
            count=summary.rows,
        )
    return summary


def understand(
    creditor: Creditor,
    path: Path,
    *,
    kind: str = "auto",
    mapping: Mapping | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    progress: Progress = lambda what, done, total: None,
) -> table.SheetImport:
    """The file understood and not yet recorded: what it is taken for, its questions, its mapping."""
    return table.read(
        path,
        kind=kind,
        mapping=mapping,
        date_order=date_order,
        decimal=decimal,
        currency_default=creditor.currency,
        file_name=path.name,
        progress=lambda rows: progress("reading", rows, None),
    )


@dataclass
class Errand:
    """One file on its way into the ledger: which customers its rows name, and which documents it held."""

    origin: Origin
    kind: RecordKind
    summary: Summary
    complete: bool
    customers: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"customer_key": pl.String, "customer": pl.Int64})
    )
    held: list[pl.DataFrame] = field(default_factory=list)
    found: list[pl.DataFrame] = field(default_factory=list)
    is_first: bool | None = None
    is_analyzed: bool = False

    def take(self, batch: Batch) -> None:
        self.summary.rows += batch.rows
        if not batch.customers.is_empty():
            self._customers(batch)
        if not batch.invoices.is_empty():
            self._invoices(batch)
        if not batch.payments.is_empty():
            self._payments(batch)
        self._findings(batch.findings)
        if self.summary.rows >= record_documents.ANALYZE_ROWS and not self.is_analyzed:
            # Once early, for the batches that follow: sizes are seen anyway, what the values are like is not.
            bulk.analyze(*GROWING, sample=bulk.SIZES_ALONE)
            self.is_analyzed = True

    def finish(self) -> None:
        if self.is_analyzed:
            bulk.analyze(*GROWING)
        if self.complete and self.kind is RecordKind.INVOICES:
            held = pl.concat(self.held) if self.held else frames.empty(frames.IMPORT_INVOICES)
            known = record_documents.open_of(self.origin.source, frames.KNOWN_INVOICES)
            missing = open_items.missing(held, known, on=self.origin.on)
            self.summary.counts["missing_from_complete_file"] += missing.height
            self._findings(missing)

    def _customers(self, batch: Batch) -> None:
        if self.kind is RecordKind.PAYMENTS:
            # Who sent money need not be a customer: an unknown payer is for a person to recognise, never a new customer.
            self.customers = pl.concat([self.customers, record_import.find_customers(self.origin, batch.customers)])
            return
        is_list = self.kind is RecordKind.CUSTOMERS
        told = ingest_kinds.told(batch.customers, self.origin.creditor_id).with_columns(is_list=pl.lit(is_list))
        found = record_import.customers(self.origin, told)
        self.customers = pl.concat([self.customers, found])
        self._findings(ingest_kinds.unsaid(told.join(record_import.added_customers(), on="customer_key", how="semi")))
        corrected = record_import.contacts(self.origin, batch.contacts, found)
        self.summary.counts.update(customers=found.height, facts_changed=corrected)

    def _invoices(self, batch: Batch) -> None:
        rows = batch.invoices.join(self.customers, on="customer_key", how="left")
        lost = rows.filter(pl.col("customer").is_null())
        self._findings(_nameless(lost))
        rows = rows.filter(pl.col("customer").is_not_null())
        # Documents know their customer by the store's id, so that a file that names it otherwise changes nothing.
        told = rows.with_columns(customer_key=pl.col("customer").cast(pl.String)).drop("customer")
        known = self._known(told)
        compared = open_items.compare(told, known, on=self.origin.on)
        new = self._without_renumbered(compared.new.with_columns(customer=pl.col("customer_key").cast(pl.Int64)))
        judged = ingest_terms.judge(new)
        added = record_documents.add(self.origin, judged.new, batch.instalments, batch.invoice_lines)
        changes = compared.amendments.filter(pl.col("field") != "customer_key")
        changed = record_documents.amend(self.origin, changes)
        documents = pl.concat([known.select(added.columns), added])
        received = compared.payments.with_columns(number="invoice_number").join(documents, on=record_documents.IDENTITY)
        paid = record_documents.paid(self.origin, received)
        record_documents.reported(self.origin, known)
        record_documents.reminded(self.origin, rows.join(documents, on=record_documents.IDENTITY))
        record_import.raw_rows(self.origin, rows)
        self._findings(compared.findings)
        self._findings(_against_agreement(rows.join(judged.differs, on="line")))
        if not self.is_first:
            self._findings(_dated_anew(rows.join(record_documents.dated_anew(new), on="line")))
        self.summary.counts.update(
            invoices_new=added.height,
            facts_changed=changed,
            payments_reported=paid,
            invoices_same=compared.same,
            rows_older=compared.older,
        )
        room = max(0, SHOWN_FINDINGS - len(self.summary.changes))
        shown = changes.head(room).join(rows.select("line", "currency"), on="line", how="left")
        self.summary.changes += [_changed(**row) for row in shown.select(CHANGE).iter_rows(named=True)]
        if self.complete:
            self.held.append(told)

    def _without_renumbered(self, new: pl.DataFrame) -> pl.DataFrame:
        """New documents, less those known under another number: added beside it, one debt would be asked for twice."""
        if self.is_first or new["external_id"].null_count() == new.height:
            return new
        changed = record_documents.renumbered(self.origin, new)
        self._findings(_renumbered(new.join(changed, on="line")))
        return new.join(changed, on="line", how="anti")

    def _known(self, told: pl.DataFrame) -> pl.DataFrame:
        if self.is_first is None:
            self.is_first = not record_documents.has_any()
        if self.is_first:
            return frames.empty(frames.KNOWN_INVOICES)
        return record_documents.known(told, frames.KNOWN_INVOICES)

    def _payments(self, batch: Batch) -> None:
        rows = batch.payments.join(self.customers, on="customer_key", how="left")
        added = record_import.payments(self.origin, rows)
        record_import.raw_rows(self.origin, rows)
        self.summary.counts.update(payments_new=added, payments_same=rows.height - added)

    def _findings(self, found: pl.DataFrame) -> None:
        if found.is_empty():
            return
        self.found.append(found)
        joined = found.join(self.customers, on="customer_key", how="left")
        # A note is told with the import; the work list is for what somebody should do.
        record_import.findings(self.origin, joined.filter(pl.col("severity") != Severity.NOTE), self.summary.file)
        refused = found.filter(pl.col("severity") == Severity.ERROR)["line"].n_unique()
        self.summary.counts["rows_refused"] += refused
        self.summary.findings_total += found.height
        room = SHOWN_FINDINGS - len(self.summary.findings)
        self.summary.findings += [
            finding(row, self.summary.file) for row in found.head(max(0, room)).iter_rows(named=True)
        ]


def _changed(*, number: str, field: str, old: str | None, new: str | None, currency: str | None) -> str:
    """A changed fact as `1042 total: 100.00 EUR → 120.00 EUR`."""
    if field == "total" and currency:
        old, new = (str(Money(int(minor or 0), currency)) for minor in (old, new))
    return f"{number} {field}: {old or 'nothing'} → {new or 'nothing'}"


def _nameless(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose customer's name fits two customers: they wait for an id or a tax number."""
    return _refused(
        rows,
        {
            "code": pl.lit("customer_ambiguous"),
            "holds": pl.lit(False),
            "field": pl.lit("customer"),
            "value": pl.col("customer_name"),
            "message": pl.lit("The name fits more than one customer; the row was left out."),
            "remedy": pl.lit("Add the customer's id or tax number to the file."),
        },
    )


def _renumbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that give a known document another number; what is known of it waits until a person has looked."""
    return _refused(
        rows.with_columns(number=pl.col("known_number"), new_number=pl.col("number")),
        {
            "code": pl.lit("number_changed"),
            "holds": pl.lit(True),
            "field": pl.lit("number"),
            "value": pl.col("new_number"),
            "message": pl.format(
                "The document {} has another number or date now; the row was left out and nothing is sent about it.",
                "number",
            ),
            "remedy": pl.lit(
                "Settle the finding as cancelled and import the file again; where it is another document, correct its id."
            ),
        },
    )


def _dated_anew(rows: pl.DataFrame) -> pl.DataFrame:
    """Documents that are known with another date too: a corrected date or a second debt, which only a person can tell."""
    return _as_findings(
        rows,
        {
            "severity": pl.lit("warning"),
            "code": pl.lit("date_changed"),
            "holds": pl.lit(True),
            "field": pl.lit("issue_date"),
            "value": pl.col("issue_date").cast(pl.String),
            "message": pl.format(
                "The document {} is known with the date {} and now with {}, for the same sum; nothing is sent about either.",
                "number",
                "other_date",
                "issue_date",
            ),
            "remedy": pl.lit(
                "Each has a finding: settle that of the wrong one as cancelled and the other as still_open; both as still_open if both are owed."
            ),
        },
    )


def _against_agreement(rows: pl.DataFrame) -> pl.DataFrame:
    """Documents whose due date is not the agreed one; an earlier one would be asked for too soon, so a person looks first."""
    return _as_findings(
        rows,
        {
            "severity": pl.lit("warning"),
            "code": pl.lit("contradicts_agreement"),
            "holds": pl.col("is_earlier"),
            "field": pl.lit("due_date"),
            "value": pl.col("due_date").cast(pl.String),
            "message": pl.format(
                "The document {} is due on {}, but by the agreement on {}.", "number", "due_date", "agreed_due"
            ),
            "remedy": pl.lit(
                "Correct its due date, or record what was agreed since with `dunwell agreement`, and settle the finding."
            ),
        },
    )


def _refused(rows: pl.DataFrame, said: dict[str, pl.Expr]) -> pl.DataFrame:
    """Rows left out, as findings (IMPORT_FINDINGS)."""
    return _as_findings(rows, {"severity": pl.lit("error"), **said})


def _as_findings(rows: pl.DataFrame, said: dict[str, pl.Expr]) -> pl.DataFrame:
    values = {"header": pl.lit(""), **said}
    return rows.select(
        values.get(name, pl.col(name) if name in rows.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in frames.IMPORT_FINDINGS.items()
    )


def finding(row: dict, file_name: str) -> Finding:
    """A row of IMPORT_FINDINGS as the value that is shown."""
    return Finding(
        code=row["code"],
        message=row["message"],
        file=file_name,
        line=row["line"],
        field=row["header"] or row["field"] or "",
        value=row["value"] or "",
        remedy=row["remedy"] or "",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
