"""What two sides sign stands on the page where they sign it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from dunwell.core.paper import Document, PaperTable, Paragraph, Signatures, SignedBy, SmallPrint, Title
from dunwell.plugins import paper

SIDES = tuple(SignedBy(name, ("ЕИК 1", "София"), ("Длъжност", "Име", "Подпис", "Печат")) for name in ("А", "Б"))


@pytest.mark.parametrize("rows", range(16, 28, 3))
def test_the_sentence_that_is_signed_is_never_left_behind(rows: int) -> None:
    table = PaperTable(("Дата", "Сума"), (("1.10", "1"),) * rows, ("left", "right"), ("fill", "auto"))
    words = (Paragraph("По данни на А задължението е 1 €."), SmallPrint("Моля, подпишете."))
    blocks = (Title("Потвърждение"), table, *words, Signatures(SIDES))
    printed = paper.pdf(Document("t", "a", date(2026, 11, 20), "bg", "f", blocks, is_wide=True))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages]
    (signed,) = (text for text in pages if "Подпис" in text)
    assert "задължението" in signed and "Моля" in signed
