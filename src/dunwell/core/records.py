"""What an import speaks of: the kinds of record, the fields a column can mean, a saved mapping, and a question.

The records themselves travel as frames (`core.frames`, block *import*), a ten-row file as a small one. Nothing here
reads a file; the importers do, and hand over `frames.Batch` values with the findings beside the records.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from dunwell.core.refusal import Refusal


class RecordKind(StrEnum):
    """What one row of a sheet is about. An open-items sheet is a sheet of invoices with *balance*, *paid*, *status*."""

    INVOICES = "invoices"
    CUSTOMERS = "customers"
    PAYMENTS = "payments"


class InvoiceKind(StrEnum):
    """`request` is a request before work (счёт на оплату, проформа): never overdue."""

    INVOICE = "invoice"
    REQUEST = "request"
    CREDIT_NOTE = "credit_note"


class InvoiceStatus(StrEnum):
    """What the sheet says of an invoice, in one word. Advice of the exporting program, never our own state."""

    OPEN = "open"
    PART_PAID = "part_paid"
    PAID = "paid"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"
    DRAFT = "draft"


class CustomerKind(StrEnum):
    BUSINESS = "business"
    PERSON = "person"


class DateOrder(StrEnum):
    """How 03/04/2026 is read. Decided once per column, never per cell."""

    DMY = "dmy"
    MDY = "mdy"


class Severity(StrEnum):
    """`error`: the row did not go in. `warning`: it went in, but a person should look. `note`: told once, and nobody need do anything."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a file leaves open and that is never guessed: the import waits for the answer.

    `readings` are (answer, what the examples would then mean); `answer` tells how to give it.
    """

    code: str
    column: str
    message: str
    readings: tuple[tuple[str, str], ...]
    answer: str
    file: str = ""

    def __str__(self) -> str:
        readings = "; ".join(f"{answer}: {meaning}" for answer, meaning in self.readings)
        return f"{self.file + ': ' if self.file else ''}{self.message} {readings}. {self.answer}"


class MappingMalformed(Refusal):
    """The saved mapping is malformed: {what}."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a user's sheet is to be read: which column is which field, and what its cells cannot say themselves.

    `columns` maps a header as written in the file to a field of `headers.toml`, or to "" (the column is not read). What
    the mapping does not name is recognised as usual. `date_order` is `dmy` or `mdy`, `decimal` is "," or ".",
    `currency` fills blank cells.
    """

    columns: Map[str, str] = field(default_factory=dict)
    kind: RecordKind | None = None
    date_order: DateOrder | None = None
    decimal: str | None = None
    currency: str | None = None

    @classmethod
    def from_dict(cls, data: Map[str, Any]) -> Self:
        """A mapping from parsed TOML: keys kind, date_order, decimal, currency and the table [columns]."""
        unknown = sorted(set(data) - {"columns", "kind", "date_order", "decimal", "currency"})
        if unknown:
            raise MappingMalformed(what=f"unknown key {unknown[0]!r}")
        columns = data.get("columns", {})
        if not isinstance(columns, Map) or not all(isinstance(name, str) for name in columns.values()):
            raise MappingMalformed(what='[columns] needs lines such as "Номер" = "number"')
        if data.get("decimal") not in (None, ",", "."):
            raise MappingMalformed(what='decimal is "," or "."')
        try:
            return cls(
                columns=dict(columns),
                kind=RecordKind(data["kind"]) if data.get("kind") else None,
                date_order=DateOrder(data["date_order"]) if data.get("date_order") else None,
                decimal=data.get("decimal"),
                currency=data.get("currency"),
            )
        except ValueError as wrong:
            raise MappingMalformed(what=str(wrong)) from None

    def to_toml(self) -> str:
        """The mapping as TOML that `from_dict` reads back."""
        settings = {
            "kind": self.kind,
            "date_order": self.date_order,
            "decimal": self.decimal,
            "currency": self.currency,
        }
        lines = [f"{key} = {_quoted(str(value))}" for key, value in settings.items() if value]
        columns = [f"{_quoted(header)} = {_quoted(name)}" for header, name in self.columns.items()]
        return "\n".join([*lines, "", "[columns]", *columns]) + "\n"


# What a column of a bank's table can mean.
STATEMENT_ROLES = (
    "date value_date amount debit credit side currency balance account counter_name counter_account counter_bank tax "
    "remittance reference status gross fee net"
).split()


@dataclass(frozen=True, slots=True)
class StatementMapping:
    """How a bank's table is to be read: which column is which role (`STATEMENT_ROLES`, "" = not read), and what the file
    cannot say: the order of its dates, its decimal mark, its currency and account.
    """

    columns: Map[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    decimal: str | None = None
    currency: str = ""
    account: str = ""

    @classmethod
    def from_dict(cls, data: Map[str, Any]) -> Self:
        """A mapping from parsed TOML: keys kind = "statement", date_order, decimal, currency, account and [columns]."""
        unknown = sorted(set(data) - {"kind", "columns", "date_order", "decimal", "currency", "account"})
        if unknown:
            raise MappingMalformed(what=f"unknown key {unknown[0]!r}")
        columns = data.get("columns", {})
        if not isinstance(columns, Map) or not all(role in ("", *STATEMENT_ROLES) for role in columns.values()):
            raise MappingMalformed(what=f"[columns] of a statement needs one of {', '.join(STATEMENT_ROLES)}")
        if data.get("decimal") not in (None, ",", "."):
            raise MappingMalformed(what='decimal is "," or "."')
        try:
            order = DateOrder(data["date_order"]) if data.get("date_order") else None
        except ValueError as wrong:
            raise MappingMalformed(what=str(wrong)) from None
        return cls(
            dict(columns), order, data.get("decimal"), str(data.get("currency", "")), str(data.get("account", ""))
        )

    def answered(self, date_order: str | None, decimal: str | None) -> StatementMapping:
        """The same with answers given now, which go before those kept."""
        return replace(
            self,
            date_order=DateOrder(date_order) if date_order else self.date_order,
            decimal=decimal or self.decimal,
        )

    def to_toml(self) -> str:
        """The mapping as TOML that `from_dict` reads back."""
        settings = {
            "kind": "statement",
            "date_order": self.date_order,
            "decimal": self.decimal,
            "currency": self.currency,
            "account": self.account,
        }
        lines = [f"{key} = {_quoted(str(value))}" for key, value in settings.items() if value]
        columns = [f"{_quoted(header)} = {_quoted(role)}" for header, role in self.columns.items()]
        return "\n".join([*lines, "", "[columns]", *columns]) + "\n"


def _quoted(text: str) -> str:
    escaped = "".join(_escape(letter) for letter in text)
    return f'"{escaped}"'


def _escape(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter
