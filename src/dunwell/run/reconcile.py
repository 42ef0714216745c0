"""Cash application: money that came is set against what it pays for; what is not certain is proposed to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.core import frames
from dunwell.core import frames_import as schemas
from dunwell.engine import reconcile as engine
from dunwell.plugins.importers import parties
from dunwell.run import policies
from dunwell.store import load_money
from dunwell.store.models import Creditor


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How much was applied, and what stays with a person."""

    allocations: int
    unapplied: int
    proposals: int


def run(creditor: Creditor, as_of: date, *, by: str) -> Reconciled:
    """Apply all unapplied money up to a day; a second run finds nothing more to do."""
    money, receivables, signs = load_money.money(creditor.pk, as_of)
    if money.is_empty():
        return Reconciled(0, 0, 0)
    oldest_first = any(policy.oldest_first for policy in policies.load_all().values())
    book = frames.conform(receivables.with_columns(may_allocate_oldest_first=pl.lit(oldest_first)), schemas.RECEIVABLES)
    known = money.with_columns(payer_name_key=parties.name_key(pl.col("payer_name_key")))
    result = engine.allocate(known, book, signs)
    load_money.record(creditor.pk, allocations=result.allocations, proposals=result.proposals, as_of=as_of, by=by)
    return Reconciled(result.allocations.height, result.unapplied.height, result.proposals.height)
