"""How money, days and names are written on a screen, in the person's language; Babel's forms, never Django's."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent
from django.utils.translation import ngettext

from dunwell.core.money import Money

CLDR = {"en": "en_GB", "ru": "ru_RU", "bg": "bg_BG"}
WHOLE = {"en": "¤#,##0", "ru": "#,##0\N{NO-BREAK SPACE}¤", "bg": "#,##0\N{NO-BREAK SPACE}¤"}
MILLION = 1_000_000
INITIALS_MAX = 2
HUES = 7
"""Colours of the round name badges; a name keeps its colour on every page."""


@lru_cache(maxsize=8192)
def money(amount: Money, locale: str) -> str:
    """`1 240,00 €`, `€1,240.00`."""
    return _apart(format_currency(amount.decimal, amount.currency, locale=CLDR[locale]), amount.currency)


@lru_cache(maxsize=1024)
def money_short(amount: Money, locale: str) -> str:
    """For headlines: `12 480 €`, `1,24 млн €`; cents say nothing beside a million."""
    if abs(amount.decimal) >= MILLION:
        text = format_compact_currency(amount.decimal, amount.currency, locale=CLDR[locale], fraction_digits=2)
    else:
        whole = round(amount.decimal)
        text = format_currency(whole, amount.currency, format=WHOLE[locale], locale=CLDR[locale], currency_digits=False)
    return _apart(text, amount.currency)


def _apart(text: str, currency: str) -> str:
    """A code of three letters stands apart from its figures; a sign stands close."""
    return text.replace(currency, f"{currency}\N{NO-BREAK SPACE}", 1) if text.startswith(currency) else text


def number(value: int, locale: str) -> str:
    return format_decimal(value, locale=CLDR[locale])


def percent(part: float, locale: str) -> str:
    return format_percent(part, locale=CLDR[locale])


@lru_cache(maxsize=8192)
def day(on: date, today: date, locale: str) -> str:
    """`14 Mar`, with the year where it is another one than today's."""
    return format_date(on, "d MMM" if on.year == today.year else "d MMM y", locale=CLDR[locale])


@lru_cache(maxsize=512)
def long_day(on: date, locale: str) -> str:
    """`Wednesday, 11 March 2026`."""
    return format_date(on, "full", locale=CLDR[locale])


def moment(at: datetime, locale: str) -> str:
    """`14:05`."""
    return format_time(at, "short", locale=CLDR[locale])


def days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def initials(name: str) -> str:
    """The letters of a name badge: the first ones of its words, without quotes and legal forms in capitals."""
    words = [word.strip("«»„“”\"'()") for word in name.split()]
    telling = [word for word in words if word and not (word.isupper() and len(word) <= 4)] or words
    return "".join(word[0] for word in telling[:INITIALS_MAX] if word).upper()


def hue(name: str) -> int:
    return sum(map(ord, name)) % HUES
