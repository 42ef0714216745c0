"""What money is set against: the payments as they are read, the open receivables by customer, number and sum, the payers by signs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl

from dunwell.core.reference import Names
from dunwell.engine import match_words


class Sign(StrEnum):
    """What speaks for a proposal."""

    OWN_REFERENCE = "own_reference"
    NUMBER = "number"
    NUMBER_ALONE = "number_alone"
    TAX_ID = "tax_id"
    ACCOUNT = "account"
    NAME = "name_key"
    NAME_LIKE = "name_like"
    EXACT_SUM = "exact_sum"
    OLDEST = "oldest"


STRONG_SIGNS = (Sign.TAX_ID, Sign.ACCOUNT, Sign.NAME)


@dataclass(frozen=True, slots=True)
class Money:
    money_id: int
    kind: str
    date: date
    currency: str
    received: int
    unapplied: int
    customer_id: int | None
    payer_name_key: str | None
    payer_name_like: str | None
    payer_account: str | None
    payer_tax_id: str | None
    remittance: str | None
    reference: str | None
    invoice_number: str | None
    words: match_words.Named  # what the reference and the remittance text name


def read(row: Mapping[str, Any]) -> Money:
    words = match_words.named(" ".join(text for text in (row["reference"], row["remittance"]) if text))
    return Money(**{name: row[name] for name in Money.__slots__ if name != "words"}, words=words)


@dataclass(slots=True)
class Receivable:
    """`open` falls as money is applied; all else is as it was read."""

    receivable_id: int
    customer_id: int
    invoice_id: int | None
    number: str
    issue_date: date
    due_date: date | None
    currency: str
    open: int
    order_number: str | None
    reference: str | None
    may_allocate_oldest_first: bool

    @property
    def age(self) -> tuple[date, date, int]:
        return (self.due_date or self.issue_date, self.issue_date, self.receivable_id)


Mentioned = tuple[list[Receivable], list[Receivable]]


def _by_age(row: tuple[Receivable, tuple[str, ...]]) -> tuple[date, date, int]:
    return row[0].age


class Book:
    """The open receivables, found by customer, number and sum; the payers, found by their signs."""

    def __init__(self, receivables: pl.DataFrame, payer_signs: pl.DataFrame) -> None:
        self._by_customer: dict[int, list[Receivable]] = defaultdict(list)
        self._by_number: dict[str, list[Receivable]] = defaultdict(list)
        self._by_bare_number: dict[str, list[Receivable]] = defaultdict(list)
        self._by_compact: dict[str, list[Receivable]] = defaultdict(list)
        self._by_reference: dict[str, list[Receivable]] = defaultdict(list)
        self._by_invoice: dict[int | None, list[Receivable]] = defaultdict(list)
        self._by_sum: dict[tuple[str, int], list[Receivable]] = defaultdict(list)
        self._mentioned: dict[tuple[str, int], Mentioned] = {}
        facts = receivables.rename({"balance": "open"}).select(Receivable.__slots__).iter_rows()
        forms = receivables.select(
            "number_key", "number_bare", "number_compact", "order_key", "order_bare", "reference_bare"
        ).iter_rows()
        aged = sorted(((Receivable(*row), named) for row, named in zip(facts, forms, strict=True)), key=_by_age)
        for each, (number, bare, compact, order, order_bare, wanted) in aged:
            self._by_customer[each.customer_id].append(each)
            self._by_invoice[each.invoice_id].append(each)
            self._by_number[number].append(each)
            self._by_bare_number[bare].append(each)
            self._by_compact[compact].append(each)
            if order:
                self._by_number[order].append(each)
                self._by_bare_number[order_bare].append(each)
            if wanted:
                self._by_reference[wanted].append(each)
        self._payers: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._groups: dict[int, str] = {}
        self._members: dict[str, set[int]] = defaultdict(set)
        for customer, sign, value in payer_signs.select("customer_id", "sign", "value").iter_rows():
            if sign == "group":
                self._groups[customer] = value
                self._members[value].add(customer)
            else:
                self._payers[sign, value].add(customer)

    def of_customer(self, customer: int | None) -> list[Receivable]:
        return self._by_customer.get(customer, []) if customer is not None else []

    def of_sum(self, money: Money) -> list[Receivable]:
        """Whatever has exactly this sum open when all is applied, of any customer: for a person to look at, never to
        decide by.
        """
        if not self._by_sum:
            for each in (each for several in self._by_customer.values() for each in several):
                self._by_sum[each.currency, each.open].append(each)
        return sorted(self._by_sum.get((money.currency, money.unapplied), []), key=lambda each: each.age)

    def payer(self, money: Money) -> int | None:
        """The customer who paid, where one is certain."""
        possible = self.possible_payers(money)
        return next(iter(possible)) if len(possible) == 1 else None

    def possible_payers(self, money: Money) -> set[int]:
        """Customers whom the payer's signs fit together; signs that contradict one another leave all of theirs
        possible. A name that is merely alike counts where nothing better is known.
        """
        if money.customer_id is not None:
            return {money.customer_id}
        if (
            named := {one.id for one in money.words.references if one.names is Names.CUSTOMER}
            & self._by_customer.keys()
        ):
            return named
        found = [fitting for sign in STRONG_SIGNS if (fitting := self._fitting(money, sign))]
        if found:
            return set.intersection(*found) or set.union(*found)
        return self._fitting(money, Sign.NAME_LIKE)

    def is_certain(self, money: Money) -> bool:
        """Whether the payer is known by more than a name that is merely alike."""
        return (
            money.customer_id is not None
            or any(one.names is Names.CUSTOMER for one in money.words.references)
            or any(self._fitting(money, sign) for sign in STRONG_SIGNS)
        )

    def signs_of(self, money: Money, customer: int) -> list[Sign]:
        """By which signs a payer is this customer."""
        strong = [sign for sign in STRONG_SIGNS if customer in self._fitting(money, sign)]
        like = Sign.NAME not in strong and customer in self._fitting(money, Sign.NAME_LIKE)
        return [*strong, Sign.NAME_LIKE] if like else strong

    def _fitting(self, money: Money, sign: Sign) -> set[int]:
        value = {
            Sign.TAX_ID: money.payer_tax_id,
            Sign.ACCOUNT: money.payer_account,
            Sign.NAME: money.payer_name_key,
            Sign.NAME_LIKE: money.payer_name_like,
        }[sign]
        return self._payers.get((sign, value), set()) if value else set()

    def named(self, money: Money, customer: int | None) -> list[Receivable]:
        """Receivables whose numbers the payer names, oldest first, all of one customer; none where that is not
        certain.
        """
        possible = self._related(self.possible_payers(money))
        strong, weak = self.mentioned(money)
        certain = self.referenced(money)
        for found, is_enough in (
            (certain, True),
            (strong, self._speaks_for_itself(money, strong)),
            ([*strong, *weak], customer is not None),
        ):
            fitting = [
                each
                for each in found
                if each.open and each.currency == money.currency and (not possible or each.customer_id in possible)
            ]
            is_one = len({each.customer_id for each in fitting}) == 1
            if is_one and (is_enough or sum(each.open for each in fitting) == money.unapplied):
                return sorted(fitting, key=lambda each: each.age)
        return []

    def _speaks_for_itself(self, money: Money, strong: Sequence[Receivable]) -> bool:
        """Whether numbers beside a word for invoice are enough: of a payer who is known, or who says of nothing else who it is,
        or who names several. A stranger's single number may be mistyped.
        """
        is_stranger = not self.possible_payers(money) and bool(
            money.payer_name_key or money.payer_tax_id or money.payer_account
        )
        return not is_stranger or len({each.number for each in strong if each.open}) > 1

    def _related(self, customers: set[int]) -> set[int]:
        """The customers, and those of their groups: a parent pays for its companies."""
        return customers.union(*(self._members[self._groups[one]] for one in customers if one in self._groups))

    def names_only_others(self, money: Money, customer: int) -> bool:
        """Whether the payer names invoices of other customers, and none of its own: it may have paid for somebody
        else.
        """
        strong, weak = self.mentioned(money)
        return bool(strong) and not any(each.customer_id == customer for each in (*strong, *weak))

    def names_sum_of_others(self, money: Money, customer: int) -> bool:
        """Whether the payer names an invoice of somebody else, of just this sum: then it is no slip of the finger."""
        found = [each for named in self.mentioned(money) for each in named]
        return any(each.customer_id != customer and each.open == money.unapplied for each in found)

    def names_only_settled(self, money: Money, customer: int) -> bool:
        """Whether all the payer's invoices that it names are settled: it may have paid twice, or meant another one."""
        own = [each for each in self.mentioned(money)[0] if each.customer_id == customer]
        return bool(own) and not any(each.open for each in own)

    def referenced(self, money: Money) -> list[Receivable]:
        """Receivables named by a reference with check digits: our own of the invoice, or one that the document asked for."""
        own = [one.id for one in money.words.references if one.names is Names.INVOICE]
        found = [each for invoice in own for each in self._by_invoice.get(invoice, ())]
        for structured in money.words.structured:
            found += self._by_reference.get(match_words.bare(structured), ())
            # ISO 11649: behind "RF" and two check digits stands what the issuer chose, mostly the number.
            found += self._by_compact.get(structured[4:]) or self._of_number(structured[4:])
        return list({each.receivable_id: each for each in found}.values())

    def mentioned(self, money: Money) -> Mentioned:
        """Receivables whose numbers stand in the payer's words: beside a word for invoice, and elsewhere.

        Looked up once for each money: the words stay the same, whatever becomes of its sum.
        """
        money_key = (money.kind, money.money_id)
        if money_key not in self._mentioned:
            self._mentioned[money_key] = self._look_up(money)
        return self._mentioned[money_key]

    def _look_up(self, money: Money) -> Mentioned:
        column = {match_words.key(part): True for part in re.split(r"[,;]", money.invoice_number or "") if part.strip()}
        found: dict[bool, dict[int, Receivable]] = {True: {}, False: {}}
        for each in self.referenced(money):
            found[True][each.receivable_id] = each
        for key, is_strong in (money.words.numbers | column).items():
            for each in self._of_number(key):
                found[is_strong][each.receivable_id] = each
        return list(found[True].values()), [each for at, each in found[False].items() if at not in found[True]]

    def _of_number(self, key: str) -> list[Receivable]:
        """By the number as it is, else by its letters and digits without leading zeros, where that can mean one number
        only; else by the reference that its document asked for.
        """
        if key in self._by_number:
            return self._by_number[key]
        bare = match_words.bare(key)
        near = self._by_bare_number.get(bare, [])
        if near and len({match_words.key(each.number) for each in near}) == 1:
            return near
        return [] if near else self._by_compact.get(match_words.compact(key)) or self._by_reference.get(bare, [])
