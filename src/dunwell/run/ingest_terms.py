"""What was agreed with a customer, against what a file says: due dates that are missing are counted, others that differ are findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dunwell.core import agreed_terms
from dunwell.core.agreed_terms import AgreedTerms, CountedFrom
from dunwell.core.frames import Schema
from dunwell.store import bulk

DIFFERS: Schema = {"line": pl.Int64, "agreed_due": pl.Date, "is_earlier": pl.Boolean}


@dataclass(frozen=True, slots=True)
class Judged:
    """New documents with the due dates that the agreements give, and those whose own differ: DIFFERS."""

    new: pl.DataFrame
    differs: pl.DataFrame


def judge(new: pl.DataFrame) -> Judged:
    """Hold new invoices (`customer`: the store's id) against the terms in force on their issue; call inside `scope.of`."""
    agreements = _agreements(new["customer"].unique().to_list()) if not new.is_empty() else {}
    if not agreements:
        return Judged(new, pl.DataFrame(schema=DIFFERS))
    rows = new.filter((pl.col("kind") == "invoice") & pl.col("customer").is_in(list(agreements)))
    counted: list[dict[str, Any]] = []
    differs: list[dict[str, Any]] = []
    for row in rows.select("line", "customer", "issue_date", "due_date", "sent_on").iter_rows(named=True):
        due = _due(agreements[row["customer"]], row)
        if due is None:
            continue
        if row["due_date"] is None:
            counted.append({"line": row["line"], "agreed_due": due})
        elif row["due_date"] != due:
            differs.append({"line": row["line"], "agreed_due": due, "is_earlier": row["due_date"] < due})
    filled = pl.DataFrame(counted, schema={"line": pl.Int64, "agreed_due": pl.Date})
    return Judged(
        new.join(filled, on="line", how="left", maintain_order="left")
        .with_columns(due_date=pl.coalesce("due_date", "agreed_due"))
        .drop("agreed_due"),
        pl.DataFrame(differs, schema=DIFFERS),
    )


def _due(versions: list[tuple[date, AgreedTerms]], row: Mapping[str, Any]) -> date | None:
    """By the version in force on the issue. Acceptance and delivery are in no sheet: only a person knows those days."""
    terms = next((terms for since, terms in versions if since <= row["issue_date"]), None)
    if terms is None or terms.counted_from in (CountedFrom.ACCEPTANCE, CountedFrom.DELIVERY):
        return None
    is_received = terms.counted_from is CountedFrom.RECEIPT and row["sent_on"]
    return terms.due_date(row["sent_on"] if is_received else row["issue_date"])


def _agreements(customers: list[int]) -> dict[int, list[tuple[date, AgreedTerms]]]:
    """By customer, every version with days to pay, the newest first."""
    found: dict[int, list[tuple[date, AgreedTerms]]] = {}
    for customer, since, terms in bulk.rows(
        "SELECT customer_id, effective_on, terms::text FROM agreement WHERE customer_id = ANY(%s) "
        "ORDER BY customer_id, effective_on DESC, id DESC",
        customers,
    ):
        found.setdefault(customer, []).append((since, agreed_terms.read(json.loads(terms))))
    return found
