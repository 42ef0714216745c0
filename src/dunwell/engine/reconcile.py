"""Cash application: which receivable each payment and credit note settles, and why the rest stays unapplied.

The rules, in this order, for each payment by (date, money_id):

1. *reference*: an invoice number or order number stands in the payer's words, or in the column that says what is paid.
   The numbers named are paid oldest first, those of the payer's customer alone. Where the payer is unknown the number
   must be one customer's, and either stand beside a word for invoice, or the sum must be exactly what is open on it. A
   column that names an unknown number leaves the payment to a person.
2. *exact sum*: the payer is known, and exactly one open receivable, or all open ones together, amount to the sum.
3. *oldest first*: the payer is known and its policy allows it.

A credit note takes its own invoice, then (by rule 3) the others of its customer; one whose invoice is unknown waits.
Money never settles more than is open, never in another currency, and never by its sum alone where two customers fit.
What is left is unapplied, with a reason and with proposals for a person. Pure: frames in, frames out; the same rows in
any order give the same result.
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

PROPOSALS_MAX = 5
# Fewer digits stand in too many texts by chance (a year, a sum): such a number counts only beside a word for invoice,
# or in the column for it.
LOOSE_DIGITS = 5
WORD_FOR_INVOICE = (
    r"(?:inv|invoices?|bill|сч[её]т(?:а|у|ам|ов|ом|е)?(?:-фактур\w*)?|сч|с\/ф|ф-?ра|фактур(?:а|и|у|ата|ите)|"
    r"упд|акт(?:а|у|ы)?|no|nr|№|#)"
)


class Basis(StrEnum):
    """Why money was set against a receivable."""

    REFERENCE = "reference"
    EXACT_SUM = "exact_sum"
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
    CURRENCY_DIFFERS = "currency_differs"
    SEVERAL_FIT = "several_fit"
    MORE_THAN_OPEN = "more_than_open"


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
    book = _Book(receivables, payer_signs)
    outcome = _Outcome()
    waiting = [
        _Money(**{name: row[name] for name in frames.MONEY}) for row in sorted(money.iter_rows(named=True), key=_turn)
    ]
    # What one payment settles can leave another only one choice. So it goes on until nothing moves: a second run then
    # finds nothing to do.
    while waiting:
        after = [_apply(each, book, outcome) for each in waiting]
        if after == waiting:
            break
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
    payer_account: str | None
    payer_tax_id: str | None
    remittance: str | None
    reference: str | None
    invoice_number: str | None


@dataclass(slots=True)
class _Receivable:
    """`open` falls as money is applied; all else is as it was read."""

    receivable_id: int
    customer_id: int
    number: str
    issue_date: date
    due_date: date | None
    currency: str
    open: int
    order_number: str | None
    may_allocate_oldest_first: bool

    @property
    def age(self) -> tuple[date, date, int]:
        return (self.due_date or self.issue_date, self.issue_date, self.receivable_id)


def _apply(money: _Money, book: _Book, outcome: _Outcome) -> _Money:
    """The money with what is left of it, and with its customer as soon as that is certain."""
    return (
        _by_credited_invoice(money, book, outcome) if money.kind == "credit_note" else _by_payment(money, book, outcome)
    )


def _by_credited_invoice(money: _Money, book: _Book, outcome: _Outcome) -> _Money:
    """A credit note goes to the invoice that it names; what is left over, or names none, to the customer's others."""
    own = [each for each in book.of_customer(money.customer_id) if each.currency == money.currency]
    named = [each for each in own if money.invoice_number and _key(each.number) == _key(money.invoice_number)]
    if money.invoice_number and not named:
        return money
    money = outcome.take(money, named, Basis.CREDITED_INVOICE, money.invoice_number or "")
    return _oldest_first(money, own, outcome)


def _by_payment(money: _Money, book: _Book, outcome: _Outcome) -> _Money:
    customer = book.payer(money)
    if named := book.named(money, customer):
        customer = named[0].customer_id
        money = outcome.take(
            replace(money, customer_id=customer),
            named,
            Basis.REFERENCE,
            ", ".join(dict.fromkeys(each.number for each in named)),
        )
    elif (
        customer is None
        or money.invoice_number
        or book.names_only_others(money, customer)
        or book.names_only_settled(money, customer)
    ):
        return money
    own = [each for each in book.of_customer(customer) if each.currency == money.currency and each.open]
    return _oldest_first(_by_exact_sum(money, own, outcome), own, outcome)


def _by_exact_sum(money: _Money, own: Sequence[_Receivable], outcome: _Outcome) -> _Money:
    """Exactly one receivable of the sum, else all open ones if they add up to it."""
    of_sum = [each for each in own if each.open == money.unapplied]
    whole = own if sum(each.open for each in own) == money.unapplied else []
    fitting = of_sum if len(of_sum) == 1 else whole if not of_sum else []
    return outcome.take(money, fitting, Basis.EXACT_SUM, f"{money.unapplied} {money.currency}")


def _oldest_first(money: _Money, own: Sequence[_Receivable], outcome: _Outcome) -> _Money:
    return outcome.take(money, [each for each in own if each.may_allocate_oldest_first], Basis.OLDEST_FIRST, "")


class _Book:
    """The open receivables, found by customer, number and sum; the payers, found by their signs."""

    def __init__(self, receivables: pl.DataFrame, payer_signs: pl.DataFrame) -> None:
        self._by_customer: dict[int, list[_Receivable]] = defaultdict(list)
        self._by_number: dict[str, list[_Receivable]] = defaultdict(list)
        self._by_bare_number: dict[str, list[_Receivable]] = defaultdict(list)
        self._by_sum: dict[tuple[str, int], list[_Receivable]] = defaultdict(list)
        rows = receivables.rename({"balance": "open"}).iter_rows(named=True)
        for each in sorted(
            (_Receivable(**{name: row[name] for name in _Receivable.__slots__}) for row in rows),
            key=lambda each: each.age,
        ):
            self._by_customer[each.customer_id].append(each)
            for number in (each.number, each.order_number):
                if number:
                    self._by_number[_key(number)].append(each)
                    self._by_bare_number[_bare(number)].append(each)
        self._payers: dict[tuple[str, str], set[int]] = defaultdict(set)
        for customer, sign, value in payer_signs.select("customer_id", "sign", "value").iter_rows():
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
        possible.
        """
        if money.customer_id is not None:
            return {money.customer_id}
        values = {"tax_id": money.payer_tax_id, "account": money.payer_account, "name_key": money.payer_name_key}
        found = [fitting for sign, value in values.items() if value and (fitting := self._payers.get((sign, value)))]
        return (set.intersection(*found) or set.union(*found)) if found else set()

    def named(self, money: _Money, customer: int | None) -> list[_Receivable]:
        """Receivables whose numbers the payer names, oldest first, all of one customer; none where that is not
        certain.
        """
        possible = self.possible_payers(money)
        strong, weak = self.mentioned(money)
        for found, is_enough in ((strong, True), ([*strong, *weak], customer is not None)):
            fitting = [
                each
                for each in found
                if each.open and each.currency == money.currency and (not possible or each.customer_id in possible)
            ]
            is_one = len({each.customer_id for each in fitting}) == 1
            if is_one and (is_enough or sum(each.open for each in fitting) == money.unapplied):
                return sorted(fitting, key=lambda each: each.age)
        return []

    def names_only_others(self, money: _Money, customer: int) -> bool:
        """Whether the payer names invoices of other customers, and none of its own: it may have paid for somebody
        else.
        """
        strong, weak = self.mentioned(money)
        return bool(strong) and not any(each.customer_id == customer for each in (*strong, *weak))

    def names_only_settled(self, money: _Money, customer: int) -> bool:
        """Whether all the payer's invoices that it names are settled: it may have paid twice, or meant another one."""
        own = [each for each in self.mentioned(money)[0] if each.customer_id == customer]
        return bool(own) and not any(each.open for each in own)

    def mentioned(self, money: _Money) -> tuple[list[_Receivable], list[_Receivable]]:
        """Receivables whose numbers stand in the payer's words: beside a word for invoice, and elsewhere."""
        strong = {_key(part): True for part in re.split(r"[,;]", money.invoice_number or "") if part.strip()}
        keys = _mentions(" ".join(text for text in (money.reference, money.remittance) if text)) | strong
        found: dict[bool, dict[int, _Receivable]] = {True: {}, False: {}}
        for key, is_strong in keys.items():
            for each in self._of_number(key):
                found[is_strong][each.receivable_id] = each
        return list(found[True].values()), [each for at, each in found[False].items() if at not in found[True]]

    def _of_number(self, key: str) -> list[_Receivable]:
        """By the number as it is, else by its letters and digits without leading zeros, where that can mean one number
        only.
        """
        if key in self._by_number:
            return self._by_number[key]
        near = self._by_bare_number.get(_bare(key), [])
        return near if len({_key(each.number) for each in near}) == 1 else []


def _key(number: str) -> str:
    """A number as it is compared: without blanks and case. Leading zeros stay: 0012 and 12 may be two invoices."""
    return re.sub(r"\s+", "", number).upper()


def _bare(number: str) -> str:
    return re.sub(r"[\W_]+", "", number).upper().lstrip("0")


def _mentions(text: str) -> dict[str, bool]:
    """What in a payer's words could be an invoice number, and whether it stands beside a word for invoice or holds
    letters.

    "Оплата по счетам № 12, 13 от 05.01.2026" → 12 and 13, both True. Dates and sums are left out, and short digits that
    nothing introduces.
    """
    text = re.sub(r"\b(?:от|from|dated?|of|дата|/)\s*[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}", " . ", text, flags=re.I)
    words = re.findall(r"[^\s,;:()\"«»„“]+", text)
    keys: dict[str, bool] = {}
    is_introduced = False
    for at, word in enumerate(words):
        bare = word.strip(".!?'")
        if not any(letter.isdigit() for letter in bare):
            # A list goes on: "счета 12, 13 и 14".
            is_introduced = bool(re.fullmatch(rf"(?i){WORD_FOR_INVOICE}", bare)) or (
                is_introduced and bare.lower() in ("и", "and", "&", "+")
            )
            continue
        introduced = re.match(rf"(?i){WORD_FOR_INVOICE}\.?[№#]?(?=[0-9])", bare)
        is_strong = is_introduced or bool(introduced)
        if introduced:
            keys[_key(bare[introduced.end() :])] = True
        if at and words[at - 1].isalpha():
            keys.setdefault(_key(words[at - 1] + bare), True)
        if is_strong or _is_telling(bare):
            keys[_key(bare)] = keys.get(_key(bare), False) or is_strong or any(letter.isalpha() for letter in bare)
    return keys


def _is_telling(word: str) -> bool:
    """Whether a word is likely no year, no sum and no part of a date, so that it may be looked up as a number."""
    is_sum = re.fullmatch(r"[0-9]+[.,][0-9]{1,2}", word)
    return not is_sum and (
        any(letter.isalpha() for letter in word) or sum(letter.isdigit() for letter in word) >= LOOSE_DIGITS
    )


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
        return replace(money, unapplied=left)

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
            self._proposals.append(
                (money.money_id, money.kind, rank, each.receivable_id, each.customer_id, amount, str(reason))
            )
        # Money in another currency, or of somebody who owes nothing now, fits no receivable; whose it may be is known.
        concerned = book.possible_payers(money) | {
            each.customer_id for found in book.mentioned(money) for each in found
        }
        for rank, customer in enumerate(
            sorted(concerned - {each.customer_id for each in candidates}), len(candidates) + 1
        ):
            self._proposals.append((money.money_id, money.kind, rank, None, customer, money.unapplied, str(reason)))

    def result(self) -> Result:
        return Result(
            pl.DataFrame(self._allocations, schema=frames.ALLOCATIONS, orient="row"),
            pl.DataFrame(self._unapplied, schema=frames.UNAPPLIED, orient="row"),
            pl.DataFrame(self._proposals, schema=frames.PROPOSALS, orient="row"),
        )


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
        return Reason.CURRENCY_DIFFERS if own else Reason.NOTHING_OPEN
    return Reason.SEVERAL_FIT


def _why_no_payer(possible: set[int], mentioned: Sequence[_Receivable]) -> Reason:
    if len({each.customer_id for each in mentioned}) > 1:
        return Reason.REFERENCE_AMBIGUOUS
    return Reason.PAYER_AMBIGUOUS if possible else Reason.PAYER_UNKNOWN


def _best(receivables: Iterable[_Receivable], amount: int) -> list[_Receivable]:
    """Exact sums first, then the oldest."""
    return sorted(receivables, key=lambda each: (each.open != amount, *each.age))
