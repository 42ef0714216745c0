"""Where somebody is, as it is typed: a country, a language of letters and a time zone that exist."""

from __future__ import annotations

from zoneinfo import available_timezones

from babel import Locale

from dunwell.core.refusal import Refusal

LOCALES = ("ru", "bg", "en")


class CountryUnknown(Refusal):
    """{country!r} is no country: write its code of two letters, such as BG, RU, GB or DE."""


class LocaleUnknown(Refusal):
    """Letters are written in Russian (ru), Bulgarian (bg) or English (en), not in {locale!r}."""


class ZoneUnknown(Refusal):
    """{timezone!r} is no time zone: write its name, such as Europe/Sofia or Europe/Moscow."""


def refuse_unknown(*, country: str, locale: str, timezone: str) -> None:
    """Raise the refusal of the first that is not known; nothing said is nothing wrong, but for the country."""
    if len(country) != 2 or country not in Locale("en").territories:
        raise CountryUnknown(country=country)
    if locale and locale not in LOCALES:
        raise LocaleUnknown(locale=locale)
    if timezone and timezone not in available_timezones():
        raise ZoneUnknown(timezone=timezone)
