"""The whole story of a receivable as data: facts, ladder, decision with its reasons, and what happens next by itself.

It asks the planner's own functions, so what is explained is what is planned. Sentences come from the catalogue of reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from dunwell.core import reasons
from dunwell.core.frames import Portfolio
from dunwell.core.policy import Step
from dunwell.engine import facts, ladder, plan
from dunwell.engine.days import EPOCH

FACTS = (
    *(
        "document",
        "currency",
        "balance",
        "disputed",
        "issue_date",
        "due_date",
        "valid_until",
        "known_on",
        "requested_on",
    ),
    *("is_imported_late", "debit_pending_until"),
)
CUSTOMER_FACTS = ("kind", "country", "state", "unmatched_hold", "woken_on", "owes", "stopped_on")


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: `planned_on` by the policy, `on` as it stands today; `state` is done, passed, lapsed, next or later.

    `reason` is a code of the catalogue where the step lapsed. A later rung's day assumes that nothing else happens.
    """

    step: str
    planned_on: date | None
    on: date | None
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Facts → rule → decision → next date, for one receivable."""

    receivable_id: int
    customer_id: int
    policy: str
    facts: tuple[tuple[str, Any], ...]
    done: tuple[tuple[date, str, str], ...]
    pauses: tuple[tuple[str, str | None, date, date | None], ...]
    ladder: tuple[Rung, ...]
    code: str
    step: str | None
    reasons: str
    next_on: date | None

    def sentences(self, locale: str) -> list[str]:
        return [reasons.OUTCOMES[self.code][locale], *reasons.sentences(self.reasons, locale)]


def tell(
    portfolio: Portfolio, as_of: date, *, receivables: set[int], assume_contact: str | None = None
) -> tuple[Story, ...]:
    """The stories of some receivables of a portfolio, in order of their numbers."""
    decided = plan.propose(portfolio, as_of, assume_contact=assume_contact).outcomes
    rungs = _rungs(portfolio, as_of, receivables)
    rows = portfolio.receivables.filter(pl.col("receivable_id").is_in(sorted(receivables)))
    rows = rows.join(portfolio.customers.select("customer_id", *CUSTOMER_FACTS), on="customer_id", how="left")
    rows = rows.join(decided.drop("customer_id"), on="receivable_id").sort("receivable_id")
    policies = {number: policy.name for number, policy in enumerate(portfolio.policies)}
    return tuple(
        Story(
            receivable_id=row["receivable_id"],
            customer_id=row["customer_id"],
            policy=policies.get(row["policy"], ""),
            facts=tuple((name, row[name]) for name in (*FACTS, *CUSTOMER_FACTS) if row[name] is not None),
            done=_done(portfolio, row["receivable_id"]),
            pauses=_pauses(portfolio, row["receivable_id"], row["customer_id"]),
            ladder=rungs.get(row["receivable_id"], ()),
            code=row["code"],
            step=row["step"],
            reasons=row["reasons"],
            next_on=row["next_on"],
        )
        for row in rows.iter_rows(named=True)
    )


def _rungs(portfolio: Portfolio, as_of: date, receivables: set[int]) -> dict[int, tuple[Rung, ...]]:
    day = facts.day(portfolio, as_of)
    rows, _ = facts.gather(day, thanked=pl.Series([], dtype=pl.Int64))
    wanted = rows.filter(pl.col("receivable_id").is_in(sorted(receivables)))
    done = portfolio.steps_done.filter(pl.col("state") == "done")
    done_on = {(row["receivable_id"], row["step"]): row["on"] for row in done.iter_rows(named=True)}
    told = {}
    for number, policy in enumerate(portfolio.policies):
        steps = day.table.ladders[number]
        part = wanted.filter(pl.col("policy") == number)
        for row in ladder.survey(part, policy, steps, day.calendar).collect().iter_rows(named=True):
            told[row["receivable_id"]] = tuple(
                _rung(row, place, step, done_on.get((row["receivable_id"], step.name)))
                for place, step in enumerate(steps)
            )
    return told


def _rung(row: dict[str, Any], place: int, step: Step, done_on: date | None) -> Rung:
    planned_on, on = _date(row[f"day_{place}"]), _date(row[f"on_{place}"])
    if done_on is not None:
        return Rung(step.name, planned_on, done_on, "done")
    if row["requested"] is not None and step.content in ladder.REQUEST_CONTENTS:
        return Rung(step.name, planned_on, _date(row["requested"]), "passed", "sent_by_other_means")
    if place < row["position"]:
        return Rung(step.name, planned_on, None, "passed", row[f"lapse_{place}"] or "")
    if row[f"lapse_{place}"] is not None:
        return Rung(step.name, planned_on, None, "lapsed", row[f"lapse_{place}"])
    return Rung(step.name, planned_on, on, "next" if row["rung"] == place else "later")


def _date(number: int | None) -> date | None:
    return None if number is None else EPOCH + timedelta(number)


def _done(portfolio: Portfolio, receivable: int) -> tuple[tuple[date, str, str], ...]:
    mine = portfolio.steps_done.filter(pl.col("receivable_id") == receivable).sort("on", "step")
    return tuple(mine.select("on", "step", "state").iter_rows())


def _pauses(
    portfolio: Portfolio, receivable: int, customer: int
) -> tuple[tuple[str, str | None, date, date | None], ...]:
    own = (pl.col("receivable_id") == receivable).fill_null(False)
    whole = pl.col("receivable_id").is_null() & pl.col("customer_id").eq_missing(customer)
    mine = portfolio.pauses.filter(own | whole).sort("since", "kind")
    return tuple(mine.select("kind", "reason", "since", "until").iter_rows())
