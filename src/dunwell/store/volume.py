"""How many messages runs make, for the volume brake."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from dunwell.store import scope


@dataclass(frozen=True, slots=True)
class Volume:
    """A live run with messages still to send: how many it made, and how many the runs before it made on average."""

    run_id: int
    messages: int
    usual: float


def of_waiting_runs(creditor_id: int, *, runs: int) -> list[Volume]:
    """Compared with the last `runs` live runs before each that made any message; with none, the usual is zero."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(_VOLUMES, [runs])
        return [Volume(*row) for row in cursor.fetchall()]


_VOLUMES = """
WITH waiting AS (
  SELECT DISTINCT run_id FROM message
  WHERE state IN ('queued', 'failed_temporary', 'claimed', 'begun') AND NOT rehearsal AND run_id IS NOT NULL
)
SELECT w.run_id, (SELECT count(*) FROM message m WHERE m.run_id = w.run_id AND m.state <> 'withdrawn'), coalesce(u.usual, 0)
FROM waiting w CROSS JOIN LATERAL (
  SELECT avg(n)::float8 AS usual FROM (
    SELECT count(*) AS n FROM message m WHERE NOT m.rehearsal AND m.run_id < w.run_id AND m.state <> 'withdrawn'
    GROUP BY m.run_id ORDER BY m.run_id DESC LIMIT %s) earlier
) u ORDER BY w.run_id
"""
