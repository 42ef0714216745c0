"""R48: a large book is planned by columns, not row by row."""

from __future__ import annotations

import time

import polars as pl

from dunwell.core import frames
from dunwell.core.frames import Portfolio
from dunwell.engine import plan
from plan import large
from plan.story import Book, day

SECONDS_MAX = 30
"""Some fifty times what it takes: to catch a loop over rows, not to measure."""


def test_r48_a_hundred_thousand_receivables_are_planned_in_seconds():
    book = large.portfolio(100_000)
    started = time.perf_counter()
    proposal = plan.propose(book, large.AS_OF)
    assert time.perf_counter() - started < SECONDS_MAX
    assert proposal.outcomes["receivable_id"].to_list() == list(range(1, 100_001))
    assert set(proposal.outcomes["code"]) == {"act", "join", "task", "wait", "hold", "none"} - {"none"}
    assert proposal.actions["action_id"].to_list() == list(range(1, proposal.actions.height + 1))


def test_part_of_a_large_book_is_planned_like_the_whole():
    book = large.portfolio(20_000)
    some = pl.col("customer_id") <= 1_000
    part = Portfolio(
        **(
            vars(book)
            | {name: getattr(book, name).filter(some) for name in ("receivables", "customers", "contacts", "touches")}
        )
    )
    whole = plan.propose(book, large.AS_OF)
    assert plan.propose(part, large.AS_OF).outcomes.equals(whole.outcomes.filter(some))


def test_an_empty_book_has_an_empty_plan():
    proposal = plan.propose(Book().portfolio("4 May"), day("4 May"))
    assert proposal.outcomes.is_empty()
    assert proposal.actions.schema == pl.Schema(frames.ACTIONS)
    assert proposal.items.is_empty()
    assert proposal.lapses.is_empty()
