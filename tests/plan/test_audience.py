"""Whom a message reaches: roles, preference, fallback, copies, approval; opt-outs and nobody at all."""

from __future__ import annotations

from plan.story import Book, Plan


def due_firm(book: Book, customer: int) -> int:
    invoice = book.invoice(customer, "13 Apr")
    book.done(invoice, "reminder", "20 Apr")
    return invoice


def to(plan: Plan, customer: int) -> tuple[int, str]:
    message = plan.message(customer)
    return message["contact_id"], message["channel"]


def test_the_audience_comes_first_then_the_customers_order_then_the_preferred_channel():
    book = Book()
    customer = book.customer(contacts=())
    book.contact(customer, "requester")
    book.contact(customer, "payable", rank=2)
    first = book.contact(customer, "payable", rank=1)
    book.contact(customer, "payable", "sms", rank=1, contact_id=first, is_preferred=True)
    book.invoice(customer, "4 May")
    assert to(book.plan("4 May"), customer) == (first, "sms")


def test_without_anybody_of_the_audience_the_usual_recipient_is_written_to():
    book = Book()
    customer = book.customer(contacts=())
    requester = book.contact(customer, "requester")
    due_firm(book, customer)
    planned = book.plan("4 May")
    assert to(planned, customer) == (requester, "email")
    assert "usual_recipient" in planned.message(customer)["reasons"]


def test_an_opt_out_closes_that_channel_and_that_contact_alone():
    book = Book()
    customer = book.customer(contacts=())
    gone = book.contact(customer, "payable", is_usable=False, unusable_reason="opted_out")
    book.contact(customer, "payable", "sms", contact_id=gone)
    book.invoice(customer, "4 May")
    assert to(book.plan("4 May"), customer) == (gone, "sms")
    book.rows["contacts"].pop()
    other = book.contact(customer, "requester")
    assert to(book.plan("4 May"), customer) == (other, "email")


def test_r32_an_opt_out_holds_however_long_ago_and_a_person_finds_another_way():
    book = Book()
    customer = book.customer(contacts=())
    book.contact(customer, is_usable=False, unusable_reason="opted_out")
    invoice = book.invoice(customer, "4 May")
    for on in ("4 May", "2026-06-15", "2027-06-14"):
        planned = book.plan(on)
        assert [(task["task"], task["contact_id"]) for task in planned.actions] == [("no_contact", None)]
        assert planned.says(invoice) == ("task", "no_contact=opted_out")


def test_r15_a_bounced_address_is_not_used_and_the_ladder_does_not_advance():
    book = Book()
    customer = book.customer(contacts=())
    book.contact(customer, is_usable=False, unusable_reason="bounced")
    invoice = book.invoice(customer, "4 May")
    planned = book.live("4 May")
    assert planned.says(invoice) == ("task", "no_contact=bounced")
    assert planned.parts(1) == {invoice: ("asked", None)}
    again = book.plan("5 May")
    assert (again.actions, again.says(invoice)) == ([], ("wait", "not_yet=reached"))


def test_nobody_to_contact_is_one_task_and_the_ladder_goes_on_when_somebody_is_found():
    book = Book()
    customer = book.customer(contacts=())
    invoice = book.invoice(customer, "27 Apr")
    assert book.live("4 May").says(invoice) == ("task", "no_contact=none")
    assert book.live("5 May").actions == []
    assert book.plan("5 May").says(invoice) == ("task", "no_contact=none")
    book.contact(customer)
    assert book.plan("6 May").message(customer)["step"] == "reached"


def test_rehearsal_may_assume_a_contact_for_those_who_have_none():
    book = Book()
    customer, known = book.customer(contacts=()), book.customer()
    book.invoice(customer, "4 May")
    book.invoice(known, "4 May")
    planned = book.plan("4 May", assume_contact="email")
    assert planned.message(customer)["reasons"].endswith("assumed_contact")
    assert "assumed_contact" not in planned.message(known)["reasons"]


def test_another_way_is_tried_when_nothing_was_heard():
    book = Book()
    customer = book.customer(contacts=())
    contact = book.contact(customer)
    book.contact(customer, channel="sms", contact_id=contact)
    invoice = book.invoice(customer, "4 May")
    book.done(invoice, "due_day", "4 May", channel="email", contact_id=contact)
    planned = book.plan("7 May")
    assert to(planned, customer) == (contact, "sms")
    assert "other_way=sms" in planned.message(customer)["reasons"]


def test_another_contact_is_another_way_too_and_the_same_is_better_than_none():
    for others in (("requester",), ()):
        book = Book()
        customer = book.customer(contacts=())
        contact = book.contact(customer)
        extra = [book.contact(customer, role) for role in others]
        invoice = book.invoice(customer, "4 May")
        book.done(invoice, "due_day", "4 May", channel="email", contact_id=contact)
        assert to(book.plan("7 May"), customer) == ((extra or [contact])[0], "email")


def test_r36_one_message_with_the_copies_that_the_policy_names():
    book = Book()
    customer = book.customer(contacts=("payable", "manager", "director"))
    manager = book.rows["contacts"][1]["contact_id"]
    due_firm(book, customer)
    (message,) = book.plan("4 May").messages
    assert message["copies"] == [manager]


def test_the_first_message_above_the_usual_recipient_needs_approval_once_per_contact():
    book = Book()
    customer = book.customer(contacts=("payable", "manager"))
    manager = book.rows["contacts"][1]["contact_id"]
    invoice = due_firm(book, customer)
    waiting = book.plan("4 May")
    assert waiting.message(customer)["needs_approval"]
    assert "needs_approval=manager" in waiting.says(invoice)[1]
    book.change("contacts", manager, is_approved=True)
    assert not book.plan("4 May").message(customer)["needs_approval"]


def test_a_natural_person_has_no_management_and_no_copies():
    book = Book()
    customer = book.customer(contacts=(), kind="person")
    book.contact(customer, "director")
    own = book.contact(customer, "requester")
    book.contact(customer, "manager")
    due_firm(book, customer)
    planned = book.plan("4 May")
    assert to(planned, customer) == (own, "email")
    assert planned.message(customer)["copies"] == []


def test_only_the_representative_of_a_represented_customer_is_contacted():
    book = Book()
    customer = book.customer(contacts=("payable", "manager"), state="represented")
    invoice = due_firm(book, customer)
    assert book.plan("4 May").says(invoice) == ("hold", "customer_state=represented")
    lawyer = book.contact(customer, "representative")
    planned = book.plan("4 May")
    assert to(planned, customer) == (lawyer, "email")
    assert planned.message(customer)["copies"] == []
    assert "to_representative" in planned.message(customer)["reasons"]


def test_a_call_is_made_by_a_person_unless_everybody_opted_out_of_calls():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "1 Apr")
    book.done(invoice, "firm", "22 Apr")
    assert [task["task"] for task in book.plan("29 Apr").tasks] == ["call"]
    book.contact(customer, channel="call", is_usable=False, unusable_reason="opted_out")
    assert [task["task"] for task in book.plan("29 Apr").tasks] == ["no_contact"]
