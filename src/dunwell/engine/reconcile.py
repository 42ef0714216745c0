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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import polars as pl

from dunwell.core import frames_import as frames
from dunwell.engine import match_book, match_near, match_sums, match_words
from dunwell.engine.match_book import Book, Money, Receivable, Sign
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
    book = Book(concerned, signs)
    outcome = _Outcome()
    waiting = [match_book.read(row) for row in sorted(money.iter_rows(named=True), key=_turn)]
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


def _apply(money: Money, book: Book, outcome: _Outcome, *, may_choose_oldest: bool) -> Money:
    """The money with what is left of it, and with its customer as soon as that is certain."""
    if money.kind == "credit_note":
        return _by_credited_invoice(money, book, outcome)
    return _by_payment(money, book, outcome, may_choose_oldest=may_choose_oldest)


def _by_credited_invoice(money: Money, book: Book, outcome: _Outcome) -> Money:
    """A credit note goes to the invoice that it names; what is left over, or names none, to the customer's others."""
    own = [each for each in book.of_customer(money.customer_id) if each.currency == money.currency]
    credited = match_words.key(money.invoice_number or "")
    named = [each for each in own if credited and match_words.key(each.number) == credited]
    if money.invoice_number and not named:
        return money
    money = outcome.take(money, named, Basis.CREDITED_INVOICE, money.invoice_number or "")
    return _oldest_first(money, own, outcome)


def _by_payment(money: Money, book: Book, outcome: _Outcome, *, may_choose_oldest: bool) -> Money:
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


def _by_near_number(money: Money, own: Sequence[Receivable], outcome: _Outcome) -> Money:
    """The customer's own receivable of exactly the sum whose number the words nearly name, where that is one."""
    near = [
        each
        for each in own
        if each.open == money.unapplied and any(match_near.is_near(one, each.number) for one in money.words.numbers)
    ]
    return outcome.take(money, near if len(near) == 1 else [], Basis.NEAR_NUMBER, near[0].number if near else "")


def _by_sum(
    money: Money, own: Sequence[Receivable], outcome: _Outcome, *, is_certain: bool, may_choose_oldest: bool
) -> Money:
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


def _oldest_first(money: Money, own: Sequence[Receivable], outcome: _Outcome) -> Money:
    return outcome.take(money, [each for each in own if each.may_allocate_oldest_first], Basis.OLDEST_FIRST, "")


class _Outcome:
    """What the run decides, gathered as rows."""

    def __init__(self) -> None:
        self._allocations: list[tuple[Any, ...]] = []
        self._unapplied: list[tuple[Any, ...]] = []
        self._proposals: list[tuple[Any, ...]] = []

    def take(self, money: Money, receivables: Iterable[Receivable], basis: Basis, evidence: str) -> Money:
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

    def rest(self, money: Money, book: Book) -> None:
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
        money: Money,
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


def _signs(money: Money, each: Receivable, book: Book) -> list[Sign]:
    """What speaks for setting the money against a receivable."""
    strong, weak = book.mentioned(money)
    if any(one is each for one in book.referenced(money)):
        words = [Sign.OWN_REFERENCE]
    else:
        words = [Sign.NUMBER] if any(one is each for one in strong) else []
        words += [Sign.NUMBER_ALONE] if any(one is each for one in weak) else []
    exact = [Sign.EXACT_SUM] if each.open == money.unapplied else []
    return [*words, *book.signs_of(money, each.customer_id), *exact]


def _why(money: Money, book: Book) -> tuple[Reason, list[Receivable]]:
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


def _why_of(customer: int, money: Money, own: Sequence[Receivable], book: Book) -> Reason:
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


def _why_no_payer(possible: set[int], mentioned: Sequence[Receivable]) -> Reason:
    if len({each.customer_id for each in mentioned}) > 1:
        return Reason.REFERENCE_AMBIGUOUS
    return Reason.PAYER_AMBIGUOUS if possible else Reason.PAYER_UNKNOWN


def _best(receivables: Iterable[Receivable], amount: int) -> list[Receivable]:
    """Exact sums first, then the oldest."""
    return sorted(receivables, key=lambda each: (each.open != amount, *each.age))
