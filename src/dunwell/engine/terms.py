"""Grammar: money, dates, counted forms and names as one language and one channel write them.

Patterns come from CLDR (Babel) once per locale and currency; the filling is plain string work, because Babel takes
13–29 µs a sum. Words come from the pack's `terms.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from dunwell.core.message import ReaderFacts
from dunwell.core.money import Money, minor_digits

NBSP = "\u00a0"
# en_GB writes the day first, as the letters do; ru and bg are their own.
CLDR = {"ru": "ru", "bg": "bg", "en": "en_GB"}
# A short text spells what would turn a Latin SMS into UCS-2 or take two places.
SMS_SYMBOLS = {
    ("ru", "RUB"): "{} р.",
    ("ru", "EUR"): "{} €",
    ("bg", "EUR"): "{} €",
    ("en", "EUR"): "EUR {}",
    ("en", "GBP"): "£{}",
}
QUOTED = re.compile(r"[«„“\"]([^«„“”»\"]*)[»“”\"]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class MoneyPattern:
    before: str
    after: str
    group: str
    decimal: str


@lru_cache(maxsize=1024)
def money_pattern(locale: str, currency: str) -> MoneyPattern:
    """How CLDR writes a sum of this currency: what stands before, after, between thousands and before the decimals."""
    sample = format_currency(Decimal(1234567), currency, locale=CLDR[locale])
    before, rest = sample.split("1", 1)
    group = rest[: rest.index("234")]
    after = re.sub(r"^\D0+", "", rest.split("567", 1)[1])
    if before[-1:].isalpha():
        before += NBSP
    return MoneyPattern(before, after, group, Locale.parse(CLDR[locale]).number_symbols["latn"]["decimal"])


@lru_cache(maxsize=4096)
def money(amount: Money, locale: str, channel: str = "email") -> str:
    """`48 000 ₽`, `1 240,00 €`, `€1,240.00`; whole roubles without kopecks; in a short text `48 000 р.`, `EUR 1,240`."""
    digits = minor_digits(amount.currency)
    whole, rest = divmod(abs(amount.minor), 10**digits)
    sign = "-" if amount.minor < 0 else ""
    pattern = money_pattern(locale, amount.currency)
    short = channel == "sms"
    number = sign + f"{whole:,}".replace(",", pattern.group)
    if digits and not (rest == 0 and (short or (locale == "ru" and amount.currency == "RUB"))):
        number += f"{pattern.decimal}{rest:0{digits}d}"
    if not short:
        return f"{pattern.before}{number}{pattern.after}"
    code = f"{amount.currency} {{}}" if locale == "en" else f"{{}} {amount.currency}"
    text = SMS_SYMBOLS.get((locale, amount.currency), code).format(number)
    return plain_spaces(text)


def exact_money(amount: Money, locale: str) -> str:
    """A sum with all its decimals, as documents of account have it: `48 000,00 ₽`."""
    pattern = money_pattern(locale, amount.currency)
    return f"{pattern.before}{exact_number(amount, locale)}{pattern.after}"


def exact_number(amount: Money, locale: str) -> str:
    """The same without its currency, for columns: `48 000,00`."""
    digits = minor_digits(amount.currency)
    whole, rest = divmod(abs(amount.minor), 10**digits)
    pattern = money_pattern(locale, amount.currency)
    decimals = f"{pattern.decimal}{rest:0{digits}d}" if digits else ""
    return ("\u2212" if amount.minor < 0 else "") + f"{whole:,}".replace(",", pattern.group) + decimals


def moneys(amounts: Sequence[Money], locale: str, joiner: str, channel: str = "email") -> str:
    """Sums per currency side by side, never added: `48 000 ₽ и 1 200,00 €`."""
    return listed([money(amount, locale, channel) for amount in amounts], joiner)


def listed(parts: Sequence[str], joiner: str) -> str:
    """`17, 21 и 28`: commas, and the language's word before the last."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joiner} {parts[-1]}"


@lru_cache(maxsize=8192)
def day_and_month(day: date, locale: str, year_known: int) -> str:
    """`14 апреля`, with the year where it is not `year_known`: `14 апреля 2026 г.`."""
    text = format_date(day, "d MMMM", locale=CLDR[locale]).replace(" ", NBSP)
    if day.year == year_known:
        return text
    return f"{text} {day.year}" if locale == "en" else f"{text} {day.year}{NBSP}г."


@lru_cache(maxsize=8192)
def long_date(day: date, locale: str) -> str:
    """`31 марта 2026 г.`, for formal letters."""
    return day_and_month(day, locale, 0)


@lru_cache(maxsize=8192)
def short_date(day: date, locale: str) -> str:
    """`05.04` in a Russian short text, `5.04` in a Bulgarian one, `5 April` in an English one."""
    if locale == "en":
        return f"{day.day} {format_date(day, 'MMMM', locale='en_GB')}"
    return f"{day.day:02d}.{day.month:02d}" if locale == "ru" else f"{day.day}.{day.month:02d}"


@lru_cache(maxsize=8192)
def numeric_date(day: date, locale: str) -> str:
    """`14.04.2026` for tables; English names the month, because 04/05 means two days."""
    return format_date(day, "d MMM y" if locale == "en" else "dd.MM.y", locale=CLDR[locale])


@lru_cache(maxsize=512)
def month_name(day: date, locale: str) -> str:
    """`ноябрь 2026 г.`, as a month is named by itself."""
    text = f"{format_date(day, 'LLLL', locale=CLDR[locale])} {day.year}"
    return text if locale == "en" else f"{text} г."


def days_listed(days: Iterable[date], locale: str, joiner: str, year_known: int, each: str = "") -> str:
    """`17 и 21 апреля`, `28 апреля и 5 мая`; `each` is the preposition that Bulgarian repeats (`на 17 и на 21
    април`).
    """
    ordered = sorted(set(days))
    parts = []
    for day, following in zip(ordered, [*ordered[1:], None], strict=True):
        same_month = following is not None and (following.year, following.month) == (day.year, day.month)
        parts.append(each + (str(day.day) if same_month else day_and_month(day, locale, year_known)))
    return listed(parts, joiner)


@lru_cache(maxsize=8192)
def plural_form(number: int, locale: str) -> str:
    return str(Locale.parse(CLDR[locale]).plural_form(number))


def counted(number: int, forms: Mapping[str, str], locale: str) -> str:
    """`3 счёта`, `5 счетов`, `21 счёт` by CLDR's plural categories; forms hold the noun's own count form (2 превода)."""
    form = forms.get(plural_form(number, locale)) or forms["other"]
    return form.format(n=number).replace(" ", NBSP, 1)


@lru_cache(maxsize=65536)
def clean(text: str) -> str:
    """A fact on one line: control characters and line ends become a space."""
    return CONTROL.sub(" ", text).strip()


@lru_cache(maxsize=65536)
def quoted_inside(text: str, locale: str) -> str:
    """A name to be put between the language's quotation marks: quotes inside become the inner kind."""
    before, after = {"ru": ("„", "“"), "bg": ("«", "»"), "en": ("‘", "’")}[locale]
    return QUOTED.sub(lambda found: f"{before}{found[1]}{after}", text)


def plain_spaces(text: str) -> str:
    """CLDR's non-breaking spaces as plain ones: one of them would turn a Latin SMS into UCS-2."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def greeting(reader: ReaderFacts, words: Mapping[str, Any], *, formal: bool) -> str:
    """The salutation from what is known of the reader; nothing is guessed from a name.

    `words` is the table `greeting` of the terms: friendly, friendly_patronymic, unknown, and for formal letters
    formal_f, formal_m, formal_named, formal_unknown. The first form whose facts are all known is taken.
    """
    known = {
        "given": clean(reader.given_name),
        "family": clean(reader.family_name),
        "patronymic": clean(reader.patronymic),
    }
    order = [f"formal_{reader.gender}", "formal_named", "formal_unknown"] if formal else ["friendly", "unknown"]
    if not formal and known["patronymic"] and "friendly_patronymic" in words:
        order.insert(0, "friendly_patronymic")
    for name in order:
        form = words.get(name)
        if form and all(known[need] for need in re.findall(r"{(\w+)}", form)):
            return str(form.format(**known))
    return str(words["unknown"])
