"""What a plan decided, written once, with a link of the audit chain."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dunwell.store import audit, bulk, scope
from dunwell.store.models import Run

OUTCOME_COLUMNS = ("receivable_id", "code", "step", "reasons", "next_on")
DIGEST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class RecordedRun:
    run_id: int
    outcomes_changed: int
    digest: str  # of the outcomes that changed


def last_outcomes(creditor_id: int, *, rehearsal: bool) -> pl.DataFrame:
    """The newest outcome of every receivable that a run of this mode recorded: receivable_id, `said` (see `_said`)."""
    other = "NOT rehearsal" if rehearsal else "rehearsal"
    with bulk.reader(creditor_id) as read:
        # NOT IN is asked row by row along the index; a join would sort a million rows.
        found = read(
            "SELECT DISTINCT ON (creditor_id, receivable_id) receivable_id, code, step, reasons, next_on FROM outcome "
            f"WHERE run_id NOT IN (SELECT id FROM run WHERE {other}) ORDER BY creditor_id, receivable_id, run_id DESC"
        )
    return _said(found)


def dunning_run(
    creditor_id: int,
    *,
    as_of: date,
    rehearsal: bool,
    by: str,
    outcomes: pl.DataFrame,
    lapses: pl.DataFrame,
    counts: Mapping[str, Any],
    known: pl.DataFrame,
) -> RecordedRun:
    """Write a run, its lapses and those outcomes that changed since they were last written (`known`: `last_outcomes`).

    A quiet book costs nothing: what is the same as before is not written again.
    """
    new = _said(outcomes).join(known, on=["receivable_id", "said"], how="anti")
    changed = outcomes.select(OUTCOME_COLUMNS).join(new, on="receivable_id", how="semi").sort("receivable_id")
    with scope.of(creditor_id):
        # Nobody waits for the disk here: a plan lost in a power cut is made again, and a message that begins afterwards is
        # committed with a wait, which brings everything before it to the disk as well.
        bulk.execute("SET LOCAL synchronous_commit = off")
        digest = _digest(changed)
        run = Run.objects.create(
            creditor_id=creditor_id,
            effective_on=as_of,
            by=by,
            rehearsal=rehearsal,
            counts={**counts, "outcomes_changed": changed.height},
            digest=digest,
        )
        _append("outcome", changed, {"creditor_id": creditor_id, "run_id": run.pk})
        _append(
            "lapse",
            lapses,
            {"creditor_id": creditor_id, "effective_on": as_of, "rehearsal": rehearsal, "by": by, "why": ""},
        )
    return RecordedRun(run_id=run.pk, outcomes_changed=changed.height, digest=digest)


def link_run(creditor_id: int, run: RecordedRun, *, as_of: date, by: str, counts: Mapping[str, Any]) -> None:
    """The run's link of the audit chain: last in its transaction, because whoever writes the next link waits for the commit."""
    with scope.of(creditor_id):
        audit.link(
            creditor_id,
            actor=by,
            kind="run",
            subject=f"run {run.run_id} for {as_of}",
            content={"run": run.run_id, "as_of": as_of, "counts": dict(counts), "outcomes": run.digest},
            count=run.outcomes_changed,
        )


def _append(table: str, frame: pl.DataFrame, constants: Mapping[str, Any]) -> None:
    """Append a frame's rows to a table, in the frame's order, the same constants in every row."""
    if frame.is_empty():
        return
    bulk.stage("incoming", frame)
    columns = ", ".join([*frame.columns, *constants])
    values = ", ".join([*frame.columns, *("%s" for _ in constants)])
    bulk.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM incoming", *constants.values())


def _said(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Outcomes as numbers to be compared within this process: an eighth of the memory and of the time of their words."""
    return outcomes.select("receivable_id", said=pl.struct(OUTCOME_COLUMNS).hash(seed=0))


def _digest(frame: pl.DataFrame) -> str:
    """SHA-256 over the rows' canonical text; CSV of a fixed column order is canonical and a hundred times faster than JSON."""
    digest = hashlib.sha256(frame.clear().write_csv().encode())
    for part in frame.iter_slices(DIGEST_ROWS):
        digest.update(part.write_csv(include_header=False).encode())
    return digest.hexdigest()
