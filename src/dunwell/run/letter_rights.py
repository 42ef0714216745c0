"""What a letter may say the creditor is entitled to, and what it announces: only what contract or law give and the plan has next."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from dunwell.core import reasons, stop_work
from dunwell.core.ledger import CustomerKind, DocumentKind, TaskKind
from dunwell.core.message import (
    Consequence,
)
from dunwell.core.policy import Step
from dunwell.core.rights import Right
from dunwell.core.stop_work import StopRight, Work
from dunwell.engine import preflight
from dunwell.run.letter_sources import Sources, calendar_of
from dunwell.store.load_letters import Row

STOPS = {Work.RUNNING: "work_pauses", Work.NOT_BEGUN: "work_waits"}


def rights(known: Sources, action: Row, items: tuple[Row, ...]) -> frozenset[Right]:
    """What the letter may say the creditor is entitled to, for every document in it; of a natural person nothing.

    A penalty: charged already, or agreed, wanted by the policy, and in time. Stopping work: agreed, or the law's. Court is the
    claim's word.
    """
    rows = [known.found.receivables[item["receivable_id"]] for item in items if item["part"] in ("asked", "listed")]
    if known.found.customers[action["customer_id"]]["kind"] == CustomerKind.PERSON or not rows:
        return frozenset()
    terms = known.found.agreed.get(action["customer_id"], {})
    in_time = all(_in_time(known, row) for row in rows)
    held = set()
    if in_time and (
        any(row["charges"] > 0 for row in rows)
        or (terms.get("late_payment") and known.portfolio.policies[action["policy"]].interest)
    ):
        held.add(Right.INTEREST)
    if _stop_right(known, action):
        held.add(Right.STOP_WORK)
    return frozenset(held)


def _in_time(known: Sources, row: Row) -> bool:
    """After the limitation nobody speaks of interest; an unknown one is taken as over."""
    if row["due_date"] is None or row["kind"] != DocumentKind.INVOICE:
        return False
    return known.limitation is not None and known.as_of <= known.limitation.last_day(
        row["due_date"], row["acknowledged_on"]
    )


def consequence(known: Sources, action: Row, step: Step | None) -> Consequence | None:
    """What the plan has for the next step, said beforehand with its day: work stops, or somebody calls (I16)."""
    if step is None or action["pay_by"] is None:
        return None
    if stops_on := dict(reasons.parse(action["reasons"] or "")).get("announces_stop"):
        right = _stop_right(known, action)
        if right is None:
            return None
        return Consequence(STOPS[right.work], date.fromisoformat(stops_on), right.basis, right.is_by_law)
    steps = [one for one in known.portfolio.policies[action["policy"]].steps if one.task != TaskKind.STOP_WORK]
    following = next((after for one, after in pairwise(steps) if one is step), None)
    if following is None or following.task != TaskKind.CALL or following.anchor != step.anchor:
        return None
    on = known.as_of + timedelta(following.offset_days - step.offset_days)
    starts_on = preflight.working_day_on_or_after(on, calendar_of(known, action).is_business_day)
    return Consequence("person_calls", starts_on) if starts_on > action["pay_by"] else None


def _stop_right(known: Sources, action: Row) -> StopRight | None:
    customer = known.found.customers[action["customer_id"]]
    terms = known.found.agreed.get(action["customer_id"], {})
    return stop_work.right(terms, known.stop_rule, kind=customer["kind"], locale=action["locale"])
