"""A policy over a stretch of imported history or of days to come, without touching the ledger: what would be sent, to whom, how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from dunwell.core import frames
from dunwell.core.frames import History
from dunwell.core.policy import Policy
from dunwell.core.refusal import Refusal
from dunwell.engine import forecasts
from dunwell.engine import simulate as engine
from dunwell.engine.simulate import Simulation
from dunwell.run import forecasting, policies, portfolio
from dunwell.store import load
from dunwell.store.models import Creditor

DAYS_MAX = 84
"""Past a quarter too much is not yet invoiced for a look ahead to say anything."""


class AheadOutOfRange(Refusal):
    """A look ahead reaches from 1 to {most} days; {days} is outside."""


class PeriodBackwards(Refusal):
    """The period ends on {until}, before it begins on {since}."""


def run(
    creditor: Creditor, *, since: date, until: date, named: list[str], assume_contact: str | None = None
) -> dict[str, Simulation]:
    """One simulation per policy named, or one of the policies as they are chosen; money is taken as complete throughout."""
    if until < since:
        raise PeriodBackwards(since=since, until=until)
    for name in named:
        policies.load(name)
    facts, movements = load.history(creditor.pk, since, until)
    found = {}
    for name in named or [""]:
        seen = portfolio.assemble(creditor, facts, until, instead=name)
        history = History(portfolio=replace(seen, covered_until=until), movements=movements)
        found[name or "as chosen"] = engine.simulate(history, since=since, until=until, assume_contact=assume_contact)
    return found


def ahead(
    creditor: Creditor, as_of: date, *, days: int, named: list[str], assume_contact: str | None = None
) -> dict[str, Simulation]:
    """The same over the days to come, beginning with `as_of`: everybody pays on the day that is forecast, whatever is sent to them, and
    a courtesy is spared where the forecast of that day says so."""
    if not 1 <= days <= DAYS_MAX:
        raise AheadOutOfRange(days=days, most=DAYS_MAX)
    for name in named:
        policies.load(name)
    return {name or "as chosen": _ahead(creditor, as_of, days, assume_contact, instead=name) for name in named or [""]}


def draft(creditor: Creditor, policy: Policy, *, since: date, until: date) -> Simulation:
    """A policy that is not saved, over the same days."""
    facts, movements = load.history(creditor.pk, since, until)
    seen = portfolio.assemble(creditor, facts, until, draft=policy)
    history = History(portfolio=replace(seen, covered_until=until), movements=movements)
    return engine.simulate(history, since=since, until=until)


def draft_ahead(creditor: Creditor, policy: Policy, as_of: date, *, days: int) -> Simulation:
    """A policy that is not saved, over the days to come."""
    return _ahead(creditor, as_of, days, None, draft=policy)


def _ahead(
    creditor: Creditor,
    as_of: date,
    days: int,
    assume_contact: str | None,
    *,
    instead: str = "",
    draft: Policy | None = None,
) -> Simulation:
    until = as_of + timedelta(days - 1)
    facts, movements = load.history(creditor.pk, as_of, as_of)
    answers = forecasting.answered(creditor, as_of)
    outlook = [
        part.select("due_date", "first_date", "cumulative", "balance", receivable_id="invoice_id")
        for part in answers.parts
    ]
    seen = portfolio.assemble(creditor, facts, until, instead=instead, draft=draft)
    history = History(
        portfolio=replace(seen, covered_until=until),
        movements=pl.concat([movements, *(_expected(part, until) for part in outlook)]),
        # Without a model that proved itself nothing is spared, here as in a plan.
        outlook=pl.concat(outlook) if outlook and answers.is_learned else None,
    )
    return engine.simulate(history, since=as_of, until=until, assume_contact=assume_contact)


def _expected(outlook: pl.DataFrame, until: date) -> pl.DataFrame:
    """What comes in by then if every invoice is paid on the middle day of its forecast."""
    paid = outlook.select(
        "receivable_id", on=forecasts.quantile_dates(outlook, 0.5), amount="balance", kind=pl.lit("payment")
    )
    return frames.conform(paid.filter(pl.col("on") <= until), frames.MOVEMENTS)
