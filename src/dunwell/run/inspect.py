"""What a file says, without recording anything: `dunwell inspect FORMAT FILE`.

The answer is one JSON object. Amounts are plain decimal text, dates ISO; `warnings` holds the findings as sentences,
`needs_input` says that a person has to decide something first, and a file that cannot be read gives `error` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from dunwell.core.documents import (
    QUESTIONS,
    Entry,
    InvoiceDocument,
    Read,
    StatementClosed,
    StatementOpened,
    StatementStream,
)
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins import importers
from dunwell.run import inspect_mail

Answer = dict[str, Any]
WARNINGS_MAX = 50
# Statements are read as streams; documents and tables are read whole.
BYTES_MAX = 50_000_000


class FileUnreadable(Refusal):
    """{path} cannot be opened: {reason}."""


class FileTooLarge(Refusal):
    """{path} is larger than {limit} MB; no document and no table is."""


class FormatUnknown(Refusal):
    """{format!r} is not a format; known are {known}."""


def inspect(format: str, path: Path) -> Answer:
    """What was read, in plain terms; a refusal is an answer too."""
    try:
        if format not in FORMATS:
            raise FormatUnknown(format=format, known=", ".join(sorted(FORMATS)))
        return FORMATS[format](path)
    except OSError as fault:
        return {"error": str(FileUnreadable(path=path.name, reason=fault.strerror or "unknown reason"))}
    except Refusal as refusal:
        return {"error": str(refusal)}


def _mail(path: Path, *, read: Callable[[bytes], Answer]) -> Answer:
    return read(content(path))


def _invoice(path: Path, *, format: str) -> Answer:
    found = importers.invoice_reader(format)(content(path))
    (document,) = found.documents
    return {
        "number": document.number,
        "issue_date": _day(document.issue_date),
        "due_date": _day(document.due_date),
        "currency": document.currency,
        "payable_amount": _plain(document.totals.payable),
        "seller_name": document.seller.name or None,
        "buyer_name": document.buyer.name or None,
        "line_count": len(document.lines),
        "doc_type": document.kind,
        **_flags(found.findings),
    }


def content(path: Path) -> bytes:
    with path.open("rb") as source:
        data = source.read(BYTES_MAX + 1)
    if len(data) > BYTES_MAX:
        raise FileTooLarge(path=path.name, limit=BYTES_MAX // 1_000_000)
    return data


def _commerceml(path: Path) -> Answer:
    found = importers.invoice_reader("commerceml")(content(path))
    return {
        "n_documents": len(found.documents),
        "documents": [
            {
                "number": document.number,
                "issue_date": _day(document.issue_date),
                "currency": document.currency_written or document.currency or None,
                "payable_amount": _plain(document.totals.payable),
                "buyer_name": document.buyer.name or None,
                "line_count": len(document.lines),
                "operation": document.operation or None,
            }
            for document in found.documents
        ],
        **_flags(found.findings),
    }


def _invoice_table(path: Path) -> Answer:
    found: Read = importers.invoice_reader("invoice_table")(content(path))
    currencies = sorted({document.currency for document in found.documents if document.currency})
    first: InvoiceDocument | None = found.documents[0] if found.documents else None
    return {
        "n_rows": found.row_count,
        "n_invoices": len(found.documents),
        "sum_total": _plain(sum((document.totals.payable for document in found.documents), Decimal(0))),
        "currency": _one_or_all(currencies),
        "first": first
        and {
            "number": first.number,
            "customer": first.buyer.name or None,
            "issue_date": _day(first.issue_date),
            "due_date": _day(first.due_date),
            "total": _plain(first.totals.payable),
            "currency": first.currency or None,
        },
        **_flags(found.findings),
    }


def _statement(path: Path, *, format: str) -> Answer:
    with path.open("rb") as source:
        return _statement_answer(importers.statement_reader(format)(source))


def _statement_answer(stream: StatementStream) -> Answer:
    accounts: dict[str, None] = {}
    currencies: dict[str, None] = {}
    findings: list[Finding] = []
    closed: list[StatementClosed] = []
    credits = debits = Decimal(0)
    count = 0
    first_credit: Entry | None = None
    for event in stream:
        if isinstance(event, Entry):
            count += not event.is_counter_entry
            if event.amount > 0:
                credits += event.amount
                first_credit = first_credit or event
            else:
                debits -= event.amount
        elif isinstance(event, StatementClosed):
            closed.append(event)
        elif isinstance(event, Finding):
            findings.append(event)
        elif isinstance(event, StatementOpened) and event.account:
            accounts[event.account] = None
    openings = [each.opening for each in closed[:1]]
    closings = [each.closing for each in closed[-1:]]
    for each in closed:
        currencies.update(dict.fromkeys((each.currency, *each.currencies)))
    return {
        "accounts": list(accounts),
        "currency": _one_or_all([currency for currency in currencies if currency]),
        "opening_balance": _plain(openings[0]) if openings else None,
        "closing_balance": _plain(closings[0]) if closings else None,
        "n_entries": count,
        "sum_credits": _plain(credits),
        "sum_debits": _plain(debits),
        "first_credit": first_credit
        and {
            "amount": _plain(first_credit.amount),
            "date": _day(first_credit.booking_date or first_credit.value_date),
            "remittance": first_credit.remittance or None,
        },
        **_flags(findings),
    }


def _flags(findings: Sequence[Finding]) -> Answer:
    shown = [str(finding) for finding in findings[:WARNINGS_MAX]]
    if len(findings) > WARNINGS_MAX:
        shown.append(f"{len(findings) - WARNINGS_MAX} more findings.")
    needs_input = any(finding.code in QUESTIONS for finding in findings)
    return {"warnings": shown, **({"needs_input": True} if needs_input else {})}


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _one_or_all(values: list[str]) -> str | list[str] | None:
    return values[0] if len(values) == 1 else values or None


# One line per format; a format of another kind of file (mail, reply) is one more line.
FORMATS: dict[str, Callable[[Path], Answer]] = {
    **{name: partial(_invoice, format=name) for name in ("ubl", "cii", "facturx", "pdf_plain")},
    "commerceml": _commerceml,
    "invoice_table": _invoice_table,
    **{name: partial(_statement, format=name) for name in importers.STATEMENT_FORMATS},
    "email": partial(_mail, read=inspect_mail.inspect_email),
    "reply_text": partial(_mail, read=inspect_mail.inspect_reply_text),
    "reply_html": partial(_mail, read=inspect_mail.inspect_reply_html),
}
