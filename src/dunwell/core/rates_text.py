"""Rate tables and interest laws as their text: TOML in, values or findings out.

Percentages and sums are written in quotes, so that no binary fraction ever touches them; every row names its source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from dunwell.core import toml_text
from dunwell.core.message import LOCALES
from dunwell.core.money import CURRENCIES, Money
from dunwell.core.rates import (
    ClaimTerms,
    Compensation,
    CountedFrom,
    CurrencyChange,
    DebtKind,
    Fixed,
    InterestLaw,
    InterestRule,
    Limitation,
    Moratorium,
    Rate,
    RateTable,
    Scope,
    StopWorkRule,
    Tariff,
)
from dunwell.core.refusal import Finding, Refusal
from dunwell.core.toml_text import Table

PERCENT = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,6})?")
SUM = re.compile(r"([0-9]+(?:\.[0-9]+)?) ([A-Z]{3})")
YEARS = {"360": 360, "365": 365, "actual": None}
LAST_DAY = date.max
_Read = TypeVar("_Read")


def read_table(text: str, file: str) -> tuple[RateTable | None, list[Finding]]:
    """The table and no findings, or every finding of the file, in the order of its lines."""
    return _read(text, file, _table)


def read_law(text: str, file: str) -> tuple[InterestLaw | None, list[Finding]]:
    """The law and no findings, or every finding of the file, in the order of its lines."""
    return _read(text, file, _law)


def write_table(table: RateTable) -> str:
    """The table as the text that `read_table` reads."""
    head = [f"name = {_quoted(table.name)}", f"title = {_quoted(table.title)}"]
    head += [f"verified_until = {table.verified_until}", "", "rates = ["]
    return "\n".join([*head, *(f"  {_row(rate)}," for rate in table.rates), "]"]) + "\n"


def _read(text: str, file: str, build: Callable[[Table], _Read]) -> tuple[_Read | None, list[Finding]]:
    source = toml_text.read(text, file)
    if isinstance(source, Finding):
        return None, [source]
    root = Table.root(source)
    found = build(root)
    root.finish()
    if root.findings:
        return None, sorted(root.findings, key=lambda finding: finding.line or 0)
    return found, []


# --- rates -----------------------------------------------------------------------------------------------------------


def _table(root: Table) -> RateTable:
    name, title, verified_until = root.text("name"), root.text("title"), root.day("verified_until")
    rows = root.tables("rates")
    rates = tuple(_rate(row) for row in rows)
    if not rates:
        root.complain("missing_key", "no rates", remedy='Add rates = [{ from = 2026-01-01, percent = "2.15", … }].')
    for row, before, after in zip(rows[1:], rates, rates[1:], strict=False):
        if after.since <= before.since:
            row.complain("rates_unordered", f"{after.since} comes after {before.since}", remedy="Sort rows by day.")
    return RateTable(name, title, rates, verified_until)


def _rate(row: Table) -> Rate:
    rate = Rate(
        since=row.day("from"),
        percent=_percent(row, "percent"),
        source=_source(row),
        is_certain=row.choice("confidence", ("high", "medium"), "high") == "high",
    )
    row.finish()
    return rate


def _row(rate: Rate) -> str:
    doubt = "" if rate.is_certain else ', confidence = "medium"'
    return f"{{ from = {rate.since}, percent = {_quoted(str(rate.percent))}, source = {_quoted(rate.source)}{doubt} }}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# --- laws ------------------------------------------------------------------------------------------------------------


def _law(root: Table) -> InterestLaw:
    change, claim, limitation = (root.table(name) for name in ("currency_change", "claim", "limitation"))
    stop_work = root.table("stop_work")
    return InterestLaw(
        code=root.text("code"),
        currency=root.choice("currency", CURRENCIES),
        earlier=root.text("earlier"),
        rules=tuple(_rule(row) for row in root.tables("interest")),
        moratoria=tuple(_moratorium(row) for row in root.tables("moratorium")),
        compensations=tuple(_compensation(row) for row in root.tables("compensation")),
        currency_change=_currency_change(change) if change else None,
        claim=_claim(claim) if claim else None,
        limitation=_limitation(limitation) if limitation else None,
        stop_work=_stop_work(stop_work) if stop_work else None,
    )


def _rule(row: Table) -> InterestRule:
    tariff = Tariff(
        table=row.text("table"),
        margin=_percent(row, "margin"),
        fixed=row.member("fixed", Fixed),
        year=YEARS.get(row.choice("year", YEARS)),
    )
    rule = InterestRule(
        name=row.text("name"),
        kinds=_kinds(row),
        since=row.day("from"),
        until=row.day("until", LAST_DAY),
        tariff=tariff,
        currencies=frozenset(row.choices("currencies", CURRENCIES, ())),
        source=_verified_source(row),
    )
    row.finish()
    return rule


def _moratorium(row: Table) -> Moratorium:
    found = Moratorium(
        name=row.text("name"),
        title=row.text("title"),
        since=row.day("from"),
        until=row.day("until"),
        claims_before=row.day("claims_before"),
        scope=row.member("scope", Scope),
        source=_verified_source(row),
    )
    row.finish()
    return found


def _compensation(row: Table) -> Compensation:
    steps = tuple(_step(step) for step in row.tables("amounts"))
    found = Compensation(row.text("name"), _kinds(row), row.day("from"), steps, _verified_source(row))
    row.finish()
    return found


def _step(row: Table) -> tuple[Money | None, Money]:
    step = (_sum(row, "below") if "below" in row.values else None, _sum(row, "amount"))
    row.finish()
    return step


def _currency_change(row: Table) -> CurrencyChange:
    found = CurrencyChange(
        was=row.choice("was", CURRENCIES),
        now=row.choice("now", CURRENCIES),
        on=row.day("on"),
        units=_percent(row, "units"),
        source=_verified_source(row),
    )
    row.finish()
    return found


def _claim(row: Table) -> ClaimTerms:
    found = ClaimTerms(
        term_days=row.whole("term_days", low=1, high=90),
        wait_days=row.whole("wait_days", low=0),
        due_moves=row.flag("due_moves", False),
        source=_verified_source(row),
    )
    row.finish()
    return found


def _limitation(row: Table) -> Limitation:
    found = Limitation(
        years=row.whole("years", low=1, high=30),
        counted_from=row.member("counted_from", CountedFrom),
        source=_verified_source(row),
    )
    row.finish()
    return found


def _stop_work(row: Table) -> StopWorkRule:
    found = StopWorkRule({locale: row.text(locale) for locale in LOCALES}, _verified_source(row))
    row.finish()
    return found


def _kinds(row: Table) -> frozenset[DebtKind]:
    return frozenset(row.members("kinds", DebtKind))


def _percent(row: Table, key: str) -> Decimal:
    text = row.text(key)
    if not PERCENT.fullmatch(text):
        row.complain("number_unreadable", f"'{text}' is not a number", key=key, remedy='Write it like "15.50".')
        return Decimal(0)
    return Decimal(text)


def _sum(row: Table, key: str) -> Money:
    found = SUM.fullmatch(row.text(key))
    try:
        if found:
            return Money.parse(found[1], found[2])
    except Refusal as refusal:
        row.complain("sum_unreadable", str(refusal), key=key)
    else:
        row.complain("sum_unreadable", "this is not a sum", key=key, remedy='Write it like "40.00 EUR".')
    return Money(0, "EUR")


def _verified_source(row: Table) -> str:
    row.day("verified")
    return _source(row)


def _source(row: Table) -> str:
    source = row.text("source")
    if "source" in row.values and not source.strip():
        row.complain("missing_source", "a value without a source", key="source", remedy="Name the law or the page.")
    return source
