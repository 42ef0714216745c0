"""Letters written by other processes are those that this one would write, in the plan's order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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
    jobs = list(plan._jobs(creditor, seen, proposal, rehearsal=True))
    assert len(jobs) > 3
    assert pl.concat(job.proposal.actions for job in jobs).equals(proposal.actions)

    with processes.in_order(plan._written, jobs) as written:
        apart = list(written)
    assert apart == [plan._written(job) for job in jobs]
    assert sum(len(done.drafts) for done in apart) > 20


def test_a_bug_in_another_process_is_a_bug_here(database: Path) -> None:
    with pytest.raises(TypeError), processes.in_order(abs, ["not a number"]) as results:
        list(results)


def test_a_killed_program_leaves_no_process_behind(database: Path) -> None:
    """All of them hold the other end of this pipe: it ends when the last one has gone."""
    program = (
        "import sys, time\nfrom dunwell.run import processes\n"
        "if __name__ == '__main__':\n"
        "    with processes.in_order(abs, range(-9, 0)) as results:\n"
        "        for _ in results: print('at work', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=_environment()) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"at work\n"
        running.send_signal(signal.SIGKILL)
        assert running.communicate(timeout=60) == (b"", None)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
