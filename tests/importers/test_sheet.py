"""Tables from bytes: delimiters, charsets, broken quotes, workbooks and bombs."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.core.refusal import Refusal
from dunwell.plugins.importers import sheet
from dunwell.plugins.importers.charset import decode, guess


def rows(text: str, encoding: str = "utf-8") -> list[tuple]:
    return [row.cells for row in sheet.read(text.encode(encoding)).sheets[0].rows]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    text = "\n".join(
        delimiter.join(row) for row in (["Invoice", "Customer", "Total"], ["1", "A", "5"], ["2", "B", "6"])
    )
    assert rows(text)[1] == ("1", "A", "5")


def test_decimal_commas_do_not_make_the_comma_a_delimiter():
    assert rows("a;b;c\n1,50;2,25;3,00\n1,50;2,25;3,00\n")[1] == ("1,50", "2,25", "3,00")


def test_excels_own_delimiter_line_is_obeyed_and_counted():
    book = sheet.read(b"sep=;\r\na;b\r\n1;2\r\n")
    assert book.delimiter == ";"
    assert [row.line for row in book.sheets[0].rows] == [2, 3]


def test_a_field_over_several_lines_keeps_the_line_numbers_true():
    book = sheet.read(b'a,b\n1,"x\ny"\n2,z\n')
    assert [(row.line, row.cells) for row in book.sheets[0].rows] == [
        (1, ("a", "b")),
        (2, ("1", "x\ny")),
        (4, ("2", "z")),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'n,c,t\nQ-1,"ООО "Ромашка"",10\nQ-2,B,20\n',
        'n,c,t\nQ-1,"open,10\nQ-2,B,20\n',
        'n,c,t\nQ-1,Pipe 5",10\nQ-2,"B",20\n',
    ],
)
def test_broken_quotes_lose_no_row(text):
    assert [cells[0] for cells in rows(text)] == ["n", "Q-1", "Q-2"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Номер;Клиент;Сумма\n1;ООО Вектор;500,00", "cp866"),
        ("Номер;Клиент;Сума\n1;Алфа ООД;500,00", "cp1251"),
        ('Номер;Покупатель;Сумма\n1;ООО "Ёлка" Москва;500,00', "koi8-r"),
        ("Rechnung;Kunde;Fällig\n1;Müller & Söhne GmbH;500,00", "cp1252"),
        ("Faktura;Odbiorca;Kwota\n1;Spółka Łódź;500,00", "cp1250"),
        ("Номер;Клиент\n1;Алфа", "utf-16"),
        ("Nummer;Kunde\n1;Alfa", "utf-16-le"),
    ],
)
def test_the_charset_is_found(text, encoding):
    assert decode(text.encode(encoding)).text == text


def test_a_guessed_charset_is_a_finding():
    assert [finding.code for finding in decode("Клиент".encode("cp1251")).findings] == ["charset_guessed"]
    assert not decode("Клиент".encode()).findings


@given(st.text("абвгдежзиклмнопрстуфхцчшщьюя ", min_size=12).filter(lambda text: len(text.split()) > 1))
def test_lower_case_russian_words_are_never_taken_for_western_letters(text):
    assert guess(("Клиент " + text).encode("cp1251")) in {"cp1251", "koi8-r", "mac-cyrillic"}


def workbook(*lines: list) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_gives_exact_numbers_and_dates():
    book = sheet.read(workbook(["N", "D", "T"], ["007", date(2026, 1, 31), 0.1 + 0.2], [7, None, 1234]))
    assert [row.cells for row in book.sheets[0].rows][1:] == [
        ("007", date(2026, 1, 31), Decimal("0.3")),
        (Decimal(7), "", Decimal(1234)),
    ]


def test_a_cell_in_the_last_corner_is_refused_before_it_is_opened():
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.active["XFD1048576"] = "y"
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(sheet.SheetTooLarge):
        sheet.read(buffer.getvalue())


def bomb(declared: int | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"a" * 120_000_000)
    data = bytearray(buffer.getvalue())
    if declared is not None:
        at = data.rindex(b"PK\x01\x02")
        data[at + 24 : at + 28] = declared.to_bytes(4, "little")
        data[22:26] = declared.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize("declared", [None, 100])
def test_a_zip_bomb_is_refused_even_when_it_lies_about_its_size(declared):
    with pytest.raises(sheet.ArchiveSuspicious):
        sheet.read(bomb(declared))


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"PK\x03\x04", b"<!DOCTYPE html><html>", b"MZ\x00\x01\x02\x00\x03" * 40]
)
def test_what_is_no_table_is_refused_with_a_sentence(data):
    with pytest.raises(Refusal) as refusal:
        sheet.read(data)
    assert str(refusal.value).endswith(".")


@settings(max_examples=150, deadline=2000)
@given(st.binary(max_size=400) | st.text('a1,;"\n\r\t ', max_size=200).map(str.encode))
def test_no_bytes_crash_it(data):
    try:
        book = sheet.read(data)
    except Refusal:
        return
    assert all(row.line >= 1 and any(row.cells) for one in book.sheets for row in one.rows)


AWKWARD = [
    b'"',
    b"<",
    b"-1",
    b"99999999999",
    b"A0",
    b"ZZZZ1",
    b"1E400",
    b"NaN",
    b"&#0;",
    b't="s"',
    b"\xff",
    b's="99"',
    b"</v>",
]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_no_damaged_part_of_a_workbook_crashes_it(data):
    with zipfile.ZipFile(io.BytesIO(workbook(["N", "D"], ["007", date(2026, 1, 31)], [7, 0.3]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    start = data.draw(st.integers(0, len(parts[name])))
    end = start + data.draw(st.integers(0, 20))
    parts[name] = parts[name][:start] + data.draw(st.sampled_from(AWKWARD)) + parts[name][end:]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    try:
        sheet.read(buffer.getvalue())
    except Refusal as refusal:
        assert str(refusal)


def ods(rows: str) -> bytes:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "manifest")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest{names}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content{names}><office:body><office:spreadsheet><table:table table:name="S">{rows}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return buffer.getvalue()


CELL = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
EMPTY = '<table:table-cell table:number-columns-repeated="16383"/>'


def test_an_ods_with_a_million_empty_rows_behind_it_is_read():
    rest = f'<table:table-row table:number-rows-repeated="1048575">{EMPTY}</table:table-row>'
    (one,) = sheet.read(ods(f"<table:table-row>{CELL}{CELL}{EMPTY}</table:table-row>{rest}")).sheets
    assert [row.cells for row in one.rows] == [("a", "a")]


def test_an_ods_that_repeats_its_cells_to_billions_is_refused_before_it_is_opened():
    wide = CELL.replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="16000"')
    with pytest.raises(sheet.SheetTooLarge):
        sheet.read(ods(f'<table:table-row table:number-rows-repeated="1000000">{wide}</table:table-row>'))


def test_a_binary_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.bin", "x")
    with pytest.raises(sheet.SheetUnreadable):
        sheet.read(buffer.getvalue())
