"""The book in a few figures: what is open and overdue by age, what is promised and what came in, sums per currency.

Every receivable must be looked at for them: ask through `run.summaries`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.core.money import Money
from dunwell.store import balances, bulk

WEEK = timedelta(7)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one currency: `ages` are the balances not yet due, 1–30, 31–60, 61–90 and 91 or more days past due."""

    currency: str
    open: Money
    overdue: Money
    ages: tuple[Money, ...]
    invoices_overdue: int
    promised: Money
    promises: int
    received: Money
    payments: int

    @property
    def bars(self) -> list[tuple[float, float, int]]:
        """The ages as parts of a bar of 100: (start, width, age)."""
        whole = max(1, self.open.minor)
        shares = [100 * one.minor / whole for one in self.ages]
        return [(round(sum(shares[:age]), 2), round(share, 2), age) for age, share in enumerate(shares)]


def book(*, as_of: date, rehearsal: bool) -> list[Figures]:
    """One for each currency, the creditor's own first, then by the number of open receivables; inside `scope.of`."""
    sql = BOOK.format(balances=balances.balances_sql(as_of=as_of, rehearsal=rehearsal))
    given = [as_of, rehearsal, as_of, as_of + WEEK, as_of - WEEK, as_of]
    return [
        Figures(
            currency,
            open=Money(sum(ages), currency),
            overdue=Money(sum(ages[1:]), currency),
            ages=tuple(Money(one, currency) for one in ages),
            invoices_overdue=overdue,
            promised=Money(promised, currency),
            promises=promises,
            received=Money(received, currency),
            payments=payments,
        )
        for currency, overdue, promised, promises, received, payments, *ages in bulk.rows(sql, *given)
    ]


BOOK = """
WITH open AS (
  SELECT b.currency, b.balance, b.receivable_id, b.invoice_id, coalesce(greatest(%s::date - b.due_date, 0), 0) AS late
  FROM ({balances}) b WHERE b.balance > 0 AND NOT b.is_cancelled
), promised AS (
  SELECT currency, sum(amount)::bigint AS amount, count(*) AS count FROM (
    SELECT DISTINCT ON (p.receivable_id) p.currency, least(p.amount, o.balance) AS amount, p.promised_date
    FROM promise p JOIN open o ON o.receivable_id = p.receivable_id
    WHERE NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id) AND (%s OR NOT p.rehearsal)
    ORDER BY p.receivable_id, p.id DESC
  ) p WHERE promised_date BETWEEN %s AND %s GROUP BY currency
), received AS (
  SELECT currency, sum(amount)::bigint AS amount, count(*) AS count FROM payment WHERE date > %s AND date <= %s GROUP BY currency
)
SELECT o.currency, count(DISTINCT o.invoice_id) FILTER (WHERE late > 0), coalesce(p.amount, 0), coalesce(p.count, 0), coalesce(r.amount, 0),
  coalesce(r.count, 0), coalesce(sum(balance) FILTER (WHERE late = 0), 0)::bigint,
  coalesce(sum(balance) FILTER (WHERE late BETWEEN 1 AND 30), 0)::bigint, coalesce(sum(balance) FILTER (WHERE late BETWEEN 31 AND 60), 0)::bigint,
  coalesce(sum(balance) FILTER (WHERE late BETWEEN 61 AND 90), 0)::bigint, coalesce(sum(balance) FILTER (WHERE late > 90), 0)::bigint
FROM open o LEFT JOIN promised p ON p.currency = o.currency LEFT JOIN received r ON r.currency = o.currency
GROUP BY o.currency, p.amount, p.count, r.amount, r.count ORDER BY o.currency = (SELECT currency FROM creditor WHERE id = (SELECT dunwell_creditor())) DESC, count(*) DESC
"""
