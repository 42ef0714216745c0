"""I5: steps are taken in order, none is jumped over, lapsed ones are passed, and the spacing is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from plan.story import Book, Plan, day


def story(book: Book, receivable: int, start: str, days: int) -> list[tuple[date, str]]:
    """What happens to a receivable when every day is lived, as (day, step)."""
    told = []
    for distance in range(days):
        on = day(start) + timedelta(distance)
        outcome = book.live(on).outcome(receivable)
        if outcome["code"] in ("act", "join"):
            told.append((on, outcome["step"]))
    return told


def steps(plan: Plan) -> list[str]:
    return [action["step"] for action in plan.actions]


def test_a_quiet_customer_hears_every_step_on_its_day():
    book = Book()
    invoice = book.invoice(book.customer(), due="4 May")
    assert story(book, invoice, "20 Apr", 30) == [
        (day("27 Apr"), "upcoming"),
        (day("4 May"), "due_day"),
        (day("7 May"), "reached"),
        (day("11 May"), "reminder"),
    ]


def test_r2_ten_missed_days_take_one_step_and_keep_the_spacing():
    book = Book()
    invoice = book.invoice(book.customer(), due="4 May")
    book.done(invoice, "upcoming", "27 Apr")
    book.done(invoice, "reached", "7 May")
    assert steps(book.live("26 May")) == ["reminder"]
    # reminder and firm are fourteen days apart on the ladder, so they stay fourteen days apart.
    assert book.plan("27 May").outcome(invoice)["next_on"] == day("9 Jun")
    assert steps(book.live("9 Jun")) == ["firm"]


def test_a_step_before_the_due_date_moves_back_to_a_working_day_and_others_forward():
    book = Book(holidays=("5 May", "11 May"))
    invoice = book.invoice(book.customer(), due="12 May")
    assert book.plan("4 May").says(invoice) == ("act", "step_due=upcoming")
    on_holiday = Book(holidays=("4 May",))
    due_today = on_holiday.invoice(on_holiday.customer(), due="4 May")
    assert on_holiday.plan("4 May").outcome(due_today)["next_on"] == day("5 May")
    assert on_holiday.plan("5 May").says(due_today) == ("act", "step_due=due_day")


def test_a_step_on_or_before_the_due_date_lapses_once_that_day_is_past():
    book = Book()
    invoice = book.invoice(book.customer(), due="4 May")
    assert book.plan("30 Apr").outcome(invoice)["step"] == "upcoming"
    assert book.plan("4 May").outcome(invoice)["step"] == "due_day"
    assert book.plan("5 May").says(invoice) == ("wait", "not_yet=reached")


def test_a_step_whose_day_lies_before_the_invoice_was_known_lapses():
    book = Book()
    invoice = book.invoice(book.customer(), due="4 May", known_on="30 Apr")
    assert book.plan("30 Apr").says(invoice) == ("wait", "not_yet=due_day")


def test_the_request_goes_out_on_the_day_of_issue_unless_it_was_sent():
    book = Book()
    customer = book.customer()
    new = book.invoice(customer, due="3 Jun", issued="4 May", requested_on="4 May")
    book.change("receivables", new, requested_on=None)
    assert book.plan("4 May").says(new) == ("act", "step_due=request")
    book.change("receivables", new, requested_on=day("4 May"))
    assert book.plan("4 May").says(new) == ("wait", "not_yet=upcoming")


def test_did_it_reach_you_is_asked_of_the_silent_alone():
    silent, answered, paid = Book(), Book(), Book()
    for book, sign in ((silent, None), (answered, "replied"), (paid, "paid")):
        customer = book.customer()
        invoice = book.invoice(customer, due="4 May")
        book.done(invoice, "due_day", "4 May", channel="email")
        if sign:
            book.sign(customer, sign, "5 May")
        planned = book.plan("7 May")
        assert (steps(planned) == ["reached"]) is (sign is None)
        assert planned.proposal.lapses.height == (0 if sign is None else 1)


def test_where_nothing_was_sent_no_silence_is_recorded():
    book = Book()
    invoice = book.invoice(book.customer(), due="4 May")
    book.change("receivables", invoice, requested_on=None)
    planned = book.plan("20 May")
    assert planned.says(invoice)[0] == "act" and steps(planned) != ["reached"]
    assert planned.proposal.lapses.is_empty()


def test_an_opened_page_is_a_sign_only_where_a_link_was_sent():
    for had_link, asked in ((True, []), (False, ["reached"])):
        book = Book()
        customer = book.customer()
        invoice = book.invoice(customer, due="4 May")
        book.done(invoice, "due_day", "4 May", channel="email", had_link=had_link)
        book.sign(customer, "opened", "5 May")
        assert steps(book.plan("7 May")) == asked


def test_silence_counts_the_customers_business_days():
    book = Book(holidays=("7 May",))
    invoice = book.invoice(book.customer(), due="4 May")
    book.done(invoice, "due_day", "4 May", channel="email")
    assert book.plan("8 May").outcome(invoice)["next_on"] == day("8 May")
    assert steps(book.plan("8 May")) == ["reached"]


def test_a_lapsed_step_counts_as_passed_and_not_as_done():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, due="4 May")
    book.done(invoice, "due_day", "4 May")
    book.sign(customer, "replied", "5 May")
    book.live("7 May")
    assert book.rows["steps_done"][-1] | {"on": None} == {
        "receivable_id": invoice,
        "step": "reached",
        "on": None,
        "state": "lapsed",
    }
    assert book.plan("8 May").outcome(invoice)["next_on"] == day("11 May")


def test_an_old_book_is_woken_gently_once_and_goes_on_in_order():
    book = Book()
    customer = book.customer(contacts=("payable", "director"))
    old = book.old_invoice(customer, due="2026-01-12", known="4 May")
    older = book.old_invoice(customer, due="2025-12-01", known="4 May")
    woken = book.live("4 May")
    assert steps(woken) == ["wake_up"]
    assert woken.parts(woken.actions[0]["action_id"]) == {old: ("asked", "wake_up"), older: ("asked", "wake_up")}
    # Fourteen days lie between the wake-up's place on the ladder and the first firm step, so they do now.
    assert book.plan("5 May").outcome(old)["next_on"] == day("18 May")
    told = story(book, old, "5 May", 60)
    assert [name for _, name in told] == ["firm", "formal", "final"]


def test_a_task_that_nobody_does_waits_and_then_gives_way_to_the_step_named_for_it():
    book = Book()
    invoice = book.invoice(book.customer(), due="1 Apr")
    book.done(invoice, "firm", "22 Apr")
    assert [(task["task"], task["step"]) for task in book.live("29 Apr").tasks] == [("call", "call")]
    assert book.plan("30 Apr").says(invoice) == ("wait", "task_open=call")
    late = book.live("11 May")
    assert steps(late) == ["formal"]
    assert "task_not_done=call" in late.actions[0]["reasons"]


def test_a_late_task_without_another_step_is_shown_first_and_the_ladder_waits():
    policies = tuple(
        replace(policy, steps=tuple(replace(each, else_step="") for each in policy.steps)) for policy in Book().policies
    )
    book = Book(policies)
    invoice = book.invoice(book.customer(), due="1 Apr")
    book.under_way(invoice, "call", "task", "29 Apr", task="call")
    assert book.plan("29 May").says(invoice) == ("wait", "task_late=call")


def test_r46_the_ladder_ends_in_a_hand_over_to_a_person():
    book = Book()
    invoice = book.invoice(book.customer(), due="2026-02-02")
    book.done(invoice, "final", "30 Mar")
    handed = book.live("13 Apr")
    assert [(task["task"], task["needs_approval"]) for task in handed.tasks] == [("hand_over", False)]
    assert handed.messages == []
    assert book.plan("14 Apr").says(invoice) == ("wait", "task_open=hand_over")
    book.rows["under_way"].clear()
    book.done(invoice, "hand_over", "20 Apr")
    assert book.plan("21 Apr").says(invoice) == ("none", "handed_over")


def test_another_policy_goes_on_where_the_steps_have_the_same_names():
    book = Book()
    invoice = book.invoice(book.customer(), due="4 May", policy=1)
    book.done(invoice, "reminder", "11 May")
    assert book.plan("12 May").says(invoice) == ("wait", "not_yet=firm")


def test_a_request_before_work_ends_kindly_and_is_never_overdue():
    book = Book()
    request = book.request(book.customer(contacts=("payable", "manager")), issued="4 May", valid="29 May")
    told = story(book, request, "4 May", 60)
    assert [name for _, name in told] == ["order_request", "order_reminder", "order_last", "order_closed"]
    assert book.plan("30 Jun").says(request) == ("none", "offer_ended")
