"""What `dunwell bench` measures: plan, day and import over a big book, each one JSON line of seconds and memory."""

from __future__ import annotations

import csv
import tempfile
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from dunwell.core.frames import Proposal
from dunwell.engine import plan as engine
from dunwell.run import ahead, forecasting, ingest, portfolio, processes
from dunwell.run import plan as planning
from dunwell.run.bench_book import DAY, at_rest, big_book, new_creditor, peak_rss_mb, stopwatch, together
from dunwell.store import record, scope
from dunwell.store.models import Creditor
from dunwell.store.record import RecordedRun

CUSTOMERS_PER_INVOICES = 4


def plan(*, invoices: int, again: bool) -> dict[str, Any]:
    """Load, plan and record every outcome with its reasons; `again`: a second time, when nothing has changed, and beside it
    `forecast_s`, what such a day's forecasting takes before the plan.
    """
    customers = max(1, invoices // CUSTOMERS_PER_INVOICES)
    creditor = big_book(f"bench-{invoices}" if again else "", invoices=invoices, customers=customers)
    at_rest()
    beside: dict[str, float] = {}
    if again:
        # The first time is another process's, as it is where a day follows a day.
        with processes.in_order(_first_time, [creditor]) as done:
            list(done)
        with stopwatch(beside, "forecast_s"):
            forecasting.run(creditor, DAY)
    times: dict[str, float] = {}
    changed = _plan(creditor, times)
    total = round(sum(times.values()), 3)
    return {
        "bench": "plan again" if again else "plan",
        "invoices": invoices,
        "customers": customers,
        "messages": 0,
        **times,
        "render_s": 0.0,
        "total_s": total,
        **beside,
        "per_s": round(invoices / total),
        "outcomes_written": changed,
        "peak_rss_mb": peak_rss_mb(),
    }


def day(*, messages: int, invoices: int) -> dict[str, Any]:
    """Plan a big book, write and queue so many letters in three languages as final MIME."""
    customers = max(1, invoices // CUSTOMERS_PER_INVOICES)
    creditor = big_book("", invoices=invoices, customers=customers)
    at_rest()
    times: dict[str, float] = {}
    known = _last_outcomes(creditor)
    with stopwatch(times, "load_s"):
        seen = portfolio.of(creditor, DAY, rehearsal=False)
    with stopwatch(times, "plan_s"):
        proposal = engine.propose(seen, DAY)
    first = proposal.actions.filter(pl.col("task").is_null()).head(messages)
    some = first_of(proposal, first)
    with together() as memory, planning.writing(creditor, seen, some, rehearsal=False) as written:
        with stopwatch(times, "record_s"):
            done = recorded(creditor, proposal, known.result(), rehearsal=False)
        del known, proposal
        with stopwatch(times, "render_s"):
            desk = planning.queue(creditor, seen, some, written, run_id=done.run_id, rehearsal=False)
    total = round(sum(times.values()), 3)
    return {
        "bench": "day",
        "invoices": invoices,
        "customers": customers,
        "messages": desk.messages,
        **times,
        "total_s": total,
        "per_s": round(desk.messages / total),
        "peak_rss_mb": memory(),
    }


def import_(*, rows: int) -> dict[str, Any]:
    """Import a sheet of open items of so many rows into a new creditor's books."""
    creditor = new_creditor()
    times: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "open_items.csv"
        _write_sheet(path, rows)
        with stopwatch(times, "load_s"):
            summary = ingest.file(creditor, path, as_of=DAY, by="bench")
    return {
        "bench": "import",
        "invoices": summary.counts["invoices_new"],
        "customers": summary.counts["customers"],
        "messages": 0,
        "load_s": times["load_s"],
        "plan_s": 0.0,
        "render_s": 0.0,
        "record_s": 0.0,
        "total_s": times["load_s"],
        "per_s": round(rows / times["load_s"]),
        "findings": summary.findings_total,
        "peak_rss_mb": peak_rss_mb(),
    }


def first_of(proposal: Proposal, actions: pl.DataFrame) -> Proposal:
    """A plan of these actions alone; its outcomes are left out."""
    return replace(
        proposal,
        outcomes=proposal.outcomes.clear(),
        actions=actions,
        items=proposal.items.join(actions.select("action_id"), on="action_id", how="semi"),
    )


def recorded(creditor: Creditor, proposal: Proposal, known: pl.DataFrame, *, rehearsal: bool) -> RecordedRun:
    """A run of the bench's day in the books, with its link."""
    counts = planning.outcome_counts(proposal)
    with scope.of(creditor.pk):
        done = record.dunning_run(
            creditor.pk,
            as_of=DAY,
            rehearsal=rehearsal,
            by="bench",
            outcomes=proposal.outcomes,
            lapses=proposal.lapses,
            counts=counts,
            known=known,
        )
        record.link_run(creditor.pk, done, as_of=DAY, by="bench", counts=counts)
    return done


def _first_time(creditor: Creditor) -> None:
    _plan(creditor, {})
    forecasting.run(creditor, DAY)


def _plan(creditor: Creditor, times: dict[str, float]) -> int:
    known = _last_outcomes(creditor)
    with stopwatch(times, "load_s"):
        seen = portfolio.of(creditor, DAY, rehearsal=False)
    with stopwatch(times, "plan_s"):
        proposal = engine.propose(seen, DAY)
    with stopwatch(times, "record_s"):
        done = recorded(creditor, proposal, known.result(), rehearsal=False)
    return done.outcomes_changed


def _last_outcomes(creditor: Creditor) -> Future[pl.DataFrame]:
    return ahead.begun(lambda: record.last_outcomes(creditor.pk, rehearsal=False))


def _write_sheet(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(
            [
                "Invoice number",
                "Customer ID",
                "Customer",
                "E-mail",
                "Issue date",
                "Due date",
                "Amount",
                "Paid",
                "Currency",
            ]
        )
        for n in range(rows):
            customer = n * 48271 % max(1, rows // CUSTOMERS_PER_INVOICES)
            issued = DAY - timedelta(n % 150)
            paid = f"{1000 + n % 5000}.50" if n % 3 == 0 else ""
            writer.writerow(
                [
                    f"S-{n}",
                    f"C{customer}",
                    f"Customer {customer}",
                    f"a{customer}@c{customer % 997}.example",
                    issued,
                    issued + timedelta(30),
                    f"{1000 + n % 5000}.50",
                    paid,
                    "EUR",
                ]
            )
