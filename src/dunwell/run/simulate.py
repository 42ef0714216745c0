"""A policy over a stretch of imported history, without touching the ledger: what would have been sent, to whom, how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dunwell.core.frames import History
from dunwell.core.policy import Policy
from dunwell.core.refusal import Refusal
from dunwell.engine import simulate as engine
from dunwell.engine.simulate import Simulation
from dunwell.run import policies, portfolio
from dunwell.store import load
from dunwell.store.models import Creditor


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


def draft(creditor: Creditor, policy: Policy, *, since: date, until: date) -> Simulation:
    """A policy that is not saved, over the same days."""
    facts, movements = load.history(creditor.pk, since, until)
    seen = portfolio.assemble(creditor, facts, until, draft=policy)
    history = History(portfolio=replace(seen, covered_until=until), movements=movements)
    return engine.simulate(history, since=since, until=until)
