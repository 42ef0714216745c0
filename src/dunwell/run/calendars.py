"""Calendars by country: the library's holidays with the days that governments moved, and the creditor's own corrections.

What is not known is said: the coming year of a country that moves days by decree is incomplete until the decree is out, and a
country that the library lacks rests on weekends alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import holidays

from dunwell.core import calendar_text
from dunwell.core.calendar import Calendar
from dunwell.core.calendar_text import Correction
from dunwell.core.jurisdiction import Jurisdiction
from dunwell.core.refusal import Finding
from dunwell.run import jurisdictions, toml_files
from dunwell.run.jurisdictions import of_country
from dunwell.run.toml_files import FileUnusable
from dunwell.store import audit, scope
from dunwell.store.models import Creditor

FILE = "calendars.toml"

Corrections = Mapping[str, Correction]


def load(
    countries: Iterable[str], years: Iterable[int], jurisdictions: Mapping[str, Jurisdiction], corrections: Corrections
) -> dict[str, Calendar]:
    """The calendar of every country for those years; ask for one year more at both ends, since dates move over New Year."""
    calendars = {}
    for country in set(countries):
        subdivision = of_country(country, jurisdictions).subdivisions.get(country)
        calendar = _of_library(country, subdivision, tuple(sorted(set(years))))
        calendars[country] = corrections.get(country, Correction()).applied(calendar)
    return calendars


def around(country: str, year: int) -> Calendar:
    """The calendar of one country, good for days of that year and the one after."""
    return load([country], range(year - 1, year + 3), jurisdictions.load_all(), load_corrections())[country]


def load_corrections(folder: Path | None = None) -> dict[str, Correction]:
    """The `calendars.toml` of a folder, without it of the data folder; empty when there is none. Raises `FileUnusable`."""
    file = folder / FILE if folder else toml_files.in_data_folder(FILE)
    if file is None or not file.is_file():
        return {}
    found, findings = calendar_text.read(toml_files.text_of(file), file.name)
    if findings:
        raise FileUnusable(findings)
    return found


def correct(creditor: Creditor, country: str, day: date, *, is_off: bool, by: str) -> None:
    """A person's word about one day, written into the `calendars.toml` of the data folder; it holds for all creditors there."""
    file = toml_files.in_data_folder(FILE)
    assert file is not None
    known = dict(load_corrections())
    old = known.get(country, Correction())
    holidays, workdays = (
        (old.holidays | {day}, old.workdays - {day}) if is_off else (old.holidays - {day}, old.workdays | {day})
    )
    known[country] = Correction(holidays, workdays)
    with scope.of(creditor.pk):
        audit.link(creditor.pk, actor=by, kind="calendar", subject=country, content={"day": day, "is_off": is_off})
        # Put in place at once: a run never reads half a file.
        beside = file.with_name(f".{FILE}.new")
        beside.write_text(calendar_text.written(known), "utf-8")
        beside.replace(file)


def unknowns(
    countries: Iterable[str], years: Iterable[int], jurisdictions: Mapping[str, Jurisdiction], corrections: Corrections
) -> list[Finding]:
    """What nobody can know yet about those years, to be shown by `check` and before a run goes live."""
    found = []
    for country in sorted(set(countries)):
        if not _is_known(country):
            message = f"{country}: no holidays are known, only Saturdays and Sundays rest"
            remedy = f"Add the holidays under [{country}] in {FILE}."
            found.append(Finding("calendar_unknown", message, value=country, remedy=remedy))
        elif country in of_country(country, jurisdictions).decreed:
            found += [_incomplete(country, year) for year in sorted(set(years)) if _lacks(country, year, corrections)]
    return found


def _incomplete(country: str, year: int) -> Finding:
    message = (
        f"{country} {year}: the days off that the government moves or adds are not known; only the fixed holidays count"
    )
    remedy = f"Add them under [{country}] in {FILE} once they are published."
    return Finding("calendar_incomplete", message, value=f"{country} {year}", remedy=remedy)


def _lacks(country: str, year: int, corrections: Corrections) -> bool:
    decreed: dict[int, object] = getattr(holidays.country_holidays(country), "special_public_holidays", {})
    corrected = corrections.get(country, Correction())
    return year > max(decreed, default=0) and all(day.year != year for day in corrected.holidays | corrected.workdays)


def _is_known(country: str) -> bool:
    return country in holidays.list_supported_countries()


@cache
def _of_library(country: str, subdivision: str | None, years: tuple[int, ...]) -> Calendar:
    if not _is_known(country):
        return Calendar(country)
    found = holidays.country_holidays(country, subdiv=subdivision, years=years)
    return Calendar(country, frozenset(found), frozenset(found.weekend_workdays), frozenset(found.weekend))
