"""Money is a whole number of minor units and a currency.

Two currencies never add: a sum over several is a mapping, not a number. Nothing here rounds silently; text that says more
decimals than the currency has is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

from dunwell.core.refusal import Refusal

MINOR_DIGITS_DEFAULT = 2

# ISO 4217 (list one), active currencies; the number of decimals of those that do not have two.
CURRENCIES = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
    "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND "
    "VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG".split()
)
MINOR_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}

# Whole groups of three behind one kind of mark, or plain digits (15: more than any invoice has); then perhaps decimals.
TYPED = re.compile(
    r"(-?(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,15}))(?:([.,])([0-9]{1,3}))?"
)
TYPED_SHOWN = 40
MILLESIMAL = 3
"""So many digits behind a lone mark are thousands, in a currency that has no such decimals."""


class UnknownCurrency(Refusal):
    """{currency!r} is not an ISO 4217 currency code: write three letters such as EUR or RUB."""


class AmountUnreadable(Refusal):
    """{text!r} is not an amount of {currency}."""


class CurrenciesDiffer(Refusal):
    """{one} and {other} are different currencies and never add."""


def minor_digits(currency: str) -> int:
    """Decimals of a currency (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD."""
    if currency not in CURRENCIES:
        raise UnknownCurrency(currency=currency)
    return MINOR_DIGITS.get(currency, MINOR_DIGITS_DEFAULT)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str | Decimal | int, currency: str) -> Self:
        """Money from plain decimal text ("1234.50"); locale forms are the importer's business."""
        digits = minor_digits(currency)
        try:
            scaled = Decimal(str(text)).scaleb(digits)
        except InvalidOperation:
            raise AmountUnreadable(text=str(text), currency=currency) from None
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise AmountUnreadable(text=str(text), currency=currency)
        return cls(int(scaled), currency)

    @classmethod
    def typed(cls, text: str, currency: str) -> Self:
        """Money as people type it: `1 234,50`, `1,234.50`, `1.200` (twelve hundred, but not in dinars of a thousand fils)."""
        found = TYPED.fullmatch(re.sub(r"[\s'’]", "", text))
        if found is None or (found[2] and found[2] in found[1]):
            raise AmountUnreadable(text=text[:TYPED_SHOWN], currency=currency)
        whole, decimals = found[1], found[3] or ""
        if minor_digits(currency) == MILLESIMAL and not decimals and len(re.findall("[.,]", whole)) == 1:
            whole, decimals = whole[:-4], whole[-3:]
        return cls.parse(f"{re.sub('[.,]', '', whole)}.{decimals or 0}", currency)

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal:.{minor_digits(self.currency)}f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrenciesDiffer(one=self.currency, other=other.currency)
        return other


def total_by_currency(amounts: Iterable[Money]) -> dict[str, Money]:
    """Sums per currency, in alphabetical order of the code; currencies never add."""
    totals: dict[str, int] = {}
    for amount in amounts:
        totals[amount.currency] = totals.get(amount.currency, 0) + amount.minor
    return {currency: Money(totals[currency], currency) for currency in sorted(totals)}
