"""What a run's letters say beyond their sums: only what is true of this policy on this day."""

from dataclasses import replace
from datetime import date

import pytest

from dunwell.core.ledger import TaskKind
from dunwell.run import policies
from dunwell.store import scope
from dunwell.store.models import Amendment
from regressions.world import DAY, World, fresh, only

WAYS = {"page": "/p/", "Bank transfer": "Bank transfer", "In cash": "In cash"}


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


ORDER = "Customer ID,Document type,Invoice number,Invoice date,Valid until,Work starts,Amount,Currency\n"


@pytest.mark.parametrize(
    ("starts", "said"),
    [
        ("2026-03-23", "we start on Monday, 23\xa0March"),
        ("2026-03-21", ""),  # a Saturday
        ("2026-03-13", ""),  # before the offer ends
        ("", ""),
    ],
)
def test_an_order_names_the_start_of_its_work_only_where_it_can_be_kept(world, starts, said):
    world.client()
    world.take(ORDER + f"C1,proforma,P-1,2026-03-02,2026-03-16,{starts},100.00,EUR\n")
    world.plan(DAY)
    text = only(world.messages("queued", "waiting")).content_row.text
    assert said in text and ("we start" in text) == bool(said), text


def test_a_newer_sheet_moves_the_start_and_leaves_an_amendment(world):
    world.client()
    for starts in ("2026-03-23", "2026-03-24"):
        world.take(ORDER + f"C1,proforma,P-1,2026-03-02,2026-03-16,{starts},100.00,EUR\n")
    world.plan(DAY)
    assert "we start on Tuesday, 24\xa0March" in only(world.messages("queued", "waiting")).content_row.text
    with scope.of(world.creditor.pk):
        assert list(Amendment.objects.values_list("field", "old", "new")) == [("starts_on", "2026-03-23", "2026-03-24")]


@pytest.mark.parametrize(
    ("kind", "method", "first"),
    [
        ("business", "", "page"),
        ("business", "card", "page"),
        ("business", "transfer", "Bank transfer"),
        ("person", "cash", "In cash"),
        ("business", "cash", "page"),
    ],
)
def test_the_way_to_pay_that_the_customer_prefers_stands_first(world, kind, method, first):
    world.owing("2026-02-20")
    head = "Customer ID,Customer name,Customer type,Email,Preferred payment method"
    assert not world.take(f"{head}\nC1,C1 Ltd,{kind},c1@client.example,{method}\n").findings
    world.plan(DAY)
    text = only(world.messages("queued", "waiting")).content_row.text
    places = {way: text.find(words) for way, words in WAYS.items() if words in text}
    assert min(places, key=places.__getitem__) == first, text
    assert {"page", "Bank transfer"} <= places.keys()
