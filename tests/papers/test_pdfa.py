"""A PDF with its e-invoice inside keeps what PDF/A-3b asks; one that breaks it is found out."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest

from dunwell.core.paper import Brand, DataFile, Document, Due, Heading, PaperTable, Paragraph
from dunwell.core.paper import QrCode as Qr
from dunwell.engine import qr
from dunwell.plugins import paper

pikepdf = pytest.importorskip("pikepdf", reason="pikepdf is not installed: `make install-dev`")
pdfa = pytest.importorskip("papers.pdfa")

DOCUMENT = Document(
    title="Фактура 0000000415",
    author="Изгрев ЕООД",
    day=date(2026, 11, 20),
    locale="bg",
    footer="Изгрев ЕООД · ЕИК 123456789",
    blocks=(
        Brand("Изгрев ЕООД", ("София, ул. „Шипка“ 1",)),
        Heading("Фактура / Invoice 0000000415"),
        Paragraph("Получател: Müller & Söhne — ООО «Ромашка»"),
        PaperTable(
            ("Вид", "Сума"), (("Работа", "1 000,00 €"),), ("left", "right"), ("fill", "auto"), ("", "1 200,00 €")
        ),
        Due("За плащане", "1 200,00 €", ("до 31.12.2026 г.",)),
        Qr(qr.svg("BCD\n002\n1\nSCT"), ("EPC",)),
    ),
)
DATA = DataFile("factur-x.xml", b"<rsm:CrossIndustryInvoice/>", "EN 16931")


@pytest.fixture(scope="module")
def printed() -> bytes:
    return paper.pdf_with_data(DOCUMENT, DATA)


def test_what_is_printed_keeps_the_standard(printed: bytes) -> None:
    assert pdfa.breaches(printed) == []


def test_a_plain_pdf_is_none(printed: bytes) -> None:
    found = " ".join(pdfa.breaches(paper.pdf(DOCUMENT)))
    assert "6.2.3" in found and "6.6.4" in found


def _unsaid(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def _unexplained(pdf: pikepdf.Pdf) -> None:
    said = pdf.Root.Metadata.read_bytes().replace(b"<pdfaProperty:name>Version<", b"<pdfaProperty:name>Other<")
    pdf.Root.Metadata.write(said)


def _without_profile(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def _font_left_out(pdf: pikepdf.Pdf) -> None:
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
            for key in ("/FontFile2", "/FontFile3"):
                if key in each:
                    del each[key]


def _acting(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _unrelated(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AF


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (_unsaid, "6.6.2.1"),
        (_unexplained, "6.6.2.3"),
        (_without_profile, "6.2.3"),
        (_font_left_out, "6.2.11.4"),
        (_acting, "6.5.1"),
        (_unrelated, "6.8"),
    ],
)
def test_each_breach_is_found(printed: bytes, change: Callable[[pikepdf.Pdf], None], clause: str) -> None:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        change(pdf)
        pdf.save(written)
    assert any(breach.startswith(clause) for breach in pdfa.breaches(written.getvalue()))
