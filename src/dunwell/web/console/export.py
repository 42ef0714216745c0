"""A table as a file for somebody's spreadsheet: CSV, or a workbook. No text in it is ever taken for a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from dunwell.core.money import Money
from dunwell.core.spreadsheet import harmless

Cell = str | int | Decimal | Money | None
Rows = Sequence[Sequence[Cell]]
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# XML 1.0 knows no other control characters.
ALLOWED_CONTROLS = "\t\n\r"


def answer(kind: str, name: str, rows: Rows) -> HttpResponse:
    """The table as an attachment; `kind` is csv or xlsx."""
    content, media_type = (_xlsx(rows), XLSX_TYPE) if kind == "xlsx" else (_csv(rows), "text/csv; charset=utf-8")
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}") or "attachment"
    return response


def _csv(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([[_plain(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    if isinstance(cell, Money):
        return str(cell.decimal)
    return "" if cell is None else harmless(cell) if isinstance(cell, str) else str(cell)


def _xlsx(rows: Rows) -> bytes:
    """The smallest workbook there is: one sheet; text lies in it as text, which no program evaluates."""
    sheet = "".join(f"<row>{''.join(_cell(cell) for cell in row)}</row>" for row in rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in _FRAME.items():
            book.writestr(name, content)
        book.writestr(
            "xl/worksheets/sheet1.xml", f"{_XML}<worksheet {_MAIN}><sheetData>{sheet}</sheetData></worksheet>"
        )
    return out.getvalue()


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, str):
        clean = "".join(letter for letter in cell if letter >= " " or letter in ALLOWED_CONTROLS)
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(clean)}</t></is></c>'
    return f"<c><v>{cell.decimal if isinstance(cell, Money) else cell}</v></c>"


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FRAME = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEETS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEETS}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
