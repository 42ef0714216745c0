"""The words of documents of account in one language, or in two side by side: every caption and sentence is said in each of them.

Sums and days of tables are written as the first language writes them; within a sentence, as its own language does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.core.claims import Party
from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.core.paper import Block, Brand, Column, Document, Pairs, Paragraph, QrCode, Title
from dunwell.engine import parts, payqr, terms

PLACEHOLDER = re.compile(r"\{(\w+)\}")
Words = Mapping[str, Mapping[str, Any]]
BESIDE, BELOW = " / ", "\n"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every document of a creditor carries."""

    trade_name: str
    contact: tuple[str, ...] = ()
    logo: bytes = b""


class Desk:
    """`words` by language, the first one leading."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.locale = next(iter(words))

    def label(self, key: str, *, between: str = BESIDE, **values: object) -> str:
        """A caption in each language, once where they agree (IBAN)."""
        return self._said("label", key, between, values)

    def head(self, *keys: str) -> tuple[str, ...]:
        """Captions of a table's columns, one under the other where there are two."""
        return tuple(self.label(key, between=BELOW) for key in keys)

    def text(self, key: str, **values: object) -> str:
        """A sentence, in each language on a line of its own."""
        return self._said("text", key, BELOW, values)

    def days(self, number: int) -> str:
        return BESIDE.join(
            dict.fromkeys(terms.counted(number, words["days"], locale) for locale, words in self.words.items())
        )

    def day(self, on: date) -> str:
        return terms.numeric_date(on, self.locale)

    def money(self, amount: Money) -> str:
        return terms.exact_money(amount, self.locale)

    def number(self, amount: Money) -> str:
        return terms.exact_number(amount, self.locale)

    def party(self, head: str, party: Party, *more: str) -> Column:
        """A side with the numbers by which it is known and its address."""
        tax, registered = terms.clean(party.tax_id), terms.clean(party.registration_number)
        numbers = []
        if registered and registered not in tax:
            numbers.append(self.label("number_of", value=registered))
        if tax:
            numbers.append(self.label("vat_number" if tax[:2].isalpha() else "number_of", value=tax))
        address = (terms.clean(line) for line in party.address.splitlines())
        return Column(self.label(head), tuple(filter(None, (terms.clean(party.name), *numbers, *address, *more))))

    def ways_to_pay(self, account: BankAccount | None, amount: Money, purpose: str) -> tuple[Block, ...]:
        """The account with the code to pay by; nothing where there is no account that could be right."""
        if account is None or payqr.account_fault(account):
            return ()
        labels = {key: self.label(key) for key in ACCOUNT_LABELS}
        rows = [*parts.account_rows(labels, account), (self.label("purpose"), purpose)]
        data = payqr.payload(account, amount, purpose)
        if data is None:
            return (Paragraph(self.text("pay_to")), Pairs(tuple(rows)))
        lines = (self.text("scan"), "", *(f"{label}: {value}" for label, value in rows))
        return (QrCode(payqr.svg(data), lines),)

    def sheet(
        self,
        head: Letterhead,
        seller: Party,
        on: date,
        title: str,
        blocks: tuple[Block, ...],
        *,
        look: str = "plain",
        is_wide: bool = False,
    ) -> Document:
        """A document under the creditor's head."""
        brand = Brand(terms.clean(head.trade_name), tuple(map(terms.clean, head.contact)))
        return Document(
            title=title.splitlines()[0],
            author=seller.name,
            day=on,
            locale=self.locale,
            footer=", ".join(filter(None, (terms.clean(seller.name), terms.clean(seller.tax_id)))),
            blocks=(brand, Title(title), *blocks),
            look=look,
            logo=head.logo,
            is_wide=is_wide,
        )

    def _said(self, table: str, key: str, between: str, values: Mapping[str, object]) -> str:
        said = (
            _filled(words[table][key], {name: _spoken(value, locale) for name, value in values.items()})
            for locale, words in self.words.items()
        )
        return between.join(dict.fromkeys(said))


ACCOUNT_LABELS = ("holder", "iban", "bic", "bank", "inn", "kpp", "account", "bik", "corr_account")


def _spoken(value: object, locale: str) -> str:
    if isinstance(value, Money):
        return terms.exact_money(value, locale)
    return terms.long_date(value, locale) if isinstance(value, date) else terms.clean(str(value))


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """A value that ends in a full stop (`2026 г.`) at a sentence's end takes the place of the sentence's own."""
    return re.sub(r"\.\.(?!\.)", ".", PLACEHOLDER.sub(lambda found: values[found[1]], sentence))
