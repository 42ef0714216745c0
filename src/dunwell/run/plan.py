"""The plan of a day, recorded: outcomes, tasks, and letters into the outbox. Load, think, record."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl

from dunwell.core.frames import Portfolio, Proposal
from dunwell.core.refusal import Refusal
from dunwell.engine import plan as engine
from dunwell.run import letters, news, portfolio
from dunwell.run.desk import Desk, Planned
from dunwell.store import enqueue, record, record_plan, scope
from dunwell.store.models import Creditor, Run


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
    planned = propose(creditor, as_of, rehearsal=rehearsal, assume_contact=assume_contact)
    proposal, seen = planned.proposal, planned.portfolio
    assert proposal is not None and seen is not None
    counts = outcome_counts(proposal)
    # All or nothing: a run that stands in the books has its letters and tasks, and one that was killed is made again.
    with scope.of(creditor.pk):
        recorded = record.dunning_run(
            creditor.pk,
            as_of=as_of,
            rehearsal=rehearsal,
            by=by,
            outcomes=proposal.outcomes,
            lapses=proposal.lapses,
            counts=counts,
        )
        planned.run_id, planned.outcomes_changed = recorded.run_id, recorded.outcomes_changed
        desk = write(creditor, seen, proposal, run_id=recorded.run_id, rehearsal=rehearsal)
        planned.messages, planned.waiting, planned.findings = (
            desk.messages,
            desk.waiting,
            [found for _, found in desk.found],
        )
        planned.tasks = record_plan.tasks(
            creditor.pk, recorded.run_id, desk.tasks(), as_of=as_of, rehearsal=rehearsal, by=by
        )
        record_plan.findings(creditor.pk, desk.found, as_of=as_of, by=by)
        planned.messages += news.announce(creditor, planned, rehearsal=rehearsal, by=by)
        record.link_run(creditor.pk, recorded, as_of=as_of, by=by, counts=counts)
    return planned


def write(creditor: Creditor, seen: Portfolio, proposal: Proposal, *, run_id: int, rehearsal: bool) -> Desk:
    """Write the letters of a plan and put them into the outbox: queued, or waiting for approval."""
    desk = Desk(seen, proposal, run_id, rehearsal)
    written = letters.write(creditor, seen, proposal, rehearsal=rehearsal)
    desk.messages = enqueue.enqueue(creditor.pk, desk.drafts(written)).added
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
