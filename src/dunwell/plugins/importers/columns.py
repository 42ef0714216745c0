"""Columns of text become columns of values, a whole batch at a time.

The forms are those of `cells`; here they are applied to columns: what is written plainly goes the short way in Polars,
the rest is read once per distinct text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice, zip_longest

import polars as pl

from dunwell.core.money import CURRENCIES, minor_digits
from dunwell.plugins.importers import cells, headings
from dunwell.plugins.importers.stream import Line

# Python lists of rows are kept short: the collector of garbage goes through all that are alive, again and again.
PIECE_ROWS = 1_000
DATABASE_NULL = "\\N"
LINE = "line"
OVERFULL = "overfull"
# Amounts are compared in thousandths until the currency says how many decimals it has: no currency has more than three.
MILLI_DIGITS = 3
MILLI_MAX = 10**17
NUMERIC_DATE = r"^\s*([0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2}))(?:[^0-9]|$)"
PLAIN_AMOUNT = r"^(-?)([0-9]{1,14})(?:[.,]([0-9]{1,2}))?$"
DAY_COUNT = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})


def frames(lines: Iterable[Line], width: int, rows: int) -> Iterator[pl.DataFrame]:
    """Rows as frames of text: `line`, columns "0", "1", …, and `overfull` for a row with more cells than the header.
    Blank is null, and so is what databases write for it.
    """
    lines = iter(lines)
    names = [str(column) for column in range(width)]
    while pieces := [
        _piece(piece, names) for _ in range(max(1, rows // PIECE_ROWS)) if (piece := list(islice(lines, PIECE_ROWS)))
    ]:
        frame = pl.concat(pieces, rechunk=True).with_columns(
            pl.col(names).str.replace_all("\x00", "", literal=True).str.strip_chars()
        )
        frame = frame.with_columns(
            pl.when((pl.col(names) != "") & (pl.col(names) != DATABASE_NULL)).then(pl.col(names))
        )
        yield frame.filter(pl.any_horizontal(pl.col(names).is_not_null()))


def _piece(lines: list[Line], names: list[str]) -> pl.DataFrame:
    width = len(names)
    numbers, records = zip(*lines, strict=True)
    columns = list(zip_longest(*records, fillvalue=""))
    overfull = (
        [any(cell.strip() for cell in record[width:]) for record in records]
        if len(columns) > width
        else [False] * len(records)
    )
    columns += [("",) * len(records)] * (width - len(columns))
    return pl.DataFrame(
        [
            pl.Series(LINE, numbers, dtype=pl.Int64),
            *(pl.Series(name, column, dtype=pl.String) for name, column in zip(names, columns, strict=False)),
            pl.Series(OVERFULL, overfull, dtype=pl.Boolean),
        ]
    )


# --- evidence for the whole column


def date_evidence(column: pl.Series) -> set[str]:
    """The distinct dates of a column that do not say themselves which number is the day."""
    return set(column.str.extract(NUMERIC_DATE).drop_nulls().unique())


def amount_evidence(column: pl.Series) -> set[str]:
    """The distinct shapes of a column's amounts, digits levelled: enough for `cells.decimal_mark`."""
    marked = column.filter(column.str.contains(r"[.,'’]"))
    fractions = marked.str.extract(r"^\D*0([.,])[0-9]+\D*$").drop_nulls().unique()
    shapes = marked.filter(~marked.str.contains(r"^\D*0[.,]")).str.replace_all("[0-9]", "1").unique()
    return {f"0{mark}1" for mark in fractions} | set(shapes)


# --- values


def dates(column: pl.Series, form: cells.DateForm) -> pl.Series:
    """Dates of a column; null where blank or unreadable."""
    return by_text(column, lambda text: _date(text, form), pl.Date())


def amounts(column: pl.Series, mark: str) -> pl.Series:
    """Amounts of a column in thousandths; null where blank or unreadable."""
    plain = column.to_frame("text").select(
        sign=pl.col("text").str.extract(PLAIN_AMOUNT, 1),
        whole=pl.col("text").str.extract(PLAIN_AMOUNT, 2).cast(pl.Int64),
        part=pl.col("text").str.extract(PLAIN_AMOUNT, 3).str.pad_end(2, "0").cast(pl.Int64).fill_null(0),
    )
    unsigned = pl.col("whole") * 1000 + pl.col("part") * 10
    short = plain.select(pl.when(pl.col("sign") == "-").then(-unsigned).otherwise(unsigned)).to_series()
    rest = column.set(short.is_not_null(), None)
    if rest.null_count() == len(rest):
        return short
    return short.fill_null(by_text(rest, lambda text: _milli(text, mark), pl.Int64()))


def cell_currencies(column: pl.Series, default: str) -> pl.Series:
    """The currency that a cell of an amount names beside it ("100 €"), null for none."""
    named = column.set(column.str.contains(r"^[-+0-9., ]*$"), None)
    return by_text(named, lambda text: cell_currency(text, default), pl.String())


def cell_currency(text: str, default: str) -> str | None:
    """EUR for "€ 100" and "100 EUR"; a bare $ is the creditor's own dollar where it has one."""
    for word in re.findall(r"[^\W\d_]+\.?|[$€£₽₴₸₹]", text):
        code = currency_code(word)
        if code == "USD" and "$" in word and default in DOLLARS:
            return default
        if code:
            return code
    return None


def currencies(column: pl.Series) -> pl.Series:
    """ISO codes of a currency column; null where blank or unknown."""
    return by_text(column, currency_code, pl.String())


def currency_code(text: str) -> str | None:
    code = text.strip().upper()
    return code if code in CURRENCIES else headings.words("currency").get(headings.level(text))


def milli_per_minor(codes: pl.Series) -> pl.Series:
    """How many thousandths one minor unit of each currency is: 10 for EUR, 1000 for JPY."""
    return by_text(codes, lambda code: 10 ** (MILLI_DIGITS - minor_digits(code)), pl.Int64())


def words(column: pl.Series, group: str) -> pl.Series:
    """Our value for each word of a column (`headers.toml`, values.<group>); null where blank or unknown."""
    return by_text(column, lambda text: headings.words(group).get(headings.level(text)), pl.String())


def is_none_amount(column: pl.Series) -> pl.Series:
    """Cells that are one of the ways to write "no amount": a dash, n/a."""
    return by_text(column.set(column.str.contains("[0-9]"), None), cells.is_blank_amount, pl.Boolean()).fill_null(False)


def by_text(column: pl.Series, read: Callable[[str], object], dtype: pl.DataType) -> pl.Series:
    """`read` applied once per distinct text."""
    distinct = column.drop_nulls().unique()
    values = pl.Series([read(text) for text in distinct], dtype=dtype, strict=False)
    return column.replace_strict(distinct, values, default=None, return_dtype=dtype)


def _date(text: str, form: cells.DateForm) -> date | None:
    return cells.parse_date(Decimal(text) if DAY_COUNT.fullmatch(text) else text, form)


def _milli(text: str, mark: str) -> int | None:
    amount = cells.parse_amount(text, mark)
    if amount is None or abs(amount) >= MILLI_MAX // 10**MILLI_DIGITS:
        return None
    scaled = amount.scaleb(MILLI_DIGITS)
    return int(scaled) if scaled == scaled.to_integral_value() else None
