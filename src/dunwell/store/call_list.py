"""The open tasks in the order in which they are best done: who has waited long, what a person decides, then calls by what may turn on them.

What a call brings about is nobody's knowledge yet, so the list states what it supposes (`core.forecast.CALL_LIFT`): each day becomes
likelier to bring the money by the same factor for everybody. Then most turns on large sums whose payment hangs in the balance, little
on those who pay anyway and on those who never will. Sums of different currencies are not compared: each currency has its own order, and
the orders are laid into each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dunwell.core.forecast import CALL_LIFT
from dunwell.core.ledger import TaskKind
from dunwell.core.money import Money
from dunwell.core.policy import Policy
from dunwell.store import balances, bulk

WAITED_DAYS = 5
"""What has waited so long comes first, whatever may turn on it: nobody is passed over for ever."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An open task. `gain`: what may turn on the call, None where no forecast says; `is_beyond`: past the day's calls of its policy."""

    number: int
    customer_id: int
    customer: str
    since: date
    level: int
    kind: str
    step: str
    words: str
    gain: Money | None
    is_beyond: bool


def tasks(
    policies: Iterable[Policy], *, as_of: date, rehearsal: bool, limit: int, own: frozenset[int] | None = None
) -> list[Listed]:
    """The first open tasks, those of these customers alone where they are named; in the scope that is open."""
    chosen = list(policies)
    rules = [[one.name for one in chosen], [one.calls_by_gain for one in chosen], [one.calls_a_day for one in chosen]]
    text = _sql(as_of, rehearsal=rehearsal, own="" if own is None else "WHERE t.customer_id = ANY(%s)")
    rows = bulk.rows(text, *rules, *([] if own is None else [list(own)]), limit)
    return [
        Listed(number, customer_id, name, since, level, kind, step, words, _money(gain, currency), is_beyond)
        for number, customer_id, name, since, level, kind, step, words, gain, currency, is_beyond in rows
    ]


def _money(gain: float | None, currency: str | None) -> Money | None:
    return None if gain is None or currency is None else Money(round(gain), currency)


def _sql(as_of: date, *, rehearsal: bool, own: str) -> str:
    opened = (
        f"SELECT t.* FROM task t WHERE t.due_on <= DATE '{as_of.isoformat()}' "
        "AND NOT EXISTS (SELECT FROM task_outcome o WHERE o.task_id = t.id)"
    )
    called = f"SELECT i.task_id, i.receivable_id FROM task_item i JOIN ({opened} AND t.kind = '{CALL}') t ON t.id = i.task_id"
    among = f"SELECT receivable_id FROM ({called}) x"
    return f"""
    WITH gain AS (
      SELECT i.task_id, b.currency, sum((b.balance - b.disputed) * (f.unpaid - power(f.unpaid, {CALL_LIFT}))) AS gain
      FROM ({called}) i JOIN ({balances.balances_sql(as_of=as_of, rehearsal=rehearsal, among=among)}) b USING (receivable_id)
      JOIN receivable_forecast f USING (receivable_id) WHERE b.balance > b.disputed AND NOT b.is_cancelled GROUP BY 1, 2
    ), best AS (
      SELECT DISTINCT ON (task_id) task_id, currency, gain FROM gain ORDER BY task_id, gain DESC, currency
    ), placed AS (
      SELECT *, row_number() OVER (PARTITION BY currency ORDER BY gain DESC, task_id) AS place FROM best
    ), asked AS (
      SELECT * FROM unnest(%s::text[], %s::boolean[], %s::int[]) AS p(policy, by_gain, a_day)
    ), listed AS (
      SELECT t.*, g.gain, g.currency, coalesce(p.a_day, 0) AS a_day,
        t.due_on > DATE '{as_of.isoformat()}' - {WAITED_DAYS} AS is_young,
        CASE WHEN coalesce(p.by_gain, true) THEN coalesce(g.place, 0) ELSE 0 END AS place
      FROM ({opened}) t LEFT JOIN placed g ON g.task_id = t.id LEFT JOIN asked p ON p.policy = t.policy
    ), ordered AS (
      SELECT *, row_number() OVER (PARTITION BY policy, kind ORDER BY {ORDER}) AS number FROM listed
    )
    SELECT t.id, t.customer_id, c.name, t.due_on, t.level, t.kind, t.step,
      CASE WHEN t.kind IN ('call', 'visit', 'letter') THEN '' ELSE t.text END, t.gain, t.currency,
      t.kind = '{CALL}' AND t.a_day > 0 AND t.number > t.a_day
    FROM ordered t JOIN customer c ON c.id = t.customer_id {own} ORDER BY is_young, place, due_on, t.level DESC, t.id LIMIT %s
    """


CALL = TaskKind.CALL.value
ORDER = "is_young, place, due_on, level DESC, id"
