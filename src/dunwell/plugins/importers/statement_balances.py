"""The balances of one account of a bank's table: those it names, else those that follow from its running balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from dunwell.core.documents import StatementClosed
from dunwell.plugins.importers.statement_preamble import Preamble


@dataclass(frozen=True, slots=True)
class Step:
    """Of an entry, what the balances of its account need."""

    day: date | None
    amount: Decimal
    balance: Decimal | None
    currency: str


def closed(account: str, steps: list[Step], preamble: Preamble) -> StatementClosed:
    """The end of an account's entries, with opening and closing balance where they are known."""
    opening, closing = preamble.opening, preamble.closing
    if steps and all(step.balance is not None for step in steps):
        ordered = _as_booked(steps)
        opening = (ordered[0].balance or Decimal(0)) - ordered[0].amount if opening is None else opening
        closing = ordered[-1].balance if closing is None else closing
    days = [step.day for step in steps if step.day]
    currencies = tuple(dict.fromkeys(step.currency for step in steps if step.currency))
    return StatementClosed(
        account=account,
        currency=currencies[0] if currencies else preamble.currency,
        opening=opening,
        closing=closing,
        from_date=min(days, default=None),
        to_date=max(days, default=None),
        currencies=currencies,
    )


def _as_booked(steps: list[Step]) -> Sequence[Step]:
    """The entries in the order in which the bank booked them: the one in which most balances follow from one another.

    Where no balance tells, the dates do: the newest entry may stand first.
    """
    first, last = steps[0].day, steps[-1].day
    backwards = steps[::-1]
    in_file = [backwards, steps] if first and last and first > last else [steps, backwards]
    by_day = [sorted(order, key=lambda step: step.day or date.min) for order in in_file]
    return max((*in_file, *by_day), key=_links)


def _links(steps: Sequence[Step]) -> int:
    return sum((before.balance or 0) + after.amount == after.balance for before, after in pairwise(steps))
