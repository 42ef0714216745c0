"""I3: no person is contacted more often than law, courtesy and the minimum gap allow, nor outside their hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from dunwell.core.calendar import Calendar
from dunwell.core.jurisdiction import Cap
from dunwell.core.ledger import CustomerKind
from dunwell.engine import days, governor, plan
from plan.story import JURISDICTION, Book, day


def due_today(book: Book, **facts: object) -> tuple[int, int, int]:
    customer = book.customer(contacts=(), **facts)
    return customer, book.contact(customer), book.invoice(customer, "4 May")


def test_r20_a_contact_made_by_hand_counts_for_the_minimum_gap():
    book = Book()
    _, contact, invoice = due_today(book)
    book.touch(contact, "3 May", channel="call", purpose="check_in")
    assert book.plan("4 May").says(invoice) == ("wait", "minimum_gap")
    assert book.plan("4 May").outcome(invoice)["next_on"] == day("6 May")


def test_an_answer_to_the_persons_own_question_does_not_count():
    book = Book()
    _, contact, invoice = due_today(book)
    book.touch(contact, "4 May", counts=False, purpose="answer")
    assert book.plan("4 May").says(invoice) == ("act", "step_due=due_day")


def test_a_contact_whose_person_nobody_noted_counts_against_everybody_at_the_customer():
    book = Book()
    customer, _, invoice = due_today(book)
    book.touch(None, "3 May", customer_id=customer, purpose="check_in")
    assert book.plan("4 May").says(invoice) == ("wait", "minimum_gap")


def test_the_next_allowed_day_is_a_working_day():
    book = Book(holidays=("6 May",))
    _, contact, invoice = due_today(book)
    book.touch(contact, "3 May")
    assert book.plan("4 May").outcome(invoice)["next_on"] == day("7 May")


def test_caps_count_all_channels_of_a_person_and_name_the_day_they_are_free_again():
    book = Book((replace(Book().policies[0], gap_days_min=0),))
    _, contact, invoice = due_today(book, kind="person")
    for on in ("28 Apr", "29 Apr", "30 Apr", "1 May"):
        book.touch(contact, on, channel="sms")
    planned = book.plan("4 May")
    assert planned.says(invoice) == ("wait", "cap_reached=law email+sms 4/7")
    assert planned.outcome(invoice)["next_on"] == day("5 May")


def test_a_months_cap_is_the_stricter_of_calendar_and_rolling():
    # Six messages from the 1st to the 8th: on the 31st thirty days roll past the first of them, the calendar's month does not.
    book = Book((replace(Book().policies[0], gap_days_min=0),))
    customer = book.customer(contacts=(), kind="person")
    contact = book.contact(customer)
    for on in ("1 Jul", "2 Jul", "3 Jul", "6 Jul", "7 Jul", "8 Jul"):
        book.touch(contact, on)
    invoice = book.invoice(customer, "31 Jul")
    planned = book.plan("31 Jul")
    assert planned.says(invoice) == ("wait", "cap_reached=law email+sms 6/30")
    assert planned.outcome(invoice)["next_on"] == day("3 Aug")


def test_a_cap_of_none_forbids_for_good():
    nobody = replace(JURISDICTION, caps={CustomerKind.BUSINESS: (Cap(frozenset({"email"}), 0, 1, "law", ""),)})
    book = Book()
    _, _, invoice = due_today(book)
    portfolio = replace(book.portfolio("4 May"), jurisdictions={"bg": nobody})
    (outcome,) = plan.propose(portfolio, day("4 May")).outcomes.to_dicts()
    assert (outcome["reasons"], outcome["next_on"]) == ("cap_reached=law email 0/1", None)
    assert outcome["receivable_id"] == invoice


def test_a_person_shared_by_customers_hears_one_message_a_day_the_strictest():
    book = Book()
    mild, contact, first = due_today(book)
    strict = book.customer(contacts=())
    book.contact(strict, person_key=book.person(contact))
    second = book.invoice(strict, "20 Apr")
    book.done(second, "reached", "23 Apr", state="lapsed")
    planned = book.plan("4 May")
    assert [message["customer_id"] for message in planned.messages] == [strict]
    assert planned.says(first) == ("wait", "person_shared")
    assert planned.outcome(first)["next_on"] == day("7 May")
    assert mild != strict


def test_copies_count_and_are_left_out_for_whom_they_would_be_too_much():
    book = Book()
    customer = book.customer(contacts=("payable",))
    manager = book.contact(customer, "manager")
    invoice = book.invoice(customer, "13 Apr")
    book.done(invoice, "reminder", "20 Apr")
    book.touch(manager, "3 May", channel="call", purpose="check_in")
    (message,) = book.plan("4 May").messages
    assert message["copies"] == []
    assert "copy_left_out" in message["reasons"]


def test_the_message_goes_out_in_the_persons_local_hours():
    book = Book()
    customer = book.customer(contacts=())
    book.contact(customer, timezone="Asia/Vladivostok")
    book.invoice(customer, "4 May")
    (message,) = book.plan("4 May").messages
    assert message["not_before"] == datetime(2026, 5, 3, 23, tzinfo=UTC)
    assert message["not_after"] == datetime(2026, 5, 4, 8, tzinfo=UTC)


def test_an_unreadable_time_zone_is_the_jurisdictions():
    book = Book()
    customer = book.customer(contacts=())
    book.contact(customer, timezone="Nowhere/At all")
    book.invoice(customer, "4 May")
    assert book.plan("4 May").messages[0]["not_before"] == datetime(2026, 5, 4, 6, tzinfo=UTC)


@pytest.mark.parametrize("facts", [{"kind": None}, {"jurisdiction": "xx"}])
def test_r39_an_ambiguous_profile_gets_the_most_careful_one(facts):
    strict = replace(JURISDICTION, code="ru", caps={CustomerKind.PERSON: (), CustomerKind.BUSINESS: ()})
    strict.caps[CustomerKind.BUSINESS] = (Cap(frozenset({"email"}), 1, 30, "law", ""),)
    book = Book()
    _, contact, invoice = due_today(book, **facts)
    for on in ("22 Apr", "23 Apr", "24 Apr", "27 Apr", "28 Apr", "29 Apr"):
        book.touch(contact, on)
    portfolio = replace(book.portfolio("4 May"), jurisdictions={"bg": JURISDICTION, "ru": strict})
    (outcome,) = plan.propose(portfolio, day("4 May")).outcomes.to_dicts()
    assert outcome["reasons"].startswith("cap_reached=")
    assert outcome["receivable_id"] == invoice


def test_r19_nobody_is_contacted_on_a_day_of_rest_of_their_country():
    book = Book(holidays=("6 May",))
    customer = book.customer()
    invoice = book.invoice(customer, "27 Apr")
    for rest in ("2 May", "3 May", "6 May"):
        planned = book.plan(rest)
        assert planned.says(invoice) == ("wait", "rest_day")
        assert planned.actions == []
    assert book.plan("6 May").outcome(invoice)["next_on"] == day("7 May")


def free_again(cap: Cap, on: str) -> date:
    calendar = days.tables({}, Calendar("BG"), day("4 May"))
    frame = pl.DataFrame({"on": [day(on)], "place": [0]})
    return frame.select(governor._free_again(cap, pl.col("on"), calendar)).item()


def test_a_month_is_the_calendars_or_thirty_days_whichever_ends_later():
    cap = Cap(frozenset({"email"}), 6, 30, "law", "")
    assert free_again(cap, "1 Jul") == day("1 Aug")
    assert free_again(cap, "20 Jul") == day("19 Aug")


def test_one_in_two_business_days_means_not_on_the_next_one():
    cap = Cap(frozenset({"email"}), 1, 2, "courtesy", "", business_days=True)
    assert free_again(cap, "4 May") == day("6 May")  # Monday → Wednesday
    assert free_again(cap, "8 May") == day("12 May")  # Friday → Tuesday
