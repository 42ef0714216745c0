"""A portfolio of any size from a seed, for measuring; `python -m plan.large 1000000` (in tests/) prints one JSON line."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date

import numpy as np
import polars as pl

from dunwell.core import frames
from dunwell.core.frames import Portfolio, conform
from dunwell.engine import plan
from plan.story import BEFORE_WORK, FIRM, JURISDICTION, STANDARD, Book

AS_OF = date(2026, 5, 12)
RECEIVABLES_PER_CUSTOMER = 4


def portfolio(receivables: int, *, seed: int = 20260512) -> Portfolio:
    """Four receivables a customer, two of three with some history, one customer in twenty with something special."""
    random = np.random.default_rng(seed)
    customers = receivables // RECEIVABLES_PER_CUSTOMER
    owner = np.sort(random.integers(1, customers + 1, receivables))
    today = (AS_OF - date(1970, 1, 1)).days
    due = today + random.integers(-70, 40, receivables)
    ids = np.arange(1, receivables + 1)
    is_request = random.random(receivables) < 0.05
    numbers = pl.DataFrame({"receivable_id": ids, "customer_id": owner, "due": due, "is_request": is_request})
    is_request_row = pl.col("is_request")
    due_date = pl.col("due").cast(pl.Int32).cast(pl.Date)
    rows = numbers.with_columns(
        invoice_id="receivable_id",
        document=pl.when(is_request_row).then(pl.lit("request")).otherwise(pl.lit("invoice")),
        currency=pl.Series(random.choice(["EUR", "RUB"], receivables, p=[0.8, 0.2])),
        balance=pl.Series(random.integers(10_00, 10_000_00, receivables)),
        disputed=pl.Series(np.where(random.random(receivables) < 0.01, 5_00, 0)),
        issue_date=due_date.dt.offset_by("-30d"),
        due_date=pl.when(~is_request_row).then(due_date),
        valid_until=pl.when(is_request_row).then(due_date),
        known_on=due_date.dt.offset_by("-30d"),
        requested_on=due_date.dt.offset_by("-30d"),
        policy=pl.when(is_request_row).then(2).otherwise(pl.col("customer_id") % 2).cast(pl.Int32),
        is_cancelled=pl.lit(False),
        is_invoiced=pl.lit(False),
        is_credited=pl.lit(False),
        is_imported_late=pl.lit(False),
        debit_pending_until=pl.lit(None, pl.Date),
    )
    done = pl.concat(
        rows.filter((pl.col("due") < today + 7 - wait) & ~is_request_row).select(
            "receivable_id",
            step=pl.lit(name),
            on=(pl.col("due") + offset).cast(pl.Int32).cast(pl.Date),
            state=pl.lit("done"),
        )
        for name, offset, wait in (("upcoming", -7, 2), ("due_day", 0, 9), ("reminder", 7, 17), ("firm", 21, 33))
    ).with_columns(channel=pl.lit("email"), contact_id=None, had_link=False)
    people = pl.DataFrame({"customer_id": np.arange(1, customers + 1)})
    return Portfolio(
        receivables=conform(rows, frames.RECEIVABLES),
        customers=_customers(people, random),
        contacts=_contacts(people),
        steps_done=conform(done, frames.STEPS_DONE),
        under_way=frames.empty(frames.UNDER_WAY),
        pauses=_pauses(rows),
        touches=_touches(people),
        signs=frames.empty(frames.SIGNS),
        settled=frames.empty(frames.SETTLED),
        forecasts=frames.empty(frames.FORECASTS),
        policies=(STANDARD, FIRM, BEFORE_WORK),
        jurisdictions={"bg": JURISDICTION},
        calendars=Book().portfolio(AS_OF).calendars,
        creditor_calendar=Book().portfolio(AS_OF).creditor_calendar,
        covered_until=AS_OF,
    )


def _customers(people: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    frame = people.with_columns(
        kind=pl.Series(random.choice(["business", "person"], people.height, p=[0.8, 0.2])),
        country=pl.lit("BG"),
        locale=pl.lit("bg"),
        jurisdiction=pl.lit("bg"),
        state=pl.when(pl.col("customer_id") % 997 == 0).then(pl.lit("insolvent")),
        credit_by_currency=pl.lit([], frames.CUSTOMERS["credit_by_currency"]),
        unmatched_hold=pl.col("customer_id") % 97 == 0,
        woken_on=pl.lit(None, pl.Date),
        may_stop_work=pl.col("customer_id") % 3 == 0,
        stopped_on=pl.lit(None, pl.Date),
        resumed_on=pl.lit(None, pl.Date),
        owes=pl.when(pl.col("customer_id") % 199 == 0).then(pl.lit("document")),
    )
    return conform(frame, frames.CUSTOMERS)


def _contacts(people: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("customer_id")
    roles = [
        people.with_columns(role=pl.lit(role), contact_id=number * 4 + n)
        for n, role in enumerate(["payable", "manager"])
    ]
    frame = pl.concat(roles).with_columns(
        rank=0,
        channel=pl.lit("email"),
        address=pl.format("c{}@example.com", "contact_id"),
        person_key=pl.format("p{}", "contact_id"),
        locale=pl.lit("bg"),
        timezone=pl.lit("Europe/Sofia"),
        is_preferred=True,
        is_usable=number % 50 != 0,
        unusable_reason=pl.when(number % 50 == 0).then(pl.lit("bounced")),
        is_approved=True,
    )
    return conform(frame, frames.CONTACTS)


def _pauses(rows: pl.DataFrame) -> pl.DataFrame:
    frame = rows.filter(pl.col("receivable_id") % 25 == 0).select(
        "receivable_id",
        kind=pl.lit("promise"),
        customer_id=pl.lit(None, pl.Int64),
        reason=pl.lit(None, pl.String),
        since=pl.lit(date(2026, 5, 1)),
        until=pl.lit(date(2026, 5, 20)),
        broken_on=pl.lit(None, pl.Date),
    )
    return conform(frame, frames.PAUSES)


def _touches(people: pl.DataFrame) -> pl.DataFrame:
    frame = people.filter(pl.col("customer_id") % 3 == 0).select(
        "customer_id",
        person_key=pl.format("p{}", pl.col("customer_id") * 4),
        channel=pl.lit("email"),
        on=pl.lit(date(2026, 5, 1)) + pl.duration(days=pl.col("customer_id") % 11),
        counts=True,
        purpose=pl.lit("request"),
        is_draft=False,
    )
    return conform(frame, frames.TOUCHES)


def measure(receivables: int) -> dict[str, float]:
    book = portfolio(receivables)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    proposal = plan.propose(book, AS_OF)
    took = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "invoices": receivables,
        "customers": book.customers.height,
        "actions": proposal.actions.height,
        "plan_s": round(took, 3),
        "rss_before_mb": before // 1024,
        "peak_rss_mb": after // 1024,
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
