"""Factur-X and ZUGFeRD: a PDF with the invoice's data as an attached XML.

Only the attachment is read, never the picture of the page. Its name is no rule (factur-x.xml, ZUGFeRD-invoice.xml,
xrechnung.xml have all been seen): any XML whose root is a Cross Industry Invoice or a UBL document counts.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pypdf
from pypdf.errors import PyPdfError

from dunwell.core.documents import Read
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers import cii, ubl
from dunwell.plugins.importers.safexml import BYTES_MAX, XmlOfAnotherKind, XmlUnreadable

PDF_BYTES_MAX = 50_000_000
ATTACHMENTS_MAX = 200
# Names that the standards give, the most particular first.
STANDARD_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml")

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class PdfUnreadable(Refusal):
    """The PDF cannot be opened: it is damaged, encrypted or no PDF at all."""


class PdfTooLarge(Refusal):
    """The PDF is larger than {limit} MB."""


class PdfWithoutData(Refusal):
    """The PDF holds no invoice data (no attached Factur-X or ZUGFeRD XML). It can be kept as a file; enter its data by hand."""


def read(data: bytes) -> Read:
    """The attached invoice; raises the refusals above and those of `cii` and `ubl`."""
    if len(data) > PDF_BYTES_MAX:
        raise PdfTooLarge(limit=PDF_BYTES_MAX // 1_000_000)
    if b"%PDF-" not in data[:1024]:
        raise PdfUnreadable
    candidates = sorted(_xml_attachments(data), key=lambda attachment: _rank(attachment[0]))
    if not candidates:
        raise PdfWithoutData
    refused: Refusal | None = None
    for name, content in candidates:
        try:
            return _read_xml(name, content, len(candidates))
        except (XmlOfAnotherKind, XmlUnreadable) as refusal:
            refused = refused or refusal
    raise refused or PdfWithoutData


def _read_xml(name: str, content: bytes, count: int) -> Read:
    try:
        found = cii.read(content)
    except XmlOfAnotherKind:
        found = ubl.read(content)
    if count == 1:
        return found
    finding = Finding("several_attachments", f"The PDF holds {count} XML files; {name} was read.", field="attachment")
    return Read(found.documents, (*found.findings, finding))


def _rank(name: str) -> tuple[int, str]:
    lower = name.lower()
    return (STANDARD_NAMES.index(lower) if lower in STANDARD_NAMES else len(STANDARD_NAMES)), lower


def _xml_attachments(data: bytes) -> list[tuple[str, bytes]]:
    """Attached XML files; pypdf raises whatever its parsing meets, so all of that means a damaged PDF."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfUnreadable
        return [
            (name, content)
            for name, content in _attachments(reader)
            if len(content) <= BYTES_MAX and content[:512].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<")
        ]
    except (
        PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
        NotImplementedError,
        ImportError,
    ):
        raise PdfUnreadable from None


def _attachments(reader: Any) -> Iterator[tuple[str, bytes]]:
    for number, (name, contents) in enumerate(reader.attachments.items()):
        if number >= ATTACHMENTS_MAX:
            return
        for content in contents:
            yield str(name), content
