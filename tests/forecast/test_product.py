"""Forecasts in the product: learned from the books, judged before they take over, kept, and asked by the plan."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from dunwell.core.forecast import Measured
from dunwell.core.ledger import EARLY_CALL
from dunwell.run import attention, cash, forecasting, people, plan, portfolio, simulate, stories
from dunwell.store import load_forecasts, record_forecasts, scope
from dunwell.store.models import Creditor, ForecastVersion, ReceivableForecast, Task, TaskItem
from forecast import books, ledgers

START = ledgers.START
DAY = START + timedelta(weeks=36)


@pytest.fixture
def filled(creditor: Creditor) -> Creditor:
    books.fill(creditor, ledgers.make(customers=12, weeks=36, weekday=3), persons=("C11",))
    return creditor


def test_what_is_learned_takes_over_and_is_asked_by_the_plan(filled):
    version = forecasting.learn(filled, DAY, by="anna")
    assert version.took_over, version.why
    assert version.metrics["new"]["crps"] < version.metrics["histories"]["crps"]
    assert len(version.calibration) == 10
    assert forecasting.run(filled, DAY) > 0
    asked = portfolio.of(filled, DAY, rehearsal=True)
    assert asked.forecasts.height == asked.receivables.filter(document="invoice").height
    assert asked.forecasts["probability"].is_between(0, 1).all()
    assert portfolio.of(filled, DAY + timedelta(1), rehearsal=True).forecasts.is_empty()


def test_the_same_books_are_not_learned_twice(filled):
    forecasting.learn(filled, DAY, by="anna")
    with pytest.raises(forecasting.NothingNew):
        forecasting.learn(filled, DAY, by="anna")


def test_without_a_model_the_histories_forecast_and_nothing_is_spared_on_their_word(creditor):
    books.fill(creditor, ledgers.make(customers=3, weeks=6))
    day = START + timedelta(weeks=6)
    with pytest.raises(forecasting.TooLittleHistory):
        forecasting.learn(creditor, day, by="anna")
    assert forecasting.run(creditor, day) > 0
    assert portfolio.of(creditor, day, rehearsal=True).forecasts.is_empty()
    with scope.of(creditor.pk):
        assert ReceivableForecast.objects.exclude(expected_on=None).exists()


def test_a_forecast_knows_nothing_of_its_own_day_and_later(filled):
    known = load_forecasts.ledger(filled.pk, DAY - timedelta(60))
    assert known["issue_date"].max() < DAY - timedelta(60)
    assert known["paid_date"].max() < DAY - timedelta(60)


def test_persons_are_forecast_by_the_market_until_a_basis_is_stated(filled):
    def stored() -> dict[str, list]:
        forecasting.run(filled, DAY)
        with scope.of(filled.pk):
            rows = ReceivableForecast.objects.select_related("receivable__customer")
            return {row.receivable.customer.name: row.reasons for row in rows}

    assert stored()["C11"] == []
    assert stored()["C10"]
    record_forecasts.basis(filled.pk, statement="contract of 1 March", on=DAY, by="anna")
    assert stored()["C11"]
    record_forecasts.basis(filled.pk, statement="", on=DAY, by="anna")
    assert stored()["C11"] == []


def test_another_creditor_sees_neither_version_nor_forecast(filled):
    forecasting.learn(filled, DAY, by="anna")
    forecasting.run(filled, DAY)
    stranger = Creditor.objects.create(
        slug="stranger-of-forecasts", name="x", country="BG", locale="bg", currency="EUR", timezone="Europe/Sofia"
    )
    with scope.of(stranger.pk):
        assert not ForecastVersion.objects.exists()
        assert not ReceivableForecast.objects.exists()


@pytest.mark.parametrize(
    ("trial", "took_over", "says"),
    [
        ({}, False, "too few"),
        ({"new": 2.0, "histories": 1.9}, False, "histories"),
        ({"new": 1.8, "histories": 1.9}, True, "1.80"),
        ({"new": 1.8, "histories": 1.9, "before": 1.6, "new_beside_before": 1.7}, False, "in force"),
        ({"new": 1.8, "histories": 1.9, "before": 1.7, "new_beside_before": 1.7}, True, "1.80"),
    ],
)
def test_a_version_takes_over_only_where_it_is_no_worse(trial, took_over, says):
    measured = {name: Measured(100, crps, 1.0, 0.8) for name, crps in trial.items()}
    found, why = forecasting.judged(measured)
    assert found is took_over
    assert says in why


def test_a_lesson_is_due_when_the_last_one_is_old(filled):
    assert forecasting.is_due(filled, DAY)
    forecasting.learn(filled, DAY, by="anna")
    assert not forecasting.is_due(filled, DAY + timedelta(forecasting.LEARN_AFTER_DAYS - 1))
    assert forecasting.is_due(filled, DAY + timedelta(forecasting.LEARN_AFTER_DAYS))


def test_the_day_of_a_debt_is_the_day_money_settled_it(filled):
    known = load_forecasts.ledger(filled.pk, DAY)
    made = ledgers.make(customers=12, weeks=36, weekday=3)
    assert known["paid_date"].count() == made["paid_date"].count()
    still_open = known.filter(pl.col("paid_date").is_null())
    assert still_open["balance"].sum() == int(made.filter(pl.col("paid_date").is_null())["amount"].sum() * 100)
    assert date(2025, 1, 1) < known["issue_date"].min()


def test_cash_to_come_counts_everything_open_once_and_bends_to_suppositions(filled):
    told = cash.outlook(filled, DAY, days=84)
    (owed,) = told.open.values()
    assert told.weekly.height == 12
    assert told.weekly["expected"].sum() == pytest.approx(told.running["expected"][-1], rel=1e-6)
    assert told.running["expected"][-1] <= owed
    assert (told.weekly["low_80"] <= told.weekly["expected"]).all()
    lost = cash.customers(filled, ["C11"])
    assert cash.outlook(filled, DAY, what_if=cash.WhatIf(lost=lost)).open["EUR"] < owed
    later = cash.outlook(filled, DAY, days=7, what_if=cash.WhatIf(sooner_days=-7)).running["expected"][-1]
    assert later < cash.outlook(filled, DAY, days=7).running["expected"][-1]
    with pytest.raises(cash.DaysOutOfRange):
        cash.outlook(filled, DAY, days=3)


@pytest.mark.parametrize(("locale", "word"), [("en", "expected"), ("ru", "ожида"), ("bg", "очак")])
def test_explain_says_when_and_why(filled, locale, word):
    forecasting.learn(filled, DAY, by="anna")
    forecasting.run(filled, DAY)
    (told,) = stories.tell(filled, "3-35", DAY, rehearsal=True)
    sentences = forecasting.sentences(told.forecast, locale)
    assert word in sentences[0]
    assert len(sentences) == 5


def test_a_call_comes_early_where_a_policy_asks_for_it_and_once_for_each_invoice(filled):
    forecasting.learn(filled, DAY, by="anna")
    forecasting.run(filled, DAY)
    planned = plan.run(filled, DAY, rehearsal=True, by="anna")
    assert attention.run(filled, DAY, planned, rehearsal=True, by="anna") == 0
    wary = tuple(replace(policy, attention_from=0.0) for policy in planned.portfolio.policies)
    calm = planned.proposal.outcomes.with_columns(code=pl.lit("wait"), reasons=pl.lit("not_yet=upcoming"))
    quiet = replace(planned.proposal, outcomes=calm, actions=planned.proposal.actions.clear())
    planned = replace(planned, proposal=quiet, portfolio=replace(planned.portfolio, policies=wary))
    made = attention.run(filled, DAY, planned, rehearsal=True, by="anna")
    assert 0 < made <= attention.A_DAY_MAX
    with scope.of(filled.pk):
        tasks = list(Task.objects.filter(step=EARLY_CALL).order_by("pk"))
        about = {task.customer_id: {item.receivable_id for item in task.items.all()} for task in tasks}
        (number, *_rest) = TaskItem.objects.filter(task=tasks[0]).values_list("receivable__invoice__number", flat=True)
    assert len(about) == made
    (told,) = stories.tell(filled, number, DAY, rehearsal=True)
    assert any("the forecast fears for it" in what for _on, what, _said in told.events)
    for task in tasks:
        people.close_task(filled, task.pk, outcome="called", is_done=True, on=DAY, by="anna")
    attention.run(filled, DAY, planned, rehearsal=True, by="anna")
    with scope.of(filled.pk):
        again = TaskItem.objects.filter(task__step=EARLY_CALL).exclude(task__in=tasks)
        assert not {item.receivable_id for item in again} & set().union(*about.values())


def test_a_look_ahead_lives_through_the_days_by_the_forecast_and_writes_nothing(filled):
    forecasting.learn(filled, DAY, by="anna")
    found = simulate.ahead(filled, DAY, days=28, named=["standard", "gentle"], assume_contact="email")
    assert set(found) == {"standard", "gentle"}
    assert all(one.sent["on"].is_between(DAY, DAY + timedelta(27)).all() for one in found.values())
    paid = [one.sent.filter(pl.col("purpose") == "thanks").height for one in found.values()]
    assert min(paid) > 0  # money came on the days that are forecast
    with scope.of(filled.pk):
        assert not Task.objects.exists()
    with pytest.raises(simulate.AheadOutOfRange):
        simulate.ahead(filled, DAY, days=0, named=[])


def test_the_error_is_told_from_learning_to_learning(filled):
    assert forecasting.drift(filled) == []
    forecasting.learn(filled, DAY - timedelta(56), by="anna")
    forecasting.learn(filled, DAY, by="anna")
    first, second = forecasting.drift(filled)
    assert (first.on, second.on) == (DAY - timedelta(56), DAY)
    assert first.in_force is None
    assert second.in_force is not None and second.in_force > 0
    assert 0 < second.covered <= 1
