"""Tables of any length, read row by row: CSV (also .gz) in a stream, workbooks through `sheet`.

A stream is gone through several times (to learn its characters, to learn its columns, to read it), so a source must be
openable again: a path, or bytes in a seekable file. Memory does not grow with the length of the file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from dunwell.core.refusal import Finding
from dunwell.plugins.importers import charset, sheet

Source = Path | BinaryIO
Line = tuple[int, list[str]]

GZIP_MAGIC = b"\x1f\x8b"
CHUNK = 1_000_000
HEAD = 60_000
# About ten million rows of an ordinary export; also the end of a gzip bomb.
TEXT_BYTES_MAX = 4_000_000_000
LINE_BYTES_MAX = 8_000_000


@dataclass(frozen=True)
class Table:
    """One table of a file. `lines()` starts anew at each call and yields (line, cells); the line is what an editor
    shows.
    """

    lines: Callable[[], Iterator[Line]]
    name: str = ""
    encoding: str = ""
    delimiter: str = ""
    findings: tuple[Finding, ...] = ()


class QuotesBroken(Exception):
    """Quotation marks are not closed or stand inside a field: read line by line. Never seen by a user."""


def tables(source: Source) -> list[Table]:
    """The tables of a file, recognised by its content: one of a text, one per sheet of a workbook.

    Raises refusals of `sheet` and `charset`: not a table, too large, a zip bomb, unreadable characters.
    """
    with _opened(source) as stream:
        head = stream.read(8)
        if head.startswith((sheet.ZIP_MAGIC, sheet.OLE_MAGIC)):
            data = head + stream.read(sheet.BYTES_MAX)
            book = sheet.read(data)
            return [_of_sheet(each, book) for each in book.sheets]
    return [_of_text(source)]


def _of_sheet(rows: sheet.Sheet, book: sheet.Book) -> Table:
    def lines() -> Iterator[Line]:
        for row in rows.rows:
            yield row.line, [_text(cell) for cell in row.cells]

    return Table(lines, rows.name, findings=book.findings)


def _text(cell: sheet.Cell) -> str:
    """A workbook's cell as text that no column rule can misread: 1.234 as a number is not a thousand."""
    text = sheet.plain_text(cell)
    if isinstance(cell, Decimal) and len(text) > 4 and text[-4] == ".":
        return text + "0"
    return text


def _of_text(source: Source) -> Table:
    encoding, findings = _encoding(source)
    with _opened(source) as stream:
        head = _decoded(stream.read(HEAD * 4), encoding)[:HEAD]
    cut = head.rfind("\n") + 1
    book = sheet.read((head[:cut] if cut and len(head) == HEAD else head).encode("utf-8", errors="replace"))
    broken = _first_broken_line(source, encoding, book.delimiter)
    if broken:
        findings = (
            *findings,
            Finding(
                "quotes_broken",
                "Quotation marks are not closed or stand inside a field; the rows were read line by line.",
                line=broken,
                remedy="Compare this row with the original.",
            ),
        )
    read = _line_by_line if broken else _records
    return Table(lambda: read(source, encoding, book.delimiter), "", encoding, book.delimiter, findings)


def _encoding(source: Source) -> tuple[str, tuple[Finding, ...]]:
    """The encoding of the whole file: UTF-8 only if every byte of it is."""
    with _opened(source) as stream:
        chunk = stream.read(CHUNK)
        if chunk[:4].startswith(tuple(mark for mark, _ in charset.BYTE_ORDER_MARKS)) or b"\x00" in chunk[:400]:
            even = chunk[: len(chunk) - len(chunk) % 4] if len(chunk) == CHUNK else chunk
            decoded = charset.decode(even)
            return decoded.encoding, decoded.findings
        decoder = codecs.getincrementaldecoder("utf-8")()
        while chunk:
            following = stream.read(CHUNK)
            try:
                decoder.decode(chunk, final=not following)
            except UnicodeDecodeError:
                # The letters that decide may stand far behind the plain ones of the header.
                decoded = charset.decode(_telling_part(chunk))
                return decoded.encoding, decoded.findings
            chunk = following
    return "utf-8", ()


def _telling_part(chunk: bytes) -> bytes:
    try:
        chunk.decode("utf-8")
        start = len(chunk) - 3
    except UnicodeDecodeError as stop:
        start = stop.start
    return chunk[max(0, start - 1000) : start + charset.SAMPLE_BYTES]


def _first_broken_line(source: Source, encoding: str, delimiter: str) -> int:
    """The line at which quotation marks stop making sense, 0 for none."""
    if not _may_break(source):
        return 0
    last = 0
    try:
        for line, _ in _records(source, encoding, delimiter):
            last = line
    except QuotesBroken:
        return last + 1
    return 0


def _may_break(source: Source) -> bool:
    """Whether the file holds a quotation mark, or a line so long that a field might be too."""
    with _opened(source) as stream:
        while chunk := stream.read(CHUNK):
            if b'"' in chunk or max(map(len, chunk.splitlines())) > csv.field_size_limit() // 2:
                return True
    return False


def _records(source: Source, encoding: str, delimiter: str) -> Iterator[Line]:
    with _opened(source) as stream:
        reader = csv.reader(_clean_lines(stream, encoding), delimiter=delimiter, strict=True)
        line = 1
        try:
            for fields in reader:
                yield line, fields
                line = reader.line_num + 1
        except csv.Error as error:
            raise QuotesBroken from error


def _line_by_line(source: Source, encoding: str, delimiter: str) -> Iterator[Line]:
    with _opened(source) as stream:
        for number, line in enumerate(_clean_lines(stream, encoding), start=1):
            if len(line) > sheet.CELL_CHARACTERS_MAX:
                raise sheet.SheetTooLarge(limit=f"{sheet.CELL_CHARACTERS_MAX} characters in one line")
            quoting: Literal[0, 3] = csv.QUOTE_NONE if line.count('"') % 2 else csv.QUOTE_MINIMAL
            for fields in csv.reader([line], delimiter=delimiter, quoting=quoting):
                yield number, fields


def _clean_lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """Lines with their ends; the `sep=` line of Excel is left blank, so that lines still count."""
    text = io.TextIOWrapper(io.BufferedReader(_Limited(stream), CHUNK), encoding, errors="replace", newline="")
    first = text.readline().lstrip("\ufeff")
    return chain(["\n" if first[:4].lower() == "sep=" else first], text)


def _decoded(data: bytes, encoding: str) -> str:
    return data.decode(encoding, errors="ignore").lstrip("\ufeff").replace("\x00", "")


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    """The bytes of a source from their beginning, unpacked if they are gzip."""
    if isinstance(source, Path):
        with source.open("rb") as raw:
            yield _unpacked(raw)
    else:
        source.seek(0)
        yield _unpacked(source)


def _unpacked(raw: BinaryIO) -> BinaryIO:
    magic = raw.read(2)
    raw.seek(0)
    return (
        cast(BinaryIO, io.BufferedReader(_Limited(gzip.GzipFile(fileobj=raw, mode="rb"))))
        if magic == GZIP_MAGIC
        else raw
    )


class _Limited(io.RawIOBase):
    """Bytes of a stream that it leaves open, refusing endless tables and endless lines; damaged gzip is a refusal."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile) -> None:
        self._stream = stream
        self._left = TEXT_BYTES_MAX
        self._line = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise sheet.SheetUnreadable(reason="its gzip archive is damaged or cut short") from None
        self._left -= len(data)
        end = max(data.rfind(b"\n"), data.rfind(b"\r"))
        self._line = len(data) - end - 1 if end >= 0 else self._line + len(data)
        if self._left < 0 or self._line > LINE_BYTES_MAX:
            limit = (
                f"{LINE_BYTES_MAX // 1_000_000} MB in one line"
                if self._left >= 0
                else f"{TEXT_BYTES_MAX // 1_000_000_000} GB unpacked"
            )
            raise sheet.SheetTooLarge(limit=limit)
        buffer[: len(data)] = data
        return len(data)
