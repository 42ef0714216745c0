"""Plain values out of untrusted text: decimals, ISO dates, currency codes, account numbers.

Each function says no by None or a refusal; none of them guesses. Sheets, where forms differ by country, have `cells`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from dunwell.core.money import CURRENCIES
from dunwell.core.refusal import Refusal

# Decimal() takes "NaN", "1E5" and full-width digits; xsd:decimal takes none of them.
PLAIN_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[0-9:.]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?", re.ASCII)
COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{2,6})?(?:[.\[Z+-].*)?", re.ASCII)
DIGITS_MAX = 30
SHORT_TEXT_MAX = 2_000
LONG_TEXT_MAX = 50_000
YEAR_MIN, YEAR_MAX = 1970, 2100

# Withdrawn codes that stand in older files; they name money that can no longer be paid, so they are a finding.
WITHDRAWN_CURRENCIES = frozenset(
    "ADP ANG ATS BEF BGL BYB BYR CSD CUC CYP DEM EEK ESP FIM FRF GHC GRD HRK IEP ITL LTL LUF LVL MRO MTL MXV NLG PTE ROL "
    "RUR SIT SKK SLL SRG STD TMM TRL UAK USN VEB VEF YUM ZMK ZWD ZWL XCG".split()
)
# Programs write currencies by name, by number (ISO 4217, 810 being the rouble's elder one) or by sign; $ and kr are those
# of many countries and mean none.
CURRENCY_NAMES = {
    "руб": "RUB", "рубль": "RUB", "рублей": "RUB", "рур": "RUB", "rur": "RUB", "₽": "RUB", "643": "RUB", "810": "RUB",
    "российский рубль": "RUB", "рубль рф": "RUB", "рубли": "RUB", "pln": "PLN", "zł": "PLN", "kč": "CZK",
    "евро": "EUR", "euro": "EUR", "€": "EUR", "978": "EUR", "доллар": "USD", "840": "USD", "£": "GBP",
    "грн": "UAH", "₴": "UAH", "тенге": "KZT", "тг": "KZT", "₸": "KZT", "лв": "BGN", "лева": "BGN",
}  # fmt: skip
# Digits 6 to 8 of a Russian account are the currency's number (ISO 4217; 810 is the rouble's elder one).
ACCOUNT_CURRENCIES = {
    "810": "RUB", "643": "RUB", "840": "USD", "978": "EUR", "156": "CNY", "826": "GBP", "756": "CHF", "392": "JPY",
    "398": "KZT", "933": "BYN", "949": "TRY", "784": "AED", "356": "INR", "051": "AMD", "417": "KGS", "860": "UZS",
}  # fmt: skip
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", re.ASCII)
# ISO 13616 registry, 2026: how long an IBAN of a country is.
IBAN_LENGTHS = {
    **dict.fromkeys("NO".split(), 15),
    **dict.fromkeys("BE BI".split(), 16),
    **dict.fromkeys("DK FI FO GL NL".split(), 18),
    **dict.fromkeys("MK SI".split(), 19),
    **dict.fromkeys("AT BA EE KZ LT LU MN XK".split(), 20),
    **dict.fromkeys("CH HR LI LV".split(), 21),
    **dict.fromkeys("BG BH CR DE GB GE IE ME RS VA".split(), 22),
    **dict.fromkeys("AE GI IL IQ OM SO TL".split(), 23),
    **dict.fromkeys("AD CZ ES MD PK RO SA SE SK TN VG".split(), 24),
    **dict.fromkeys("LY PT ST".split(), 25),
    **dict.fromkeys("IS TR".split(), 26),
    **dict.fromkeys("BF CI FR GR IT MC MR SM".split(), 27),
    **dict.fromkeys("AL AZ BY CY DO GT HN HU LB NI PL SV".split(), 28),
    **dict.fromkeys("BR EG PS QA UA".split(), 29),
    **dict.fromkeys("JO KW MU YE".split(), 30),
    **dict.fromkeys("MT SC".split(), 31),
    "LC": 32,
    "RU": 33,
}


class AmountMalformed(Refusal):
    """{field}: {text!r} is not an amount; a plain decimal such as 1234.50 is expected."""


class DateMalformed(Refusal):
    """{field}: {text!r} is not a date."""


class CurrencyUnknown(Refusal):
    """{currency!r} is not an ISO 4217 currency code."""


class FieldTooLong(Refusal):
    """{field}: {length} characters are more than any real document has; the file was not read."""


def decimal(text: str, field: str) -> Decimal:
    """A decimal of XML or of a bank's fixed format; raises `AmountMalformed`."""
    plain = text.strip(" \t\r\n")
    if not PLAIN_DECIMAL.fullmatch(plain) or len(plain) > DIGITS_MAX:
        raise AmountMalformed(field=field, text=text[:60])
    return Decimal(plain)


def iso_date(text: str, field: str) -> date | None:
    """An ISO date, with or without time and zone; None for empty text, `DateMalformed` for what is no date."""
    plain = text.strip()
    if not plain:
        return None
    match = ISO_DATE.fullmatch(plain)
    day = make_date(match[1], match[2], match[3]) if match else None
    if day is None:
        raise DateMalformed(field=field, text=plain[:60])
    return day


def compact_date(text: str) -> date | None:
    """YYYYMMDD with or without a time after it; None for what is no date."""
    match = COMPACT_DATE.fullmatch(text.strip())
    return make_date(match[1], match[2], match[3]) if match else None


def make_date(year: str | int, month: str | int, day: str | int) -> date | None:
    """A date, or None for one that does not exist (30 February) or cannot be meant (year 9999)."""
    if not YEAR_MIN <= int(year) <= YEAR_MAX:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def currency_code(text: str) -> str:
    """A known currency code, withdrawn ones included; raises `CurrencyUnknown`."""
    code = text.strip().upper()
    if code not in CURRENCIES and code not in WITHDRAWN_CURRENCIES:
        raise CurrencyUnknown(currency=text.strip()[:20])
    return code


def named_currency(text: str) -> str:
    """The ISO code of a currency written as code, name, number or sign; empty where it is none."""
    plain = text.strip().rstrip(".")
    if plain.upper() in CURRENCIES:
        return plain.upper()
    return CURRENCY_NAMES.get(plain.lower(), "")


def lines(text: str) -> Iterator[str]:
    """The lines one by one, each with its end, however it is written.

    str.splitlines would end lines at form feeds and Unicode separators too, and hold all of them in memory.
    """
    return (match[0] for match in LINE.finditer(text))


def squeezed(text: str | None) -> str:
    """Text with white space folded; raises `FieldTooLong`."""
    if not text:
        return ""
    if len(text) > LONG_TEXT_MAX:
        raise FieldTooLong(field="text", length=len(text))
    return " ".join(text.split())


def account_number(text: str) -> str:
    """An account as written, without the blanks that people put into it."""
    return "".join(text.split())


def is_wrong_iban(account: str) -> bool:
    """Whether it has the form of an IBAN but not its length or check digits (ISO 13616, modulo 97)."""
    compact = account_number(account).upper()
    if not IBAN.fullmatch(compact) or compact[:2] not in IBAN_LENGTHS:
        return False
    if len(compact) == IBAN_LENGTHS[compact[:2]] + 3 and compact[-3:] in CURRENCIES:
        # Dutch banks write the account's currency behind it.
        compact = compact[:-3]
    return not is_iban(compact)


def is_iban(compact: str) -> bool:
    """Whether it is an IBAN of a country that has them, with its length and its check digits."""
    if not IBAN.fullmatch(compact) or len(compact) != IBAN_LENGTHS.get(compact[:2]):
        return False
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def russian_currency(account: str) -> str:
    """The currency of a Russian account of 20 digits; empty for any other account."""
    return ACCOUNT_CURRENCIES.get(account[5:8], "") if len(account) == 20 and account.isdigit() else ""
