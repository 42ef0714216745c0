"""How the outbox and the queue stand, in figures that name nobody."""

from __future__ import annotations

from datetime import date, datetime

from dunwell.store import bulk, scope


def oldest_due(creditor_id: int, *, at: datetime, rehearsal: bool) -> datetime | None:
    """Since when the oldest message waits that might have left; None where none is due."""
    with scope.of(creditor_id):
        ((found,),) = bulk.rows(
            """SELECT min(CASE WHEN m.state = 'queued' THEN m.not_before ELSE m.retry_at END) FROM message m
               WHERE m.creditor_id = %s AND m.state IN ('queued', 'failed_temporary') AND m.rehearsal = %s
                 AND m.not_before <= %s AND (m.state = 'queued' OR m.retry_at <= %s)""",
            creditor_id,
            rehearsal,
            at,
            at,
        )
    since: datetime | None = found
    return since


def last_run(creditor_id: int, *, rehearsal: bool) -> date | None:
    """The last day that was run."""
    with scope.of(creditor_id):
        ((found,),) = bulk.rows("SELECT max(effective_on) FROM run WHERE rehearsal = %s", rehearsal)
    on: date | None = found
    return on


def jobs() -> dict[str, int]:
    """The workers' jobs by their state."""
    return dict(bulk.rows("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1 ORDER BY 1"))
