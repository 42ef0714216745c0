"""Short ways to read a document or statement in tests."""

import io
from decimal import Decimal

from dunwell.core.documents import Entry, InvoiceDocument, Read, StatementClosed, StatementOpened
from dunwell.core.refusal import Finding
from dunwell.plugins import importers


class Statement:
    """All that a stream gave, sorted by kind."""

    def __init__(self, events):
        self.events = list(events)
        self.entries = [event for event in self.events if isinstance(event, Entry)]
        self.opened = [event for event in self.events if isinstance(event, StatementOpened)]
        self.closed = [event for event in self.events if isinstance(event, StatementClosed)]
        self.codes = [event.code for event in self.events if isinstance(event, Finding)]

    @property
    def amounts(self) -> list[Decimal]:
        return [entry.amount for entry in self.entries]

    @property
    def accounts(self) -> list[str]:
        return list(dict.fromkeys(event.account for event in self.opened))


def statement(format: str, content: str | bytes, encoding: str = "utf-8") -> Statement:
    data = content.encode(encoding) if isinstance(content, str) else content
    return Statement(importers.statement_reader(format)(io.BytesIO(data)))


def invoices(format: str, content: str | bytes, encoding: str = "utf-8") -> Read:
    data = content.encode(encoding) if isinstance(content, str) else content
    return importers.invoice_reader(format)(data)


def invoice(format: str, content: str | bytes) -> InvoiceDocument:
    (document,) = invoices(format, content).documents
    return document


def codes(found: Read) -> list[str]:
    return [finding.code for finding in found.findings]
