"""The creditor's own corrections of the holidays as text: TOML in, corrections by country or findings out.

[RU]
holidays = [2028-01-10]     # a day off that the library does not know
workdays = [2028-02-19]     # a Saturday that works, or a holiday that is none here
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dunwell.core import toml_text
from dunwell.core.calendar import Calendar
from dunwell.core.refusal import Finding
from dunwell.core.toml_text import Table


@dataclass(frozen=True, slots=True)
class Correction:
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def applied(self, calendar: Calendar) -> Calendar:
        """The calendar as corrected: the creditor's word comes last."""
        return Calendar(
            calendar.country,
            (calendar.holidays | self.holidays) - self.workdays,
            (calendar.workdays | self.workdays) - self.holidays,
            calendar.weekend,
        )


def read(text: str, file: str) -> tuple[dict[str, Correction], list[Finding]]:
    """Corrections by country and no findings, or every finding of the file."""
    source = toml_text.read(text, file)
    if isinstance(source, Finding):
        return {}, [source]
    root = Table.root(source)
    found = {country: _correction(root, country) for country in root.values}
    return ({}, root.findings) if root.findings else (found, [])


def written(corrections: Mapping[str, Correction]) -> str:
    """Corrections as the text that `read` gives them back from."""
    return "\n".join(
        f"[{country}]\nholidays = [{_days(one.holidays)}]\nworkdays = [{_days(one.workdays)}]\n"
        for country, one in sorted(corrections.items())
    )


def _days(days: frozenset[date]) -> str:
    return ", ".join(day.isoformat() for day in sorted(days))


def _correction(root: Table, country: str) -> Correction:
    if not (len(country) == 2 and country.isascii() and country.isupper()):
        root.complain("country_unreadable", f"'{country}' is not a country", key=country, remedy="Write it like [BG].")
    table = root.table(country)
    if table is None:
        return Correction()
    correction = Correction(frozenset(table.days("holidays")), frozenset(table.days("workdays")))
    table.finish()
    both = sorted(correction.holidays & correction.workdays)
    if both:
        table.complain(
            "day_contradicts", f"{both[0]} stands under holidays and workdays", key="workdays", remedy="Keep one."
        )
    return correction
