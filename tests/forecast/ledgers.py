"""Made-up ledgers with known habits."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

START = date(2025, 1, 6)
SCHEMA = {
    "invoice_id": pl.String, "customer_id": pl.String, "issue_date": pl.Date, "due_date": pl.Date, "amount": pl.Float64,
    "currency": pl.String, "payment_terms": pl.String, "paid_date": pl.Date,
}  # fmt: skip


def make(customers: int = 20, weeks: int = 30, seed: int = 1, weekday: int | None = None) -> pl.DataFrame:
    """Every customer gets an invoice a week and pays with a delay of its own, from 5 days early to 25 late.

    With `weekday` (0 = Monday) every payment waits for that day. Payments after the last week are still unknown.
    """
    random = np.random.default_rng(seed)
    until = START + timedelta(weeks=weeks)
    rows = []
    for customer in range(customers):
        habit = -5 + 30 * customer / max(customers - 1, 1)
        for week in range(weeks):
            issued = START + timedelta(days=7 * week + int(random.integers(5)))
            due = issued + timedelta(days=14)
            paid = max(issued, due + timedelta(days=round(habit + random.normal(0, 2))))
            if weekday is not None:
                paid += timedelta(days=(weekday - paid.weekday()) % 7)
            amount = float(random.integers(100, 900))
            rows.append(
                (f"{customer}-{week}", f"C{customer}", issued, due, amount, "EUR", "14", paid if paid < until else None)
            )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
