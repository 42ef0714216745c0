"""Whose forecast is made anew: a large quiet book keeps its forecasts, and the plan notices no difference."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from django.db.models import F

from dunwell.engine import forecast_turns
from dunwell.engine import plan as engine
from dunwell.run import forecasting, portfolio
from dunwell.store import load_forecasts, record_forecasts, scope
from dunwell.store.models import Allocation, Coverage, Creditor, Invoice, Payment, Receivable, ReceivableForecast
from forecast import books, ledgers

DAY = ledgers.START + timedelta(weeks=36)


@pytest.fixture
def filled(creditor: Creditor) -> Creditor:
    books.fill(creditor, ledgers.make(customers=8, weeks=36, weekday=3), persons=("C7",))
    with scope.of(creditor.pk):
        Invoice.objects.update(requested_on=F("issue_date"))
        Coverage.objects.create(creditor=creditor, effective_on=DAY, source="bank", covered_until=DAY + timedelta(30))
    return creditor


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the book were so large that nobody's turn came by age."""
    monkeypatch.setattr(forecast_turns, "REST_A_DAY", 0)


def stored(creditor: Creditor) -> dict[int, tuple[date, list]]:
    with scope.of(creditor.pk):
        return {row.receivable_id: (row.made_on, row.reasons) for row in ReceivableForecast.objects.all()}


def customer_of(creditor: Creditor, receivable: int) -> str:
    with scope.of(creditor.pk):
        return Receivable.objects.get(pk=receivable).customer.name


def pay_a_part(creditor: Creditor, receivable_id: int, on: date) -> None:
    with scope.of(creditor.pk):
        owed = Receivable.objects.get(pk=receivable_id)
        own = {"creditor": creditor, "currency": owed.currency}
        payment = Payment.objects.create(
            **own, customer=owed.customer, external_id="late news", date=on, recorded_on=DAY, amount=100
        )
        Allocation.objects.create(
            **own, payment=payment, receivable=owed, amount=100, basis="reference", effective_on=on
        )


def test_a_small_book_is_forecast_every_day(filled):
    everybody = forecasting.run(filled, DAY)
    assert everybody == forecasting.run(filled, DAY + timedelta(1)) > 0


def test_a_large_book_where_nothing_changed_keeps_its_forecasts(filled, large):
    assert forecasting.run(filled, DAY) > 0
    assert forecasting.run(filled, DAY) == 0


def test_money_told_late_is_a_change_and_concerns_its_customer_alone(filled, large):
    forecasting.run(filled, DAY)
    owed = min(stored(filled))
    pay_a_part(filled, owed, DAY - timedelta(20))
    forecasting.run(filled, DAY + timedelta(1))
    anew = {number for number, (made_on, _) in stored(filled).items() if made_on > DAY}
    assert owed in anew
    assert {customer_of(filled, number) for number in anew} == {customer_of(filled, owed)}


def test_a_basis_that_is_stated_changes_the_persons_alone(filled, large):
    forecasting.run(filled, DAY)
    record_forecasts.basis(filled.pk, statement="contract of 1 March", on=DAY, by="anna")
    forecasting.run(filled, DAY)
    told = {customer_of(filled, number): reasons for number, (_, reasons) in stored(filled).items()}
    assert all(told.values())


def test_of_the_rest_what_has_been_out_of_date_longest_takes_its_turn(monkeypatch):
    numbers = [1, 2, 3, 4]
    ledger = pl.DataFrame(
        {
            "invoice_id": numbers,
            "customer_id": numbers,
            "issue_date": [DAY - timedelta(90)] * 4,
            "due_date": [DAY - timedelta(60)] * 4,
            "paid_date": pl.Series([None] * 4, dtype=pl.Date),
            "amount": [100.0] * 4,
            "balance": [100] * 4,
            "promised_on": pl.Series([None] * 4, dtype=pl.Date),
        }
    )
    asked = ledger.with_columns(origin=pl.lit(DAY), is_profiled=pl.lit(True))
    unknown = pl.DataFrame(schema=load_forecasts.KEPT)
    first = forecast_turns.chosen(asked, ledger, unknown, DAY, courtesies=())
    assert first["is_turn"].all() and first["is_explained"].all()
    kept = first.select(
        "invoice_id",
        "known",
        made_on=pl.Series([DAY - timedelta(n) for n in (1, 1, 90, 1)]),
        expected_on=pl.Series([DAY + timedelta(9), DAY - timedelta(1), None, None], dtype=pl.Date),
    )
    monkeypatch.setattr(forecast_turns, "REST_A_DAY", 2)
    again = forecast_turns.chosen(asked, ledger, kept, DAY, courtesies=())
    assert again.filter("is_turn")["invoice_id"].to_list() == [2, 3]
    window = [("due_date", 60), ("issue_date", 120)]
    assert forecast_turns.chosen(asked, ledger, kept, DAY, courtesies=window)["is_turn"].all()
    assert not forecast_turns.chosen(asked, ledger, kept, DAY, courtesies=window)["is_explained"].all()


def test_what_may_be_spared_is_forecast_every_day_and_keeps_its_reasons(filled, large):
    forecasting.learn(filled, DAY, by="anna")
    everybody = forecasting.run(filled, DAY)
    before = stored(filled)
    later = DAY + timedelta(20)
    assert 0 < forecasting.run(filled, later) < everybody
    after = stored(filled)
    assert later in {made_on for made_on, _ in after.values()}
    assert [reasons for _, reasons in after.values()] == [before[number][1] for number in after]


def test_the_plan_is_the_same_whether_all_are_forecast_or_only_those_whose_turn_it_is(filled, monkeypatch):
    """Sparing asks for today's forecast of what it may spare, and for no other."""
    forecasting.learn(filled, DAY, by="anna")
    seen = []
    for day in (DAY, DAY + timedelta(4), DAY + timedelta(9)):
        for rest in (0, 10**6):
            monkeypatch.setattr(forecast_turns, "REST_A_DAY", rest)
            forecasting.run(filled, day)
            book = portfolio.of(filled, day, rehearsal=True)
            sparing = tuple(replace(policy, spare_probability=0.3) for policy in book.policies)
            seen.append(engine.propose(replace(book, policies=sparing), day).outcomes)
        assert seen[-2].equals(seen[-1])
    assert pl.concat(seen)["reasons"].str.contains("spare").any()
