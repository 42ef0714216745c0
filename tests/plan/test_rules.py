"""I2, I10, I19 and the other things that hold a chase: each with its reason and the day it ends by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunwell.engine import days, plan, rules
from plan.story import STANDARD, Book, day


def due_today(book: Book, **facts: object) -> tuple[int, int]:
    customer = book.customer(**facts)
    return customer, book.invoice(customer, "4 May")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("promise", "promised"),
        ("plan", "instalment_plan"),
        ("hold", "held=hardship"),
        ("finding", "finding=hardship"),
        ("reply", "reply_waits"),
    ],
)
def test_a_pause_holds_until_its_last_day(kind, reason):
    book = Book()
    _, invoice = due_today(book)
    book.pause(kind, since="1 May", until="6 May", receivable_id=invoice, reason="hardship")
    for on in ("4 May", "6 May"):
        assert book.plan(on).says(invoice) == ("hold", reason)
    assert book.plan("4 May").outcome(invoice)["next_on"] == day("7 May")
    assert book.plan("7 May").says(invoice)[0] != "hold"


def test_r25_an_instalment_plan_without_a_day_today_is_left_alone_and_r40_named():
    book = Book()
    customer, invoice = due_today(book)
    book.pause("plan", since="1 May", customer_id=customer)
    assert book.plan("4 May").says(invoice) == ("hold", "instalment_plan")
    assert book.plan("4 May").outcome(invoice)["next_on"] is None


def test_a_broken_promise_goes_on_with_the_step_that_was_next_after_the_minimum_gap():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "13 Apr")
    book.done(invoice, "reminder", "20 Apr")
    book.pause("promise", since="24 Apr", until="3 May", broken="5 May", receivable_id=invoice)
    assert book.plan("5 May").says(invoice) == ("wait", "not_yet=firm")
    planned = book.plan("8 May")
    assert planned.says(invoice) == ("act", "step_due=firm; promise_broken")
    assert "promise_broken" in planned.message(customer)["reasons"]


def test_a_disputed_sum_is_never_asked_for_and_the_rest_still_is():
    book = Book()
    customer = book.customer()
    whole = book.invoice(customer, "4 May", disputed=100_00)
    partly = book.invoice(customer, "4 May", disputed=30_00)
    planned = book.plan("4 May")
    assert planned.says(whole) == ("hold", "disputed")
    assert planned.says(partly) == ("act", "step_due=due_day; undisputed_rest")
    assert [item["amount"] for item in planned.items(1)] == [70_00]


@pytest.mark.parametrize("state", ["insolvent", "liquidated", "deceased", "minor", "represented", "cannot be read"])
def test_a_state_of_the_customer_stops_the_ladder(state):
    book = Book()
    _, invoice = due_today(book, state=state)
    assert book.plan("4 May").says(invoice) == ("hold", f"customer_state={state}")


def test_r38_unmatched_money_holds_its_payer():
    book = Book()
    _, invoice = due_today(book, unmatched_hold=True)
    assert book.plan("4 May").says(invoice) == ("hold", "unmatched_money")


def test_r37_a_payment_on_its_way_holds_until_it_fails():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "4 May", debit_pending_until="5 May")
    assert book.plan("4 May").says(invoice) == ("hold", "debit_pending")
    assert book.plan("6 May").says(invoice)[0] != "hold"


def test_r39_a_block_that_cannot_be_read_counts_as_one():
    book = Book()
    _, invoice = due_today(book)
    book.pause("something new", since="1 May", receivable_id=invoice)
    assert book.plan("4 May").says(invoice) == ("hold", "held=other")
    nobody = Book()
    _, other = due_today(nobody)
    nobody.pause("hold", since="1 May")
    assert nobody.plan("4 May").says(other) == ("hold", "held=other")
    strange = Book()
    _, third = due_today(strange)
    strange.under_way(third, "due_day", "??", "3 May")
    assert strange.plan("4 May").says(third) == ("hold", "outcome_unknown")


def test_r40_a_debt_younger_than_the_money_takes_to_arrive_waits():
    # The last day to pay is a Saturday, so money may be sent on Monday and arrive on Tuesday.
    book = Book((replace(STANDARD, steps=(replace(STANDARD.steps[4], offset_days=1),)),))
    invoice = book.invoice(book.customer(), "2 May")
    assert book.plan("4 May").says(invoice) == ("wait", "in_transit")
    assert book.plan("4 May").outcome(invoice)["next_on"] == day("5 May")
    assert book.plan("5 May").says(invoice) == ("act", "step_due=reminder")


def test_r14_stale_money_data_hold_every_step_that_is_due_and_no_other():
    book = Book(fresh=False)
    customer, invoice = due_today(book)
    later = book.invoice(customer, "1 Jun")
    planned = book.plan("4 May")
    assert planned.actions == []
    assert planned.says(invoice) == ("hold", "stale_money")
    assert planned.says(later) == ("wait", "not_yet=upcoming")


def test_money_is_fresh_for_one_business_day_of_the_creditor_and_without_a_source_never():
    book = Book()
    due_today(book)
    for covered, acts in (("1 May", True), ("30 Apr", False), (None, False)):
        portfolio = replace(book.portfolio("4 May"), covered_until=day(covered) if covered else None)
        assert (plan.propose(portfolio, day("4 May")).actions.height == 1) is acts


def test_r18_credit_that_covers_the_debt_is_silence_and_less_is_deducted_from_the_oldest():
    credit = [{"currency": "EUR", "amount": 150_00}]
    book = Book()
    customer = book.customer(credit_by_currency=credit)
    older, younger = book.invoice(customer, "27 Apr"), book.invoice(customer, "28 Apr")
    roubles = book.invoice(customer, "27 Apr", currency="RUB")
    planned = book.plan("5 May")
    assert planned.says(older) == ("none", "covered_by_credit")
    assert {item["receivable_id"]: (item["amount"], item["credit"]) for item in planned.items(1)} == {
        younger: (100_00, 50_00),
        roubles: (100_00, 0),
    }
    assert "credit_deducted" in planned.message(customer)["reasons"]


def test_r28_the_minimum_looks_at_what_remains():
    book = Book((replace(STANDARD, balance_min={"EUR": 50_00}),))
    customer = book.customer()
    small = book.invoice(customer, "4 May", 49_99)
    assert book.plan("4 May").says(small) == ("none", "below_minimum")
    book.change("receivables", small, balance=50_00)
    assert book.plan("4 May").says(small)[0] == "act"


def test_r13_one_broken_invoice_is_reported_and_the_others_are_planned():
    book = Book()
    customer = book.customer()
    broken = {
        "due_date": book.invoice(customer, "4 May"),
        "currency": book.invoice(customer, "4 May", currency=None),
        "balance": book.invoice(customer, "4 May", balance=None),
        "policy": book.invoice(customer, "4 May", policy=77),
        "customer": book.invoice(4711, "4 May"),
    }
    book.change("receivables", broken["due_date"], due_date=None)
    sound = book.invoice(customer, "4 May")
    planned = book.plan("4 May")
    assert {name: planned.says(number) for name, number in broken.items()} == {
        name: ("hold", f"data_incomplete={name}") for name in broken
    }
    assert planned.says(sound) == ("act", "step_due=due_day")


def test_r43_a_cancelled_document_is_never_asked_for_nor_a_request_by_the_invoices_ladder():
    book = Book()
    customer = book.customer()
    cancelled = book.invoice(customer, "4 May", is_cancelled=True)
    request = book.request(customer, issued="1 Apr", valid="24 Apr", policy=0)
    book.change("receivables", request, policy=0)
    planned = book.plan("4 May")
    assert planned.says(cancelled) == ("none", "cancelled")
    assert planned.says(request) == ("hold", "data_incomplete=policy")


def test_r16_a_waived_fee_that_leaves_nothing_open_asks_for_nothing():
    book = Book()
    _, invoice = due_today(book)
    book.change("receivables", invoice, balance=0)
    assert book.plan("4 May").says(invoice) == ("none", "nothing_open")


@pytest.mark.parametrize(
    ("state", "code", "reason"),
    [
        ("queued", "wait", "queued"),
        ("unknown", "hold", "outcome_unknown"),
        ("waiting_approval", "act", "step_due=due_day"),
        ("failed_permanent", "act", "step_due=due_day"),
    ],
)
def test_what_is_under_way_waits_but_a_draft_is_planned_anew(state, code, reason):
    book = Book()
    _, invoice = due_today(book)
    book.under_way(invoice, "due_day", state, "4 May")
    assert book.plan("4 May").says(invoice) == (code, reason)


def test_i19_a_firm_step_waits_while_our_side_owes_and_a_mild_one_does_not():
    book = Book()
    customer = book.customer(owes="document")
    firm, mild = book.invoice(customer, "13 Apr"), book.invoice(customer, "27 Apr")
    book.done(firm, "reminder", "20 Apr", state="lapsed")
    planned = book.plan("4 May")
    assert planned.says(firm) == ("wait", "our_side_owes=document")
    assert planned.message(customer)["step"] == "reached"
    assert planned.parts(1) == {firm: ("listed", None), mild: ("asked", "reached")}


def test_sparing_postpones_a_courtesy_step_and_never_twice_in_a_row():
    book = Book((replace(STANDARD, spare_probability=0.9),))
    invoice = book.invoice(book.customer(), "11 May")
    book.forecast(invoice, 0.95, days=3)
    assert book.live("4 May").says(invoice) == ("wait", "spared=upcoming")
    assert book.rows["steps_done"][-1]["state"] == "spared"
    again = book.live("6 May")
    assert again.says(invoice) == ("wait", "spared=upcoming")
    assert again.proposal.lapses.is_empty()
    assert book.live("7 May").says(invoice) == ("act", "step_due=upcoming")


def test_sparing_ends_when_the_forecast_changes_its_mind_and_touches_no_step_that_is_no_courtesy():
    book = Book((replace(STANDARD, spare_probability=0.9),))
    customer = book.customer()
    invoice, overdue = book.invoice(customer, "11 May"), book.invoice(book.customer(), "27 Apr")
    book.forecast(invoice, 0.95)
    book.forecast(overdue, 0.99)
    planned = book.live("4 May")
    assert planned.says(invoice) == ("wait", "spared=upcoming")
    assert planned.says(overdue) == ("act", "step_due=reached")
    book.rows["forecasts"].clear()
    assert book.plan("5 May").says(invoice) == ("act", "step_due=upcoming")


def test_a_share_of_the_clients_is_never_spared_and_always_the_same_one():
    def spared(share: float) -> set[int]:
        book = Book((replace(STANDARD, spare_probability=0.9, spare_holdout=share),))
        invoices = [book.invoice(book.customer(), "11 May") for _ in range(60)]
        for invoice in invoices:
            book.forecast(invoice, 0.95)
        planned = book.plan("4 May")
        compared = {one for one in invoices if planned.says(one) == ("act", "step_due=upcoming; spare_compared")}
        rest = {one for one in invoices if planned.says(one) == ("wait", "spared=upcoming")}
        assert compared | rest == set(invoices)
        return rest

    assert len(spared(0.0)) == 60
    assert spared(1.0) == set()
    some, more = spared(0.5), spared(0.25)
    assert 15 < len(some) < 45
    assert some < more


def test_the_rules_can_be_read_aloud_and_each_has_its_own_name():
    table = rules.table(days.tables({}, Book().portfolio("4 May").creditor_calendar, day("4 May")), is_fresh=True)
    names = [rule.name for rule in table]
    assert len(names) == len(set(names))
    assert all(rule.outcome in ("none", "hold", "wait") for rule in table)
