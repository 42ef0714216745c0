"""Small ledgers as a test writes them."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from dunwell.core import frames_import as frames


def receivables(*rows: dict[str, Any]) -> pl.DataFrame:
    """Receivables; a row may leave out everything but its id."""
    usual = {
        "customer_id": 1,
        "currency": "EUR",
        "balance": 10000,
        "order_number": None,
        "may_allocate_oldest_first": False,
    }
    filled = [
        usual
        | {"number": f"INV-{row['receivable_id']}", "issue_date": date(2026, 1, row["receivable_id"] % 28 + 1)}
        | {"due_date": date(2026, 2, row["receivable_id"] % 28 + 1)}
        | row
        for row in rows
    ]
    return pl.DataFrame(filled, schema=frames.RECEIVABLES)


def money(*rows: dict[str, Any]) -> pl.DataFrame:
    usual = dict.fromkeys(frames.MONEY) | {
        "kind": "payment",
        "date": date(2026, 3, 1),
        "currency": "EUR",
        "unapplied": 10000,
    }
    rows = tuple({"received": row.get("unapplied", 10000)} | row for row in rows)
    return pl.DataFrame([usual | {"money_id": at} | row for at, row in enumerate(rows, start=1)], schema=frames.MONEY)


def signs(*rows: tuple[int, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=frames.PAYER_SIGNS, orient="row")
