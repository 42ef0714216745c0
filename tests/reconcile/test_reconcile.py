"""Which money settles which receivable, and what is left to a person."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.engine import reconcile
from reconcile.books import money, receivables, signs

PAYERS = signs((1, "name_key", "acme"), (1, "account", "BG1"), (2, "name_key", "beta"), (2, "tax_id", "777"))


def applied(result: reconcile.Result) -> list[tuple[int, int, str]]:
    return list(result.allocations.select("receivable_id", "amount", "basis").iter_rows())


def left(result: reconcile.Result) -> list[tuple[int, str]]:
    return list(result.unapplied.select("amount", "reason").iter_rows())


@pytest.mark.parametrize(
    "words",
    [
        "Payment of invoice INV-7",
        "Оплата по счету № INV-7 от 05.01.2026, НДС не облагается",
        "плащане по фактура inv 7",
        "INV-7",
        "inv7 / thank you",
    ],
)
def test_a_number_in_the_payers_words(words):
    result = reconcile.allocate(
        money({"remittance": words}), receivables({"receivable_id": 7}, {"receivable_id": 8}), PAYERS
    )
    assert applied(result) == [(7, 10000, "reference")] and left(result) == []


def test_several_numbers_are_paid_oldest_first():
    book = receivables(
        {"receivable_id": 1, "number": "12"}, {"receivable_id": 2, "number": "13"}, {"receivable_id": 3, "number": "14"}
    )
    result = reconcile.allocate(
        money({"remittance": "Оплата по счетам № 14, 12 и 13", "unapplied": 25000}), book, PAYERS
    )
    assert applied(result) == [(1, 10000, "reference"), (2, 10000, "reference"), (3, 5000, "reference")]


def test_leading_zeros_and_dashes_that_payers_leave_out():
    book = receivables({"receivable_id": 1, "number": "0000000012"}, {"receivable_id": 2, "number": "2026/45-A"})
    assert applied(reconcile.allocate(money({"remittance": "фактура 12"}), book, PAYERS)) == [(1, 10000, "reference")]
    assert applied(reconcile.allocate(money({"remittance": "счет 2026-45A"}), book, PAYERS)) == [
        (2, 10000, "reference")
    ]
    both = receivables({"receivable_id": 1, "number": "0012"}, {"receivable_id": 2, "number": "012"})
    assert applied(reconcile.allocate(money({"remittance": "фактура 12"}), both, PAYERS)) == []


@pytest.mark.parametrize("words", ["за период 2026", "сумма 12 руб 00 коп", "от 12.01.2026", "НДС 20% 2026.00"])
def test_years_sums_and_dates_are_no_numbers(words):
    book = receivables(
        {"receivable_id": 1, "number": "2026"},
        {"receivable_id": 2, "number": "12"},
        {"receivable_id": 3, "number": "20"},
    )
    assert applied(reconcile.allocate(money({"remittance": words, "unapplied": 5}), book, PAYERS)) == []


def test_an_order_number_stands_for_its_invoices():
    book = receivables({"receivable_id": 1, "order_number": "PO-991"}, {"receivable_id": 2})
    assert applied(reconcile.allocate(money({"reference": "PO-991"}), book, PAYERS)) == [(1, 10000, "reference")]


def test_bare_digits_of_an_unknown_payer_need_the_exact_sum():
    book = receivables({"receivable_id": 1, "number": "123456"})
    assert applied(reconcile.allocate(money({"remittance": "ref 123456", "unapplied": 9000}), book, PAYERS)) == []
    assert applied(reconcile.allocate(money({"remittance": "ref 123456"}), book, PAYERS)) == [(1, 10000, "reference")]
    assert applied(reconcile.allocate(money({"remittance": "invoice 123456", "unapplied": 9000}), book, PAYERS)) == [
        (1, 9000, "reference")
    ]


def test_one_number_of_two_customers_waits_for_the_payer():
    book = receivables({"receivable_id": 1, "number": "A-12"}, {"receivable_id": 2, "number": "A-12", "customer_id": 2})
    unknown = reconcile.allocate(money({"remittance": "A-12"}), book, PAYERS)
    assert left(unknown) == [(10000, "reference_ambiguous")]
    assert sorted(unknown.proposals["customer_id"]) == [1, 2]
    assert applied(reconcile.allocate(money({"remittance": "A-12", "payer_name_key": "beta"}), book, PAYERS)) == [
        (2, 10000, "reference")
    ]


def test_the_exact_sum_of_a_known_payer():
    book = receivables({"receivable_id": 1, "balance": 5000}, {"receivable_id": 2, "balance": 7000})
    assert applied(reconcile.allocate(money({"payer_account": "BG1", "unapplied": 7000}), book, PAYERS)) == [
        (2, 7000, "exact_sum")
    ]
    whole = reconcile.allocate(money({"payer_account": "BG1", "unapplied": 12000}), book, PAYERS)
    assert applied(whole) == [(1, 5000, "exact_sum"), (2, 7000, "exact_sum")]


def test_never_by_the_sum_alone():
    book = receivables({"receivable_id": 1}, {"receivable_id": 2, "customer_id": 2, "balance": 500})
    result = reconcile.allocate(money({}), book, PAYERS)
    assert left(result) == [(10000, "payer_unknown")]
    assert result.proposals.select("receivable_id", "customer_id").rows() == [(1, 1)]


def test_signs_that_contradict_leave_it_to_a_person():
    result = reconcile.allocate(
        money({"payer_name_key": "acme", "payer_tax_id": "777"}), receivables({"receivable_id": 1}), PAYERS
    )
    assert left(result) == [(10000, "payer_ambiguous")]


def test_a_payer_who_names_anothers_invoice_may_pay_for_somebody_else():
    book = receivables({"receivable_id": 1}, {"receivable_id": 2, "customer_id": 2})
    result = reconcile.allocate(money({"payer_name_key": "acme", "remittance": "invoice INV-2"}), book, PAYERS)
    assert left(result) == [(10000, "reference_of_other_customer")]
    assert result.proposals["receivable_id"][0] == 2


def test_oldest_first_only_where_the_policy_allows():
    rows = [{"receivable_id": 1, "balance": 5000}, {"receivable_id": 2, "balance": 7000}]
    pays = money({"customer_id": 1, "unapplied": 6000})
    assert left(reconcile.allocate(pays, receivables(*rows), PAYERS)) == [(6000, "several_fit")]
    allowed = receivables(*({**row, "may_allocate_oldest_first": True} for row in rows))
    assert applied(reconcile.allocate(pays, allowed, PAYERS)) == [(1, 5000, "oldest_first"), (2, 1000, "oldest_first")]


def test_of_equal_sums_a_certain_payer_means_the_oldest():
    book = receivables({"receivable_id": 1}, {"receivable_id": 2})
    result = reconcile.allocate(money({"customer_id": 1}), book, PAYERS)
    assert applied(result) == [(1, 10000, "exact_sum")] and left(result) == []
    merely_alike = money({"payer_name_key": "acme group of the north"})
    named = signs((1, "name_key", "acme group of the north ltd"))
    result = reconcile.allocate(merely_alike, book, named)
    assert left(result) == [(10000, "several_fit")]
    assert result.proposals["receivable_id"].to_list() == [1, 2]


def test_another_currency_stays_unapplied():
    result = reconcile.allocate(
        money({"customer_id": 1, "currency": "USD", "remittance": "INV-1"}), receivables({"receivable_id": 1}), PAYERS
    )
    assert applied(result) == [] and left(result) == [(10000, "currency_differs")]


def test_more_than_is_open_stays_unapplied():
    result = reconcile.allocate(
        money({"remittance": "INV-1", "unapplied": 15000}), receivables({"receivable_id": 1}), PAYERS
    )
    assert applied(result) == [(1, 10000, "reference")]
    assert result.unapplied.select("customer_id", "amount", "reason").rows() == [(1, 5000, "more_than_open")]


def test_a_column_that_names_an_unknown_invoice_leaves_it_to_a_person():
    book = receivables({"receivable_id": 1, "may_allocate_oldest_first": True})
    assert left(reconcile.allocate(money({"customer_id": 1, "invoice_number": "X-9"}), book, PAYERS)) == [
        (10000, "reference_unknown")
    ]


def test_a_credit_note_takes_its_invoice_before_any_payment():
    book = receivables({"receivable_id": 1, "balance": 10000})
    rows = money(
        {"customer_id": 1, "remittance": "INV-1", "date": date(2026, 1, 1)},
        {"customer_id": 1, "kind": "credit_note", "invoice_number": "INV-1", "unapplied": 3000},
    )
    result = reconcile.allocate(rows, book, PAYERS)
    assert applied(result) == [(1, 3000, "credited_invoice"), (1, 7000, "reference")]
    assert left(result) == [(3000, "more_than_open")]


def test_a_credit_note_larger_than_its_invoice_stays_on_account():
    rows = money({"customer_id": 1, "kind": "credit_note", "invoice_number": "INV-1", "unapplied": 15000})
    result = reconcile.allocate(rows, receivables({"receivable_id": 1}, {"receivable_id": 2}), PAYERS)
    assert applied(result) == [(1, 10000, "credited_invoice")] and left(result) == [(5000, "more_than_open")]


def test_a_credit_note_whose_invoice_is_not_known_waits():
    rows = money({"customer_id": 1, "kind": "credit_note", "invoice_number": "INV-9"})
    result = reconcile.allocate(rows, receivables({"receivable_id": 1, "may_allocate_oldest_first": True}), PAYERS)
    assert left(result) == [(10000, "reference_unknown")]


WORDS = st.sampled_from([None, "INV-1", "invoice INV-2", "счет INV-3", "INV-4 INV-5", "2026", "thanks", "INV-1, INV-6"])


@st.composite
def books(draw):
    amounts = st.integers(1, 5).map(lambda units: units * 1000)
    currencies = st.sampled_from(["EUR", "USD"])
    open_items = [
        {
            "receivable_id": at,
            "customer_id": draw(st.integers(1, 3)),
            "balance": draw(amounts),
            "currency": draw(currencies),
        }
        | {"may_allocate_oldest_first": draw(st.booleans())}
        for at in range(1, draw(st.integers(1, 8)) + 1)
    ]
    received = [
        {"unapplied": draw(amounts) * draw(st.integers(1, 3)), "currency": draw(currencies), "remittance": draw(WORDS)}
        | {"date": date(2026, 3, draw(st.integers(1, 5))), "customer_id": draw(st.sampled_from([None, 1, 2]))}
        | {"payer_name_key": draw(st.sampled_from([None, "acme", "beta"]))}
        | draw(st.sampled_from([{}, {}, {"kind": "credit_note", "customer_id": 1, "invoice_number": "INV-1"}]))
        for _ in range(draw(st.integers(0, 8)))
    ]
    return receivables(*open_items), money(*received)


@given(books())
def test_i1_allocated_and_unapplied_are_what_was_received(book):
    open_items, received = book
    result = reconcile.allocate(received, open_items, PAYERS)
    parts = pl.concat([result.allocations.select("money_id", "amount"), result.unapplied.select("money_id", "amount")])
    sums = dict(parts.group_by("money_id").agg(pl.col("amount").sum()).iter_rows())
    assert sums == dict(received.select("money_id", "unapplied").iter_rows())
    assert (parts["amount"] > 0).all()


@given(books())
def test_i1_nothing_is_settled_twice_or_across_currencies_or_customers(book):
    open_items, received = book
    allocations = reconcile.allocate(received, open_items, PAYERS).allocations.join(
        open_items, on="receivable_id", suffix=".of"
    )
    assert (allocations["currency"] == allocations["currency.of"]).all()
    assert (allocations["customer_id"] == allocations["customer_id.of"]).all()
    settled = allocations.group_by("receivable_id", "balance").agg(pl.col("amount").sum())
    assert (settled["amount"] <= settled["balance"]).all()
    known = allocations.join(received.select("money_id", paid_by="customer_id"), on="money_id").filter(
        pl.col("paid_by").is_not_null()
    )
    assert (known["customer_id"] == known["paid_by"]).all()


@given(books(), st.randoms(use_true_random=False))
def test_i9_the_order_of_the_rows_changes_nothing(book, random):
    open_items, received = book
    once = reconcile.allocate(received, open_items, PAYERS)
    shuffled = [
        frame.sample(fraction=1, shuffle=True, seed=random.randrange(1000)) for frame in (received, open_items, PAYERS)
    ]
    again = reconcile.allocate(*shuffled)
    assert all(one.equals(other) for one, other in zip(once, again, strict=True))


@given(books())
def test_a_second_run_finds_nothing_more_to_do(book):
    open_items, received = book
    first = reconcile.allocate(received, open_items, PAYERS)
    settled = first.allocations.group_by("receivable_id").agg(settled=pl.col("amount").sum())
    rest = open_items.join(settled, on="receivable_id", how="left").with_columns(
        balance=pl.col("balance") - pl.col("settled").fill_null(0)
    )
    left_over = first.unapplied.select("money_id", "amount", owner="customer_id")
    still = received.join(left_over, on="money_id").with_columns(
        unapplied="amount", customer_id=pl.coalesce("customer_id", "owner")
    )
    second = reconcile.allocate(still.select(received.columns), rest.select(open_items.columns), PAYERS)
    assert second.allocations.is_empty()
    assert second.unapplied.equals(first.unapplied)


def test_what_one_payment_settles_can_leave_another_only_one_choice():
    rows = money(
        {"customer_id": 1, "date": date(2026, 3, 1)},
        {"customer_id": 1, "remittance": "INV-2", "date": date(2026, 3, 2)},
    )
    result = reconcile.allocate(rows, receivables({"receivable_id": 1}, {"receivable_id": 2}), PAYERS)
    assert applied(result) == [(2, 10000, "reference"), (1, 10000, "exact_sum")] and left(result) == []


def test_a_payment_that_names_a_settled_invoice_may_be_paid_twice():
    book = receivables({"receivable_id": 1, "balance": 0}, {"receivable_id": 2, "may_allocate_oldest_first": True})
    result = reconcile.allocate(money({"customer_id": 1, "remittance": "invoice INV-1"}), book, PAYERS)
    assert applied(result) == [] and left(result) == [(10000, "reference_settled")]
