"""How one language writes sums, days and numbers on the client's page: the words of letters, so that both read alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dunwell.core.money import Money, minor_digits
from dunwell.engine import render, terms
from dunwell.engine.texts import Terms
from dunwell.run import packs


@dataclass(frozen=True, slots=True)
class Speech:
    """How one language writes sums and days, seen from a day."""

    terms: Terms
    on: date

    def money(self, amount: Money) -> str:
        return terms.money(amount, self.terms.locale)

    def day(self, on: date) -> str:
        return self._named("weekdays", on)

    def until(self, on: date) -> str:
        """As after "до" or "by"."""
        return self._named("weekdays_until", on)

    def on_day(self, on: date) -> str:
        """As a day that something happens on: `в пятницу, 27 ноября`."""
        return self._named("weekdays_on", on)

    def brief(self, on: date) -> str:
        return terms.day_and_month(on, self.terms.locale, self.on.year)

    def days(self, number: int) -> str:
        return terms.counted(number, self.terms.counted["days"], self.terms.locale)

    def of(self, value: object) -> object:
        """A value of a refusal as it is said: sums and days in words, all else as it is."""
        if isinstance(value, Money):
            return self.money(value)
        return self.brief(value) if isinstance(value, date) else value

    def number(self, number: str) -> str:
        return str(self.terms.words["invoice_number"].format(number=terms.clean(number)))

    def plain(self, amount: Money) -> str:
        """A sum as a bank's form takes it: `48000,00`, in English `48000.00`."""
        text = f"{amount.decimal:.{minor_digits(amount.currency)}f}"
        return text if self.terms.locale == "en" else text.replace(".", ",")

    def _named(self, weekdays: str, on: date) -> str:
        words = self.terms.words
        text = terms.day_and_month(on, self.terms.locale, self.on.year)
        return str(words["day"].format(weekday=words[weekdays][on.weekday()], date=text))


@lru_cache(maxsize=8)
def terms_of(locale: str) -> Terms:
    return render.prepare(packs.standard()).terms[locale]
