"""How many messages runs make, for the volume brake; and how many left on a day, for the limits of a way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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


def left_on(creditor_id: int, day: date, *, channels: Sequence[str], rehearsal: bool) -> dict[str, int]:
    """Messages by domain that left on a day or may have left."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(_LEFT_ON, [rehearsal, list(channels), day, day])
        return dict(cursor.fetchall())


_LEFT_ON = """
SELECT domain, count(*) FROM message WHERE rehearsal = %s AND channel = ANY (%s)
  AND (sent_on = %s OR (slot_on = %s AND state IN ('begun', 'unknown'))) GROUP BY domain
"""
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
