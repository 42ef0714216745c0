"""What is counted over all the books: at once of small ones, beside the page of big ones, never twice at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches

from dunwell import __version__
from dunwell.run import summaries
from dunwell.store import audit, scope
from regressions.world import World

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def world(creditor: Any, tmp_path: Any) -> World:
    from regressions import world as worlds

    return worlds.fresh(creditor, tmp_path)


@pytest.fixture
def big(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A book with more receivables than a page waits for."""
    monkeypatch.setattr(summaries, "BIG", 0)
    world.owing("2026-02-20")
    yield world
    for thread in threading.enumerate():
        if thread.name == summaries.COUNTING:
            thread.join(timeout=5)


def asked(world: World, value: Any, **how: Any) -> summaries.Summary | None:
    with scope.of(world.creditor.pk):
        return summaries.of(world.creditor, "test", lambda: value, **{"on": TODAY, "now": NOW, **how})


def counted(world: World, value: Any, on: date = TODAY) -> summaries.Summary:
    """Asked until it is there."""
    for _ in range(200):
        found = asked(world, value, on=on)
        if found is not None and found.on == on:
            return found
        threading.Event().wait(0.05)
    raise AssertionError("it was never counted")


def test_a_small_book_is_exact_at_once(world: World) -> None:
    first = asked(world, 1)
    assert first is not None and (first.value, first.recorded_since) == (1, 0)
    assert asked(world, 2).value == 1  # nothing was recorded: the same books
    with scope.of(world.creditor.pk):
        audit.link(world.creditor.pk, actor="anna", kind="note", content="x")
    assert asked(world, 2).value == 2


def test_a_big_book_is_counted_beside_the_page_and_says_what_came_since(big: World) -> None:
    assert asked(big, 1) is None
    assert counted(big, 1).value == 1
    with scope.of(big.creditor.pk):
        audit.link(big.creditor.pk, actor="anna", kind="note", content="x")
    later = asked(big, 2)
    assert later is not None and (later.value, later.recorded_since) == (1, 1)


def test_on_a_new_day_the_last_figures_are_shown_until_the_new_ones_are_there(big: World) -> None:
    counted(big, 1)
    tomorrow = TODAY + timedelta(1)
    first = asked(big, 2, on=tomorrow)
    assert first is not None and (first.value, first.on) == (1, TODAY)
    assert counted(big, 2, on=tomorrow).value == 2


def test_whoever_asks_again_waits_for_the_same_count(big: World) -> None:
    started, go_on = threading.Event(), threading.Event()
    times = []

    def slow() -> int:
        times.append(1)
        started.set()
        go_on.wait(5)
        return 7

    with scope.of(big.creditor.pk):
        assert summaries.of(big.creditor, "slow", slow, on=TODAY, now=NOW) is None
        assert started.wait(5)
        assert summaries.of(big.creditor, "slow", slow, on=TODAY, now=NOW) is None
    go_on.set()
    for _ in range(200):
        if caches["summaries"].get(f"{big.creditor.pk}-slow-{__version__}") is not None:
            break
        threading.Event().wait(0.05)
    assert times == [1]
