"""Letters written by other processes are those that this one would write, in the plan's order."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dunwell.engine import plan as engine
from dunwell.run import plan, portfolio, processes
from dunwell.run.bench_book import DAY, big_book


def test_several_processes_write_what_one_writes(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "CHUNK", 7)
    monkeypatch.setattr(processes, "COUNT", 2)
    creditor = big_book("", invoices=120, customers=30)
    seen = portfolio.of(creditor, DAY, rehearsal=True)
    proposal = engine.propose(seen, DAY)
    jobs = list(plan._jobs(creditor, plan.Desk(seen, proposal, 1, True)))
    assert len(jobs) > 3
    assert pl.concat(job.proposal.actions for job in jobs).equals(proposal.actions)

    apart = list(processes.in_order(plan._written, jobs))
    assert apart == [plan._written(job) for job in jobs]
    assert sum(len(done.drafts) for done in apart) > 20


def test_a_bug_in_another_process_is_a_bug_here(database: Path) -> None:
    with pytest.raises(TypeError):
        list(processes.in_order(abs, ["not a number"]))
