"""Whom a person calls early: money that the forecast fears for, before the ladder's own day and while nothing else speaks with the client."""

from __future__ import annotations

from datetime import date

import polars as pl

from dunwell.core.frames import Portfolio, Proposal, Schema, conform
from dunwell.core.ledger import CustomerKind

EARLY: Schema = {
    "customer_id": pl.Int64,
    "policy": pl.Int32,  # index into Portfolio.policies
    "receivables": pl.List(pl.Int64),
}


def wanted(portfolio: Portfolio, proposal: Proposal, feared: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The customers to call (EARLY), those first by whom most may be lost; `feared` is core.frames.FEARED, each currency has its own order, laid into each other.

    Only what merely waits for its day is called about: what is held, promised or contested is left alone, and so is whoever is
    written to today or was contacted within the policy's gap. Natural persons are never chosen by a forecast.
    """
    least = pl.lit(pl.Series([policy.attention_from for policy in portfolio.policies], dtype=pl.Float64)).gather(
        "policy"
    )
    gap = pl.lit(pl.Series([policy.gap_days_min for policy in portfolio.policies], dtype=pl.Int32)).gather("policy")
    waiting = proposal.outcomes.filter((pl.col("code") == "wait") & pl.col("reasons").str.starts_with("not_yet"))
    businesses = portfolio.customers.filter(pl.col("kind") == CustomerKind.BUSINESS.value)
    recent = portfolio.touches.group_by("customer_id").agg(pl.col("on").max())
    owed = (
        portfolio.receivables.filter(pl.col("balance") > pl.col("disputed"))
        .join(feared, on="receivable_id")
        .filter((least < 1) & (pl.col("unpaid") >= least))
        .join(waiting, on="receivable_id", how="semi")
        .join(businesses, on="customer_id", how="semi")
        .join(proposal.actions, on="customer_id", how="anti")
        .join(recent, on="customer_id", how="left")
        .filter(pl.col("on").is_null() | (pl.col("on") + pl.duration(days=gap) <= as_of))
        .with_columns(loss=(pl.col("balance") - pl.col("disputed")) * pl.col("unpaid"))
    )
    losses = owed.group_by("customer_id", "currency").agg(pl.col("loss").sum())
    places = losses.with_columns(place=pl.col("loss").rank("ordinal", descending=True).over("currency"))
    first = places.group_by("customer_id").agg(pl.col("place").min())
    found = owed.sort("loss", "receivable_id", descending=[True, False]).group_by("customer_id", maintain_order=True)
    calls = found.agg(pl.col("policy").first(), receivables=pl.col("receivable_id"))
    return conform(calls.join(first, on="customer_id").sort("place", "customer_id"), EARLY)
