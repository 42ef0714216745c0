"""The rules of the plan, in the order in which they are asked; the first that holds decides a receivable.

A rule is a *name*, a *reason code* and a *column expression*; besides, what its outcome is, which value the reason shows and
when it will stop holding by itself. Read the table from the top: "a receivable whose data are incomplete is on hold; a
cancelled one needs nothing; …; one whose step is due and which nothing holds is asked for."
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dunwell.core.ledger import CustomerState
from dunwell.engine.days import Days

NEVER = pl.lit(None, pl.Int32)


@dataclass(frozen=True)
class Rule:
    """`until` is the first day number on which the rule may no longer hold, null when only a fact or a person ends it."""

    name: str
    outcome: str
    reason: str
    holds: pl.Expr
    value: pl.Expr | None = None
    until: pl.Expr = NEVER
    may_be_listed: bool = False


def table(days: Days, *, is_fresh: bool) -> tuple[Rule, ...]:
    """The rules for receivables that `plan` has prepared: see `plan.facts` for the columns."""
    as_of = days.as_of
    step_on = pl.col("step_on")
    is_due = step_on <= as_of
    tomorrow = pl.lit(as_of + 1, pl.Int32)
    return (
        Rule("facts are missing", "hold", "data_incomplete", pl.col("missing").is_not_null(), value=pl.col("missing")),
        Rule("it became an invoice", "none", "became_invoice", pl.col("is_invoiced")),
        Rule("it was cancelled", "none", "cancelled", pl.col("is_cancelled")),
        Rule("nothing is open", "none", "nothing_open", pl.col("balance") <= 0),
        Rule("the customer's state stops contact", "hold", "customer_state", _is_stopped(), value=pl.col("state")),
        Rule(
            "a credit note of ours is awaited",
            "hold",
            "credit_awaited",
            (pl.col("undisputed") <= 0) & pl.col("is_credited"),
        ),
        Rule("it is disputed", "hold", "disputed", pl.col("undisputed") <= 0),
        *(
            Rule(
                f"paused: {reason}",
                "hold",
                reason,
                pl.col("pause") == reason,
                _pause_value(reason),
                pl.col("pause_until"),
            )
            for reason in PAUSE_REASONS
        ),
        Rule("money is unmatched", "hold", "unmatched_money", pl.col("unmatched_hold")),
        Rule("a payment is on its way", "hold", "debit_pending", pl.col("debit") >= as_of, until=pl.col("debit") + 1),
        Rule("an outcome is unknown", "hold", "outcome_unknown", pl.col("is_unknown")),
        Rule("it was handed over", "none", "handed_over", pl.col("rung").is_null() & ~pl.col("is_request")),
        Rule("a request has run its course", "none", "offer_ended", pl.col("rung").is_null(), may_be_listed=True),
        Rule("credit covers it", "none", "covered_by_credit", pl.col("is_covered")),
        Rule("a message is under way", "wait", "queued", pl.col("is_queued"), until=tomorrow, may_be_listed=True),
        Rule(
            "a task is late",
            "wait",
            "task_late",
            _waits_for_task() & pl.col("task_is_late"),
            pl.col("task_step"),
            may_be_listed=True,
        ),
        Rule(
            "a task is open",
            "wait",
            "task_open",
            _waits_for_task(),
            pl.col("task_step"),
            pl.col("task_until"),
            may_be_listed=True,
        ),
        Rule(
            "it is too small", "none", "below_minimum", pl.col("undisputed") < pl.col("balance_min"), may_be_listed=True
        ),
        Rule("its day has not come", "wait", "not_yet", ~is_due, pl.col("step"), step_on, may_be_listed=True),
        Rule(
            "money may be in transit",
            "wait",
            "in_transit",
            (pl.col("offset") > 0) & (pl.col("due") < as_of) & (pl.col("arrives_by") > as_of),
            until=pl.col("arrives_by"),
            may_be_listed=True,
        ),
        Rule("the money data are stale", "hold", "stale_money", pl.lit(not is_fresh) & ~pl.col("is_hand_over")),
        Rule("it was written to today", "wait", "slot_used", _asks("is_slot_used"), until=tomorrow, may_be_listed=True),
        Rule("it is thanked today", "wait", "thanks_first", _asks("is_thanked"), until=tomorrow, may_be_listed=True),
        Rule(
            "our own side owes",
            "wait",
            "our_side_owes",
            pl.col("is_firm") & pl.col("owes").is_not_null(),
            pl.col("owes"),
            may_be_listed=True,
        ),
        Rule(
            "the forecast spares it",
            "wait",
            "spared",
            pl.col("is_spared"),
            pl.col("step"),
            tomorrow,
            may_be_listed=True,
        ),
    )


KEPT = (
    *("receivable_id", "customer_id", "policy", "currency", "undisputed", "credit_used", "due", "place", "is_request"),
    *("rung", "step", "step_on", "level", "offset", "wakes", "last_place", "else_place", "task_step", "was_spared"),
    *(
        "is_the_request",
        "agreed",
        "is_hand_over",
        "broke",
        "is_partly_disputed",
        "is_compared",
        "rule",
        "value",
        "until",
    ),
)

PAUSE_REASONS = ("held", "promised", "promised_again", "instalment_plan", "finding", "reply_waits")
PAUSE_KINDS = {
    "hold": "held",
    "promise": "promised",
    "promise_again": "promised_again",
    "plan": "instalment_plan",
    "finding": "finding",
    "reply": "reply_waits",
}


def decide(rows: pl.LazyFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    """The rows with `rule`: the number of the first rule that holds, null where the step is due and nothing holds it;
    with that rule's `value` and `until`. Facts that no later stage asks about are left behind."""
    asked = [pl.when(rule.holds).then(pl.lit(number, pl.Int8)) for number, rule in enumerate(rules)]
    is_rule = [pl.col("rule") == number for number in range(len(rules))]
    values = [
        pl.when(holds).then(rule.value) for holds, rule in zip(is_rule, rules, strict=True) if rule.value is not None
    ]
    until = [
        pl.when(holds).then(rule.until) for holds, rule in zip(is_rule, rules, strict=True) if rule.until is not NEVER
    ]
    return (
        rows.with_columns(rule=pl.coalesce(*asked))
        .with_columns(value=pl.coalesce(*values), until=pl.coalesce(*until).cast(pl.Int32))
        .select(KEPT)
        .collect()
    )


def _is_stopped() -> pl.Expr:
    """Any state stops contact, an unreadable one too; only a represented customer has somebody to speak to."""
    return pl.col("state").is_not_null() & ~(
        (pl.col("state") == CustomerState.REPRESENTED.value) & pl.col("has_representative")
    )


def _asks(flag: str) -> pl.Expr:
    return pl.col(flag) & ~pl.col("is_hand_over")


def _waits_for_task() -> pl.Expr:
    return (pl.col("task_place") >= pl.col("position")).fill_null(False) & (pl.col("else_place").is_null())


def _pause_value(reason: str) -> pl.Expr | None:
    return pl.col("pause_value") if reason in ("held", "finding") else None
