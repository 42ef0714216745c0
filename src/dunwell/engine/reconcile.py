"""Cash application: which receivable each payment and credit note settles, and why the rest stays unapplied.

The rules, in this order, for each payment by (date, money_id):

1. *reference*: a reference with check digits (our own, or ISO 11649), an invoice number or an order number stands in the
   payer's words, or in the column that says what is paid. What is named is paid oldest first, of the payer's customer alone (or
   of one of its group). Where the payer is unknown it must be one customer's, and either several numbers, a number beside a word
   for invoice whose payer is not plainly somebody else, or the sum must be exactly what is open on it. A column that names an
   unknown number leaves the payment to a person.
2. *near number*: the payer is known, and its words end in the last digits of one of its numbers, or hold one with a digit wrong
   or two exchanged; the sum is what is open there.
3. *exact sum*: the payer is known, and exactly one open receivable, all open ones, the oldest ones, or one choice of a few
   amount to the sum.
4. *less a fee*, *less a discount*, *plus a surplus*: the payer is known by a strong sign, and exactly one open receivable differs
   from the sum by what banks keep, by a usual discount, or by what interest and rounding add; what differs stays open or unapplied.
5. *oldest first*: the payer is known and its policy allows it.

A credit note takes its own invoice, then (by rule 5) the others of its customer; one whose invoice is unknown waits.
Money never settles more than is open, never in another currency, and never by its sum alone where two customers fit.
What is left is unapplied, with a reason and with proposals for a person, each with points for what speaks for it. Pure: frames
in, frames out; the same rows in any order give the same result.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.core.reference import Names
from dunwell.engine import match_near, match_sums, match_words
from dunwell.engine.match_narrow import names_of_payers, narrowed

PROPOSALS_MAX = 5


class Basis(StrEnum):
    """Why money was set against a receivable."""

    REFERENCE = "reference"
    NEAR_NUMBER = "near_number"
    EXACT_SUM = "exact_sum"
    LESS_FEE = "less_fee"
    LESS_DISCOUNT = "less_discount"
    PLUS_SURPLUS = "plus_surplus"
    OLDEST_FIRST = "oldest_first"
    CREDITED_INVOICE = "credited_invoice"


class Reason(StrEnum):
    """Why money stays unapplied."""

    PAYER_UNKNOWN = "payer_unknown"
    PAYER_AMBIGUOUS = "payer_ambiguous"
    REFERENCE_SETTLED = "reference_settled"
    REFERENCE_UNKNOWN = "reference_unknown"
    REFERENCE_AMBIGUOUS = "reference_ambiguous"
    REFERENCE_OF_OTHER_CUSTOMER = "reference_of_other_customer"
    NOTHING_OPEN = "nothing_open"
    PREPAYMENT = "prepayment"
    CURRENCY_DIFFERS = "currency_differs"
    SEVERAL_FIT = "several_fit"
    MORE_THAN_OPEN = "more_than_open"


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


# A hundred points are certain; a person sees the proposals in this order.
POINTS = {
    Sign.OWN_REFERENCE: 100,
    Sign.NUMBER: 60,
    Sign.NUMBER_ALONE: 40,
    Sign.TAX_ID: 50,
    Sign.ACCOUNT: 45,
    Sign.NAME: 35,
    Sign.NAME_LIKE: 20,
    Sign.EXACT_SUM: 30,
    Sign.OLDEST: 5,
}
STRONG_SIGNS = (Sign.TAX_ID, Sign.ACCOUNT, Sign.NAME)


class Result(NamedTuple):
    """Frames of ALLOCATIONS, UNAPPLIED and PROPOSALS. Per piece of money: its allocations and its unapplied rest are
    what it had.
    """

    allocations: pl.DataFrame
    unapplied: pl.DataFrame
    proposals: pl.DataFrame


def allocate(money: pl.DataFrame, receivables: pl.DataFrame, payer_signs: pl.DataFrame) -> Result:
    """Apply money (MONEY) to receivables (RECEIVABLES); `payer_signs` (PAYER_SIGNS) tell which customer pays from
    where.

    Credit notes come first, so that a payment never settles what is credited. Give the open receivables of every
    customer that the money could concern, and beside them those settled lately (balance 0): money that names one of
    these may be paid twice, and waits. Give only money with something unapplied.
    """
    money = names_of_payers(money)
    concerned, signs = narrowed(money, receivables, payer_signs)
    book = _Book(concerned, signs)
    outcome = _Outcome()
    waiting = [_read(row) for row in sorted(money.iter_rows(named=True), key=_turn)]
    # What one payment settles can leave another only one choice. So it goes on until nothing moves: a second run then
    # finds nothing to do.
    may_choose_oldest = False
    while waiting:
        after = [_apply(each, book, outcome, may_choose_oldest=may_choose_oldest) for each in waiting]
        if after == waiting and may_choose_oldest:
            break
        # Of equal sums the oldest is taken only when all that say more have had their turn.
        may_choose_oldest = after == waiting
        waiting = [each for each in after if each.unapplied]
    for each in waiting:
        outcome.rest(each, book)
    return outcome.result()


def _turn(row: Mapping[str, Any]) -> tuple[bool, date, int]:
    return (row["kind"] != "credit_note", row["date"], row["money_id"])


@dataclass(frozen=True, slots=True)
class _Money:
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


def _read(row: Mapping[str, Any]) -> _Money:
    words = match_words.named(" ".join(text for text in (row["reference"], row["remittance"]) if text))
    return _Money(**{name: row[name] for name in _Money.__slots__ if name != "words"}, words=words)


@dataclass(slots=True)
class _Receivable:
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


def _apply(money: _Money, book: _Book, outcome: _Outcome, *, may_choose_oldest: bool) -> _Money:
    """The money with what is left of it, and with its customer as soon as that is certain."""
    if money.kind == "credit_note":
        return _by_credited_invoice(money, book, outcome)
    return _by_payment(money, book, outcome, may_choose_oldest=may_choose_oldest)


def _by_credited_invoice(money: _Money, book: _Book, outcome: _Outcome) -> _Money:
    """A credit note goes to the invoice that it names; what is left over, or names none, to the customer's others."""
    own = [each for each in book.of_customer(money.customer_id) if each.currency == money.currency]
    credited = match_words.key(money.invoice_number or "")
    named = [each for each in own if credited and match_words.key(each.number) == credited]
    if money.invoice_number and not named:
        return money
    money = outcome.take(money, named, Basis.CREDITED_INVOICE, money.invoice_number or "")
    return _oldest_first(money, own, outcome)


def _by_payment(money: _Money, book: _Book, outcome: _Outcome, *, may_choose_oldest: bool) -> _Money:
    customer = book.payer(money)
    if named := book.named(money, customer):
        customer = named[0].customer_id
        numbers = ", ".join(dict.fromkeys(each.number for each in named))
        money = outcome.take(replace(money, customer_id=customer), named, Basis.REFERENCE, numbers)
    elif customer is None or money.invoice_number:
        return money
    own = [each for each in book.of_customer(customer) if each.currency == money.currency and each.open]
    if not book.names_sum_of_others(money, customer):
        money = _by_near_number(money, own, outcome)
    if not named and (book.names_only_others(money, customer) or book.names_only_settled(money, customer)):
        return money
    # Who names a number means that one, though it is not known; only who names none means the oldest.
    is_silent = not any(money.words.numbers.values())
    money = _by_sum(
        money, own, outcome, is_certain=book.is_certain(money), may_choose_oldest=may_choose_oldest and is_silent
    )
    return _oldest_first(money, own, outcome)


def _by_near_number(money: _Money, own: Sequence[_Receivable], outcome: _Outcome) -> _Money:
    """The customer's own receivable of exactly the sum whose number the words nearly name, where that is one."""
    near = [
        each
        for each in own
        if each.open == money.unapplied and any(match_near.is_near(one, each.number) for one in money.words.numbers)
    ]
    return outcome.take(money, near if len(near) == 1 else [], Basis.NEAR_NUMBER, near[0].number if near else "")


def _by_sum(
    money: _Money, own: Sequence[_Receivable], outcome: _Outcome, *, is_certain: bool, may_choose_oldest: bool
) -> _Money:
    """One receivable of the sum, all or a few that amount to it; else one, or all, that differ by what payments differ by."""
    if not money.unapplied:
        return money
    amount = f"{money.unapplied} {money.currency}"
    sums = [each.open for each in own]
    exact = match_sums.exact(sums, money.unapplied, is_certain=is_certain, may_choose_oldest=may_choose_oldest)
    if exact:
        return outcome.take(money, [own[at] for at in exact], Basis.EXACT_SUM, amount)
    if is_certain and money.unapplied == money.received:
        for basis, found in (
            (Basis.LESS_DISCOUNT, match_sums.less_discount(sums, money.unapplied)),
            (Basis.LESS_FEE, match_sums.less_fee(sums, money.unapplied)),
            (Basis.PLUS_SURPLUS, match_sums.plus_surplus(sums, money.unapplied)),
        ):
            if found:
                return outcome.take(
                    money, [own[at] for at in found], basis, f"{amount} of {sum(sums[at] for at in found)}"
                )
    return money


def _oldest_first(money: _Money, own: Sequence[_Receivable], outcome: _Outcome) -> _Money:
    return outcome.take(money, [each for each in own if each.may_allocate_oldest_first], Basis.OLDEST_FIRST, "")


Mentioned = tuple[list[_Receivable], list[_Receivable]]


def _by_age(row: tuple[_Receivable, tuple[str, ...]]) -> tuple[date, date, int]:
    return row[0].age


class _Book:
    """The open receivables, found by customer, number and sum; the payers, found by their signs."""

    def __init__(self, receivables: pl.DataFrame, payer_signs: pl.DataFrame) -> None:
        self._by_customer: dict[int, list[_Receivable]] = defaultdict(list)
        self._by_number: dict[str, list[_Receivable]] = defaultdict(list)
        self._by_bare_number: dict[str, list[_Receivable]] = defaultdict(list)
        self._by_compact: dict[str, list[_Receivable]] = defaultdict(list)
        self._by_reference: dict[str, list[_Receivable]] = defaultdict(list)
        self._by_invoice: dict[int | None, list[_Receivable]] = defaultdict(list)
        self._by_sum: dict[tuple[str, int], list[_Receivable]] = defaultdict(list)
        self._mentioned: dict[tuple[str, int], Mentioned] = {}
        facts = receivables.rename({"balance": "open"}).select(_Receivable.__slots__).iter_rows()
        forms = receivables.select(
            "number_key", "number_bare", "number_compact", "order_key", "order_bare", "reference_bare"
        ).iter_rows()
        aged = sorted(((_Receivable(*row), named) for row, named in zip(facts, forms, strict=True)), key=_by_age)
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

    def of_customer(self, customer: int | None) -> list[_Receivable]:
        return self._by_customer.get(customer, []) if customer is not None else []

    def of_sum(self, money: _Money) -> list[_Receivable]:
        """Whatever has exactly this sum open when all is applied, of any customer: for a person to look at, never to
        decide by.
        """
        if not self._by_sum:
            for each in (each for several in self._by_customer.values() for each in several):
                self._by_sum[each.currency, each.open].append(each)
        return sorted(self._by_sum.get((money.currency, money.unapplied), []), key=lambda each: each.age)

    def payer(self, money: _Money) -> int | None:
        """The customer who paid, where one is certain."""
        possible = self.possible_payers(money)
        return next(iter(possible)) if len(possible) == 1 else None

    def possible_payers(self, money: _Money) -> set[int]:
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

    def is_certain(self, money: _Money) -> bool:
        """Whether the payer is known by more than a name that is merely alike."""
        return (
            money.customer_id is not None
            or any(one.names is Names.CUSTOMER for one in money.words.references)
            or any(self._fitting(money, sign) for sign in STRONG_SIGNS)
        )

    def signs_of(self, money: _Money, customer: int) -> list[Sign]:
        """By which signs a payer is this customer."""
        strong = [sign for sign in STRONG_SIGNS if customer in self._fitting(money, sign)]
        like = Sign.NAME not in strong and customer in self._fitting(money, Sign.NAME_LIKE)
        return [*strong, Sign.NAME_LIKE] if like else strong

    def _fitting(self, money: _Money, sign: Sign) -> set[int]:
        value = {
            Sign.TAX_ID: money.payer_tax_id,
            Sign.ACCOUNT: money.payer_account,
            Sign.NAME: money.payer_name_key,
            Sign.NAME_LIKE: money.payer_name_like,
        }[sign]
        return self._payers.get((sign, value), set()) if value else set()

    def named(self, money: _Money, customer: int | None) -> list[_Receivable]:
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

    def _speaks_for_itself(self, money: _Money, strong: Sequence[_Receivable]) -> bool:
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

    def names_only_others(self, money: _Money, customer: int) -> bool:
        """Whether the payer names invoices of other customers, and none of its own: it may have paid for somebody
        else.
        """
        strong, weak = self.mentioned(money)
        return bool(strong) and not any(each.customer_id == customer for each in (*strong, *weak))

    def names_sum_of_others(self, money: _Money, customer: int) -> bool:
        """Whether the payer names an invoice of somebody else, of just this sum: then it is no slip of the finger."""
        found = [each for named in self.mentioned(money) for each in named]
        return any(each.customer_id != customer and each.open == money.unapplied for each in found)

    def names_only_settled(self, money: _Money, customer: int) -> bool:
        """Whether all the payer's invoices that it names are settled: it may have paid twice, or meant another one."""
        own = [each for each in self.mentioned(money)[0] if each.customer_id == customer]
        return bool(own) and not any(each.open for each in own)

    def referenced(self, money: _Money) -> list[_Receivable]:
        """Receivables named by a reference with check digits: our own of the invoice, or one that the document asked for."""
        own = [one.id for one in money.words.references if one.names is Names.INVOICE]
        found = [each for invoice in own for each in self._by_invoice.get(invoice, ())]
        for structured in money.words.structured:
            found += self._by_reference.get(match_words.bare(structured), ())
            # ISO 11649: behind "RF" and two check digits stands what the issuer chose, mostly the number.
            found += self._by_compact.get(structured[4:]) or self._of_number(structured[4:])
        return list({each.receivable_id: each for each in found}.values())

    def mentioned(self, money: _Money) -> Mentioned:
        """Receivables whose numbers stand in the payer's words: beside a word for invoice, and elsewhere.

        Looked up once for each money: the words stay the same, whatever becomes of its sum.
        """
        money_key = (money.kind, money.money_id)
        if money_key not in self._mentioned:
            self._mentioned[money_key] = self._look_up(money)
        return self._mentioned[money_key]

    def _look_up(self, money: _Money) -> Mentioned:
        column = {match_words.key(part): True for part in re.split(r"[,;]", money.invoice_number or "") if part.strip()}
        found: dict[bool, dict[int, _Receivable]] = {True: {}, False: {}}
        for each in self.referenced(money):
            found[True][each.receivable_id] = each
        for key, is_strong in (money.words.numbers | column).items():
            for each in self._of_number(key):
                found[is_strong][each.receivable_id] = each
        return list(found[True].values()), [each for at, each in found[False].items() if at not in found[True]]

    def _of_number(self, key: str) -> list[_Receivable]:
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


class _Outcome:
    """What the run decides, gathered as rows."""

    def __init__(self) -> None:
        self._allocations: list[tuple[Any, ...]] = []
        self._unapplied: list[tuple[Any, ...]] = []
        self._proposals: list[tuple[Any, ...]] = []

    def take(self, money: _Money, receivables: Iterable[_Receivable], basis: Basis, evidence: str) -> _Money:
        """Set the money against the receivables in their order; the money with what then is left."""
        left = money.unapplied
        for each in receivables:
            amount = min(left, each.open)
            if amount > 0:
                each.open -= amount
                left -= amount
                row = (
                    money.money_id,
                    money.kind,
                    each.receivable_id,
                    each.customer_id,
                    money.currency,
                    amount,
                    str(basis),
                    evidence,
                )
                self._allocations.append(row)
        return replace(money, unapplied=left) if left != money.unapplied else money

    def rest(self, money: _Money, book: _Book) -> None:
        """What stays unapplied, with its reason and with what a person might do."""
        reason, candidates = _why(money, book)
        candidates = candidates[:PROPOSALS_MAX]
        detail = ", ".join(dict.fromkeys(each.number for each in candidates))
        self._unapplied.append(
            (money.money_id, money.kind, book.payer(money), money.currency, money.unapplied, str(reason), detail)
        )
        for rank, each in enumerate(candidates, start=1):
            amount = min(money.unapplied, each.open)
            self._propose(money, rank, each.receivable_id, each.customer_id, amount, reason, _signs(money, each, book))
        # Money in another currency, or of somebody who owes nothing now, fits no receivable; whose it may be is known.
        concerned = book.possible_payers(money) | {
            each.customer_id for found in book.mentioned(money) for each in found
        }
        for rank, customer in enumerate(
            sorted(concerned - {each.customer_id for each in candidates}), len(candidates) + 1
        ):
            self._propose(money, rank, None, customer, money.unapplied, reason, book.signs_of(money, customer))

    def _propose(
        self,
        money: _Money,
        rank: int,
        receivable_id: int | None,
        customer_id: int,
        amount: int,
        reason: Reason,
        signs: Sequence[Sign],
    ) -> None:
        points = min(99, sum(POINTS[sign] for sign in signs))
        row = (money.money_id, money.kind, rank, receivable_id, customer_id, amount, str(reason))
        self._proposals.append((*row, points, ",".join(signs)))

    def result(self) -> Result:
        return Result(
            pl.DataFrame(self._allocations, schema=frames.ALLOCATIONS, orient="row"),
            pl.DataFrame(self._unapplied, schema=frames.UNAPPLIED, orient="row"),
            pl.DataFrame(self._proposals, schema=frames.PROPOSALS, orient="row"),
        )


def _signs(money: _Money, each: _Receivable, book: _Book) -> list[Sign]:
    """What speaks for setting the money against a receivable."""
    strong, weak = book.mentioned(money)
    if any(one is each for one in book.referenced(money)):
        words = [Sign.OWN_REFERENCE]
    else:
        words = [Sign.NUMBER] if any(one is each for one in strong) else []
        words += [Sign.NUMBER_ALONE] if any(one is each for one in weak) else []
    exact = [Sign.EXACT_SUM] if each.open == money.unapplied else []
    return [*words, *book.signs_of(money, each.customer_id), *exact]


def _why(money: _Money, book: _Book) -> tuple[Reason, list[_Receivable]]:
    """Why money is left, and what it might settle, best first."""
    customer = book.payer(money)
    mentioned = [each for found in book.mentioned(money) for each in found]
    possible = book.possible_payers(money)
    own = [each for payer in sorted(possible) for each in book.of_customer(payer) if each.open]
    in_currency = [each for each in own if each.currency == money.currency]
    named = [each for each in mentioned if each.open and each.currency == money.currency]
    elsewhere = [] if possible else book.of_sum(money)
    proposals = list(
        {each.receivable_id: each for each in (*named, *_best(in_currency, money.unapplied), *elsewhere)}.values()
    )
    if money.unapplied < money.received:
        return Reason.MORE_THAN_OPEN, proposals
    if mentioned and not any(each.currency == money.currency for each in mentioned):
        return Reason.CURRENCY_DIFFERS, proposals
    if customer is None:
        return _why_no_payer(possible, mentioned), proposals
    return _why_of(customer, money, own, book), proposals


def _why_of(customer: int, money: _Money, own: Sequence[_Receivable], book: _Book) -> Reason:
    if money.kind == "payment" and book.names_only_others(money, customer):
        return Reason.REFERENCE_OF_OTHER_CUSTOMER
    if money.kind == "payment" and book.names_only_settled(money, customer):
        return Reason.REFERENCE_SETTLED
    if money.invoice_number:
        return Reason.REFERENCE_UNKNOWN
    if not any(each.currency == money.currency for each in own):
        if money.words.is_prepaid:
            return Reason.PREPAYMENT
        return Reason.CURRENCY_DIFFERS if own else Reason.NOTHING_OPEN
    return Reason.SEVERAL_FIT


def _why_no_payer(possible: set[int], mentioned: Sequence[_Receivable]) -> Reason:
    if len({each.customer_id for each in mentioned}) > 1:
        return Reason.REFERENCE_AMBIGUOUS
    return Reason.PAYER_AMBIGUOUS if possible else Reason.PAYER_UNKNOWN


def _best(receivables: Iterable[_Receivable], amount: int) -> list[_Receivable]:
    """Exact sums first, then the oldest."""
    return sorted(receivables, key=lambda each: (each.open != amount, *each.age))
