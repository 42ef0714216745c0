"""What the law and good manners of a country allow: contact caps, hours, words, required lines.

A jurisdiction is data: a TOML file whose every value has a source and a date, so that a lawyer can review it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from dunwell.core.ledger import CustomerKind


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` contacts of these channels in `days` days, rolling and calendar, whichever is stricter."""

    channels: frozenset[str]
    count: int
    days: int
    basis: str  # "law" or "courtesy"
    source: str


@dataclass(frozen=True, slots=True)
class Hours:
    """When a person may be contacted, in their local time; None = not at all on such days."""

    business_days: tuple[time, time]
    rest_days: tuple[time, time] | None
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    code: str  # ru, bg, eu, gb
    countries: frozenset[str]
    timezone: str
    currency: str
    caps: dict[CustomerKind, tuple[Cap, ...]]
    hours: dict[CustomerKind, Hours]
    stop_words: tuple[str, ...]
    required_lines: tuple[str, ...]
    verified_on: str
