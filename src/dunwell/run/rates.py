"""Rate tables and interest laws: the shipped ones, and newer tables that were imported into the data folder.

An imported table hides the shipped one of its name as a whole. This module works without Django, so that interest can be computed
where nothing else is set up.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from dunwell.core import rates_text
from dunwell.core.rates import InterestLaw, Rate, RateTable
from dunwell.core.refusal import Finding, Refusal
from dunwell.core.toml_text import suggest

FOLDER = "rates"
COLUMNS = ("effective_from", "rate_percent", "source")
TABLE_SIZE_MAX = 1_000_000
"""A hundred years of monthly rates are a hundredth of it."""


class RatesUnusable(Refusal):
    """The file of rates has mistakes and is not used."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


class UnknownLaw(Refusal):
    """There is no interest law of '{code}'. {suggestion}"""


class UnknownTable(Refusal):
    """There is no rate table '{name}': the laws use {known}. Name one with --table."""


class RatesFileMissing(Refusal):
    """There is no readable file {path}."""


class RatesFileTooBig(Refusal):
    """{path} is not a table of rates: it has {size} bytes."""


class VerifiedDayMissing(Refusal):
    """Say with --verified-until YYYY-MM-DD up to which day you have looked at the publisher's page: a table is never used past it."""


class VerifiedDayBackwards(Refusal):
    """The table {name} is verified until {known} already; {new} would take days away."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed: rates that were not known, and those that are other than before (day, was, is)."""

    table: RateTable
    file: Path
    added: tuple[Rate, ...]
    corrected: tuple[tuple[date, str, str], ...]


def law(code: str) -> InterestLaw:
    """The interest law of that code: ru, bg, eu, gb, de."""
    found = _packaged("law")
    if code not in found:
        raise UnknownLaw(code=code, suggestion=suggest(code, found))
    read, findings = rates_text.read_law(found[code].read_text("utf-8"), found[code].name)
    if read is None:
        raise RatesUnusable(findings)
    return read


def tables(own: Path | None = None) -> Mapping[str, RateTable]:
    """Every rate table by name; those in `own` (the data folder's `rates/`) hide the shipped ones."""
    places = _packaged() | (_tomls(own) if own is not None and own.is_dir() else {})
    return MappingProxyType({name: _table(file) for name, file in places.items()})


def take(file: Path, folder: Path, *, name: str = "", source: str = "", verified_until: date | None = None) -> Imported:
    """Lay the rates of a file (TOML, or CSV with effective_from, rate_percent, source) over a table, and keep the result in `folder`."""
    text = _text_of(file)
    known = tables(folder)
    if file.suffix.lower() == ".toml":
        brought, findings = rates_text.read_table(text, file.name)
        if brought is None:
            raise RatesUnusable(findings)
        name, rows, verified_until = brought.name, brought.rates, verified_until or brought.verified_until
    else:
        name, rows = name or file.stem, _rows(text, file.name, source)
    if name not in known:
        raise UnknownTable(name=name, known=", ".join(sorted(known)))
    if verified_until is None:
        raise VerifiedDayMissing
    before = known[name]
    if verified_until < before.verified_until:
        raise VerifiedDayBackwards(name=name, known=before.verified_until, new=verified_until)
    return _kept(before, rows, verified_until, folder)


def _kept(before: RateTable, rows: tuple[Rate, ...], verified_until: date, folder: Path) -> Imported:
    was = {rate.since: rate for rate in before.rates}
    now = was | {rate.since: rate for rate in rows}
    table = RateTable(before.name, before.title, tuple(now[day] for day in sorted(now)), verified_until)
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{table.name}.toml"
    # Written beside and moved: a crash leaves the old table whole.
    half = place.with_suffix(".part")
    half.write_text(rates_text.write_table(table), "utf-8")
    half.replace(place)
    return Imported(
        table=table,
        file=place,
        added=tuple(rate for rate in rows if rate.since not in was),
        corrected=tuple(
            (rate.since, str(was[rate.since].percent), str(rate.percent))
            for rate in rows
            if rate.since in was and was[rate.since].percent != rate.percent
        ),
    )


def _rows(text: str, file: str, source: str) -> tuple[Rate, ...]:
    """The rows of a CSV file, through the same checks as TOML: each line becomes one."""
    reader = csv.DictReader(io.StringIO(text))
    missing = {"effective_from", "rate_percent"} - set(reader.fieldnames or ())
    if missing:
        remedy = f"The first line names the columns: {', '.join(COLUMNS)}."
        raise RatesUnusable([Finding("missing_column", f"no column {sorted(missing)[0]}", file, 1, remedy=remedy)])
    found: list[Rate] = []
    findings: list[Finding] = []
    for line, row in enumerate(reader, start=2):
        rate = _rate(row, file, line, source, findings)
        if rate and found and rate.since <= found[-1].since:
            findings.append(Finding("rates_unordered", f"{rate.since} comes after {found[-1].since}", file, line))
        found += [rate] if rate else []
    if findings or not found:
        raise RatesUnusable(findings or [Finding("missing_key", "no rates", file, 1)])
    return tuple(found)


def _rate(row: Mapping[str, str | None], file: str, line: int, source: str, findings: list[Finding]) -> Rate | None:
    day, percent, said = ((row.get(column) or "").strip() for column in COLUMNS)
    if not _is_day(day):
        remedy = "Write it like 2026-03-16."
        findings.append(Finding("date_unreadable", "this is not a date", file, line, "effective_from", day, remedy))
    elif not rates_text.PERCENT.fullmatch(percent):
        remedy = "Write it like 15.50."
        findings.append(Finding("number_unreadable", "this is not a rate", file, line, "rate_percent", percent, remedy))
    elif not (said or source):
        remedy = "Name the publisher's page in the column, or with --source."
        findings.append(Finding("missing_source", "a rate without a source", file, line, "source", remedy=remedy))
    else:
        certain = (row.get("confidence") or "high").strip() == "high"
        return Rate(date.fromisoformat(day), Decimal(percent), said or source, certain)
    return None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _text_of(file: Path) -> str:
    try:
        size = file.stat().st_size
        if size > TABLE_SIZE_MAX:
            raise RatesFileTooBig(path=file, size=size)
        return file.read_text("utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise RatesFileMissing(path=file) from None
    except UnicodeDecodeError:
        raise RatesUnusable([Finding("not_utf8", "this is not UTF-8 text", file.name, 1)]) from None


def _table(file: Path) -> RateTable:
    found, findings = rates_text.read_table(file.read_text("utf-8"), file.name)
    if found is None:
        raise RatesUnusable(findings)
    return found


def _packaged(folder: str = "") -> dict[str, Path]:
    place = Path(str(files("dunwell").joinpath(FOLDER)))
    return _tomls(place / folder if folder else place)


def _tomls(folder: Path) -> dict[str, Path]:
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}
