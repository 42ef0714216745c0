"""Everything a creditor would take along, as CSV, workbook or JSON; nothing in it is evaluated by a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl

from dunwell.core.money import MINOR_DIGITS, MINOR_DIGITS_DEFAULT
from dunwell.core.refusal import Refusal
from dunwell.store import audit, export, scope
from dunwell.store.models import Creditor

# What spreadsheets take for the beginning of a formula; the wide signs are those of East Asian keyboards.
FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
PLAIN_NUMBER = r"^[-+]?[0-9][0-9 .,'()\x{a0}\x{202f}-]*$"
SHEET_ROWS_MAX = 1_000_000
CELL_CHARACTERS_MAX = 32_767


class NothingToExport(Refusal):
    """There is no {name} to export. What can be exported: {known}."""


class FolderTaken(Refusal):
    """{path} is a file: name a folder for the export."""


def write(
    creditor: Creditor, folder: Path, *, format: str, only: Sequence[str] = (), on: date, by: str
) -> dict[str, int]:
    """Write tables into a folder, which is made; gives how many rows of each. An audit link says who took what."""
    unknown = [name for name in only if name not in export.QUERIES]
    if unknown:
        raise NothingToExport(name=unknown[0], known=", ".join(export.QUERIES))
    if folder.exists() and not folder.is_dir():
        raise FolderTaken(path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    for name, frame in export.tables(creditor.pk, list(only or export.QUERIES)):
        WRITERS[format](_in_words(frame), folder, name)
        written[name] = frame.height
    with scope.of(creditor.pk):
        content = {"tables": written, "format": format, "on": on}
        audit.link(
            creditor.pk, actor=by, kind="export", subject=folder.name, content=content, count=sum(written.values())
        )
    return written


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Texts that a spreadsheet would evaluate, with an apostrophe before them; numbers stay as they are."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(FORMULA) & ~pl.col(name).str.contains(PLAIN_NUMBER))
        .then("'" + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )


def _in_words(frame: pl.DataFrame) -> pl.DataFrame:
    """Money as plain decimals of its currency."""
    money = [name for name in frame.columns if name.endswith("_minor")]
    return frame.with_columns(_decimal(name) for name in money).rename(
        {name: name.removesuffix("_minor") for name in money}
    )


def _decimal(name: str) -> pl.Expr:
    digits = pl.col("currency").replace_strict(MINOR_DIGITS, default=MINOR_DIGITS_DEFAULT, return_dtype=pl.Int64)
    whole = pl.col(name).abs().cast(pl.String).str.zfill(digits + 1)
    length = whole.str.len_chars().cast(pl.Int64)
    text = whole.str.slice(0, length - digits) + pl.when(digits > 0).then(
        "." + whole.str.slice(length - digits)
    ).otherwise(pl.lit(""))
    return pl.when(pl.col(name) < 0).then("-" + text).otherwise(text).alias(name)


def _csv(frame: pl.DataFrame, folder: Path, name: str) -> None:
    # The mark makes spreadsheets read it as UTF-8.
    harmless(frame).write_csv(folder / f"{name}.csv", include_bom=True)


def _json(frame: pl.DataFrame, folder: Path, name: str) -> None:
    frame.with_columns(pl.col(pl.Date).cast(pl.String)).write_json(folder / f"{name}.json")


def _xlsx(frame: pl.DataFrame, folder: Path, name: str) -> None:
    book = openpyxl.Workbook(write_only=True)
    safe = harmless(frame).with_columns(pl.col(pl.String).str.slice(0, CELL_CHARACTERS_MAX))
    for at, part in enumerate(safe.iter_slices(SHEET_ROWS_MAX) if safe.height else [safe], start=1):
        sheet = book.create_sheet(name if at == 1 else f"{name} {at}")
        sheet.append(part.columns)
        for row in part.iter_rows():
            sheet.append([_cell(value) for value in row])
    book.save(folder / f"{name}.xlsx")


def _cell(value: object) -> object:
    """Control characters are no part of XML, which a workbook is."""
    if isinstance(value, str):
        return openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value)
    return value


WRITERS: dict[str, Callable[[pl.DataFrame, Path, str], None]] = {"csv": _csv, "xlsx": _xlsx, "json": _json}
