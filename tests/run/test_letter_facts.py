"""What a run's letters say beyond their sums: only what is true of this policy on this day."""

from dataclasses import replace
from datetime import date

import pytest

from dunwell.core.ledger import TaskKind
from dunwell.run import policies
from regressions.world import DAY, World, fresh, only


@pytest.fixture
def world(creditor, tmp_path) -> World:
    return fresh(creditor, tmp_path)


def test_a_late_letter_says_that_reminders_stop_with_the_payment_and_an_early_one_does_not(world):
    world.owing("2026-02-02")
    world.owing("2026-03-09", client="C2")
    world.days(date(2026, 2, 2), date(2026, 2, 13))
    said = "the reminders stop by themselves"
    found = {m.step: said in m.content_row.text for m in world.sent() if m.customer.external_id == "C1"}
    assert found["reminder"] and not found["due_day"], found
    world.plan(DAY)
    assert said not in only(m for m in world.messages("queued") if m.customer.external_id == "C2").content_row.text


@pytest.mark.parametrize(
    ("next_task", "said"), [(TaskKind.CALL, "I will call you on Tuesday, 17\xa0March."), (TaskKind.VISIT, "")]
)
def test_a_call_is_announced_only_where_the_policy_makes_it_next(world, monkeypatch, next_task, said):
    every = policies.load_all()
    standard = every["standard"]
    asks = replace(
        standard.step("formal"),
        name="asks",
        offset_days=3,
        level=2,
        audience=standard.step("reminder").audience,
        approval=False,
    )
    acts = replace(standard.step("call"), name="acts", offset_days=18, level=4, task=next_task, else_step="")
    short = replace(standard, steps=(asks, acts), wake_up=None)
    monkeypatch.setattr(policies, "load_all", lambda: {**every, "standard": short})
    world.owing("2026-02-27")
    world.plan(DAY)
    text = only(world.messages("queued", "waiting")).content_row.text
    assert said in text and ("I will call you" in text) == bool(said), text
