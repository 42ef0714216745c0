"""A jurisdiction as its text: TOML in, a `Jurisdiction` or findings out.

Every table of values names its source and the day it was checked, so that a lawyer can review the file line by line; a table
without them is refused.
"""

from __future__ import annotations

import re
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dunwell.core import toml_text
from dunwell.core.jurisdiction import ASK_FIRST, BOOKS_YEARS, Cap, Hours, Jurisdiction, Recording
from dunwell.core.ledger import CustomerKind
from dunwell.core.money import CURRENCIES
from dunwell.core.policy_text import CHANNELS
from dunwell.core.refusal import Finding
from dunwell.core.toml_text import Table

BASES = ("law", "courtesy")
REQUIRED_LINES = ("creditor_name", "contact_person", "phone", "opt_out", "sum", "invoice", "way_to_pay")
RECORDING_NEEDS = ("notice", "consent")
_COUNTRY = re.compile(r"[A-Z]{2}")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def read(text: str, file: str) -> tuple[Jurisdiction | None, list[Finding]]:
    """The jurisdiction and no findings, or every finding of the file, in the order of its lines."""
    source = toml_text.read(text, file)
    if isinstance(source, Finding):
        return None, [source]
    table = Table.root(source)
    jurisdiction = _jurisdiction(table)
    if table.findings:
        return None, sorted(table.findings, key=lambda finding: finding.line or 0)
    return jurisdiction, []


def _jurisdiction(table: Table) -> Jurisdiction:
    dates: list[date] = []
    caps = [(_kinds(row), _cap(row, dates)) for row in table.tables("cap")]
    hours = {
        kind: span
        for row in table.tables("hours")
        for kinds, span in [(_kinds(row), _hours(row, dates))]
        for kind in kinds
    }
    holidays, books = table.table("holidays"), table.table("books")
    found = Jurisdiction(
        code=table.text("code"),
        countries=frozenset(_countries(table, "countries")),
        timezone=_zone(table, "timezone"),
        currency=table.choice("currency", CURRENCIES),
        caps={kind: tuple(cap for kinds, cap in caps if kind in kinds) for kind in CustomerKind},
        hours=hours,
        stop_words=tuple(word for row in table.tables("stop_words") for word in _words(row, "words", dates)),
        required_lines=tuple(
            line for row in table.tables("required_lines") for line in _words(row, "lines", dates, REQUIRED_LINES)
        ),
        timezones=_zones(table.table("timezones")),
        subdivisions=_subdivisions(holidays.table("subdivisions")) if holidays else {},
        decreed=frozenset(_countries(holidays, "moved_by_decree", ())) if holidays else frozenset(),
        books_years=_years(books, dates) if books else BOOKS_YEARS,
        recording=_recording(table.table("recording"), dates),
        verified_on=min(dates, default=date.min),
    )
    for kind in set(CustomerKind) - set(hours):
        table.complain("missing_hours", f"no hours for a {kind}", remedy=f'Add [[hours]] with customers = ["{kind}"].')
    if holidays:
        _source(holidays, dates)
        holidays.finish()
    table.finish()
    return found


def _recording(table: Table | None, dates: list[date]) -> Recording:
    if table is None:
        return ASK_FIRST
    source, verified_on = _source(table, dates)
    found = Recording(table.choice("needs", RECORDING_NEEDS) == "consent", source, verified_on)
    table.finish()
    return found


def _cap(table: Table, dates: list[date]) -> Cap:
    source, verified_on = _source(table, dates)
    cap = Cap(
        channels=frozenset(table.choices("channels", CHANNELS)),
        count=table.whole("count", low=0),
        days=table.whole("days", low=1, high=366),
        basis=table.choice("basis", BASES),
        source=source,
        verified_on=verified_on,
        business_days=table.flag("business_days", False),
    )
    table.finish()
    return cap


def _hours(table: Table, dates: list[date]) -> Hours:
    source, verified_on = _source(table, dates)
    hours = Hours(
        business_days=_span(table, "business_days"),
        rest_days=_span(table, "rest_days") if "rest_days" in table.values else None,
        basis=table.choice("basis", BASES),
        source=source,
        verified_on=verified_on,
    )
    table.finish()
    return hours


def _years(table: Table, dates: list[date]) -> int:
    years = table.whole("years", low=1, high=50)
    _source(table, dates)
    table.finish()
    return years


def _words(table: Table, key: str, dates: list[date], allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
    found = table.choices(key, allowed) if allowed else table.texts(key)
    _source(table, dates)
    table.finish()
    return found


def _source(table: Table, dates: list[date]) -> tuple[str, date]:
    source, verified_on = table.text("source"), table.day("verified")
    dates.append(verified_on)
    if not source.strip() and "source" in table.values:
        table.complain("missing_source", "a value without a source", key="source", remedy="Name the law or the page.")
    return source, verified_on


def _kinds(table: Table) -> tuple[CustomerKind, ...]:
    return table.members("customers", CustomerKind)


def _span(table: Table, key: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(table.text(key))
    if found is None or found[0][:5] >= found[0][6:]:
        table.complain(
            "hours_unreadable", "these are not hours of one day", key=key, remedy='Write them like "09:00-18:00".'
        )
        return time(9), time(18)
    return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))


def _countries(table: Table, key: str, *default: tuple[str, ...]) -> tuple[str, ...]:
    found = table.texts(key, *default)
    for code in found:
        _check_country(table, key, code)
    return found


def _check_country(table: Table, key: str, code: str) -> None:
    if not _COUNTRY.fullmatch(code):
        table.complain(
            "country_unreadable", f"'{code}' is not a country", key=key, remedy="Write two capitals, like BG."
        )


def _zones(table: Table | None) -> dict[str, str]:
    if table is None:
        return {}
    for code in table.values:
        _check_country(table, code, code)
    return {code: _zone(table, code) for code in table.values}


def _zone(table: Table, key: str) -> str:
    name = table.text(key)
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        table.complain(
            "timezone_unknown", f"'{name}' is not a time zone", key=key, remedy="Write it like Europe/Sofia."
        )
    return name


def _subdivisions(table: Table | None) -> dict[str, str]:
    return {} if table is None else {code: table.text(code) for code in table.values}
