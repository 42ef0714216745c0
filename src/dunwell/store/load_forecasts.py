"""The books as forecasts read them, what was learned from them, and what is forecast now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.core import frames
from dunwell.core.frames import Schema
from dunwell.core.ledger import EARLY_CALL
from dunwell.core.money import Money
from dunwell.store import balances, bulk, scope
from dunwell.store.bulk import Read
from dunwell.store.models import ForecastVersion, ProfilingStatement, ReceivableForecast

LEDGER: Schema = {
    "invoice_id": pl.Int64,
    "customer_id": pl.Int64,
    "issue_date": pl.Date,
    "due_date": pl.Date,
    "paid_date": pl.Date,
    "amount": pl.Float64,
    "currency": pl.String,
    "balance": pl.Int64,
    "kind": pl.String,
    "promised_on": pl.Date,
    "trait_currency": pl.String,
}
_ROWS: Schema = {
    **{
        name: LEDGER[name]
        for name in ("invoice_id", "customer_id", "issue_date", "due_date", "amount", "currency", "kind")
    },
    "paid_on": pl.Date,
    "by_money": pl.Int64,
    "promised_on": pl.Date,
    "balance": pl.Int64,
}
"""As `_ledger` reads them."""

# `known` is a digest of what the forecast rests on (engine.forecast_turns).
KEPT: Schema = {"invoice_id": pl.Int64, "known": pl.Int64, "made_on": pl.Date, "expected_on": pl.Date}


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored forecast of one receivable, for pages and `explain`; reasons as (code, is earlier, values)."""

    expected_on: date | None
    early_on: date | None
    late_on: date | None
    made_on: date
    days: int
    probability: float
    is_learned: bool
    reasons: tuple[tuple[str, bool, dict[str, str | int]], ...]


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A receivable and how much of it must be feared for: `loss` = balance × chance of staying unpaid `LOSS_DAYS` days."""

    number: str
    invoice: int
    customer: int
    name: str
    balance: Money
    loss: Money
    expected_on: date | None


def ledger(creditor_id: int, as_of: date, *, customer: int | None = None) -> pl.DataFrame:
    """Every invoice's receivable as it was known at the end of the day before `as_of`; null `paid_date` = still open.

    `paid_date` is the day on which money settled it wholly. What was cancelled, or settled without money (a credit note, a
    write-off) or on a day that nobody knows, says nothing about paying and is left out. `balance` is what is open, `promised_on` the day of an open promise. Of one
    `customer` alone where it is named.
    """
    if customer is None:
        with bulk.reader(creditor_id) as read:
            return _ledger(read, as_of, "")
    with scope.of(creditor_id):
        own = [row[0] for row in bulk.rows("SELECT id FROM receivable WHERE customer_id = %s", customer)]
        # Numbers, not a query for them: the database then knows how few they are, and goes by the indexes.
        return _ledger(lambda sql: bulk.frame(sql, _ROWS), as_of, ", ".join(map(str, own)) or "NULL")


def _ledger(read: Read, as_of: date, among: str) -> pl.DataFrame:
    """Of the receivables with the numbers `among`; of all without."""
    day = f"DATE '{as_of.isoformat()}'"

    def of(column: str) -> str:
        return f"AND {column} IN ({among})" if among else ""

    found = read(f"""
        SELECT r.id AS invoice_id, r.customer_id, i.issue_date, r.due_date, r.amount::double precision AS amount, r.currency,
          c.kind, a.paid_on, coalesce(a.by_money, 0)::bigint AS by_money, p.promised_on,
          (r.amount + coalesce(x.amount, 0) - coalesce(w.amount, 0) - coalesce(a.amount, 0))::bigint AS balance
        FROM receivable r JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id
        LEFT JOIN (SELECT f.receivable_id, sum(f.amount) AS amount, sum(f.amount) FILTER (WHERE m.is_date_known) AS by_money,
                     max(f.effective_on) FILTER (WHERE m.is_date_known AND f.amount > 0) AS paid_on
                   FROM allocation f LEFT JOIN payment m ON m.id = f.payment_id
                   WHERE f.effective_on < {day} {of("f.receivable_id")} GROUP BY 1) a
          ON a.receivable_id = r.id
        LEFT JOIN (SELECT receivable_id, sum(amount) AS amount FROM charge WHERE effective_on < {day} {of("receivable_id")} GROUP BY 1) x
          ON x.receivable_id = r.id
        LEFT JOIN (SELECT receivable_id, sum(amount) AS amount FROM write_off WHERE effective_on < {day} {of("receivable_id")} GROUP BY 1) w
          ON w.receivable_id = r.id
        LEFT JOIN (SELECT p.receivable_id, max(p.promised_date) AS promised_on FROM promise p
                   WHERE p.effective_on < {day} AND NOT p.rehearsal {of("p.receivable_id")}
                     AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id AND e.effective_on < {day})
                   GROUP BY 1) p ON p.receivable_id = r.id
        WHERE i.kind = 'invoice' AND i.issue_date < {day} AND r.due_date >= i.issue_date {of("r.id")}
          AND NOT EXISTS (SELECT FROM cancellation k WHERE k.invoice_id = i.id AND k.effective_on < {day})
        ORDER BY r.id
    """)
    is_open = pl.col("balance") > 0
    return frames.conform(
        found.filter(is_open | (pl.col("by_money") > 0)).with_columns(
            balance=pl.col("balance").clip(lower_bound=0),
            # Money that came before the invoice was written was paid on its day.
            paid_date=pl.when(~is_open).then(pl.max_horizontal("paid_on", "issue_date")),
            trait_currency=pl.col("currency"),
        ),
        LEDGER,
    )


def promises(customer: int, as_of: date) -> tuple[int, int]:
    """How many promises of a customer came to their day, and how many of them were kept; in the scope that is open."""
    ((made, kept),) = bulk.rows(PROMISES, customer, as_of)
    return made, kept


def in_force(creditor_id: int, on: date) -> ForecastVersion | None:
    """The version that forecasts on a day: the newest that took over by then."""
    with scope.of(creditor_id):
        return ForecastVersion.objects.filter(took_over=True, effective_on__lte=on).order_by("-id").first()


def newest(creditor_id: int) -> ForecastVersion | None:
    """The version learned last, in force or in the shadow."""
    with scope.of(creditor_id):
        return ForecastVersion.objects.order_by("-id").first()


def judged(creditor_id: int, *, limit: int) -> list[ForecastVersion]:
    """The versions that were measured when they were learned, the latest last."""
    with scope.of(creditor_id):
        found = ForecastVersion.objects.filter(metrics__has_key="new").order_by("-id").defer("model")[:limit]
        return list(reversed(found))


def basis(creditor_id: int, on: date) -> tuple[str, str] | None:
    """The lawful basis in force on which persons are forecast by their own history, and who stated it."""
    with scope.of(creditor_id):
        last = ProfilingStatement.objects.filter(effective_on__lte=on).order_by("-id").first()
    return (last.basis, last.by) if last is not None and last.basis else None


def kept(creditor_id: int) -> pl.DataFrame:
    """The forecasts made last (`KEPT`)."""
    with bulk.reader(creditor_id) as read:
        return frames.conform(
            read("SELECT receivable_id AS invoice_id, known, made_on, expected_on FROM receivable_forecast"), KEPT
        )


def for_plan(creditor_id: int, as_of: date) -> pl.DataFrame:
    """What a plan may spare by: forecasts of this day, by a model that proved itself. An older forecast says nothing today."""
    with bulk.reader(creditor_id) as read:
        return frames.conform(
            read(
                "SELECT receivable_id, days, probability FROM receivable_forecast "
                f"WHERE version_id IS NOT NULL AND made_on = DATE '{as_of.isoformat()}'"
            ),
            frames.FORECASTS,
        )


def feared(creditor_id: int, as_of: date) -> pl.DataFrame:
    """receivable_id and how likely it is still unpaid after `LOSS_DAYS`: forecasts of this day by a model that proved itself, of
    receivables that nobody was asked to call about early, of customers with no open task."""
    with bulk.reader(creditor_id) as read:
        found = read(
            "SELECT f.receivable_id, f.unpaid FROM receivable_forecast f JOIN receivable r ON r.id = f.receivable_id "
            f"WHERE f.version_id IS NOT NULL AND f.made_on = DATE '{as_of.isoformat()}' "
            "AND NOT EXISTS (SELECT FROM task_item i JOIN task t ON t.id = i.task_id "
            f"WHERE i.receivable_id = f.receivable_id AND t.step = '{EARLY_CALL}') "
            "AND NOT EXISTS (SELECT FROM task t WHERE t.customer_id = r.customer_id "
            "AND NOT EXISTS (SELECT FROM task_outcome o WHERE o.task_id = t.id))"
        )
    return frames.conform(found, frames.FEARED)


def at_risk(as_of: date, *, rehearsal: bool, limit: int) -> list[AtRisk]:
    """Of each currency the receivables by which most money may be lost: balance × chance that it stays unpaid for long."""
    rows = bulk.rows(AT_RISK.format(balances=balances.balances_sql(as_of=as_of, rehearsal=rehearsal)), limit)
    return [
        AtRisk(
            number,
            invoice,
            customer,
            name,
            Money(balance, currency),
            Money(round(balance * unpaid), currency),
            expected,
        )
        for number, invoice, customer, name, balance, currency, unpaid, expected in rows
    ]


def shown(receivables: list[int]) -> dict[int, Shown]:
    """The newest forecasts of some receivables, in the scope that is open."""
    return {
        one.receivable_id: Shown(
            one.expected_on,
            one.early_on,
            one.late_on,
            one.made_on,
            one.days,
            one.probability,
            one.version_id is not None,
            tuple((code, is_earlier, values) for code, is_earlier, values in one.reasons),
        )
        for one in ReceivableForecast.objects.filter(receivable_id__in=receivables)
    }


# A promise counts as kept where its sum had come two days after its day.
PROMISES = """
SELECT count(*), count(*) FILTER (WHERE coalesce(a.received, 0) >= coalesce(p.amount, r.amount))
FROM promise p JOIN receivable r ON r.id = p.receivable_id
CROSS JOIN LATERAL (SELECT sum(f.amount) AS received FROM allocation f
  WHERE f.receivable_id = r.id AND f.effective_on BETWEEN p.effective_on AND p.promised_date + 2) a
WHERE r.customer_id = %s AND p.promised_date + 2 < %s AND NOT p.rehearsal
"""
AT_RISK = """
SELECT number, invoice_id, customer_id, name, balance, currency, unpaid, expected_on FROM (
  SELECT i.number, b.invoice_id, b.customer_id, c.name, b.balance - b.disputed AS balance, b.currency, f.unpaid, f.expected_on,
    row_number() OVER (PARTITION BY b.currency ORDER BY (b.balance - b.disputed) * f.unpaid DESC, b.receivable_id) AS place
  FROM receivable_forecast f JOIN ({balances}) b ON b.receivable_id = f.receivable_id
  JOIN invoice i ON i.id = b.invoice_id JOIN customer c ON c.id = b.customer_id
  WHERE b.balance > b.disputed AND NOT b.is_cancelled
) x WHERE place <= %s ORDER BY currency, place
"""
