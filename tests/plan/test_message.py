"""I4: two searches, one message per customer and slot; and who speaks when several ladders stand at one customer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plan.story import Book, day


def test_r8_one_customer_with_thirty_invoices_on_three_levels_in_two_currencies_gets_one_message():
    book = Book()
    customer = book.customer(contacts=("payable", "manager"))
    firm = [book.invoice(customer, "13 Apr", 10_00, currency="EUR") for _ in range(10)]
    reminded = [book.invoice(customer, "27 Apr", 20_00, currency="RUB") for _ in range(10)]
    coming = [book.invoice(customer, "11 May", 30_00, currency="EUR") for _ in range(10)]
    for invoice in firm:
        book.done(invoice, "reminder", "20 Apr")
    book.change("contacts", book.rows["contacts"][1]["contact_id"], is_approved=True)
    planned = book.plan("4 May")
    message = planned.message(customer)
    assert message["step"] == "firm"
    parts = planned.parts(message["action_id"])
    assert {parts[invoice] for invoice in firm} == {("asked", "firm")}
    assert {parts[invoice] for invoice in reminded} == {("asked", "reached")}
    assert {parts[invoice] for invoice in coming} == {("not_due", "upcoming")}
    asked = [item for item in planned.items(message["action_id"]) if item["part"] == "asked"]
    sums = {
        currency: sum(item["amount"] for item in asked if item["currency"] == currency) for currency in ("EUR", "RUB")
    }
    assert sums == {"EUR": 100_00, "RUB": 200_00}
    assert {planned.says(invoice)[0] for invoice in firm} == {"act"}
    assert {planned.says(invoice) for invoice in reminded} == {("join", "joins_stricter=firm")}


def test_r22_three_due_invoices_are_one_message():
    book = Book()
    customer = book.customer()
    invoices = [book.invoice(customer, "4 May") for _ in range(3)]
    planned = book.plan("4 May")
    assert len(planned.actions) == 1
    assert set(planned.parts(1)) == set(invoices)


def test_what_has_no_step_today_is_listed_and_does_not_advance():
    book = Book()
    customer = book.customer()
    due, waits, later = (book.invoice(customer, on) for on in ("27 Apr", "24 Apr", "1 Jun"))
    book.done(due, "reminder", "4 May")
    book.done(waits, "reminder", "11 May")
    planned = book.plan("18 May")
    assert planned.parts(planned.message(customer)["action_id"]) == {
        due: ("asked", "firm"),
        waits: ("listed", None),
        later: ("not_due", None),
    }
    assert planned.says(waits) == ("wait", "not_yet=firm")


def test_while_a_receivable_stands_higher_lower_steps_wait_and_join_its_next_message():
    book = Book()
    customer = book.customer()
    strict, mild = book.invoice(customer, "6 Apr"), book.invoice(customer, "23 Apr")
    book.done(strict, "firm", "29 Apr")
    waiting = book.plan("4 May")
    assert waiting.actions == []
    assert waiting.says(mild) == ("wait", "stricter_first")
    assert waiting.outcome(mild)["next_on"] == waiting.outcome(strict)["next_on"] == day("6 May")
    joined = book.plan("6 May")
    assert joined.says(strict) == ("task", "step_due=call")
    assert joined.says(mild)[1] == "joins_stricter=call"


def test_a_new_invoice_is_sent_even_while_an_old_one_stands_high():
    book = Book()
    customer = book.customer()
    strict = book.invoice(customer, "6 Apr")
    book.done(strict, "firm", "27 Apr")
    new = book.invoice(customer, "3 Jun", issued="30 Apr")
    book.change("receivables", new, requested_on=None)
    assert book.plan("30 Apr").message(customer)["step"] == "request"


@pytest.mark.parametrize("kind", ["promise", "plan", "hold"])
def test_what_is_held_is_in_no_message(kind):
    book = Book()
    customer = book.customer()
    held, other = book.invoice(customer, "27 Apr"), book.invoice(customer, "27 Apr")
    book.pause(kind, since="28 Apr", until="20 May", receivable_id=held)
    planned = book.plan("4 May")
    assert set(planned.parts(planned.message(customer)["action_id"])) == {other}


def test_a_request_before_work_never_mixes_into_the_sum_of_invoices():
    book = Book()
    customer = book.customer()
    request = book.request(customer, issued="20 Apr", valid="8 May")
    overdue = book.invoice(customer, "27 Apr")
    planned = book.plan("6 May")
    message = planned.message(customer)
    assert message["step"] == "reached"
    assert planned.parts(message["action_id"]) == {overdue: ("asked", "reached"), request: ("not_due", None)}
    assert planned.says(request) == ("wait", "other_document_first=reached")


def test_a_message_about_a_request_speaks_of_requests_alone():
    book = Book()
    customer = book.customer()
    request = book.request(customer, issued="4 May", valid="29 May")
    book.invoice(customer, "1 Jun")
    planned = book.plan("4 May")
    assert planned.parts(planned.message(customer)["action_id"]) == {request: ("asked", "order_request")}


def test_a_wake_up_decides_the_text_and_firmer_steps_wait_for_the_next_message():
    book = Book()
    customer = book.customer()
    old = book.old_invoice(customer, due="2 Mar", known="4 May")
    firm = book.invoice(customer, "13 Apr")
    book.done(firm, "reminder", "20 Apr", state="lapsed")
    planned = book.plan("4 May")
    assert planned.message(customer)["step"] == "wake_up"
    assert planned.says(old) == ("act", "step_due=wake_up; wake_up")
    assert planned.says(firm) == ("wait", "wake_up_first")
    assert planned.parts(1)[firm] == ("listed", None)


def test_the_oldest_of_equal_steps_decides_and_its_policy_names_the_last_day_to_pay():
    book = Book()
    customer = book.customer(contacts=("payable", "manager"))
    younger = book.invoice(customer, "14 Apr", policy=1)
    older = book.invoice(customer, "13 Apr", policy=0)
    for invoice in (younger, older):
        book.done(invoice, "reminder", "20 Apr", state="lapsed")
    message = book.plan("5 May").message(customer)
    assert (message["policy"], message["pay_by"]) == (0, day("12 May"))


def test_a_thank_you_is_sent_once_and_the_chase_of_the_rest_waits_for_the_gap():
    book = Book()
    customer = book.customer()
    paid = book.settled(customer, "3 May")
    open_one = book.invoice(customer, "27 Apr")
    planned = book.live("4 May")
    assert [(action["purpose"], action["content"]) for action in planned.actions] == [("thanks", "thanks")]
    assert planned.parts(1) == {paid: ("thanked", None)}
    assert planned.says(open_one) == ("wait", "thanks_first")
    assert book.plan("5 May").says(open_one) == ("wait", "minimum_gap")
    assert book.plan("7 May").actions[0]["purpose"] == "request"


def test_a_thank_you_is_not_refused_for_the_gap_but_the_cap_binds():
    for earlier, thanked in ((1, True), (3, False)):
        book = Book()
        customer = book.customer(contacts=())
        contact = book.contact(customer)
        book.settled(customer, "3 May")
        for back in range(earlier):
            book.touch(contact, day(f"{3 - back} May"))
        assert bool(book.plan("4 May").actions) is thanked


def test_a_policy_may_leave_thanks_out_and_a_late_one_is_none():
    book = Book()
    book.settled(book.customer(), "20 Apr")
    assert book.plan("4 May").actions == []
    silent = Book(tuple(replace(policy, thanks=False) for policy in book.policies))
    silent.settled(silent.customer(), "3 May")
    assert silent.plan("4 May").actions == []


def test_a_receivable_that_waits_for_our_own_debt_silences_no_other():
    book = Book()
    customer = book.customer(owes="answer")
    strict, mild = book.invoice(customer, "13 Apr"), book.invoice(customer, "27 Apr")
    book.done(strict, "reminder", "20 Apr")
    planned = book.plan("4 May")
    assert planned.says(strict) == ("wait", "our_side_owes=answer")
    assert planned.says(mild) == ("act", "step_due=reached")
