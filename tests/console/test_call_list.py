"""The call list: calls by what may turn on them, within the day's number of them, and nobody is passed over for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client

from dunwell.core.policy import Policy
from dunwell.run import policies, subjects, work
from dunwell.store import call_list, scope
from dunwell.store.models import Receivable, ReceivableForecast, Task, TaskItem
from regressions.world import DAY, World


def call(
    world: World, client: str, sum_: str, unpaid: float | None, *, since: date = DAY, currency: str = "EUR"
) -> int:
    """A call that waits about one invoice of which the forecast says how likely it stays unpaid; gives the task's number."""
    (number,) = world.owing("2026-02-20", client=client, sum_=sum_, currency=currency)
    own = {"creditor": world.creditor}
    with scope.of(world.creditor.pk):
        owed = Receivable.objects.get(invoice__number=number)
        said = {**own, "effective_on": since, "by": "test", "why": ""}
        task = Task.objects.create(
            **said, customer=subjects.customer(world.creditor, client), kind="call", policy="standard", step="call",
            due_on=since, rehearsal=True,
        )  # fmt: skip
        TaskItem.objects.create(**own, task=task, receivable=owed, step="call")
        if unpaid is not None:
            ReceivableForecast.objects.create(
                **own, receivable=owed, made_on=DAY, days=7, probability=1 - unpaid, unpaid=unpaid
            )
    return int(task.pk)


def listed(world: World, **changes: object) -> list[call_list.Listed]:
    chosen: list[Policy] = [replace(policies.load("standard"), **changes)]
    with scope.of(world.creditor.pk):
        return call_list.tasks(chosen, as_of=DAY, rehearsal=True, limit=20)


@pytest.fixture
def waiting(world: World) -> dict[str, int]:
    """Who pays anyway, who hangs in the balance with little and with much, and who will hardly ever pay."""
    return {
        "sure": call(world, "C1", "9000.00", 0.01),
        "small": call(world, "C2", "300.00", 0.5),
        "large": call(world, "C3", "2000.00", 0.5),
        "lost": call(world, "C4", "3000.00", 0.99),
    }


def test_calls_stand_in_the_order_of_what_may_turn_on_them(world: World, waiting: dict[str, int]) -> None:
    found = listed(world)
    assert [one.number for one in found] == [waiting[one] for one in ("large", "sure", "small", "lost")]
    assert all(one.gain and 0 < one.gain.minor < 2000_00 for one in found)


def test_the_policy_turns_the_order_off(world: World, waiting: dict[str, int]) -> None:
    assert [one.number for one in listed(world, calls_by_gain=False)] == list(waiting.values())


def test_past_the_days_calls_the_rest_waits_for_tomorrow(world: World, waiting: dict[str, int]) -> None:
    assert [one.is_beyond for one in listed(world, calls_a_day=1)] == [False, True, True, True]
    assert not any(one.is_beyond for one in listed(world))


def test_who_has_waited_long_comes_first(world: World, waiting: dict[str, int]) -> None:
    old = call(world, "C5", "10.00", 0.5, since=DAY - timedelta(call_list.WAITED_DAYS))
    assert listed(world)[0].number == old


def test_currencies_are_laid_into_each_other_and_never_compared(world: World) -> None:
    euros = [call(world, "C1", "500.00", 0.5), call(world, "C2", "400.00", 0.5)]
    yen = call(world, "C3", "1000000", 0.5, currency="JPY")
    assert {one.number for one in listed(world)[:2]} == {euros[0], yen}


def test_a_call_without_a_forecast_is_listed_and_promises_nothing(world: World) -> None:
    (only,) = [call(world, "C1", "500.00", None)]
    (found,) = listed(world)
    assert (found.number, found.gain) == (only, None)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "may turn on a call"), ("ru", "может решить звонок"), ("bg", "може да зависи от обаждане")],
)
def test_the_list_says_what_may_turn_on_a_call_and_that_it_is_supposed(
    client_as: Callable[..., Client], world: World, waiting: dict[str, int], language: str, words: str
) -> None:
    page = client_as("collector", language=language).get(f"/c/{world.creditor.slug}/?kind=task").content.decode()
    assert page.count(words) >= len(waiting)
    assert page.index("C3 Ltd") < page.index("C1 Ltd") < page.index("C2 Ltd")


def test_the_command_lists_them_in_the_same_order(world: World, waiting: dict[str, int]) -> None:
    tasks = [one for one in work.rows(world.creditor, DAY) if one.kind == "task"]
    assert [one.number for one in tasks] == [one.number for one in listed(world)]
    assert "may turn on a call" in tasks[0].why
