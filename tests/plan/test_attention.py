"""Early attention: who is called before the ladder's day, and whom a forecast alone never singles out."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from dunwell.core.frames import FEARED
from dunwell.engine import attention, plan
from plan.story import STANDARD, Book, day

POLICY = replace(STANDARD, attention_from=0.4)
TODAY = "20 Apr"


def called(book: Book, feared: dict[int, float]) -> dict[int, list[int]]:
    """Customer → the invoices they are called about, in the order of the list."""
    seen = book.portfolio(day(TODAY))
    told = pl.DataFrame(list(feared.items()), schema=FEARED, orient="row")
    found = attention.wanted(seen, plan.propose(seen, day(TODAY)), told, day(TODAY))
    return dict(found.select("customer_id", "receivables").iter_rows())


def test_money_that_is_feared_for_is_called_about_before_its_day_the_most_first():
    book = Book((POLICY,))
    small, large, safe = (book.customer() for _ in range(3))
    few = book.invoice(small, "11 May", 100_00)
    much = [book.invoice(large, "11 May", 500_00), book.invoice(large, "12 May", 900_00)]
    calm = book.invoice(safe, "11 May", 900_00)
    found = called(book, {few: 0.5, much[0]: 0.5, much[1]: 0.5, calm: 0.39})
    assert list(found.items()) == [(large, [much[1], much[0]]), (small, [few])]


def test_without_the_switch_nobody_is_called_early():
    book = Book((STANDARD,))
    invoice = book.invoice(book.customer(), "11 May")
    assert called(book, {invoice: 0.99}) == {}


def test_what_is_held_promised_contested_or_just_spoken_of_is_left_alone():
    book = Book((POLICY,))
    held, contested, touched = (book.customer() for _ in range(3))
    invoices = [book.invoice(held, "11 May"), book.invoice(touched, "11 May")]
    invoices.append(book.invoice(contested, "11 May", 100_00, disputed=100_00))
    book.pause("hold", since="1 Apr", customer_id=held, reason="hardship")
    book.touch(None, "19 Apr", customer_id=touched)
    assert called(book, dict.fromkeys(invoices, 0.9)) == {}


def test_who_is_written_to_today_is_not_called_beside_it():
    book = Book((POLICY,))
    customer = book.customer()
    waiting, due = book.invoice(customer, "11 May"), book.invoice(customer, "10 Apr")
    assert called(book, {waiting: 0.9, due: 0.9}) == {}


def test_a_natural_person_is_never_chosen_by_a_forecast():
    book = Book((POLICY,))
    invoice = book.invoice(book.customer(kind="person"), "11 May")
    assert called(book, {invoice: 0.9}) == {}


def test_currencies_are_not_compared():
    book = Book((POLICY,))
    euros, yen, fewer = (book.customer() for _ in range(3))
    found = called(
        book,
        {
            book.invoice(euros, "11 May", 500_00): 0.5,
            book.invoice(fewer, "11 May", 400_00): 0.5,
            book.invoice(yen, "11 May", 900_000, currency="JPY"): 0.5,
        },
    )
    assert set(list(found)[:2]) == {euros, yen}
