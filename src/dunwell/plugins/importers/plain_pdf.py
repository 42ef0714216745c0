"""A PDF without data: nothing in it is certain, so it is refused with a sentence (and kept as a file by the caller)."""

from __future__ import annotations

from dunwell.core.documents import Read
from dunwell.plugins.importers import facturx


def read(data: bytes) -> Read:
    """The attached invoice where there is one after all; else `PdfWithoutData`."""
    return facturx.read(data)
