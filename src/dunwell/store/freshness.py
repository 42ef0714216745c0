"""The money sources that are expected, and up to which day each is complete (I10)."""

from __future__ import annotations

from datetime import date

from dunwell.store import bulk, scope


def required_sql(*, as_of: date | None) -> str:
    """Sources that are expected, each with the last day up to which it is complete: `source, until`. The last word of a source
    says whether it is expected any more.
    """
    known = "true" if as_of is None else f"effective_on <= DATE '{as_of.isoformat()}'"
    return f"""
    SELECT source, max(covered_until) AS until FROM coverage WHERE {known} GROUP BY source
    HAVING (array_agg(required ORDER BY id DESC))[1]
    """


def sources(creditor_id: int) -> list[tuple[str, date, date | None]]:
    """Source, the day up to which it is complete, and the day of its last entry where it is an account; the stalest first."""
    with scope.of(creditor_id):
        return bulk.rows(f"""
            SELECT s.source, s.until, (SELECT max(e.day) FROM bank_entry e WHERE e.account = s.source)
            FROM ({required_sql(as_of=None)}) s ORDER BY s.until, s.source
        """)
