"""What payers type, and which payers they are: references, noise, ranges, sums that differ, groups."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import reference
from dunwell.core.reference import Names, Reference
from dunwell.engine import match_narrow, match_near, match_sums, match_words, reconcile
from dunwell.run import bench_match
from reconcile.books import money, receivables, signs
from reconcile.test_reconcile import PAYERS, applied, books, left

STRANGER = {"payer_name_key": "somebody else", "payer_account": "DE1"}


# references


@given(st.sampled_from(list(Names)), st.integers(1, 10**11))
def test_a_reference_is_read_as_it_was_written(names, id):
    text = reference.written(names, id)
    assert reference.found(f"платеж {text}, спасибо") == [Reference(names, id)]
    assert reference.found(text.replace("M", "М").replace("K", "К").replace("-", " ").lower()) == [Reference(names, id)]


@given(st.integers(1, 10**8), st.data())
def test_no_single_wrong_digit_and_no_exchange_of_two_passes(id, data):
    text = reference.written(Names.INVOICE, id)
    places = [at for at, letter in enumerate(text) if letter.isdigit()]
    at = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[at]]))
    assert reference.found(text[:at] + wrong + text[at + 1 :]) == []
    if at + 1 < len(text) and text[at + 1].isdigit() and text[at] != text[at + 1]:
        assert reference.found(text[:at] + text[at + 1] + text[at] + text[at + 2 :]) == []


@pytest.mark.parametrize("words", ["M107-{}", "по счету М107 {}", "m107{}", "M 107-{} благодаря"])
def test_our_own_reference_is_certain_of_whoever_pays(words):
    check = reference.written(Names.INVOICE, 107)[-2:]
    book = receivables({"receivable_id": 7, "invoice_id": 107}, {"receivable_id": 8, "invoice_id": 108})
    result = reconcile.allocate(money({"remittance": words.format(check), "unapplied": 900, **STRANGER}), book, PAYERS)
    assert applied(result) == [(7, 900, "reference")]


def test_a_customers_reference_says_who_pays():
    book = receivables({"receivable_id": 1, "balance": 500}, {"receivable_id": 2, "balance": 700})
    text = reference.written(Names.CUSTOMER, 1)
    assert text.startswith("K001-")
    rows = money({"remittance": text, "unapplied": 1200, **STRANGER})
    assert applied(reconcile.allocate(rows, book, PAYERS)) == [(1, 500, "exact_sum"), (2, 700, "exact_sum")]


def test_a_structured_reference_is_the_one_the_document_asked_for_or_holds_its_number():
    asked = receivables({"receivable_id": 1, "reference": "RF18539007547034"})
    rows = money({"remittance": "RF18 5390 0754 7034", "unapplied": 400, **STRANGER})
    assert applied(reconcile.allocate(rows, asked, PAYERS)) == [(1, 400, "reference")]
    assert applied(reconcile.allocate(rows, receivables({"receivable_id": 1, "number": "5390/07-547034"}), PAYERS)) == [
        (1, 400, "reference")
    ]
    wrong = money({"remittance": "RF19 5390 0754 7034", **STRANGER})
    assert applied(reconcile.allocate(wrong, asked, PAYERS)) == []


# numbers as people type them


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("ABC-2026-1042", "оплата АВС-2026-1042"),
        ("СФ-1042/26", "по сч.СФ-1042/26 от 01.02.2026"),
        ("0000010427", "плащане по ф-ра 10427"),
        ("10427", "Счет № 10 427"),
        ("10427", "сч.10427"),
        ("10427", "?20faktura 10427?32Daisy Ltd"),
        ("10427", "/REMI/Invoice 10427//EREF/NOTPROVIDED"),
        ("10427", "Оплата по договору № 15 от 01.01.2026 счет-фактура №10427, НДС 20%"),
        ("INV-2026-000317", "INV2026000317"),
        ("INV-2026-000317", "inv 2026/317"),
        ("10427", "фактури 10427"),
    ],
)
def test_a_number_is_found_through_the_noise(number, words):
    book = receivables(
        {"receivable_id": 1, "number": number}, {"receivable_id": 2, "number": "77777", "customer_id": 2}
    )
    assert applied(reconcile.allocate(money({"remittance": words}), book, PAYERS)) == [(1, 10000, "reference")]


@pytest.mark.parametrize(
    "words", ["счета 1041-1043", "по счетам с 1041 по 1043", "inv 1041, 42, 43", "фактури №1041–43"]
)
def test_ranges_and_shortened_lists(words):
    book = receivables(*({"receivable_id": at, "number": str(1040 + at)} for at in (1, 2, 3, 4)))
    result = reconcile.allocate(money({"remittance": words, "unapplied": 30000}), book, PAYERS)
    assert [row[0] for row in applied(result)] == [1, 2, 3]


@pytest.mark.parametrize("words", ["договор 10427", "ИНН 10427", "тел 10427", "от 10.04.27", "сумма 104.27"])
def test_other_numbers_are_none(words):
    book = receivables({"receivable_id": 1, "number": "10427"}, {"receivable_id": 2, "number": "104"})
    assert applied(reconcile.allocate(money({"remittance": words, "unapplied": 9000}), book, PAYERS)) == []


def test_a_strangers_single_number_may_be_mistyped_unless_the_sum_agrees():
    book = receivables({"receivable_id": 1, "number": "104271"})
    part = money({"remittance": "invoice 104271", "unapplied": 9000, **STRANGER})
    assert applied(reconcile.allocate(part, book, PAYERS)) == []
    whole = money({"remittance": "invoice 104271", **STRANGER})
    assert applied(reconcile.allocate(whole, book, PAYERS)) == [(1, 10000, "reference")]


def test_a_slip_of_the_finger_finds_the_payers_own_invoice_of_that_sum():
    book = receivables({"receivable_id": 1, "number": "104271"}, {"receivable_id": 2, "number": "104288"})
    rows = money({"customer_id": 1, "remittance": "invoice 104828"})
    assert applied(reconcile.allocate(rows, book, PAYERS)) == [(2, 10000, "near_number")]


def test_a_slip_that_names_somebody_elses_invoice_of_that_sum_is_for_a_person():
    book = receivables(
        {"receivable_id": 1, "number": "104271"}, {"receivable_id": 2, "number": "104272", "customer_id": 2}
    )
    rows = money({"customer_id": 1, "remittance": "invoice 104272"})
    assert left(reconcile.allocate(rows, book, PAYERS)) == [(10000, "reference_of_other_customer")]


@pytest.mark.parametrize(
    ("written", "number", "is_near"),
    [
        ("104217", "104271", True),
        ("10427", "104271", True),
        ("317", "INV-2026-000317", True),
        ("104288", "104271", False),
        ("12", "13", False),
    ],
)
def test_near_numbers(written, number, is_near):
    assert match_near.is_near(written, number) is is_near


# who pays


def test_names_that_banks_shorten_and_rewrite():
    known = signs((1, "name_key", "ооо ромашка и партнеры северо запад"))
    for name in (
        "общество с ограниченной ответственностью ромашка и партнеры северо",
        "OOO ROMASHKA I PARTNERY SEVERO",
    ):
        rows = money({"payer_name_key": name.lower()})
        assert applied(reconcile.allocate(rows, receivables({"receivable_id": 1}), known)) == [(1, 10000, "exact_sum")]


def test_a_company_of_the_same_group_pays_for_another():
    known = signs(*PAYERS.iter_rows(), (1, "group", "7"), (2, "group", "7"))
    book = receivables({"receivable_id": 1}, {"receivable_id": 2, "customer_id": 2})
    rows = money({"payer_name_key": "acme", "remittance": "invoice INV-2"})
    assert applied(reconcile.allocate(rows, book, known)) == [(2, 10000, "reference")]


def test_a_sign_that_many_share_says_nothing():
    shared = signs(*((customer, "account", "PSP") for customer in range(1, 9)))
    result = reconcile.allocate(money({"payer_account": "PSP"}), receivables({"receivable_id": 1}), shared)
    assert left(result) == [(10000, "payer_unknown")]


# sums that differ


@pytest.mark.parametrize(
    ("amount", "basis", "set_"),
    [(9985, "less_fee", 9985), (9800, "less_discount", 9800), (10100, "plus_surplus", 10000), (8100, None, 0)],
)
def test_what_payments_differ_by(amount, basis, set_):
    book = receivables({"receivable_id": 1, "balance": 10000}, {"receivable_id": 2, "balance": 50000})
    found = applied(reconcile.allocate(money({"customer_id": 1, "unapplied": amount}), book, PAYERS))
    assert found == ([(1, set_, basis)] if basis else [])


def test_a_few_sums_only_where_one_choice_fits():
    assert match_sums.exact([100, 250, 400, 800], 650, is_certain=True, may_choose_oldest=False) == [1, 2]
    assert match_sums.exact([100, 250, 400, 800], 650, is_certain=False, may_choose_oldest=False) == []
    assert match_sums.exact([100, 200, 300, 400], 500, is_certain=True, may_choose_oldest=True) == []
    assert match_sums.exact([100, 100, 100], 200, is_certain=True, may_choose_oldest=True) == [0, 1]


def test_an_advance_of_who_owes_nothing():
    rows = money({"customer_id": 1, "remittance": "Аванс по договору 7"})
    assert left(reconcile.allocate(rows, receivables({"receivable_id": 1, "balance": 0}), PAYERS)) == [
        (10000, "prepayment")
    ]


def test_a_proposal_says_what_speaks_for_it():
    book = receivables({"receivable_id": 1, "balance": 7000}, {"receivable_id": 2, "balance": 8000})
    result = reconcile.allocate(money({"payer_name_key": "acme", "unapplied": 3000}), book, PAYERS)
    assert set(result.proposals["signs"]) == {"name_key"} and set(result.proposals["points"]) == {35}


# the large book


@given(books())
def test_what_is_narrowed_by_columns_changes_no_decision(book):
    open_items, received = book
    whole = reconcile.allocate(received, open_items, PAYERS)
    before, match_narrow.WHOLE_MAX = match_narrow.WHOLE_MAX, 0
    try:
        narrow = reconcile.allocate(received, open_items, PAYERS)
    finally:
        match_narrow.WHOLE_MAX = before
    assert narrow.allocations.equals(whole.allocations) and narrow.unapplied.equals(whole.unapplied)


def test_the_columns_form_is_the_same_as_the_words_form():
    numbers = ["INV-0042", "2026/0045", "А-12", "0000001", "СФ-10/26", "0", "00-00"]
    frame = pl.DataFrame({"n": numbers}).select(
        key=match_words.key_of(pl.col("n")),
        bare=match_words.bare_of(pl.col("n")),
        compact=match_words.compact_of(pl.col("n")),
    )
    assert frame["key"].to_list() == [match_words.key(each) for each in numbers]
    assert frame["bare"].to_list() == [match_words.bare(each) for each in numbers]
    assert frame["compact"].to_list() == [match_words.compact(each) for each in numbers]


def test_the_benchmark_holds_what_is_promised():
    figures = bench_match.match(payments=2_000, invoices=20_000)
    assert figures["applied_percent"] >= 95 and figures["wrong_percent"] <= 0.05, figures


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    match_words.named(text)
    reference.found(text)
