"""The law profiles that a creditor may use: the shipped ones and their own, each read and checked before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from dunwell.core import jurisdiction_text
from dunwell.core.jurisdiction import Jurisdiction
from dunwell.core.refusal import Finding, Refusal
from dunwell.core.toml_text import suggest
from dunwell.run import toml_files
from dunwell.run.toml_files import FileUnusable

KIND = "jurisdictions"
FALLBACK = "eu"
"""The most careful profile: taken where a country has none of its own."""


class UnknownJurisdiction(Refusal):
    """There is no jurisdiction '{code}'. {suggestion}"""


def load(code: str, own: Path | None = None) -> Jurisdiction:
    """The jurisdiction of that code, the creditor's own file before the shipped one; raises `FileUnusable` with its findings."""
    files = toml_files.named(KIND, own)
    if code not in files:
        raise UnknownJurisdiction(code=code, suggestion=suggest(code, files))
    found, findings = _read(toml_files.text_of(files[code]), files[code].name)
    if found is None:
        raise FileUnusable(findings)
    return found


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> tuple[Jurisdiction | None, list[Finding]]:
    """The same text says the same law: nearly every page of the console asks."""
    return jurisdiction_text.read(text, name)


def load_all(own: Path | None = None) -> dict[str, Jurisdiction]:
    return {code: load(code, own) for code in toml_files.named(KIND, own)}


def of_country(country: str, jurisdictions: Mapping[str, Jurisdiction]) -> Jurisdiction:
    """The country's jurisdiction, or the fallback for a country that no file names."""
    found = (one for code, one in jurisdictions.items() if country in one.countries and code != FALLBACK)
    return next(found, jurisdictions[FALLBACK])


def timezone_of(country: str, jurisdictions: Mapping[str, Jurisdiction]) -> str:
    """The time zone assumed for a contact of that country who has none of their own."""
    jurisdiction = of_country(country, jurisdictions)
    return jurisdiction.timezones.get(country, jurisdiction.timezone)
