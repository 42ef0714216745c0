"""Money that went out again: a reversal by the bank, or a refund by us.

A *reversal* (a returned direct debit, a payment called back) takes a payment back altogether: what it settled is open
again. A *refund* gives back what was left over of a payment and opens nothing. Neither is decided where two payments
could be meant. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Return(StrEnum):
    REVERSAL = "reversal"
    REFUND = "refund"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A payment of the same account or of the same words, in the currency of the money out; minor units."""

    payment_id: int
    amount: int
    unapplied: int
    is_same_reference: bool
    is_same_account: bool


def meant(amount: int, candidates: Sequence[Candidate], *, is_reversal: bool) -> tuple[Return, Candidate] | None:
    """Which payment money out (`amount` positive) takes back; `UNCLEAR` names one of several; None: it is no return."""
    if is_reversal:
        return _one(Return.REVERSAL, _best([each for each in candidates if each.amount == amount]))
    payers = [each for each in candidates if each.is_same_account]
    exact = [each for each in payers if each.unapplied == amount]
    if fitting := exact or [each for each in payers if each.unapplied > amount]:
        return _one(Return.REFUND, fitting)
    # Sent back though it had settled something: only a person knows whether the invoice is owed again.
    settled = [each for each in payers if each.amount == amount]
    return (Return.UNCLEAR, settled[0]) if settled else None


def _best(candidates: list[Candidate]) -> list[Candidate]:
    def strength(each: Candidate) -> tuple[bool, bool]:
        return (each.is_same_reference, each.is_same_account)

    strongest = max(map(strength, candidates), default=(False, False))
    return [each for each in candidates if strength(each) == strongest]


def _one(kind: Return, fitting: list[Candidate]) -> tuple[Return, Candidate] | None:
    if not fitting:
        return None
    return (kind if len(fitting) == 1 else Return.UNCLEAR, fitting[0])
