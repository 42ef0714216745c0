"""Bank statements as CSV or workbook: every bank has its own columns, so they are recognised by their headers.

What the file does not settle is asked, not guessed: the order of day and month, thousands or decimals, and which sign
is money in where a column of signs and a mark of the side contradict one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path
from typing import BinaryIO

from dunwell.core.documents import (
    Counterparty,
    Entry,
    EntryPart,
    EntryStatus,
    References,
    StatementEvent,
    StatementOpened,
    StatementStream,
)
from dunwell.core.records import STATEMENT_ROLES, Mapping, RecordKind, StatementMapping
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers import headings, sheet, stream
from dunwell.plugins.importers.cells import (
    DateForm,
    Mark,
    Order,
    date_order,
    decimal_mark,
    is_blank_amount,
    parse_amount,
    parse_date,
)
from dunwell.plugins.importers.headers import Table, find_table, normal
from dunwell.plugins.importers.sheet import Cell, Row, plain_text
from dunwell.plugins.importers.statement import unreadable, watched
from dunwell.plugins.importers.statement_balances import Step, closed
from dunwell.plugins.importers.statement_preamble import Preamble, account_above, are_certain, currency_beside
from dunwell.plugins.importers.statement_values import told_by_values
from dunwell.plugins.importers.statement_words import (
    IN_WORDS,
    LIKE_A_DATE,
    OUT_WORDS,
    PAYEE_WORDS,
    PAYER_WORDS,
    PENDING_WORDS,
    REQUIRED,
    ROLES,
    VOID_WORDS,
)
from dunwell.plugins.importers.text import account_number, named_currency, squeezed

# Enough to meet both signs and the header below a bank's preamble.
ROWS_LOOKED_AT = 300
# Fields of a sheet of invoices that no bank writes.
INVOICE_FIELDS = frozenset({"due_date", "paid", "valid_until", "line_description", "line_price", "line_total", "terms"})

NOTHING_SAVED = StatementMapping()


class StatementHeaderMissing(Refusal):
    """No row of the table looks like the header of a bank statement: a date and an amount (or debit and credit) are needed.
    Name the columns in the first row."""


class DatesContradict(Refusal):
    """The dates in {column!r} contradict one another: one can only be day first, another only month first."""


def read(source: BinaryIO, saved: StatementMapping = NOTHING_SAVED) -> StatementStream:
    """Entries of the table, its balances where it names them; raises refusals of `sheet` and the above."""
    return watched(_events(source, saved))


def is_statement(path: Path) -> bool:
    """Whether a table is a bank's: both sides of the account stand in it, or a running balance, and nothing is due."""
    for table in stream.tables(path):
        rows = [Row(line, tuple(cells)) for line, cells in islice(table.lines(), ROWS_LOOKED_AT)]
        found = find_table(sheet.Sheet(table.name, tuple(rows)), ROLES, REQUIRED)
        if found and not _is_of_invoices(found) and _is_of_bank(found):
            return True
    return False


def understood(path: Path, saved: StatementMapping = NOTHING_SAVED) -> StatementMapping:
    """How a bank's table is read, to be kept for its next file."""
    with path.open("rb") as source:
        table = _table(sheet.read(source.read(sheet.BYTES_MAX + 1)), saved)
    roles = {column: role for role, columns in table.roles.items() for column in columns}
    headers = {table.header.text(column): roles.get(column, "") for column in range(table.width)}
    known = {header: role if role in STATEMENT_ROLES else "" for header, role in headers.items() if header}
    return replace(saved, columns={**known, **saved.columns})


def _is_of_invoices(table: Table) -> bool:
    """Whether the header speaks of invoices: a due date, what is paid, the item lines."""
    headers = [table.header.text(column) for column in range(table.width)]
    fields = headings.recognise(headers, RecordKind.INVOICES, Mapping()).fields
    return bool(INVOICE_FIELDS & fields.keys())


def _is_of_bank(table: Table) -> bool:
    if "side" in table.roles or {"debit", "credit"} <= table.roles.keys() or "net" in table.roles:
        return True
    if account_above(table.above):
        return True
    amounts = [plain_text(cell) for cell in _column(table, "amount")]
    has_both_signs = any(text.startswith(("-", "−", "(")) or text.endswith("-") for text in amounts)
    return has_both_signs or _has_running_balance(table)


def _has_running_balance(table: Table) -> bool:
    """Whether a column of balances follows from the amounts: what is open on invoices does not."""
    if "balance" not in table.roles or "amount" not in table.roles:
        return False
    mark = decimal_mark(_column(table, "amount")).mark
    rows = [
        (
            parse_amount(_cell(row, table.column("amount")), mark),
            parse_amount(_cell(row, table.column("balance")), mark),
        )
        for row in table.below
    ]
    known = [(amount, balance) for amount, balance in rows if amount is not None and balance is not None]
    steps = [abs(after - before) in (abs(one), abs(other)) for (one, before), (other, after) in pairwise(known)]
    return len(steps) > 0 and sum(steps) * 2 > len(steps)


@dataclass(frozen=True, slots=True)
class _Forms:
    """What was decided for the table as a whole, before its rows are read."""

    date: DateForm
    mark: str
    own_account: str
    own_account_column: int
    debits_are_negative: bool


def _table(book: sheet.Book, saved: StatementMapping) -> Table:
    given = {normal(header): role for header, role in saved.columns.items()}
    found = (find_table(each, ROLES, REQUIRED, given) for each in book.sheets)
    table = next(filter(None, found), None)
    if table is None:
        raise StatementHeaderMissing
    return table


def _events(source: BinaryIO, saved: StatementMapping) -> Iterator[StatementEvent]:
    book = sheet.read(source.read(sheet.BYTES_MAX + 1))
    yield from book.findings
    table = told_by_values(_table(book, saved))
    order = Order(saved.date_order.value, settled=True) if saved.date_order else _order(table)
    columns = [
        _column(table, role) for role in ("amount", "debit", "credit", "net", "gross", "balance") if role in table.roles
    ]
    mark = decimal_mark(cell for cells in columns for cell in cells)
    if saved.decimal:
        mark = Mark("," if saved.decimal == "," else ".", settled=True)
    if not order.settled:
        yield Finding(
            "dates_ambiguous",
            "Nothing in the column settles whether the day or the month comes first; day first is proposed.",
            line=table.header.line,
            field=table.header.text(_date_column(table)),
        )
    if not mark.settled:
        yield Finding(
            "amounts_ambiguous", "1.234 in this table may be a thousand or a fraction.", line=table.header.line
        )
    account = saved.account or account_above(table.above)
    forms = _Forms(
        order.form, mark.mark, account, _own_account_column(table, account), _debits_are_negative(table, mark.mark)
    )
    yield from _account_events(table, forms, saved.currency)


def _date_column(table: Table) -> int:
    return table.column("date") if "date" in table.roles else table.column("value_date")


def _column(table: Table, role: str) -> list[Cell]:
    column = table.column(role)
    return [row.cells[column] for row in table.below if column < len(row.cells)]


def _order(table: Table) -> Order:
    """The order of the dates, from all columns of dates together where one alone does not settle it."""
    order = date_order(_column(table, "date" if "date" in table.roles else "value_date"))
    if order.conflict:
        raise DatesContradict(column=table.header.text(_date_column(table)))
    if order.settled or "value_date" not in table.roles:
        return order
    other = date_order(_column(table, "value_date"))
    return other if other.settled and any(parse_date(cell) for cell in _column(table, "value_date")) else order


def _account_events(table: Table, forms: _Forms, currency: str) -> Iterator[StatementEvent]:
    preamble = Preamble(table, forms.mark, forms.own_account)
    preamble.currency = currency or preamble.currency
    steps: dict[str, list[Step]] = {}
    current: str | None = None
    signs_differ = False
    for row in table.below:
        day = _day(table, row, forms)
        if day is None and (written := _impossible_day(table, row)) and _amount(table, row, forms) is not None:
            yield unreadable(row.line, f"{written} is no day of the calendar.")
            continue
        found = _entry(table, row, day, forms, preamble.currency) if day else None
        if found is None:
            yield from preamble.see(row)
        elif isinstance(found, Finding):
            yield found
        else:
            signs_differ |= _signs_differ(table, row, forms)
            account = _account_text(row, forms.own_account_column) or preamble.account
            if account != current:
                yield StatementOpened(account, found.currency)
                current = account
            balance = parse_amount(_cell(row, table.column("balance")), forms.mark)
            steps.setdefault(account, []).append(Step(found.booking_date, found.amount, balance, found.currency))
            yield found
    if signs_differ:
        yield Finding(
            "signs_ambiguous",
            "The sign of the amount and the mark of the side contradict one another; the mark of the side was followed.",
            line=table.header.line,
            remedy="Say which of them means money in.",
        )
    if not steps:
        yield StatementOpened(preamble.account, preamble.currency)
    for account, each in (steps or {preamble.account: []}).items():
        yield closed(account, each, preamble)


def _day(table: Table, row: Row, forms: _Forms) -> date | None:
    """The first date of the row; an entry that is not completed yet has only the day it was begun."""
    columns = table.roles.get("date", ()) or table.roles["value_date"]
    return next((day for column in columns if (day := parse_date(_cell(row, column), forms.date))), None)


def _impossible_day(table: Table, row: Row) -> str:
    """What stands where the date should, if it has the look of one; empty otherwise (totals, remarks)."""
    written = row.text(_date_column(table))
    return written if LIKE_A_DATE.fullmatch(written) else ""


def _cell(row: Row, column: int) -> Cell:
    return row.cells[column] if 0 <= column < len(row.cells) else ""


def _own_account_column(table: Table, account: str) -> int:
    """The statement's own account: a column that says so, or "bank account" when it never changes.

    Where the rows above name the account and the column never does, it is the counterparty's (column "IBAN" at German
    banks).
    """
    values = {account_number(row.text(table.column("account"))) for row in table.below} - {""}
    are_others = account and account not in values and (len(values) > 1 or are_certain([account, *values]))
    if "account" in table.roles and not are_others:
        return table.column("account")
    column = table.column("bank_account")
    others = {row.text(column) for row in table.below if row.text(_date_column(table))}
    return column if "counter_name" not in table.roles and len(others) == 1 and "" not in others else -1


def _entry(table: Table, row: Row, day: date, forms: _Forms, currency: str) -> Entry | Finding | None:
    """An entry, a finding for one that cannot be read, or None for a row without any amount."""
    status_word = row.text(table.column("status")).lower()
    if any(word in VOID_WORDS for word in status_word.split()):
        return Finding("entry_void", f"An entry with the status {status_word[:20]!r} was left out.", line=row.line)
    amount = _amount(table, row, forms)
    if amount is None:
        doubtful = [
            row.text(column)
            for role in ("amount", "debit", "credit", "net")
            for column in table.roles.get(role, ())[:1]
            if not is_blank_amount(_cell(row, column))
        ]
        return unreadable(row.line, f"its amount is {doubtful[0][:40]!r}.") if doubtful else None
    status: EntryStatus = "pending" if any(word in PENDING_WORDS for word in status_word.split()) else "booked"
    own = named_currency(row.text(table.column("currency"))) or currency_beside(table, [row]) or currency
    return Entry(
        amount=amount,
        currency=own,
        booking_date=day,
        value_date=parse_date(_cell(row, table.column("value_date")), forms.date),
        status=status,
        counterparty=Counterparty(
            name=_counter_name(table, row, amount),
            account=_account_text(row, table.column("counter_account")) or _bank_account(table, row, forms),
            bank=row.text(table.column("counter_bank")),
            tax_number=row.text(table.column("tax")),
        ),
        references=References(bank=row.text(table.column("reference"))),
        remittance=_joined(table, row, "remittance") or _joined(table, row, "counter_name"),
        parts=_fee_parts(table, row, forms, own),
        line=row.line,
    )


def _counter_name(table: Table, row: Row, amount: Decimal) -> str:
    """The other side's name: with a column for each side, the payer of money in and the payee of money out."""
    columns = table.roles.get("counter_name", ())
    word = PAYER_WORDS if amount > 0 else PAYEE_WORDS
    named = [column for column in columns if word.search(normal(table.header.text(column)))]
    if len(columns) > 1 and len(named) == 1:
        return squeezed(row.text(named[0]))
    return _joined(table, row, "counter_name")


def _bank_account(table: Table, row: Row, forms: _Forms) -> str:
    columns = (table.column("bank_account"), table.column("account"))
    others = (_account_text(row, column) for column in columns if column != forms.own_account_column)
    return next(filter(None, others), "")


def _account_text(row: Row, column: int) -> str:
    """An account without the apostrophes by which banks keep spreadsheets from reading it as a number."""
    return row.text(column).strip("'")


def _joined(table: Table, row: Row, role: str) -> str:
    texts = dict.fromkeys(squeezed(row.text(column)) for column in table.roles.get(role, ()))
    return " ".join(filter(None, texts))


def _amount(table: Table, row: Row, forms: _Forms) -> Decimal | None:
    """Signed: money in is positive."""

    def value(role: str) -> Decimal | None:
        return parse_amount(_cell(row, table.column(role)), forms.mark)

    if "debit" in table.roles and "credit" in table.roles:
        debit, credit = value("debit"), value("credit")
        if debit is None and credit is None:
            return None
        # A negative amount in the column of credits is a credit taken back; in that of debits it is either the bank's
        # way to write all debits, or a debit taken back.
        out = debit or Decimal(0)
        return (credit or Decimal(0)) + (out if forms.debits_are_negative else -out)
    signed = value("net") if "net" in table.roles and "amount" not in table.roles else value("amount")
    if signed is None or "side" not in table.roles:
        return signed
    word = row.text(table.column("side")).lower().strip(".")
    if word in OUT_WORDS:
        return -abs(signed)
    return abs(signed) if word in IN_WORDS else signed


def _debits_are_negative(table: Table, mark: str) -> bool:
    values = [parse_amount(cell, mark) or Decimal(0) for cell in _column(table, "debit")]
    return any(value < 0 for value in values) and not any(value > 0 for value in values)


def _signs_differ(table: Table, row: Row, forms: _Forms) -> bool:
    """Whether a sign contradicts the mark: a negative credit, or a positive debit beside negative ones."""
    if "side" not in table.roles or "amount" not in table.roles:
        return False
    amount = parse_amount(_cell(row, table.column("amount")), forms.mark) or Decimal(0)
    return amount < 0 and row.text(table.column("side")).lower().strip(".") in IN_WORDS


def _fee_parts(table: Table, row: Row, forms: _Forms, currency: str) -> tuple[EntryPart, ...]:
    """What the customer paid and what the payment service kept, where the file tells them apart."""
    gross = parse_amount(_cell(row, table.column("gross")), forms.mark)
    fee = parse_amount(_cell(row, table.column("fee")), forms.mark)
    if "net" not in table.roles or not gross or not fee:
        return ()
    return EntryPart(gross, currency), EntryPart(fee, currency, remittance="fee")
