"""The plan of a day, recorded: outcomes, tasks, and letters into the outbox. Load, think, record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import polars as pl

from dunwell.core.frames import Portfolio, Proposal
from dunwell.core.refusal import Refusal
from dunwell.engine import plan as engine
from dunwell.run import ahead, letters, news, portfolio, processes
from dunwell.run.desk import Desk, Done, Planned
from dunwell.store import enqueue, pages, record, record_plan, scope
from dunwell.store.models import Creditor, Run

CHUNK = 1_000
ALONE_MAX = 3 * CHUNK
"""So many letters are written before another process would have started."""


class RunPrecedesLast(Refusal):
    """The last recorded run was for {last}; a run for {as_of} would rewrite history. Use --dry-run to look at that day."""


def propose(
    creditor: Creditor,
    as_of: date,
    *,
    rehearsal: bool,
    assume_contact: str | None = None,
    customers: tuple[int, ...] = (),
) -> Planned:
    """The plan without recording anything: the very decision code of a run."""
    seen = portfolio.of(creditor, as_of, rehearsal=rehearsal, customers=customers)
    proposal = engine.propose(seen, as_of, assume_contact=assume_contact)
    planned = Planned(as_of, receivables=proposal.outcomes.height, proposal=proposal, portfolio=seen)
    planned.reasons = reasons(proposal)
    return planned


def run(creditor: Creditor, as_of: date, *, rehearsal: bool, by: str, assume_contact: str | None = None) -> Planned:
    """Plan a day and record it: outcomes that changed, tasks, and messages queued or waiting for approval."""
    refuse_earlier_day(creditor, as_of, rehearsal=rehearsal)
    record_plan.withdraw_before(creditor.pk, as_of, rehearsal=rehearsal)
    known = ahead.begun(lambda: record.last_outcomes(creditor.pk, rehearsal=rehearsal))
    planned = propose(creditor, as_of, rehearsal=rehearsal, assume_contact=assume_contact)
    proposal, seen = planned.proposal, planned.portfolio
    assert proposal is not None and seen is not None
    counts = outcome_counts(proposal)
    # All or nothing: a run that stands in the books has its letters and tasks, and one that was killed is made again.
    with scope.of(creditor.pk), writing(creditor, seen, proposal, rehearsal=rehearsal) as written:
        recorded = record.dunning_run(
            creditor.pk,
            as_of=as_of,
            rehearsal=rehearsal,
            by=by,
            outcomes=proposal.outcomes,
            lapses=proposal.lapses,
            counts=counts,
            known=known.result(),
        )
        planned.run_id, planned.outcomes_changed = recorded.run_id, recorded.outcomes_changed
        desk = queue(creditor, seen, proposal, written, run_id=recorded.run_id, rehearsal=rehearsal)
        planned.messages, planned.waiting, planned.findings = (
            desk.messages,
            desk.waiting,
            [found for _, found in desk.found],
        )
        planned.tasks = record_plan.tasks(
            creditor.pk, recorded.run_id, desk.tasks(), as_of=as_of, rehearsal=rehearsal, by=by
        )
        record_plan.findings(creditor.pk, desk.found, as_of=as_of, by=by)
        planned.messages += news.announce(creditor, seen, proposal, run_id=recorded.run_id, rehearsal=rehearsal, by=by)
        record.link_run(creditor.pk, recorded, as_of=as_of, by=by, counts=counts)
    return planned


@contextmanager
def writing(creditor: Creditor, seen: Portfolio, proposal: Proposal, *, rehearsal: bool) -> Iterator[Iterator[Done]]:
    """The letters of a plan, under way: writing is computing, so other processes do it for a long mailing, from now on, while this
    one has the database record.
    """
    jobs = _jobs(creditor, seen, proposal, rehearsal=rehearsal)
    if proposal.actions.height > ALONE_MAX and processes.COUNT > 1:
        with processes.in_order(_written, jobs) as written:
            yield written
    else:
        yield map(_written, jobs)


def queue(
    creditor: Creditor,
    seen: Portfolio,
    proposal: Proposal,
    written: Iterator[Done],
    *,
    run_id: int | None,
    rehearsal: bool,
) -> Desk:
    """Put the letters of a plan into the outbox: queued, or waiting for approval."""
    desk = Desk(seen, proposal, rehearsal)
    desk.messages = enqueue.enqueue(creditor.pk, desk.collected(written), run_id=run_id).added
    pages.add(creditor.pk, desk.links, on=proposal.as_of, by="plan")
    return desk


def refuse_earlier_day(creditor: Creditor, as_of: date, *, rehearsal: bool) -> None:
    with scope.of(creditor.pk):
        last = Run.objects.filter(rehearsal=rehearsal).order_by("-effective_on").first()
    if last is not None and as_of < last.effective_on:
        raise RunPrecedesLast(last=last.effective_on, as_of=as_of)


def outcome_counts(proposal: Proposal) -> dict[str, int]:
    """How many receivables have which kind of outcome."""
    return {
        row["code"]: row["len"] for row in proposal.outcomes.group_by("code").len().sort("code").iter_rows(named=True)
    }


def reasons(proposal: Proposal) -> Counter[str]:
    """How often each first reason stands in the outcomes."""
    heads = proposal.outcomes.select(
        pl.concat_str("code", pl.col("reasons").str.extract(r"^([^;]+)"), separator=": ", ignore_nulls=True).alias(
            "head"
        )
    )
    return Counter({row["head"]: row["len"] for row in heads.group_by("head").len().sort("head").iter_rows(named=True)})


NEEDED_WHOLE = ("pauses", "instalments")
"""Small frames that letters draw on."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Some actions of a plan, to be written by whatever process is free."""

    creditor: Creditor
    seen: Portfolio
    proposal: Proposal
    rehearsal: bool


def _jobs(creditor: Creditor, seen: Portfolio, proposal: Proposal, *, rehearsal: bool) -> Iterator[_Job]:
    """The plan's actions in order, `CHUNK` at a time, each with its items and with what the letters need of the portfolio."""
    values = {one.name: getattr(seen, one.name) for one in fields(seen) if one.name not in NEEDED_WHOLE}
    rest: dict[str, Any] = {name: value.clear() for name, value in values.items() if isinstance(value, pl.DataFrame)}
    actions = proposal.actions.with_row_index("job").with_columns(pl.col("job") // CHUNK)
    items = proposal.items.join(actions.select("action_id", "job"), on="action_id", maintain_order="left")
    items_of = items.partition_by("job", as_dict=True, include_key=False, maintain_order=True)
    for number, some in actions.partition_by("job", as_dict=True, include_key=False, maintain_order=True).items():
        customers = seen.customers.join(some.select("customer_id"), on="customer_id", how="semi")
        yield _Job(
            creditor=creditor,
            seen=replace(seen, **{**rest, "customers": customers}),
            proposal=replace(
                proposal,
                outcomes=proposal.outcomes.clear(),
                lapses=proposal.lapses.clear(),
                actions=some,
                items=items_of.get(number, proposal.items.clear()),
            ),
            rehearsal=rehearsal,
        )


def _written(job: _Job) -> Done:
    desk = Desk(job.seen, job.proposal, job.rehearsal)
    drafts = list(desk.drafts(letters.write(job.creditor, job.seen, job.proposal, rehearsal=job.rehearsal)))
    return Done(drafts, desk.scripts, desk.found, desk.links)
