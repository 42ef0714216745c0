"""Stopping work until it is paid: what stops, and on what the right to it rests.

The right comes from the contract's clause; without one from the law, where a contract is recorded and the work under it is known.
Natural persons are never stopped by the program: consumer law has its own rules, which a person must know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dunwell.core.ledger import CustomerKind
from dunwell.core.rates import StopWorkRule


class Work(StrEnum):
    """What the customer waits for while the debt is open."""

    RUNNING = "running"  # work in progress pauses
    NOT_BEGUN = "not_begun"  # work not begun waits


@dataclass(frozen=True, slots=True)
class StopRight:
    """`basis` as a letter names it: the clause, or the law's own rule."""

    work: Work
    basis: str
    is_by_law: bool


def right(terms: Mapping[str, str], rule: StopWorkRule | None, *, kind: str, locale: str) -> StopRight | None:
    """The right to stop work for a customer by the terms agreed with them, else by law; none where neither gives it."""
    if kind != CustomerKind.BUSINESS:
        return None
    work, clause = terms.get("work", ""), terms.get("stop_work", "")
    if clause:
        return StopRight(Work(work or Work.RUNNING), clause, is_by_law=False)
    # The law's right holds within one contract, and only where there still is work to withhold: both must have been said.
    if rule is None or not work or not terms.get("contract"):
        return None
    return StopRight(Work(work), rule.names[locale], is_by_law=True)
