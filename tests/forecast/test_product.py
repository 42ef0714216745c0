"""Forecasts in the product: learned from the books, judged before they take over, kept, and asked by the plan."""

from datetime import date, timedelta

import polars as pl
import pytest

from dunwell.core.forecast import Measured
from dunwell.run import cash, forecasting, portfolio, stories
from dunwell.store import load_forecasts, record_forecasts, scope
from dunwell.store.models import Creditor, ForecastVersion, ReceivableForecast
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
