"""A PDF without data: nothing in it is certain, so it is refused with a sentence (and kept as a file by the caller)."""

from __future__ import annotations

from dunwell.core.documents import Read
from dunwell.core.refusal import Refusal
from dunwell.plugins.importers import facturx


class PdfHoldsData(Refusal):
    """The PDF has invoice data attached to it: import it as facturx, not as a plain PDF."""


def read(data: bytes) -> Read:
    """Always a refusal: `facturx.PdfWithoutData`, `PdfHoldsData` or that the file cannot be opened."""
    facturx.read(data)
    raise PdfHoldsData
