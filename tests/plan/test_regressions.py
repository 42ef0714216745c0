"""The planner's part of the list of regressions (R…) that are tested nowhere else in this folder."""

from __future__ import annotations


from datetime import timedelta

from dunwell.engine import plan
from plan.story import Book, Plan, day


def again(book: Book, planned: Plan, on: str) -> list[tuple[bool, str | None]]:
    """What the planner says a moment before sending what was planned."""
    proposal = planned.proposal
    asked = plan.is_still_right(book.portfolio(on), day(on), actions=proposal.actions, items=proposal.items)
    return [(row["is_right"], row["reason"]) for row in asked.to_dicts()]


def two_invoices(book: Book) -> tuple[int, int, int]:
    customer = book.customer()
    return customer, book.invoice(customer, "4 May"), book.invoice(customer, "4 May")


def test_r1_the_second_run_of_a_day_sends_nothing():
    book = Book()
    two_invoices(book)
    assert len(book.live("4 May").actions) == 1
    assert book.live("4 May").actions == []


def test_r3_after_a_crash_only_what_was_not_sent_is_planned_again():
    book = Book()
    _, first, _ = two_invoices(book)
    other, *_ = two_invoices(book)
    planned = book.plan("4 May")
    sent = planned.actions[0]
    for item in planned.items(sent["action_id"]):
        book.done(item["receivable_id"], item["step"], "4 May", channel="email")
    book.touch(sent["contact_id"], "4 May", customer_id=sent["customer_id"])
    rest = book.plan("4 May")
    assert [action["customer_id"] for action in rest.actions] == [other]
    assert rest.says(first)[0] == "wait"


def test_r5_a_payment_before_sending_withdraws_the_message_with_the_reason():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "4 May")
    planned = book.plan("4 May")
    assert again(book, planned, "4 May") == [(True, None)]
    book.remove(invoice)
    assert again(book, planned, "4 May") == [(False, "nothing_open")]


def test_r6_a_part_payment_before_sending_changes_the_amount():
    book = Book()
    _, invoice, _ = two_invoices(book)
    planned = book.plan("4 May")
    book.change("receivables", invoice, balance=60_00)
    assert again(book, planned, "4 May") == [(False, "changed=amount")]


def test_r7_a_dispute_before_sending_takes_the_invoice_out():
    book = Book()
    _, invoice, rest = two_invoices(book)
    planned = book.plan("4 May")
    book.change("receivables", invoice, disputed=100_00)
    assert again(book, planned, "4 May") == [(False, "changed=amount")]
    assert set(book.plan("4 May").parts(1)) == {rest}


def test_a_promise_an_opt_out_and_a_contact_by_hand_withdraw_the_message():
    for withdraws, reason in (
        (lambda book, customer: book.pause("promise", since="4 May", customer_id=customer), "promised"),
        (lambda book, customer: book.change("contacts", customer + 1, is_usable=False), "no_contact=none"),
        (lambda book, customer: book.touch(customer + 1, "4 May", purpose="check_in"), "minimum_gap"),
    ):
        book = Book()
        customer, *_ = two_invoices(book)
        planned = book.plan("4 May")
        withdraws(book, customer)
        assert again(book, planned, "4 May") == [(False, reason)]


def test_another_recipient_or_step_is_another_message():
    book = Book()
    customer, *_ = two_invoices(book)
    planned = book.plan("4 May")
    book.contact(customer, "payable", rank=-1)
    assert again(book, planned, "4 May") == [(False, "changed=recipient")]
    assert again(book, planned, "7 May") == [(False, "changed=step")]


def test_r10_when_the_oldest_is_paid_the_others_neither_skip_nor_repeat_a_step():
    book = Book()
    customer = book.customer()
    oldest, newer = book.invoice(customer, "13 Apr"), book.invoice(customer, "27 Apr")
    book.done(oldest, "firm", "29 Apr")
    book.done(newer, "reached", "29 Apr")
    book.remove(oldest)
    planned = book.plan("4 May")
    assert planned.says(newer) == ("act", "step_due=reminder")


def test_r11_an_instalment_whose_day_was_missed_is_asked_for_late_and_not_lost():
    book = Book()
    customer = book.customer()
    first, second = book.invoice(customer, "13 Apr", invoice_id=900), book.invoice(customer, "13 May", invoice_id=900)
    planned = book.plan("20 Apr")
    assert planned.says(first)[0] == "act"
    assert planned.says(second) == ("wait", "not_yet=upcoming")


def test_r23_a_step_that_failed_is_not_done_and_is_tried_again():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "4 May")
    book.under_way(invoice, "due_day", "failed_permanent", "4 May")
    assert book.plan("4 May").says(invoice) == ("act", "step_due=due_day")


def test_r33_every_debt_of_a_long_tail_is_reached():
    book = Book()
    invoices = [book.invoice(book.customer(), day("27 Apr") - timedelta(n % 40)) for n in range(200)]
    planned = book.plan("6 May")
    assert {planned.says(invoice)[0] for invoice in invoices} <= {"act", "wait"}
    assert len({item["receivable_id"] for item in planned.proposal.items.to_dicts()}) == len(planned.actions)
    assert all(planned.outcome(invoice)["next_on"] is not None for invoice in invoices)


def test_r35_age_is_counted_from_the_due_date():
    book = Book()
    customer = book.customer()
    long_term = book.invoice(customer, "4 May", issued="2025-11-03")
    assert book.plan("1 Apr").says(long_term) == ("wait", "not_yet=upcoming")


def test_r44_a_customers_own_visit_uses_no_step():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "4 May")
    before = book.plan("3 May").outcome(invoice)
    book.sign(customer, "opened", "3 May")
    assert book.plan("3 May").outcome(invoice) == before


def test_r45_hours_are_the_persons_own():
    book = Book()
    for zone in ("Europe/Sofia", "Europe/London"):
        customer = book.customer(contacts=())
        book.contact(customer, timezone=zone)
        book.invoice(customer, "4 May")
    sofia, london = book.plan("4 May").messages
    assert london["not_before"] - sofia["not_before"] == timedelta(hours=2)


def test_an_unchanged_book_says_the_same_on_the_next_day():
    book = Book(fresh=True)
    customer, held = book.customer(), book.customer(contacts=())
    book.invoice(customer, "1 Jun")
    book.invoice(held, "13 Apr")
    book.live("4 May")
    # A Saturday, a Sunday and a Monday on which nothing becomes due.
    told = [book.plan(on).proposal.outcomes.to_dicts() for on in ("9 May", "10 May", "11 May")]
    assert told[0] == told[1] == told[2]


def test_a_message_is_still_right_whatever_other_messages_were_asked_about():
    book = Book()
    for _ in range(3):
        two_invoices(book)
    planned = book.plan("4 May")
    assert again(book, planned, "4 May") == [(True, None)] * 3
    book.rows["customers"][1]["state"] = "deceased"
    assert again(book, planned, "4 May")[1] == (False, "customer_state=deceased")
