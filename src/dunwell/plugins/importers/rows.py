"""What the readers of invoices, payments and customers share: how a sheet is to be read, and findings about its
rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.records import Severity
from dunwell.plugins.importers import cells, columns, headings


@dataclass(frozen=True)
class Forms:
    """A sheet's header understood, and what was decided for its columns as a whole."""

    recognised: headings.Recognised
    currency_default: str
    orders: Mapping[str, cells.DateForm]
    marks: Mapping[str, str]

    def header(self, field: str) -> str:
        column = self.recognised.fields.get(field)
        return self.recognised.headers[column] if column is not None else ""


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong in a row: where `mask` is true. `holds`: the named invoice's chase waits for a
    person.
    """

    code: str
    severity: Severity
    field: str
    mask: pl.Expr
    message: str
    remedy: str
    holds: bool = False


def texts(frame: pl.DataFrame, recognised: headings.Recognised) -> pl.DataFrame:
    """The frame of a batch with a column of text per field of its kind (null where the sheet has none), `line`,
    `overfull` and `raw`.
    """
    names = [str(column) for column in range(len(recognised.headers))]
    raw = pl.struct(
        pl.col(name).alias(title) for name, title in zip(names, _unique(recognised.headers), strict=True)
    ).struct.json_encode()
    # An apostrophe before a formula is how our own exports make it harmless.
    plain = (
        pl.when(pl.col(pl.String).str.contains(r"^'[=+@\-\t]"))
        .then(pl.col(pl.String).str.slice(1))
        .otherwise(pl.col(pl.String))
    )
    fields = {name: recognised.fields.get(name) for name in headings.fields_of(recognised.kind)}
    present = [pl.col(str(column)).alias(name) for name, column in fields.items() if column is not None]
    absent = [pl.lit(None, pl.String).alias(name) for name, column in fields.items() if column is None]
    return (
        frame.select(columns.LINE, columns.OVERFULL, raw.alias("raw"), *present)
        .with_columns(plain)
        .with_columns(absent)
    )


def findings(rows: pl.DataFrame, checks: Iterable[Check], forms: Forms) -> pl.DataFrame:
    """What the checks find in the rows: a frame of IMPORT_FINDINGS. The invoice's number is taken from the column
    `number`, if any.
    """
    checks = list(checks)
    hits = rows.select(check.mask.fill_null(False).alias(str(at)) for at, check in enumerate(checks))
    found = [
        rows.filter(hits.get_column(str(at))).select(_finding(check, forms, rows.columns))
        for at, check in enumerate(checks)
        if hits.get_column(str(at)).any()
    ]
    return pl.concat([frames.empty(frames.IMPORT_FINDINGS), *found]).sort("line", maintain_order=True)


def is_bad(checks: Iterable[Check]) -> pl.Expr:
    """True for a row that must stay out."""
    masks = [check.mask.fill_null(False) for check in checks if check.severity is Severity.ERROR]
    return pl.any_horizontal(masks)


def common_checks(forms: Forms) -> list[Check]:
    return [
        Check(
            "row_too_long",
            Severity.ERROR,
            "",
            pl.col(columns.OVERFULL),
            "The row has more cells than the header.",
            "A delimiter inside a text or an amount needs quotation marks around the cell.",
            holds=True,
        )
    ]


def total_rows(rows: pl.DataFrame, sign: str) -> pl.Series:
    """Rows that only add up the others: without `sign` (a number, a date), and some cell says "Итого"."""
    pattern = rf"(?i)^\s*(?:{'|'.join(headings.total_words())})\b"
    named = pl.any_horizontal(pl.col(pl.String).exclude("raw").str.contains(pattern)).fill_null(False)
    blank = pl.col(sign).is_null() | pl.col(sign).str.contains(pattern)
    return rows.select((blank & named).alias("is_total")).to_series()


def note_rows(rows: pl.DataFrame, sign: str) -> pl.Series:
    """Rows that list nothing: one cell alone, which is not `sign`, such as the name of who drew up the sheet."""
    filled = pl.sum_horizontal(pl.col(pl.String).exclude("raw").is_not_null())
    return rows.select((pl.col(sign).is_null() & (filled == 1)).alias("is_note")).to_series()


def _finding(check: Check, forms: Forms, names: list[str]) -> list[pl.Expr]:
    def text(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.String) if name in names else pl.lit(None, pl.String)

    values = {
        "line": pl.col("line"),
        "severity": pl.lit(str(check.severity)),
        "code": pl.lit(check.code),
        "holds": pl.lit(check.holds),
        "field": pl.lit(check.field),
        "header": pl.lit(forms.header(check.field)),
        "value": text(check.field),
        "message": pl.lit(check.message),
        "remedy": pl.lit(check.remedy),
        "number": text("number"),
        "customer_key": text("customer_key"),
        "raw": text("raw"),
    }
    return [values[name].alias(name) for name in frames.IMPORT_FINDINGS]


def _unique(titles: tuple[str, ...]) -> list[str]:
    """Headers made distinct, so that a row can be kept as {header: text}: a second "Сумма" becomes "Сумма (2)"."""
    seen: dict[str, int] = {}
    unique = []
    for at, title in enumerate(titles, start=1):
        title = title or f"({at})"
        seen[title] = seen.get(title, 0) + 1
        unique.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return unique
