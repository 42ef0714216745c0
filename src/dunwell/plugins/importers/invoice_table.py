"""Invoices as CSV or workbook: exports of bookkeeping programs, whose columns are recognised by their headers.

Four shapes occur. One row an invoice; one row a line of an invoice (the invoice's total stands in each of them, or in
none); the lines' rows without the number that stands in the first; and a journal, where the row of the receivables
account is the invoice and a negative one a payment. Numbers stay text; one number may belong to several customers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dunwell.core.documents import DocumentLine, Identifier, InvoiceDocument, Party, Read, Totals
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers import grouped, sheet
from dunwell.plugins.importers.cells import (
    DateForm,
    Order,
    date_order,
    date_shape,
    decimal_mark,
    is_blank_amount,
    parse_amount,
    parse_date,
)
from dunwell.plugins.importers.headers import Table, find_table
from dunwell.plugins.importers.invoice_words import (
    CREDIT_TYPE_WORDS,
    CURRENCY_WORD,
    PAYMENT_TYPE_WORDS,
    RECEIVABLE_WORDS,
    REQUIRED,
    ROLES,
    SUM_WORDS,
    VOID_STATUS_WORDS,
)
from dunwell.plugins.importers.sheet import Book, Cell, Row, Sheet
from dunwell.plugins.importers.text import named_currency, squeezed

FORMULA_SIGNS = ("=", "+", "-", "@")
MARK_ROLES = ("total", "balance", "line_total", "price", "paid", "net", "tax")
FINDINGS_OF_A_KIND = 20


class InvoiceHeaderMissing(Refusal):
    """No row of the table looks like the header of a list of invoices: a number and a sum are needed.
    Name the columns in the first row."""


class DatesContradict(Refusal):
    """The dates in {column!r} contradict one another: one can only be day first, another only month first."""


@dataclass(frozen=True, slots=True)
class _Forms:
    issue: DateForm
    due: DateForm
    mark: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A row as it was read; `total` is the invoice's, `amount` the line's own."""

    row: Row
    number: str
    customer: str
    issue_date: date | None
    due_date: date | None
    currency: str
    total: Decimal | None
    amount: Decimal | None


def read(data: bytes) -> Read:
    """All invoices of the table; raises refusals of `sheet` and the above."""
    book = sheet.read(data)
    table = _table(book)
    findings = list(book.findings)
    forms = _forms(table, findings)
    rows = [row for row in table.below if not _is_sum_row(table, row)]
    lines = list(_lines(table, rows, forms, findings))
    documents = tuple(_documents(table, lines, findings))
    findings += _shape_findings(table, rows)
    findings += _text_findings(table, rows)
    return Read(documents, tuple(_few(findings)), row_count=len(rows))


def _table(book: Book) -> Table:
    """The table with the most known columns: a workbook may hold lines, taxes and payments on further sheets."""
    tables = [found for each in map(_unfolded, book.sheets) if (found := find_table(each, ROLES, REQUIRED))]
    if not tables:
        raise InvoiceHeaderMissing
    return _with_customers(max(tables, key=lambda table: len(table.roles.keys() - {"not_ours"})))


def _unfolded(each: Sheet) -> Sheet:
    """The sheet with a column of customers where it names each but once, above its documents."""
    numbered = [(row.line, row.cells) for row in each.rows]
    groups = grouped.groups_in(lambda: numbered)
    if groups is None:
        return each
    return Sheet(each.name, tuple(Row(line, tuple(cells)) for line, cells in grouped.unfolded(numbered, groups)))


def _with_customers(table: Table) -> Table:
    """A sales ledger calls its customers accounts, as a journal calls the books'."""
    if "customer" in table.roles or "journal_account" not in table.roles or _is_journal(table, list(table.below)):
        return table
    roles = {("customer" if role == "journal_account" else role): columns for role, columns in table.roles.items()}
    return replace(table, roles=roles)


def _forms(table: Table, findings: list[Finding]) -> _Forms:
    issue, due = _order(table, "issue_date"), _order(table, "due_date")
    settled = [order for order in (issue, due) if order and order.settled and _is_numeric(table, order, issue)]
    for order, role in ((issue, "issue_date"), (due, "due_date")):
        if order and order.conflict:
            raise DatesContradict(column=table.header.text(table.column(role)))
        if order and not order.settled and not settled:
            findings.append(
                Finding(
                    "dates_ambiguous",
                    "Nothing in the column settles whether the day or the month comes first; day first is proposed.",
                    line=table.header.line,
                    field=table.header.text(table.column(role)),
                )
            )
    other = settled[0].form if settled else "dmy"
    mark = decimal_mark(cell for role in MARK_ROLES for cell in _column(table, role))
    if not mark.settled:
        findings.append(
            Finding("amounts_ambiguous", "1.234 in this table may be a thousand or a fraction.", line=table.header.line)
        )
    return _Forms(
        issue=issue.form if issue and issue.settled else other,
        due=due.form if due and due.settled else other,
        mark=mark.mark,
    )


def _order(table: Table, role: str) -> Order | None:
    cells = _column(table, role)
    return date_order(cells) if any(isinstance(cell, str) and cell.strip() for cell in cells) else None


def _is_numeric(table: Table, order: Order, issue: Order | None) -> bool:
    """Whether the order was settled by numbers with slashes or dashes, not by there being none."""
    role = "issue_date" if order is issue else "due_date"
    return any(date_shape(cell).startswith("numbers with") for cell in _column(table, role))


def _column(table: Table, role: str) -> list[Cell]:
    column = table.column(role)
    return [row.cells[column] for row in table.below if 0 <= column < len(row.cells)]


def _cell(table: Table, row: Row, role: str) -> Cell:
    column = table.column(role)
    return row.cells[column] if 0 <= column < len(row.cells) else ""


def _text(table: Table, row: Row, role: str) -> str:
    return squeezed(row.text(table.column(role)))


def _is_sum_row(table: Table, row: Row) -> bool:
    """A row that adds up the others, or a second header with field names."""
    if _text(table, row, "number"):
        return [cell for cell in row.cells if cell] == [cell for cell in table.header.cells if cell]
    first = next((row.text(column).lower() for column in range(len(row.cells)) if row.text(column)), "")
    return first.rstrip(":").startswith(SUM_WORDS)


def _lines(table: Table, rows: list[Row], forms: _Forms, findings: list[Finding]) -> Iterator[_Line]:
    is_journal = _is_journal(table, rows)
    before: _Line | None = None
    for row in rows:
        if is_journal and not _is_receivable(table, row):
            continue
        line = _line(table, row, forms, findings, before)
        if line is None:
            continue
        if is_journal and (line.total or Decimal(0)) < 0:
            findings.append(
                Finding(
                    "payment_in_journal", f"A payment of {line.total} for {line.number} was left out.", line=row.line
                )
            )
            continue
        kind = _text(table, row, "type").lower()
        if any(word in kind for word in PAYMENT_TYPE_WORDS) and not any(word in kind for word in ("invoice", "фактур")):
            findings.append(Finding("not_an_invoice", f"A row of the kind {kind!r} was left out.", line=row.line))
            continue
        yield line
        before = line


def _is_journal(table: Table, rows: list[Row]) -> bool:
    return "journal_account" in table.roles and any(_is_receivable(table, row) for row in rows)


def _is_receivable(table: Table, row: Row) -> bool:
    """The row of the receivables account itself; the others only name it as their counter-account."""
    name = _text(table, row, "journal_account").lower()
    return any(word in name for word in RECEIVABLE_WORDS)


def _line(table: Table, row: Row, forms: _Forms, findings: list[Finding], before: _Line | None) -> _Line | None:
    number, customer = _text(table, row, "number"), _text(table, row, "customer")
    total = _total(table, row, forms, findings)
    amount = _line_amount(table, row, forms)
    if not number and before and amount is not None and not customer:
        # The lines of an invoice after its first row.
        number, customer = before.number, before.customer
    if not number:
        if total is not None or amount is not None:
            findings.append(Finding("number_missing", "A row has a sum but no number; it was left out.", line=row.line))
        return None
    issued, due = (
        parse_date(_cell(table, row, "issue_date"), forms.issue),
        parse_date(_cell(table, row, "due_date"), forms.due),
    )
    for role, day in (("issue_date", issued), ("due_date", due)):
        if day is None and _text(table, row, role):
            value = _text(table, row, role)[:40]
            findings.append(Finding("date_unreadable", f"{value!r} is no date.", line=row.line, field=role))
    return _Line(row, number, customer, issued, due, _currency(table, row), total, amount)


def _total(table: Table, row: Row, forms: _Forms, findings: list[Finding]) -> Decimal | None:
    """The invoice's sum; where a table has several columns of sums, the first that is filled."""
    for role in ("total", "balance"):
        for column in table.roles.get(role, ()):
            cell = row.cells[column] if column < len(row.cells) else ""
            amount = parse_amount(cell, forms.mark)
            if amount is not None:
                return amount
            if not is_blank_amount(cell):
                value = row.text(column)[:40]
                findings.append(Finding("amount_unreadable", f"{value!r} is no amount.", line=row.line, field=role))
                return None
    return None


def _line_amount(table: Table, row: Row, forms: _Forms) -> Decimal | None:
    """The line's own sum, as written or as quantity times price less discount (in per cent) plus tax."""
    for column in reversed(table.roles.get("line_total", ())):
        # A table with a subtotal and a total of the line has the total later.
        amount = parse_amount(row.cells[column] if column < len(row.cells) else "", forms.mark)
        if amount is not None:
            return amount
    quantity = parse_amount(_cell(table, row, "quantity"), forms.mark)
    price = parse_amount(_cell(table, row, "price"), forms.mark)
    if quantity is None or price is None:
        return None
    discount = parse_amount(_cell(table, row, "discount"), forms.mark) or Decimal(0)
    tax = parse_amount(_cell(table, row, "tax"), forms.mark) or Decimal(0)
    return (quantity * price * (100 - discount) / 100 + tax).normalize() if discount else quantity * price + tax


def _currency(table: Table, row: Row) -> str:
    """The currency of its own column, else one written beside the sum or in the header of the sums."""
    if code := named_currency(_text(table, row, "currency")):
        return code
    for role in ("total", "balance"):
        for text in (_text(table, row, role), table.header.text(table.column(role))):
            for word in CURRENCY_WORD.findall(text):
                if code := named_currency(word):
                    return code
    return ""


def _documents(table: Table, lines: list[_Line], findings: list[Finding]) -> Iterator[InvoiceDocument]:
    groups: dict[tuple[str, str, date | None], list[_Line]] = {}
    dated: dict[tuple[str, str], date] = {}
    for line in lines:
        # A line without a date belongs to the invoice that began above it.
        owner = (line.number, line.customer)
        if line.issue_date:
            dated[owner] = line.issue_date
        day = dated.get(owner)
        groups.setdefault((line.number, line.customer, day), []).append(line)
    seen: dict[str, tuple[str, date | None]] = {}
    for (number, customer, day), group in groups.items():
        if number in seen and seen[number] != (customer, day):
            findings.append(
                Finding(
                    "number_repeated",
                    f"The number {number[:60]} stands for several customers or dates.",
                    line=group[0].row.line,
                    field="number",
                )
            )
        seen[number] = (customer, day)
        document = _document(table, group, findings)
        if document:
            yield document


def _document(table: Table, group: list[_Line], findings: list[Finding]) -> InvoiceDocument | None:
    first = group[0]
    total = _group_total(table, group, findings)
    if total is None:
        findings.append(
            Finding("sum_missing", f"Invoice {first.number[:60]} has no sum; it was left out.", line=first.row.line)
        )
        return None
    kind = _text(table, first.row, "type").lower()
    is_credit = any(word in kind for word in CREDIT_TYPE_WORDS)
    due = next((line.due_date for line in group if line.due_date), None)
    issued = next((line.issue_date for line in group if line.issue_date), None)
    status = _text(table, first.row, "status").lower()
    if any(word in status for word in VOID_STATUS_WORDS):
        findings.append(Finding("not_issued", f"Invoice {first.number[:60]} is {status[:30]}.", line=first.row.line))
    if due and issued and due < issued:
        findings.append(
            Finding("due_before_issue", f"It is due on {due}, before it was issued on {issued}.", line=first.row.line)
        )
    if total < 0:
        findings.append(
            Finding("negative_invoice", f"A negative sum ({total}): a credit, no debt.", line=first.row.line)
        )
    tax_number = _text(table, first.row, "tax_number")
    paid = _signed(table, first.row, "paid")
    return InvoiceDocument(
        number=first.number,
        kind="credit_note" if is_credit else "invoice",
        issue_date=issued,
        due_date=due,
        currency=next((line.currency for line in group if line.currency), ""),
        totals=Totals(payable=total, prepaid=paid),
        buyer=Party(
            name=first.customer,
            identifiers=(Identifier("tax", tax_number),) if tax_number else (),
            email=_text(table, first.row, "email"),
        ),
        lines=tuple(
            DocumentLine(name=_text(table, line.row, "item"), net=line.amount)
            for line in group
            if line.amount is not None
        ),
    )


def _signed(table: Table, row: Row, role: str) -> Decimal | None:
    return parse_amount(_cell(table, row, role)) if role in table.roles else None


def _group_total(table: Table, group: list[_Line], findings: list[Finding]) -> Decimal | None:
    """One row: its total. Several: the total that all of them repeat, else the sum of the lines, else a doubt."""
    totals = [line.total for line in group if line.total is not None]
    amounts = [line.amount for line in group if line.amount is not None]
    if len(group) == 1:
        return totals[0] if totals else (amounts[0] if amounts else None)
    first = group[0]
    if not totals:
        return sum(amounts, Decimal(0)) if amounts else None
    has_lines = bool(amounts) or "item" in table.roles
    if len(set(totals)) == 1:
        if len({line.row.cells for line in group}) == 1 or not has_lines:
            findings.append(
                Finding(
                    "row_repeated",
                    f"Invoice {first.number[:60]} stands there {len(group)} times; it was read once.",
                    line=group[1].row.line,
                )
            )
            return totals[0]
        if amounts or len(totals) == 1:
            return totals[0]
    elif len({line.row.cells for line in group}) < len(group) or not has_lines:
        findings.append(
            Finding(
                "row_conflicts",
                f"Invoice {first.number[:60]} stands there with different sums ({', '.join(map(str, totals[:5]))}); "
                f"the first was read.",
                line=group[1].row.line,
                remedy="Keep the right one in the file.",
            )
        )
        return totals[0]
    # A column called amount that differs from line to line is the line's; equal sums on different items are too.
    return sum(totals, Decimal(0))


def _shape_findings(table: Table, rows: list[Row]) -> Iterator[Finding]:
    for role in ("issue_date", "due_date"):
        column = table.column(role)
        shapes = {date_shape(row.cells[column]) for row in rows if 0 <= column < len(row.cells)} - {""}
        if len(shapes) > 1:
            yield Finding(
                "dates_in_several_forms",
                f"Dates are written in several ways ({', '.join(sorted(shapes))}).",
                line=table.header.line,
                field=table.header.text(column),
                remedy="Compare a few of them with the original.",
            )


def _text_findings(table: Table, rows: list[Row]) -> Iterator[Finding]:
    for row in rows:
        for role in ("number", "customer"):
            cell = _cell(table, row, role)
            if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) and len(cell) > 1:
                yield Finding(
                    "formula_text",
                    f"{cell[:40]!r} looks like a formula; it is kept as text and never calculated.",
                    line=row.line,
                    field=role,
                )


def _few(findings: list[Finding]) -> Iterator[Finding]:
    """At most some of each kind: a column that cannot be read is one fault, not one for every row."""
    told: dict[str, int] = {}
    for finding in findings:
        told[finding.code] = told.get(finding.code, 0) + 1
        if told[finding.code] <= FINDINGS_OF_A_KIND:
            yield finding
    for code, count in told.items():
        if count > FINDINGS_OF_A_KIND:
            yield Finding(code, f"{count - FINDINGS_OF_A_KIND} more findings of this kind.")
