"""One row per open receivable with everything the rules ask about, put together from the portfolio's frames.

Small frames (pauses, what is under way, credit, signs) are reduced first and attached last, so that a million receivables
are joined four times and no more. Days become whole numbers here and dates again in the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from dunwell.core.frames import CONTACTS, Portfolio, conform
from dunwell.core.ledger import DocumentKind, Purpose, Role, TaskKind
from dunwell.core.policy import Policy
from dunwell.engine import days, ladder, rules
from dunwell.engine.days import Days
from dunwell.engine.ladder import RUNGS_PER_POLICY, Rungs

BROKE = {"broken": "promise_broken", "broken_in_part": "promise_kept_in_part"}
"""Why a promise no longer holds, as the reason that its next letter gives."""

SIGNS = ("opened", "replied", "paid", "bounced")

HARMLESS = ("waiting_approval", "failed_permanent")
"""Under way, yet nothing waits for them: a draft is planned anew each day, a refused message may go another way."""


@dataclass(frozen=True)
class Day:
    """What every part of one day's plan needs: the book, business days as tables, all steps by their numbers."""

    portfolio: Portfolio
    as_of: date
    calendar: Days
    table: Rungs

    @property
    def number(self) -> int:
        return self.calendar.as_of


def day(portfolio: Portfolio, as_of: date) -> Day:
    calendar = days.tables(portfolio.calendars, portfolio.creditor_calendar, as_of)
    return Day(portfolio, as_of, calendar, ladder.rungs(portfolio.policies))


def gather(day: Day, *, thanked: pl.Series) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """The prepared rows, and what lapses now by `only_if` (receivable_id, step, reason)."""
    portfolio, table, calendar = day.portfolio, day.table, day.calendar
    receivables = _readable(portfolio)
    rows = receivables.lazy().join(_customers(portfolio, calendar, thanked).lazy(), on="customer_id", how="left")
    rows = _attach(rows, ladder.passed(portfolio.steps_done, receivables, table), _PASSED).with_columns(
        pl.col("position").fill_null(0).cast(pl.Int32), **ladder.unpack_last()
    )
    rows = _attach(rows, _pauses(portfolio.pauses, receivables, calendar), _PAUSED)
    rows = _attach(rows, _instalments(portfolio), _AGREED)
    rows = _attach(rows, _under_way(portfolio.under_way, receivables, table, calendar), _UNDER_WAY)
    rows = _attach(rows, _credit(portfolio.customers, receivables), _CREDITED)
    rows = _attach(rows, _forecasts(portfolio), _FORECAST).drop("last")
    climbed, lapses = ladder.climb(rows.collect(), table, calendar)
    return _with_step(_with_agreed_payment(climbed.lazy(), calendar), table, portfolio, calendar), lapses


def is_fresh(portfolio: Portfolio, as_of: date) -> bool:
    """Whether the money is known up to `max_age_days` business days ago; without any money source it never is."""
    if portfolio.covered_until is None:
        return False
    return portfolio.creditor_calendar.business_days_between(portfolio.covered_until, as_of) <= portfolio.max_age_days


def with_assumed_contacts(portfolio: Portfolio, channel: str) -> Portfolio:
    """The portfolio as if every customer without a contact had one on that channel; such contacts have negative numbers."""
    without = portfolio.customers.join(portfolio.contacts, on="customer_id", how="anti")
    number = pl.col("customer_id")
    assumed = without.select(
        "customer_id",
        "locale",
        contact_id=-number,
        role=pl.lit(Role.PAYABLE.value),
        rank=pl.lit(0),
        channel=pl.lit(channel),
        address=pl.lit(""),
        person_key=pl.format("assumed {}", number),
        timezone=pl.lit(None, pl.String),
        is_preferred=pl.lit(True),
        is_usable=pl.lit(True),
        unusable_reason=pl.lit(None, pl.String),
        is_approved=pl.lit(True),
    )
    return replace(portfolio, contacts=pl.concat([conform(portfolio.contacts, CONTACTS), conform(assumed, CONTACTS)]))


def day_numbers(**columns: str) -> dict[str, pl.Expr]:
    return {name: pl.col(column).to_physical().cast(pl.Int32) for name, column in columns.items()}


def _readable(portfolio: Portfolio) -> pl.DataFrame:
    """The receivables; `missing` names the first fact without which nothing may be decided."""
    documents = pl.Series([policy.document.value for policy in portfolio.policies], dtype=pl.String)
    has_policy = pl.col("policy").is_between(0, len(documents) - 1).fill_null(False)
    policy = pl.when(has_policy).then("policy").otherwise(0).cast(pl.Int32)
    is_invoice = pl.col("document").eq_missing(DocumentKind.INVOICE.value)
    return portfolio.receivables.select(
        "receivable_id",
        "customer_id",
        "currency",
        **day_numbers(
            issue="issue_date",
            due="due_date",
            valid="valid_until",
            known="known_on",
            requested="requested_on",
            debit="debit_pending_until",
        ),
        policy=policy,
        balance=pl.col("balance").fill_null(0),
        undisputed=pl.col("balance").fill_null(0) - pl.col("disputed").fill_null(0),
        is_partly_disputed=pl.col("disputed").fill_null(0) > 0,
        is_credited=pl.col("is_credited").fill_null(False),
        is_request=~is_invoice,
        is_cancelled=pl.col("is_cancelled").fill_null(False),
        is_invoiced=pl.col("is_invoiced").fill_null(False),
        is_late=pl.col("is_imported_late").fill_null(False) & is_invoice,
        missing=pl.when(pl.col("balance").is_null())
        .then(pl.lit("balance"))
        .when(pl.col("currency").is_null())
        .then(pl.lit("currency"))
        .when(~has_policy | pl.col("document").ne_missing(pl.lit(documents).gather(policy)))
        .then(pl.lit("policy"))
        .when(is_invoice & pl.col("due_date").is_null())
        .then(pl.lit("due_date")),
    )


def _customers(portfolio: Portfolio, calendar: Days, thanked: pl.Series) -> pl.DataFrame:
    contacts, touches = portfolio.contacts, portfolio.touches
    represented = contacts.filter(pl.col("is_usable") & (pl.col("role") == Role.REPRESENTATIVE.value))["customer_id"]
    as_of = pl.lit(calendar.as_of, pl.Int32).cast(pl.Date)
    is_request = pl.col("purpose") == Purpose.REQUEST.value
    written_to = touches.filter((pl.col("on") == as_of) & is_request & pl.col("is_draft").ne_missing(True))[
        "customer_id"
    ]
    # A task that a run of today gave uses the day like a letter, or a second run would write beside it.
    tasked = portfolio.under_way.filter((pl.col("state") == "task") & (pl.col("since") == as_of)).join(
        portfolio.receivables, on="receivable_id"
    )["customer_id"]
    rows = portfolio.customers.select(
        "customer_id",
        "state",
        "owes",
        **day_numbers(woken="woken_on"),
        place=calendar.place(pl.col("country")),
        unmatched_hold=pl.col("unmatched_hold").fill_null(True),
        has_representative=_among(represented),
        is_slot_used=_among(pl.concat([written_to, tasked])),
        is_thanked=_among(thanked),
        may_stop=pl.col("may_stop_work").fill_null(False),
        is_stopped=pl.col("stopped_on").is_not_null(),
    )
    return _attach(rows.lazy(), _signs(portfolio.signs), _SIGNED, on="customer_id").collect()


def _signs(signs: pl.DataFrame) -> pl.DataFrame:
    on = pl.col("on").to_physical().cast(pl.Int32)
    return signs.group_by("customer_id").agg(**{kind: on.filter(pl.col("kind") == kind).max() for kind in SIGNS})


def _pauses(pauses: pl.DataFrame, rows: pl.DataFrame, calendar: Days) -> pl.DataFrame:
    """The longest pause of each receivable that has one, and the last day on which a promise of it was
    broken, with how.

    A pause of unknown kind holds; one that names nobody holds everybody.
    """
    known = pauses.with_columns(**day_numbers(since="since", until="until", broken="broken_on")).filter(
        pl.col("since").fill_null(0) <= calendar.as_of
    )
    keys = rows.select("receivable_id", "customer_id")
    own = known.filter(pl.col("receivable_id").is_not_null()).drop("customer_id").join(keys, on="receivable_id")
    rest = known.filter(pl.col("receivable_id").is_null()).drop("receivable_id")
    whole = rest.filter(pl.col("customer_id").is_not_null()).join(keys, on="customer_id")
    everybody = rest.filter(pl.col("customer_id").is_null()).drop("customer_id").join(keys, how="cross")
    spread = pl.concat([own, whole, everybody], how="diagonal").with_columns(
        pause=pl.col("kind").replace_strict(rules.PAUSE_KINDS, default="held", return_dtype=pl.String),
        pause_until=pl.col("until") + 1,
        pause_value=pl.col("reason").fill_null("other").str.replace_all("[;=]", ","),
    )
    holds = pl.col("broken").is_null() & (pl.col("until").is_null() | (pl.col("until") >= calendar.as_of))
    longest = (
        spread.filter(holds)
        .sort("receivable_id", "pause_until", "pause", "pause_value", descending=[False, True, False, False])
        .unique("receivable_id", keep="first", maintain_order=True)
        .select("receivable_id", "pause", "pause_value", "pause_until")
    )
    others = spread.filter(holds & (pl.col("pause") != "instalment_plan"))["receivable_id"].unique()
    broken = (
        spread.filter(pl.col("broken") <= calendar.as_of)
        .sort("receivable_id", "broken", "reason")
        .group_by("receivable_id", maintain_order=True)
        .agg(
            pl.col("broken").last(),
            broke=pl.col("reason").last().replace_strict(BROKE, default="promise_broken", return_dtype=pl.String),
        )
    )
    return longest.join(broken, on="receivable_id", how="full", coalesce=True).with_columns(
        is_paused_beside=pl.col("receivable_id").is_in(others.implode())
    )


def _instalments(portfolio: Portfolio) -> pl.DataFrame:
    """The next agreed payment of receivables under a schedule that stands."""
    return portfolio.instalments.select(
        "receivable_id", "plan_id", payment_left="left", **day_numbers(payment_on="day", remind_on="remind_on")
    )


def _with_agreed_payment(rows: pl.LazyFrame, calendar: Days) -> pl.LazyFrame:
    """What a schedule pauses is reminded of its next payment, once, from `remind_on` until its day; nothing else of the ladder goes on."""
    remind_on = calendar.back(pl.col("remind_on"), pl.col("place"))
    reminded = (pl.col("reminded") >= remind_on).fill_null(False)
    is_planned = (pl.col("pause") == "instalment_plan").fill_null(False) & ~pl.col("is_paused_beside")
    is_covered = (pl.col("credit_used") >= pl.col("payment_left")).fill_null(False)
    waits = is_planned & ~reminded & ~is_covered & (pl.col("payment_on") >= calendar.as_of)
    waits = waits & pl.col("remind_on").is_not_null()
    is_now = pl.col("agreed").is_not_null()
    rung = pl.col("policy") * RUNGS_PER_POLICY + ladder.INSTALMENT
    return rows.with_columns(
        agreed=pl.when(waits & (remind_on <= calendar.as_of)).then("plan_id"),
        pause_until=pl.when(waits).then(remind_on).otherwise("pause_until").cast(pl.Int32),
    ).with_columns(
        pause=pl.when(~is_now).then("pause"),
        rung=pl.when(is_now).then(rung).otherwise("rung").cast(pl.Int32),
        step_on=pl.when(is_now).then(remind_on).otherwise("step_on").cast(pl.Int32),
        wakes=pl.col("wakes") & ~is_now,
    )


def _under_way(under_way: pl.DataFrame, rows: pl.DataFrame, table: Rungs, calendar: Days) -> pl.DataFrame:
    """Per receivable: whether an outcome is unknown, a message queued, and the task that is open with its place."""
    steps = table.frame.select("policy", "step", "place", "task_days", "else_place").drop_nulls("step")
    is_task = pl.col("state") == "task"
    is_late = calendar.as_of > pl.col("since") + pl.col("task_days").fill_null(0)
    return (
        under_way.filter(~pl.col("state").is_in(HARMLESS) | pl.col("state").is_null())
        .filter(~(is_task & pl.col("task").eq_missing(TaskKind.NO_CONTACT.value)).fill_null(False))
        .join(rows.select("receivable_id", "policy"), on="receivable_id")
        .join(steps, on=["policy", "step"], how="left")
        .with_columns(**day_numbers(since="since"))
        .sort("receivable_id", "since", "step", nulls_last=False)
        .group_by("receivable_id", maintain_order=True)
        .agg(
            is_unknown=(~pl.col("state").is_in(["task", "queued"])).fill_null(True).any(),
            is_queued=(pl.col("state") == "queued").any(),
            task_step=pl.col("step").filter(is_task).last(),
            task_place=pl.col("place").fill_null(RUNGS_PER_POLICY).filter(is_task).last(),
            task_until=(pl.col("since") + pl.col("task_days").fill_null(0) + 1).filter(is_task).last(),
            task_is_late=is_late.filter(is_task).last(),
            # Of the task that is waited for now: an earlier one that nobody did was left behind already.
            else_place=pl.when(is_late).then("else_place").filter(is_task).last(),
        )
    )


def _credit(customers: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Money on account set against the oldest undisputed debts of its currency; invoices before requests."""
    credit = (
        customers.select("customer_id", "credit_by_currency")
        .filter(pl.col("credit_by_currency").list.len() > 0)
        .explode("credit_by_currency")
        .unnest("credit_by_currency")
        .group_by("customer_id", "currency")
        .agg(credit=pl.col("amount").sum())
        .filter(pl.col("credit") > 0)
    )
    owed = pl.col("undisputed")
    used = pl.min_horizontal(pl.col("credit") - (owed.cum_sum() - owed), owed).clip(lower_bound=0)
    return (
        rows.filter((owed > 0) & ~pl.col("is_cancelled"))
        .select("receivable_id", "customer_id", "currency", "undisputed", "is_request", "due")
        .join(credit, on=["customer_id", "currency"])
        .sort("customer_id", "currency", "is_request", "due", "receivable_id", nulls_last=True)
        .select("receivable_id", credit_used=used.over("customer_id", "currency"))
    )


def _forecasts(portfolio: Portfolio) -> pl.DataFrame:
    """The forecasts that may spare a step under any policy; one of 1 or more spares nothing."""
    least = min((policy.spare_probability for policy in portfolio.policies), default=1.0)
    return portfolio.forecasts.filter((pl.col("probability") >= least) & (least < 1)).select(
        "receivable_id", "probability", forecast_days="days"
    )


def _with_step(rows: pl.LazyFrame, table: Rungs, portfolio: Portfolio, calendar: Days) -> pl.LazyFrame:
    threshold = pl.Series([policy.spare_probability for policy in portfolio.policies], dtype=pl.Float64)
    held_out = pl.Series([policy.spare_holdout for policy in portfolio.policies], dtype=pl.Float64)
    today = pl.lit(calendar.as_of, pl.Int32)
    of_policy = {
        "spare_from": pl.lit(threshold).gather("policy"),
        "is_held_out": _lot(pl.col("customer_id")) < pl.lit(held_out).gather("policy"),
        "balance_min": _balance_min(portfolio.policies),
    }
    # Money paid on the last day to pay, a business day, arrives on the next one (R40).
    last_day = calendar.forward(pl.col("due"), pl.col("place"))
    was_spared = (pl.col("spared") >= pl.col("last_on").fill_null(0)).fill_null(False)
    still_spared = pl.col("spared") + pl.col("forecast_days") > today
    return (
        rows.with_columns(
            table.column("step"),
            table.column("level"),
            table.column("offset"),
            table.column("is_firm").fill_null(False),
            table.column("courtesy").fill_null(False),
            (table.column("content").is_in(sorted(ladder.REQUEST_CONTENTS))).fill_null(False).alias("is_the_request"),
            (table.column("task") == TaskKind.HAND_OVER.value).fill_null(False).alias("is_hand_over"),
            arrives_by=calendar.add(last_day, 1, pl.col("place")),
            was_spared=was_spared,
            missing=pl.coalesce("missing", pl.when(pl.col("place").is_null()).then(pl.lit("customer"))),
            is_covered=(pl.col("credit_used") >= pl.col("undisputed")).fill_null(False),
            broke=pl.when(pl.col("broken") >= pl.col("last_on").fill_null(0)).then("broke"),
            **of_policy,
        )
        .with_columns(
            may_spare=pl.col("courtesy")
            & (pl.col("probability") >= pl.col("spare_from")).fill_null(False)
            & (pl.col("spare_from") < 1)
            & (~pl.col("was_spared") | still_spared.fill_null(False))
        )
        .with_columns(
            is_spared=pl.col("may_spare") & ~pl.col("is_held_out"),
            is_compared=pl.col("may_spare") & pl.col("is_held_out"),
        )
    )


def _lot(customer: pl.Expr) -> pl.Expr:
    """A number from 0 to 1 by lot, for a customer always the same: multiplied by 2^32 / φ, neighbours fall far apart."""
    return ((customer % 2**31) * 2_654_435_761 % 2**32) / 2**32


def _balance_min(policies: tuple[Policy, ...]) -> pl.Expr:
    """The least balance that the policy names for the receivable's currency; zero where it names none."""
    codes = {
        currency: code for code, currency in enumerate(sorted({c for p in policies for c in p.balance_min}), start=1)
    }
    currencies = ["", *codes]
    flat = [policy.balance_min.get(currency, 0) for policy in policies for currency in currencies]
    code = pl.col("currency").replace_strict(codes, default=0, return_dtype=pl.Int32) if codes else pl.lit(0)
    return pl.lit(pl.Series(flat, dtype=pl.Int64)).gather(pl.col("policy") * len(currencies) + code)


def _attach(
    rows: pl.LazyFrame, small: pl.DataFrame, schema: Mapping[str, type[pl.DataType]], on: str = "receivable_id"
) -> pl.LazyFrame:
    if small.is_empty():
        return rows.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in schema.items())
    typed = small.lazy().select(on, *(pl.col(name).cast(dtype) for name, dtype in schema.items()))
    return rows.join(typed, on=on, how="left")


def _among(ids: pl.Series) -> pl.Expr:
    return pl.col("customer_id").is_in(ids.drop_nulls().unique().implode())


_PASSED = {"position": pl.Int32, "last": pl.Int64, "spared": pl.Int32, "reminded": pl.Int32}
_AGREED = {"plan_id": pl.Int64, "payment_left": pl.Int64, "payment_on": pl.Int32, "remind_on": pl.Int32}
_SIGNED = dict.fromkeys(SIGNS, pl.Int32)
_PAUSED = {
    "pause": pl.String,
    "pause_value": pl.String,
    "pause_until": pl.Int32,
    "broken": pl.Int32,
    "broke": pl.String,
    "is_paused_beside": pl.Boolean,
}
_UNDER_WAY = {
    "is_unknown": pl.Boolean,
    "is_queued": pl.Boolean,
    "task_step": pl.String,
    "task_place": pl.Int32,
    "task_until": pl.Int32,
    "task_is_late": pl.Boolean,
    "else_place": pl.Int32,
}
_CREDITED = {"credit_used": pl.Int64}
_FORECAST = {"probability": pl.Float64, "forecast_days": pl.Int32}
