"""Why a forecast says what it says: the strongest influences, each with the fact behind it, in plain words.

The influences and their signs are the model's own; a sentence only adds the figure a person can check. So a sentence
can never say "earlier" where the model means "later".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from dunwell.core.forecast import Influence, Reason
from dunwell.engine import terms
from dunwell.engine.forecast_texts import counted, text
from dunwell.engine.payer_profile import RHYTHM_PAYMENTS_MIN, RHYTHM_SHARE_MIN

REASONS_SHOWN = 3
AMOUNT_LARGE, AMOUNT_SMALL = 1.5, 0.67
MONTH_END_DAYS = 3

Row = Mapping[str, Any]


def reasons(rows: pl.DataFrame, influences: pl.DataFrame) -> list[list[Reason]]:
    """The strongest reasons of each forecast, strongest first; `influences` has one column per `Influence`."""
    return [
        [_reason(influence, strength > 0, row) for influence, strength in _strongest(strengths)]
        for row, strengths in zip(rows.iter_rows(named=True), influences.iter_rows(named=True), strict=True)
    ]


def sentence(reason: Reason, locale: str) -> str:
    """One sentence: the fact, and which way it points."""
    values = {name: counted(name, value, locale) for name, value in reason.values}
    direction = text("earlier" if reason.is_earlier else "later", locale)
    return f"{text(reason.code, locale).format(**values)}: {direction}."


def of_stored(code: str, values: Mapping[str, str | int], *, is_earlier: bool) -> Reason:
    """A reason as it was kept; its influence is the first word of its code."""
    return Reason(Influence(code.split("_")[0]), code, is_earlier, tuple(values.items()))


def told(
    expected: date | None, early: date | None, late: date | None, *, days: int, probability: float, locale: str
) -> list[str]:
    """A forecast in two sentences: when, and how surely it comes without us."""
    dates = {
        name: terms.numeric_date(day, locale)
        for name, day in (("on", expected), ("early", early), ("late", late))
        if day
    }
    code = "expected_never" if expected is None else "expected_from" if late is None else "expected"
    within = {"days": counted("days_of", days, locale), "percent": counted("percent", round(100 * probability), locale)}
    return [f"{text(code, locale).format(**dates)}.", f"{text('by_itself', locale).format(**within)}."]


def _strongest(strengths: Row) -> list[tuple[Influence, float]]:
    ranked = sorted(((Influence(name), value) for name, value in strengths.items()), key=lambda item: -abs(item[1]))
    return [(influence, value) for influence, value in ranked[:REASONS_SHOWN] if value]


def _reason(influence: Influence, is_earlier: bool, row: Row) -> Reason:
    code, values = FACTS[influence](row)
    return Reason(influence, code, is_earlier, tuple(values.items()))


Fact = tuple[str, dict[str, str | int]]


def _habit(row: Row) -> Fact:
    if not row["payments"]:
        return "habit_unknown", {}
    code, days = _lateness(row["delay_median"])
    return f"habit_{code}", {**days, "payments": round(row["payments"])}


def _recent(row: Row) -> Fact:
    if row["delay_last_3"] is None:
        return "recent_none", {}
    code, days = _lateness(row["delay_last_3"])
    return f"recent_{code}", days


def _rhythm(row: Row) -> Fact:
    paid_on = [row[f"paid_on_{day}"] for day in range(1, 8)]
    most, total = max(paid_on), sum(paid_on)
    if total < RHYTHM_PAYMENTS_MIN or most < RHYTHM_SHARE_MIN * total:
        return "rhythm_none", {}
    return "rhythm", {"weekday": paid_on.index(most) + 1, "percent": round(100 * most / total)}


def _calendar(row: Row) -> Fact:
    if row["due_weekday"] >= 6:
        return "calendar_weekend", {}
    return ("calendar_month_end" if row["due_days_to_month_end"] <= MONTH_END_DAYS else "calendar"), {}


def _amount(row: Row) -> Fact:
    if row["amount_ratio"] is None:
        return "amount_first", {}
    times = 2.718281828 ** row["amount_ratio"]
    if AMOUNT_SMALL < times < AMOUNT_LARGE:
        return "amount_usual", {}
    return ("amount_large" if times > 1 else "amount_small"), {"percent": round(100 * times)}


def _book(row: Row) -> Fact:
    if row["overdue_invoices"]:
        return "book_overdue", {"invoices": round(row["overdue_invoices"])}
    return ("book_open", {"invoices": round(row["open_invoices"])}) if row["open_invoices"] else ("book_clear", {})


def _terms(row: Row) -> Fact:
    return "terms", {"days": max(0, round(row["term_days"]))}


def _age(row: Row) -> Fact:
    overdue = (row["first_date"] - row["due_date"]).days
    return ("age_overdue", {"days": overdue}) if overdue > 0 else ("age", {})


def _lateness(days: float) -> Fact:
    whole = round(days)
    if whole == 0:
        return "on_time", {}
    return ("late" if whole > 0 else "early"), {"days": abs(whole)}


FACTS = {
    Influence.HABIT: _habit, Influence.RECENT: _recent, Influence.RHYTHM: _rhythm, Influence.CALENDAR: _calendar,
    Influence.AMOUNT: _amount, Influence.BOOK: _book, Influence.TERMS: _terms, Influence.AGE: _age,
}  # fmt: skip
