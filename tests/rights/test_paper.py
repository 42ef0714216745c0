"""Printed documents: text stays text, the same bytes each time, quick enough for a day's letters."""

from __future__ import annotations

import hashlib
import io
import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from dunwell.core.paper import (
    Bullets,
    Column,
    Columns,
    Document,
    Heading,
    Letterhead,
    NewPage,
    Pairs,
    PaperTable,
    Paragraph,
    QrCode,
    Signature,
    SmallPrint,
    Title,
)
from dunwell.engine import qr
from dunwell.plugins import paper

LETTER = Letterhead(
    window="right",
    sender_name="ООО «Пример»",
    sender_lines=("ИНН 7701234567",),
    return_line="ООО «Пример», 125009, Москва",
    address=("ООО «Ромашка»", "ул. Ленина, д. 5", "620014, Екатеринбург"),
    beside=(("Дата", "22 ноября 2026 г."),),
    notice="Заказное",
)
EVERYTHING = Document(
    title="Претензия",
    author="ООО «Пример»",
    day=date(2026, 11, 22),
    locale="ru",
    footer="ООО «Пример»",
    letter=LETTER,
    blocks=(
        Title("Претензия"),
        Heading("Основание"),
        Paragraph("Счёт № 1042 на 48 000,00 ₽"),
        SmallPrint("мелко"),
        Pairs((("Долг", "48 000,00 ₽"),)),
        Columns((Column("Кредитор", ("a",)), Column("Должник", ("b",)))),
        PaperTable(("С", "Сумма"), (("01.01.2026", "1,00"),), ("left", "right"), ("auto", "fill"), ("Итого", "1,00")),
        Bullets(("Счёт", "Акт"), numbered=True),
        QrCode(qr.svg(b"test"), ("Оплата",)),
        NewPage(),
        Signature("С уважением,", "Мария Ковалёва", ("директор",)),
    ),
)


def words(pdf: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def with_text(text: str) -> Document:
    return replace(EVERYTHING, blocks=(Paragraph(text),), letter=None)


def test_every_block_is_printed_in_cyrillic() -> None:
    found = words(paper.pdf(EVERYTHING))
    for one in (
        "Претензия",
        "Основание",
        "48 000,00",
        "мелко",
        "Должник",
        "Итого",
        "Акт",
        "Оплата",
        "Ковалёва",
        "Екатеринбург",
    ):
        assert one in found


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
@pytest.mark.parametrize("window", ["left", "right"])
def test_the_same_values_give_the_same_bytes(locale: str, window: str) -> None:
    document = replace(EVERYTHING, locale=locale, letter=replace(LETTER, window=window))
    once = paper.pdf(document)
    paper.pdf(replace(document, title="another"))
    assert paper.pdf(document) == once


def test_the_bytes_are_those_of_every_machine() -> None:
    """A new release of typst or of the fonts changes them: look at the documents, then write the new sum here."""
    assert hashlib.sha256(paper.pdf(EVERYTHING)).hexdigest() == GOLDEN


def test_only_bundled_fonts_are_used() -> None:
    reader = PdfReader(io.BytesIO(paper.pdf(EVERYTHING)))
    fonts = {font["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].get_object().values()}  # type: ignore[index,union-attr]
    assert {str(name).partition("+")[2] for name in fonts} <= {"NotoSans-Regular", "NotoSans-Bold"}


@pytest.mark.parametrize(
    "text",
    [
        '#panic("x")',
        '#read("/etc/passwd")',
        "$ sum_(i=1)^n $",
        "*bold* _it_ `raw` @ref <label> = head",
        '"; #sys.version; "',
        "\\u{41} // comment /* x */",
        '#import "@preview/x:0.1.0"',
    ],
)
def test_what_a_person_wrote_is_printed_and_never_run(text: str) -> None:
    assert "".join(text.split()) in "".join(words(paper.pdf(with_text(text))).split())


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_printed(text: str) -> None:
    assert paper.pdf(with_text(text + "\ud800\x00")).startswith(b"%PDF")


def test_twenty_letters_a_second_on_one_core() -> None:
    paper.pdf(EVERYTHING)
    start = time.process_time()
    for number in range(40):
        paper.pdf(replace(EVERYTHING, title=f"Претензия {number}"))
    assert 40 / (time.process_time() - start) > 20


GOLDEN = "229aa1a2bded41b19909a1c652112c3491c7272b8c173c2868424593d3c30296"
