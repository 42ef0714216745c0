"""What the law and good manners of a country allow: contact caps, hours, words, required lines.

A jurisdiction is data: a TOML file whose every value has a source and a date, so that a lawyer can review it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from dunwell.core.ledger import CustomerKind


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` contacts of these channels in `days` days, rolling and calendar, whichever is stricter.

    With `business_days` the days are business days of the customer, rolling alone: one in two = not again before the second
    business day after.
    """

    channels: frozenset[str]
    count: int
    days: int
    basis: str  # "law" or "courtesy"
    source: str
    verified_on: date | None = None
    business_days: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """When a person may be contacted, in their local time; None = not at all on such days."""

    business_days: tuple[time, time]
    rest_days: tuple[time, time] | None
    basis: str
    source: str
    verified_on: date | None = None


BOOKS_YEARS = 10
"""Where a profile of one's own does not say: the longest usual period."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Whether a call may be recorded once the other side was told, or only when they agreed to it."""

    needs_consent: bool
    source: str
    verified_on: date | None = None


ASK_FIRST = Recording(needs_consent=True, source="no rule is known here, so the strictest holds")


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """The rules of one or several countries.

    `timezone` is assumed for a contact without one, `timezones` says so by country where they differ. `subdivisions` names
    the part of a country whose holidays count (England for GB); `decreed` are the countries whose government moves days off
    by a yearly decree. `books_years` full years after the year of a document its name must stay on it. `required_lines` are keys
    of lines that a message must carry. `verified_on` is the oldest date among the values: none was looked at earlier.
    """

    code: str  # ru, bg, eu, gb
    countries: frozenset[str]
    timezone: str
    currency: str
    caps: dict[CustomerKind, tuple[Cap, ...]]
    hours: dict[CustomerKind, Hours]
    stop_words: tuple[str, ...]
    required_lines: tuple[str, ...]
    verified_on: date
    timezones: dict[str, str] = field(default_factory=dict)
    subdivisions: dict[str, str] = field(default_factory=dict)
    decreed: frozenset[str] = frozenset()
    books_years: int = BOOKS_YEARS
    recording: Recording = ASK_FIRST
