"""Readers of files, by format. Each is loaded when it is first asked for, so that `dunwell inspect` starts quickly.

An invoice format's module has `read(data: bytes) -> documents.Read`; a statement format's module has
`read(source: BinaryIO) -> documents.StatementStream`. Both raise a `Refusal` for what cannot be read, and put into
findings what can be read but should be looked at.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import BinaryIO, cast

from dunwell.core.documents import Read, StatementStream

InvoiceReader = Callable[[bytes], Read]
StatementReader = Callable[[BinaryIO], StatementStream]

INVOICE_FORMATS = {
    "ubl": "dunwell.plugins.importers.ubl",
    "cii": "dunwell.plugins.importers.cii",
    "facturx": "dunwell.plugins.importers.facturx",
    "pdf_plain": "dunwell.plugins.importers.plain_pdf",
    "commerceml": "dunwell.plugins.importers.commerceml",
    "invoice_table": "dunwell.plugins.importers.invoice_table",
}
STATEMENT_FORMATS = {
    "camt": "dunwell.plugins.importers.camt",
    "mt940": "dunwell.plugins.importers.mt940",
    "ofx": "dunwell.plugins.importers.ofx",
    "clientbank1c": "dunwell.plugins.importers.clientbank1c",
    "statement_csv": "dunwell.plugins.importers.statement_table",
}


def invoice_reader(name: str) -> InvoiceReader:
    """The reader of an invoice format; KeyError for an unknown name."""
    return cast(InvoiceReader, importlib.import_module(INVOICE_FORMATS[name]).read)


def statement_reader(name: str) -> StatementReader:
    """The reader of a statement format; KeyError for an unknown name."""
    return cast(StatementReader, importlib.import_module(STATEMENT_FORMATS[name]).read)
