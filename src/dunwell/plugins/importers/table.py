"""A sheet of invoices, payments or customers, read into frames of records with the findings beside them.

Idea: the file is gone through twice. The first time learns what only the whole file can tell: how its dates and
decimals are written, who its customers are, and which numbers occur more than once. The second time makes records,
batch by batch; rows whose number occurs again are kept back and judged together at the end. So nothing depends on the
order of the rows, and memory grows with customers and repeated numbers alone.

    sheet = read(path, kind="auto", mapping=None, date_order=None, currency_default="EUR", file_name="invoices.csv")
    if sheet.questions: …ask, and read again with the answers…
    for batch in sheet.batches(): …store…
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.records import DateOrder, Mapping, Question, RecordKind, Severity
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers import (
    columns,
    headings,
    invoice_checks,
    invoices,
    parties,
    payments,
    questions,
    rows,
    stream,
    table_header,
)
from dunwell.plugins.importers.rows import Check, Forms

BATCH_ROWS = 50_000
# Parts of the gathered customers are brought together so often: memory stays near that of the distinct ones.
PARTS_MAX = 8
DATE_FIELDS = {RecordKind.INVOICES: invoice_checks.DATES, RecordKind.PAYMENTS: ("date",), RecordKind.CUSTOMERS: ()}
AMOUNT_FIELDS = {
    RecordKind.INVOICES: (*invoice_checks.AMOUNTS, "line_quantity"),
    RecordKind.PAYMENTS: ("amount",),
    RecordKind.CUSTOMERS: (),
}
# A row without this is a row of totals, if it says so.
ROW_SIGN = {RecordKind.INVOICES: "number", RecordKind.PAYMENTS: "date"}


class QuestionOpen(Refusal):
    """The file leaves a question open: {question}"""


@dataclass(frozen=True)
class SheetImport:
    """A file understood and not yet read: what it will be taken for, what it leaves open, and its records on demand.

    `rows` counts the data rows; `findings` are those about the file as a whole. `forms.orders` and `forms.marks` say
    how each column of dates and amounts is read. `batches()` may be called again and gives the same.
    """

    file_name: str
    kind: RecordKind
    sheet_name: str
    encoding: str
    delimiter: str
    header_line: int
    rows: int
    forms: Forms
    questions: tuple[Question, ...]
    findings: tuple[Finding, ...]
    mapping: Mapping
    _table: stream.Table
    _parties: pl.DataFrame
    _repeated: pl.Series

    def batches(self, batch_rows: int = BATCH_ROWS) -> Iterator[frames.Batch]:
        """First the customers with their contacts, then the records in the order of the file, then those that need the
        whole file.

        Raises `QuestionOpen` while a question is unanswered.
        """
        for question in self.questions:
            raise QuestionOpen(question=str(question))
        yield from self._customer_batches(batch_rows)
        if self.kind is not RecordKind.CUSTOMERS:
            yield from self._record_batches(batch_rows)

    def saved_mapping(self) -> Mapping:
        """How this file is read, to be saved and used for the next one of its kind.

        Orders of dates and decimal marks only as they were answered: what this file settled by itself the next one shall too.
        """
        recognised = self.forms.recognised
        in_order = sorted(recognised.fields.items(), key=lambda field: field[1])
        named = {recognised.headers[column]: name for name, column in in_order}
        unread = {header: name for header, name in self.mapping.columns.items() if not name}
        return replace(self.mapping, columns=named | unread, kind=self.kind, currency=self.forms.currency_default)

    def _customer_batches(self, batch_rows: int) -> Iterator[frames.Batch]:
        if self._parties.is_empty():
            return
        customers, contacts, found = parties.read(self._parties, self.forms)
        if self.kind is not RecordKind.CUSTOMERS:
            # The row itself says so again, with its number, when it is read as an invoice.
            found = found.filter(pl.col("severity") != Severity.ERROR)
        counted = self.rows if self.kind is RecordKind.CUSTOMERS else 0
        yield frames.Batch(rows=counted, findings=found)
        for start in range(0, len(customers), batch_rows):
            part = customers.slice(start, batch_rows)
            yield frames.Batch(
                customers=part, contacts=contacts.join(part.select("customer_key"), on="customer_key", how="semi")
            )

    def _record_batches(self, batch_rows: int) -> Iterator[frames.Batch]:
        kept_back: list[pl.DataFrame] = []
        for texts, skipped in _texts(self._table, self.header_line, self.forms, batch_rows):
            read, found = _parsed(self.kind, texts, self.forms)
            is_repeated = _identity(texts, self.kind).is_in(self._repeated.implode())
            kept_back.append(read.filter(is_repeated))
            batch, more = _assembled(self.kind, read.filter(~is_repeated), self.forms)
            yield replace(batch, rows=len(texts), findings=pl.concat([skipped, found, more]))
        together = pl.concat(kept_back) if kept_back else None
        if together is not None and not together.is_empty():
            batch, found = _assembled(self.kind, together, self.forms)
            yield replace(batch, findings=found)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a table as people see it, understood or not: its header with what each column is taken for, and first rows.

    `missing` are groups of fields of which the table needs one each.
    """

    kind: RecordKind
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    missing: tuple[tuple[str, ...], ...]


def head(source: stream.Source, *, kind: str = "auto", mapping: Mapping | None = None, rows: int = 5) -> Head:
    """Look at the head of a file without reading the rest. Raises the refusals of a file that is no table."""
    mapping = mapping or Mapping()
    wanted = mapping.kind if kind == "auto" else RecordKind(kind)
    table, recognised, line = table_header.best(table_header.tables(source), wanted, mapping)
    width = len(recognised.headers)
    below = (cells for number, cells in table.lines() if number > line and any(cells))
    samples = tuple(tuple([*cells, *[""] * width][:width]) for cells in islice(below, rows))
    names = {column: name for name, column in recognised.fields.items()}
    fields = tuple(names.get(column, "") for column in range(width))
    return Head(recognised.kind, tuple(recognised.headers), fields, samples, recognised.missing)


def read(
    source: stream.Source,
    *,
    kind: str = "auto",
    mapping: Mapping | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    currency_default: str,
    file_name: str = "",
    progress: Callable[[int], None] = lambda rows: None,
) -> SheetImport:
    """Learn a CSV (also .gz) or workbook: its table, header, columns and forms; `source` is a path or a seekable binary
    file.

    `kind` is auto, invoices, customers or payments. Answers given here go before those of the mapping. `progress` is
    told the rows gone through so far, now and then. Raises refusals: not a table, zip bomb, unreadable characters, too
    large, `ColumnsMissing`, `MappingMalformed`. Never raises for a bad row.
    """
    mapping = mapping or Mapping()
    mapping = replace(
        mapping,
        date_order=DateOrder(date_order) if date_order else mapping.date_order,
        decimal=decimal or mapping.decimal,
    )
    wanted = mapping.kind if kind == "auto" else RecordKind(kind)
    table, recognised, line = table_header.complete(table_header.tables(source), wanted, mapping)
    if wanted is None and recognised.kind is RecordKind.CUSTOMERS:
        table_header.refuse_unread_money(table, recognised, line)
    recognised, kind_questions = table_header.settled(recognised, wanted, mapping, file_name)
    survey = _survey(table, recognised, line, progress)
    currency = mapping.currency or currency_default
    orders, date_questions = questions.orders(survey.dates, recognised, mapping.date_order, file_name)
    marks, mark_questions = questions.marks(survey.amounts, recognised, mapping.decimal, file_name)
    return SheetImport(
        file_name=file_name,
        kind=recognised.kind,
        sheet_name=table.name,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_line=line,
        rows=survey.rows,
        forms=Forms(recognised, currency, orders, marks),
        questions=(*kind_questions, *date_questions, *mark_questions),
        findings=tuple(replace(finding, file=file_name) for finding in table.findings),
        mapping=mapping,
        _table=table,
        _parties=survey.parties,
        _repeated=survey.repeated,
    )


# --- the rows


def _texts(
    table: stream.Table, header_line: int, forms: Forms, batch_rows: int
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The data rows as frames of text by field, and findings about rows that were skipped as totals."""
    recognised = forms.recognised
    below = (line for line in table.lines() if line[0] > header_line)
    for frame in columns.frames(below, len(recognised.headers), batch_rows):
        texts = rows.texts(frame, recognised)
        sign = ROW_SIGN.get(recognised.kind)
        if sign is None:
            yield texts, frames.empty(frames.IMPORT_FINDINGS)
            continue
        is_total = rows.total_rows(texts, sign)
        is_note = rows.note_rows(texts, sign) & ~is_total
        beside = texts.with_columns(is_total, is_note).filter(is_total | is_note)
        yield texts.filter(~is_total & ~is_note), rows.findings(beside, BESIDE, forms)


# Findings about rows that are no documents; the columns are those of `_texts`.
BESIDE = [
    Check(
        "total_row",
        Severity.NOTE,
        "",
        pl.col("is_total"),
        "A row of totals was left out.",
        "Nothing to do.",
    ),
    Check(
        "note_row",
        Severity.NOTE,
        "",
        pl.col("is_note"),
        "A row of one cell alone was left out.",
        "Nothing to do, unless it should be a document.",
    ),
]


# --- the first time through


@dataclass(frozen=True)
class _Survey:
    rows: int
    dates: dict[str, set[str]]
    amounts: dict[str, set[str]]
    parties: pl.DataFrame
    repeated: pl.Series


def _survey(
    table: stream.Table, recognised: headings.Recognised, header_line: int, progress: Callable[[int], None]
) -> _Survey:
    dates: dict[str, set[str]] = {name: set() for name in DATE_FIELDS[recognised.kind] if name in recognised.fields}
    amounts: dict[str, set[str]] = {name: set() for name in AMOUNT_FIELDS[recognised.kind] if name in recognised.fields}
    people = _people(recognised)
    parts: list[pl.DataFrame] = []
    identities: list[pl.Series] = []
    count = 0
    for texts, _ in _texts(table, header_line, Forms(recognised, "", {}, {}), BATCH_ROWS):
        count += len(texts)
        progress(count)
        for name, evidence in dates.items():
            evidence |= columns.date_evidence(texts[name])
        for name, evidence in amounts.items():
            evidence |= columns.amount_evidence(texts[name])
        if people:
            parts += parties.gathered([texts], people)
            parts = parties.gathered(parts, people) if len(parts) > PARTS_MAX else parts
        identities.append(_identity(texts, recognised.kind))
    together = parties.gathered(parts, people)[0] if parts else pl.DataFrame()
    hashes = pl.concat(identities) if identities else pl.Series(dtype=pl.UInt64)
    return _Survey(count, dates, amounts, together, hashes.filter(hashes.is_duplicated()).unique())


def _people(recognised: headings.Recognised) -> tuple[str, ...]:
    """The columns that describe customers in a sheet of this kind; a payment names a payer, it does not make a
    customer.
    """
    known = {RecordKind.CUSTOMERS: parties.PARTY, RecordKind.INVOICES: parties.OF_INVOICE, RecordKind.PAYMENTS: ()}
    return tuple(name for name in known[recognised.kind] if name in headings.fields_of(recognised.kind))


def _identity(texts: pl.DataFrame, kind: RecordKind) -> pl.Series:
    """A number per row that is equal for rows which might be one record said twice."""
    if kind is RecordKind.INVOICES:
        signs = [pl.col("series").fill_null(""), invoices.number_key(pl.col("number")).fill_null("")]
    elif kind is RecordKind.PAYMENTS:
        # Forms of dates and amounts may differ between equal payments; what is left of them does not.
        signs = [pl.coalesce("external_id", pl.col("amount").str.replace_all(r"[^0-9]|[.,]00?$", "")).fill_null("")]
    else:
        return pl.Series(dtype=pl.UInt64)
    return texts.select(pl.struct(signs).hash(seed=0)).to_series()


# --- the second time through


def _parsed(kind: RecordKind, texts: pl.DataFrame, forms: Forms) -> tuple[pl.DataFrame, pl.DataFrame]:
    return payments.parsed(texts, forms) if kind is RecordKind.PAYMENTS else invoices.parsed(texts, forms)


def _assembled(kind: RecordKind, read: pl.DataFrame, forms: Forms) -> tuple[frames.Batch, pl.DataFrame]:
    if kind is RecordKind.PAYMENTS:
        received, found = payments.assembled(read, forms)
        return frames.Batch(payments=received), found
    return invoices.assembled(read, forms)
