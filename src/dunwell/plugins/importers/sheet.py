"""Bytes of a CSV, TSV or workbook become sheets of rows; what the columns mean is not decided here.

Use:

    book = read(data)                   # raises Refusal: not a table, too large, a zip bomb
    for sheet in book.sheets:
        for row in sheet.rows:          # empty rows are left out; row.line is what an editor or Excel shows
            row.cells                   # str, or Decimal and date where a workbook holds real numbers and dates

Amounts and dates of a column are decided in `cells`. Nothing is evaluated: a formula is its stored value, a text
that begins with "=" stays that text (and is escaped where we write sheets, not where we read them).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import python_calamine

from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers import safexml
from dunwell.plugins.importers.charset import decode
from dunwell.plugins.importers.text import lines

Cell = str | Decimal | date

# Together these keep the memory of one table under 300 MB.
BYTES_MAX = 32_000_000
ROWS_MAX = 250_000
COLUMNS_MAX = 500
CELLS_MAX = 2_000_000
CELL_CHARACTERS_MAX = 100_000
LINE_CHARACTERS_MAX = 1_000_000
# A workbook of 100 000 rows and 20 columns unpacks to about 80 MB of XML.
UNPACKED_BYTES_MAX = 80_000_000
# Sheets of real books pack up to about 40 times; a bomb 1000 times.
UNPACKED_RATIO_MAX = 200
UNPACKED_RATIO_FROM = 1_000_000
ARCHIVE_PARTS_MAX = 2_000

PIECE_BYTES = 1_000_000
# A rectangle of this size is what the reading library allocates at most, filled or not.
RECTANGLE_CELLS_MAX = 5_000_000
# Where quoted words may look like cell references without being any.
TEXT_PARTS = ("sharedstrings.xml", "app.xml", "core.xml", ".rels", "styles.xml")
ODS_CONTENT = "content.xml"
CELL_REFERENCE = re.compile(rb"""["']([A-Z]{1,3})([0-9]{1,7})["']""")

DELIMITERS = ";\t,|"
DECIMAL_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class SheetEmpty(Refusal):
    """The file holds no table: there is nothing to read in it."""


class SheetTooLarge(Refusal):
    """The table is too large: at most {limit}. Split it and import the parts."""


class SheetUnreadable(Refusal):
    """The file is not a table that can be read: {reason}. Save it as CSV or XLSX and import that."""


class ArchiveSuspicious(Refusal):
    """The workbook unpacks to far more than it shows ({reason}); it was not opened."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record; `line` counts from 1, and a record over several lines has the line on which it begins."""

    line: int
    cells: tuple[Cell, ...]

    def text(self, column: int) -> str:
        """The cell as text, trimmed; empty where the row is shorter."""
        return plain_text(self.cells[column]) if 0 <= column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """All sheets that hold something, in order; `encoding` and `delimiter` are empty for a workbook."""

    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""
    findings: tuple[Finding, ...] = ()


def read(data: bytes) -> Book:
    """A table file as sheets of rows, recognised by its content, never by its name."""
    if len(data) > BYTES_MAX:
        raise SheetTooLarge(limit=f"{BYTES_MAX // 1_000_000} MB")
    if data.startswith(ZIP_MAGIC):
        check_archive(data)
        return _read_workbook(data)
    if data.startswith(OLE_MAGIC):
        return _read_workbook(data)
    return _read_text(data)


def plain_text(cell: Cell) -> str:
    """A cell as the user would type it: 12 for the number 12.0, 2026-01-31 for a date."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return cell.isoformat() if isinstance(cell, date) else cell.strip()


# --- workbooks


def check_archive(data: bytes) -> None:
    """Refuse a zip that unpacks to too much, by what it declares and then by really counting.

    The declared sizes are the sender's word: a part may hold more than it says, so every part is unpacked once
    into nothing before a library sees it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeDecodeError):
        raise SheetUnreadable(reason="its zip archive is damaged") from None
    if len(parts) > ARCHIVE_PARTS_MAX:
        raise ArchiveSuspicious(reason=f"{len(parts)} parts")
    if any(part.filename.lower() == "xl/workbook.bin" for part in parts):
        # Its sheets are binary: how many cells they make of it cannot be seen beforehand.
        raise SheetUnreadable(reason="it is an XLSB workbook")
    if any(part.flag_bits & 1 for part in parts):
        raise SheetUnreadable(reason="it is encrypted; save it without a password")
    declared = sum(part.file_size for part in parts)
    if declared > UNPACKED_BYTES_MAX:
        raise ArchiveSuspicious(reason=f"{declared // 1_000_000} MB")
    if declared > UNPACKED_RATIO_FROM and declared > UNPACKED_RATIO_MAX * len(data):
        raise ArchiveSuspicious(reason=f"{declared // max(1, len(data))} times its size")
    left = UNPACKED_BYTES_MAX
    for part in parts:
        extent, content = _Extent(), io.BytesIO()
        for piece in _unpack(data, part):
            left -= len(piece)
            if left < 0:
                raise ArchiveSuspicious(reason="more than it declares")
            if part.filename == ODS_CONTENT:
                content.write(piece)
            elif not part.filename.lower().endswith(TEXT_PARTS):
                extent.see(piece)
        if max(extent.cells, _repeated_cells(content)) > RECTANGLE_CELLS_MAX:
            raise SheetTooLarge(limit=f"{RECTANGLE_CELLS_MAX} cells between the first and the last one used")


def _repeated_cells(content: io.BytesIO) -> int:
    """The largest rectangle of an ODS, whose rows and cells say how often they are repeated; empty ones at the end of a
    row or sheet (a million of them, as LibreOffice writes) do not count."""
    largest = rows = last = width = 0
    if not content.getbuffer().nbytes:
        return 0
    content.seek(0)
    for moment, node in safexml.events(content, ("table", "table-row")):
        if safexml.local_name(node) == "table":
            rows = last = width = 0
        elif moment == "end":
            at = used = 0
            for cell in node:
                at += _repeated(cell, "number-columns-repeated")
                used = at if len(cell) else used
            rows += _repeated(node, "number-rows-repeated")
            last, width = (rows if used else last), max(width, used)
            largest = max(largest, last * width)
            safexml.release(node)
    return largest


def _repeated(node: safexml.Node, name: str) -> int:
    text = next((value for key, value in node.items() if key.endswith(name)), "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else RECTANGLE_CELLS_MAX


class _Extent:
    """How far a sheet reaches: one stray cell in the last corner makes readers allocate billions of cells."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.tail = b""

    def see(self, piece: bytes) -> None:
        text = self.tail + piece
        for column, row in set(CELL_REFERENCE.findall(text)):
            self.rows = max(self.rows, int(row))
            self.columns = max(self.columns, _column_number(column))
        self.tail = text[-12:]

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _unpack(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's content in pieces, however much it declares: the end is the end of its deflate stream."""
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SheetUnreadable(reason="its zip archive is packed in an unusual way")
    header = data[part.header_offset : part.header_offset + 30]
    if len(header) < 30 or not header.startswith(ZIP_MAGIC):
        raise SheetUnreadable(reason="its zip archive is damaged")
    start = part.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    if part.compress_type == zipfile.ZIP_STORED:
        yield data[start : start + part.file_size]
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = memoryview(data)[start:]
    try:
        while packed and not inflate.eof:
            piece = packed[:PIECE_BYTES]
            yield inflate.decompress(piece, PIECE_BYTES)
            packed = packed[len(piece) - len(inflate.unconsumed_tail) :]
    except zlib.error:
        raise SheetUnreadable(reason="its zip archive is damaged") from None


def _read_workbook(data: bytes) -> Book:
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        names = workbook.sheet_names
        sheets = tuple(sheet for name in names if (sheet := _workbook_sheet(workbook, name)).rows)
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError):
        raise SheetUnreadable(reason="it is not a workbook, or a damaged one") from None
    if not sheets:
        raise SheetEmpty
    return Book(sheets)


def _workbook_sheet(workbook: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    first = sheet.start[0] if sheet.start else 0
    return Sheet(name, _rows((first + at, cells) for at, cells in enumerate(sheet.iter_rows(), start=1)))


def _rows(numbered: Iterable[tuple[int, Sequence[object]]]) -> tuple[Row, ...]:
    rows: list[Row] = []
    cells_left = CELLS_MAX
    for line, values in numbered:
        cells = [_cell(value) for value in values]
        while cells and not plain_text(cells[-1]):
            cells.pop()
        if not any(map(plain_text, cells)):
            continue
        cells_left -= len(cells)
        if len(cells) > COLUMNS_MAX or len(rows) >= ROWS_MAX or cells_left < 0:
            raise SheetTooLarge(limit=f"{ROWS_MAX} rows, {COLUMNS_MAX} columns and {CELLS_MAX} cells")
        rows.append(Row(line, tuple(cells)))
    return tuple(rows)


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        if len(value) > CELL_CHARACTERS_MAX:
            raise SheetTooLarge(limit=f"{CELL_CHARACTERS_MAX} characters in one cell")
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return _exact(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, date):
        return value
    if isinstance(value, time | timedelta):
        return str(value)
    return ""


def _exact(value: float) -> Cell:
    """The decimal that a sheet shows: it keeps 15 digits, the rest is noise of binary fractions (0.1 + 0.2)."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    number = Decimal(f"{value:.15g}")
    return number.quantize(Decimal(1)) if number == number.to_integral_value() and abs(number) < 10**15 else number


# --- text


def _read_text(data: bytes) -> Book:
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")) and _looks_binary(data[:4096]):
        raise SheetUnreadable(reason="it is a binary file")
    decoded = decode(data)
    text = decoded.text.replace("\x00", "")
    findings = list(decoded.findings)
    if not text.strip():
        raise SheetEmpty
    if text.lstrip()[:1] == "<" and text.lstrip()[:15].lower().startswith(
        ("<html", "<!doctype", "<?xml", "<head", "<table")
    ):
        raise SheetUnreadable(reason="it is a web page or XML")
    if any(len(line) > LINE_CHARACTERS_MAX for line in lines(text)):
        raise SheetTooLarge(limit=f"{LINE_CHARACTERS_MAX} characters in one line")
    delimiter, text = _delimiter(text)
    rows, broken = _text_rows(text, delimiter)
    if broken:
        findings.append(
            Finding(
                "quotes_broken",
                "Quotation marks are not closed or stand inside a field; the rows were read line by line.",
                line=broken,
                remedy="Compare this row with the original.",
            )
        )
    if not rows:
        raise SheetEmpty
    return Book((Sheet("", rows),), decoded.encoding, delimiter, tuple(findings))


def _looks_binary(head: bytes) -> bool:
    """Null bytes other than those of UTF-16, where every second byte of plain text is null."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return not (max(even, odd) > len(head) * 0.3 and min(even, odd) == 0)


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter, and the text without Excel's `sep=` line: the one under which most lines have equally many fields."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], "\n" + rest
    sample = list(islice(lines(text[:60_000]), 200))
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        # A comma between digits is most often a decimal one; where it is not, no other mark is there to win.
        told = [DECIMAL_COMMA.sub(".", line) for line in sample] if delimiter == "," else sample
        widths = [len(fields) for fields in csv.reader(_bounded(told), delimiter=delimiter) if len(fields) > 1]
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        # Consistency first; among equals, the delimiter that gives more columns.
        score = times * (1 + min(width, 40) / 100)
        if score > best_score:
            best, best_score = delimiter, score
    return best, text


def _bounded(lines: list[str]) -> Iterator[str]:
    """Lines whose quotes close on the line itself, so that an open quotation mark cannot swallow the sample."""
    for line in lines:
        yield line[:4000].replace('"', "") if line[:4000].count('"') % 2 else line[:4000]


def _text_rows(text: str, delimiter: str) -> tuple[tuple[Row, ...], int]:
    """The rows, and the line at which quotation marks break (0 when they do not)."""
    reader = csv.reader(lines(text), delimiter=delimiter, strict=True)
    try:
        return _rows(_numbered(reader)), 0
    except csv.Error:
        return _rows(_line_by_line(text, delimiter)), reader.line_num


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    line = 1
    for fields in reader:
        yield line, fields
        line = reader.line_num + 1


def _line_by_line(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    for number, ended in enumerate(lines(text), start=1):
        line = ended.rstrip("\r\n")
        if line.count('"') % 2:
            yield number, line.split(delimiter)
        else:
            yield from ((number, fields) for fields in csv.reader([line], delimiter=delimiter))
