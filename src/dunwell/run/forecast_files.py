"""The files of `dunwell forecast`: ledgers and questions in, distributions out.

Nothing a file says is trusted: whatever cannot be true becomes a finding. A bad line of the ledger is left out of the
history; a bad line of the questions is answered all the same, from what remains readable of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import IO

import polars as pl

from dunwell.core.forecast import DELAY_MAX, DELAY_MIN
from dunwell.core.refusal import Finding, Refusal
from dunwell.engine import forecasts

REQUIRED = ("invoice_id", "customer_id", "issue_date", "due_date")
PLAIN = (*REQUIRED, "amount", "currency", "payment_terms", "paid_date")
# Such columns carry dates of their own, or only become known with the outcome.
NEVER_TRAITS = ("_date", "_at", "_since", "_on", "disputed", "description")
TRAIT_VALUES_MAX = 50
TERM_DAYS_USUAL, TERM_DAYS_MAX = 30, 5 * 366
YEAR_MIN = 1990
# Every day where most payments fall, every tenth day in the tails: the reader draws lines between.
DELAYS_WRITTEN = (*range(DELAY_MIN, -60, 10), *range(-60, 121), *range(130, DELAY_MAX + 1, 10))


class ColumnsMissing(Refusal):
    """{file} lacks the columns {columns}."""


class FileUnreadable(Refusal):
    """{file} is not a CSV file with a header line: {problem}"""


def read_ledger(path: Path, origin: date) -> tuple[pl.DataFrame, list[Finding]]:
    """The ledger as it was known before `origin`, cleaned, and what was wrong with it."""
    frame = _parsed(path)
    if "paid_date" not in frame.columns:
        raise ColumnsMissing(file=path, columns="paid_date")
    issued, due, paid = pl.col("issue_date"), pl.col("due_date"), pl.col("paid_date")
    repeated = ~pl.col("invoice_id").is_first_distinct() & pl.col("invoice_id").is_not_null()
    left_out = {
        "dates_missing": (issued.is_null() & due.is_null(), "has neither issue nor due date"),
        "duplicate_invoice": (repeated, "the invoice stands in the file already"),
        "paid_unreadable": (pl.col("paid_date_unreadable"), "the day of payment is no date"),
        "issued_later": (issued >= origin, f"issued on or after {origin}, so not known yet"),
        "due_before_issue": (due < issued, "due before it was issued"),
        "due_far_away": ((due - issued).dt.total_days() > TERM_DAYS_MAX, "due more than five years after its issue"),
        "paid_before_issue": (paid < issued, "paid before it was issued"),
        "not_a_claim": (pl.col("amount") <= 0, "no amount is owed"),
    }
    kept_with = {
        "paid_later": (paid >= origin, f"paid on or after {origin}, so taken as open"),
        **_readability(frame),
    }
    frame = frame.with_columns(is_left_out=pl.any_horizontal(rule.fill_null(False) for rule, _ in left_out.values()))
    findings = _findings(path, frame, {**left_out, **kept_with})
    kept = _completed(frame.filter(~pl.col("is_left_out")), origin)
    return _with_traits(kept), findings


def read_requests(path: Path, origin: date) -> tuple[pl.DataFrame, list[Finding]]:
    """The invoices asked about, every line of the file in its order."""
    frame = _parsed(path)
    issued, due = pl.col("issue_date"), pl.col("due_date")
    rules = {
        "dates_missing": (issued.is_null() & due.is_null(), "has neither issue nor due date"),
        "due_before_issue": (due < issued, "due before it was issued"),
        **_readability(frame),
    }
    return _with_traits(_completed(frame, origin)), _findings(path, frame, rules)


def day_after_last_event(path: Path) -> date:
    """The origin of a ledger that names none: the day after its last credible issue or payment.

    A lone date a year beyond all others is a slip of the pen, not the present.
    """
    frame = _parsed(path)
    columns = [name for name in ("issue_date", "paid_date") if name in frame.columns]
    dates: list[date] = sorted(day for name in columns for day in frame[name].drop_nulls().to_list())
    if not dates:
        raise FileUnreadable(file=path, problem="it holds no readable date")
    usual_last = dates[int(0.95 * (len(dates) - 1))]
    return max(day for day in dates if day <= usual_last + timedelta(days=365)) + timedelta(days=1)


@dataclass
class AnswersFile:
    """Writes answers portion by portion, so that a million of them need no memory."""

    stream: IO[bytes]
    is_begun: bool = field(default=False)

    def write(self, task: str, origin: date, answered: pl.DataFrame) -> None:
        probabilities = forecasts.by_delay(answered, DELAYS_WRITTEN)
        columns = pl.DataFrame(probabilities, schema=[f"p_{delay}" for delay in DELAYS_WRITTEN])
        answered.select(
            pl.lit(task).alias("task"), pl.lit(origin).alias("origin"), "invoice_id", "expected_date"
        ).hstack(columns).write_csv(self.stream, include_header=not self.is_begun, float_precision=4)
        self.is_begun = True


@contextmanager
def answers_file(path: Path) -> Iterator[AnswersFile]:
    with path.open("wb") as stream:
        yield AnswersFile(stream)


def _parsed(path: Path) -> pl.DataFrame:
    """All columns as text, the known ones converted; `line` counts as an editor does."""
    try:
        frame = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True, encoding="utf8-lossy")
    except (pl.exceptions.NoDataError, pl.exceptions.ComputeError) as problem:
        raise FileUnreadable(file=path, problem=str(problem).splitlines()[0]) from None
    lacking = [name for name in REQUIRED if name not in frame.columns]
    if lacking:
        raise ColumnsMissing(file=path, columns=", ".join(lacking))
    frame = frame.with_columns(pl.all().str.strip_chars().replace("", None)).with_row_index("line", offset=2)
    for name in ("issue_date", "due_date", "paid_date"):
        if name in frame.columns:
            text = pl.col(name)
            day = text.str.head(10).str.to_date("%Y-%m-%d", strict=False)
            day = pl.when(day.dt.year() >= YEAR_MIN).then(day)
            frame = frame.with_columns(day, (text.is_not_null() & day.is_null()).alias(f"{name}_unreadable"))
    for name in ("amount", "currency", "payment_terms"):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, pl.String).alias(name))
    amount = pl.col("amount").cast(pl.Float64, strict=False)
    amount = pl.when(amount.is_finite()).then(amount)
    return frame.with_columns(amount, amount_unreadable=pl.col("amount").is_not_null() & amount.is_null())


def _readability(frame: pl.DataFrame) -> dict[str, tuple[pl.Expr, str]]:
    rules = {
        "customer_missing": (pl.col("customer_id").is_null(), "names no customer"),
        "amount_unreadable": (pl.col("amount_unreadable"), "the amount is no number"),
    }
    for name in ("issue_date", "due_date"):
        rules[f"{name}_unreadable"] = (pl.col(f"{name}_unreadable"), f"the {name} is no date: the usual term stands in")
    return rules


def _findings(path: Path, frame: pl.DataFrame, rules: dict[str, tuple[pl.Expr, str]]) -> list[Finding]:
    checked = frame.select(
        "line", "invoice_id", *[rule.fill_null(False).alias(code) for code, (rule, _) in rules.items()]
    )
    return [
        Finding(code, message, str(path), line, "invoice_id", invoice or "")
        for code, (_, message) in rules.items()
        for line, invoice in checked.filter(pl.col(code)).select("line", "invoice_id").iter_rows()
    ]


def _completed(frame: pl.DataFrame, origin: date) -> pl.DataFrame:
    """Fill what a forecast cannot do without: both dates by the usual term, a customer of its own for a nameless line."""
    term = (pl.col("due_date") - pl.col("issue_date")).dt.total_days()
    usual = frame.select(term.filter(term.is_between(0, TERM_DAYS_MAX)).median()).item()
    usual_term = pl.duration(days=int(TERM_DAYS_USUAL if usual is None else usual))
    return frame.with_columns(
        issue_date=pl.col("issue_date").fill_null(pl.col("due_date") - usual_term).fill_null(pl.lit(origin)),
        customer_id=pl.col("customer_id").fill_null(pl.format("line {}", "line")),
        currency=pl.col("currency").fill_null(""),
    ).with_columns(due_date=pl.col("due_date").fill_null(pl.col("issue_date") + usual_term))


def _with_traits(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns the features read; further short texts become traits."""
    own = [
        name
        for name in frame.columns
        if name not in (*PLAIN, "line", "is_left_out") and not name.endswith(("_unreadable", *NEVER_TRAITS))
    ]
    few = [name for name in own if frame[name].n_unique() <= TRAIT_VALUES_MAX]
    names = [*(name for name in PLAIN if name in frame.columns)]
    return frame.select(*names, *[pl.col(name).alias(f"trait_{name}") for name in ("currency", "payment_terms", *few)])
