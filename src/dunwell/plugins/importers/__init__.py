"""Readers of files, by format. Each is loaded when it is first asked for, so that `dunwell inspect` starts quickly.

An invoice format's module has `read(data: bytes) -> documents.Read`; a statement format's module has
`read(source: BinaryIO) -> documents.StatementStream`. Both raise a `Refusal` for what cannot be read, and put into
findings what can be read but should be looked at.
"""

from __future__ import annotations

import importlib
import re
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

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsm", ".ods")
MT940_FIELDS = re.compile(r"^:20:.*^:25P?:", re.M | re.S)
XML_COMMENT = re.compile(r"<!--.*?-->", re.S)
# The root element, or the first of its kind in an envelope.
XML_MARKS = (
    ("camt", re.compile(r"<(?:\w+:)?(?:BkToCstmrStmt|BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn)\b|camt\.05[234]")),
    ("cii", re.compile(r"<(?:\w+:)?(?:CrossIndustryInvoice|CrossIndustryDocument)\b")),
    ("ubl", re.compile(r"<(?:\w+:)?(?:Invoice|CreditNote|DebitNote|AttachedDocument)\b")),
    ("commerceml", re.compile(r"<КоммерческаяИнформация\b")),
)


def detect(head: bytes, filename: str = "") -> str:
    """The format of a file by its first kilobytes: a name of the tables above, "table", or empty when it is unknown.

    A table may hold invoices, payments or a statement: only its header tells, so that is left to the one who reads it.
    """
    text = _readable(head)
    lower = text.lower()
    if head[:1024].lstrip().startswith(b"%PDF-"):
        return "facturx"
    if text.startswith("1CClientBankExchange"):
        return "clientbank1c"
    if "ofxheader" in lower[:2000] or "<ofx>" in lower:
        return "ofx"
    if MT940_FIELDS.search(text):
        return "mt940"
    if text.startswith("<"):
        return next((name for name, mark in XML_MARKS if mark.search(text)), "")
    is_table = head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or filename.lower().endswith(TABLE_ENDINGS)
    return "table" if is_table else ""


def _readable(head: bytes) -> str:
    """The beginning as text, well enough to find words in it: UTF-16, UTF-8 or any single-byte encoding."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = head.decode(encoding, "replace")
    return XML_COMMENT.sub("", text).lstrip("\ufeff \t\r\n")


def invoice_reader(name: str) -> InvoiceReader:
    """The reader of an invoice format; KeyError for an unknown name."""
    return cast(InvoiceReader, importlib.import_module(INVOICE_FORMATS[name]).read)


def statement_reader(name: str) -> StatementReader:
    """The reader of a statement format; KeyError for an unknown name."""
    return cast(StatementReader, importlib.import_module(STATEMENT_FORMATS[name]).read)
