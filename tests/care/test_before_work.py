"""The life of a request before work: asked for, accepted, paid so that work may start, ended kindly, turned into an invoice and back."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import before_work as rules
from dunwell.core.before_work import Marks, Standing
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.recurring import Rhythm
from dunwell.core.recurring import Wanted as Repeated
from dunwell.run import before_work, before_work_invoice, books, deadlines, hooks, numbers, recurring, stories, subjects
from dunwell.run.before_work import Wanted
from dunwell.store import scope
from dunwell.store.models import Allocation, HookCall, Invoice, InvoiceLine, Payment, Receivable
from regressions.world import DAY

UNTIL = date(2026, 3, 16)
NEXT = DAY + timedelta(1)
TOTAL = Money(100001, "EUR")
ZERO = Money(0, "EUR")


# the one word for it


@given(
    valid=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    flags=st.tuples(*[st.booleans()] * 4),
    paid=st.sampled_from([ZERO, Money(1, "EUR")]),
    on=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_paid_work_never_expires_and_nothing_is_accepted_after_its_end(valid, flags, paid, on):
    cancelled, invoiced, opened, accepted = flags
    found = rules.standing(Marks(valid, cancelled, invoiced, opened, accepted, paid), on)
    if opened and not cancelled and not invoiced:
        assert found is Standing.MAY_START
    if found is Standing.EXPIRED:
        assert valid is not None and valid < on and not opened
    if found is Standing.ACCEPTED:
        assert accepted and (valid is None or valid >= on)


@given(minor=st.integers(1, 10**12), percent=st.decimals("0.01", "100", places=2))
def test_a_deposit_and_the_rest_are_the_order(minor, percent):
    total = Money(minor, "EUR")
    asked = rules.deposit(total, percent)
    assert 0 <= asked.minor <= minor and asked + (total - asked) == total
    assert abs(asked.minor * 100 - minor * percent) <= 50


# the life


@pytest.fixture
def studio(firm):
    """A client who orders, and number ranges for both kinds of documents."""
    firm.client("C1")
    for kind, pattern in ((DocumentKind.REQUEST, "P-{number}"), (DocumentKind.INVOICE, "{year}-{number:04}")):
        numbers.set_pattern(firm.creditor, kind, pattern, on=DAY, by="anna")
    return firm


def asked(firm, percent: str = "100", **more) -> Invoice:
    wanted = Wanted("Website", TOTAL, UNTIL, Decimal(percent), **more)
    return before_work.ask(firm.creditor, "C1", wanted, on=DAY, by="anna")


def standing(firm, request: Invoice, on: date) -> Standing:
    with scope.of(firm.creditor.pk):
        return before_work.life(firm.creditor, request, on, rehearsal=True).standing


def pay(firm, minor: int, number: str, on: date = NEXT) -> None:
    firm.paid(f"{on},{minor / 100:.2f},EUR,C1 Ltd,{number}", on=on)


def sums(firm) -> tuple[int, int, int]:
    """Received, allocated, and what stands against invoices."""
    with scope.of(firm.creditor.pk):
        received = sum(Payment.objects.values_list("amount", flat=True))
        rows = list(Allocation.objects.values_list("amount", "receivable__invoice__kind"))
    return received, sum(minor for minor, _ in rows), sum(minor for minor, kind in rows if kind == "invoice")


def left(firm, number: str) -> list[int]:
    """What is open on a document, by instalment."""
    with scope.of(firm.creditor.pk):
        return [minor for _, minor in subjects.open_on(firm.creditor, number)]


def test_it_is_sent_accepted_paid_and_the_work_may_start_told_once(studio):
    hooks.point(studio.creditor, "https://plan.example/hook", on=DAY, by="anna")
    request = asked(studio)
    studio.day(DAY)
    assert studio.steps("P-1") == ["request"] and standing(studio, request, DAY) is Standing.OPEN
    before_work.accept(studio.creditor, "P-1", name="Anna Brown", evidence="her mail of 2 March", on=DAY, by="anna")
    assert standing(studio, request, DAY) is Standing.ACCEPTED
    pay(studio, 100001, "P-1")
    studio.day(NEXT)
    studio.day(NEXT)
    assert standing(studio, request, NEXT) is Standing.MAY_START
    assert standing(studio, request, UNTIL + timedelta(30)) is Standing.MAY_START
    with scope.of(studio.creditor.pk):
        said = [json.loads(call.body) for call in HookCall.objects.all()]
    assert [(one["type"], one["request"]) for one in said] == [("work.may_start", "P-1")]
    notes = [one for one in studio.messages() if one.purpose == "work_may_start"]
    assert len(notes) == 1 and "P-1" in notes[0].content_row.text
    (story,) = stories.tell(studio.creditor, "P-1", NEXT, rehearsal=True)
    assert {"accepted", "work may start"} <= {what for _, what, _ in story.events}


def test_a_payment_that_was_taken_back_lets_the_work_wait_again(studio):
    request = asked(studio)
    pay(studio, 100001, "P-1")
    studio.day(NEXT)
    with scope.of(studio.creditor.pk):
        payment = Payment.objects.get()
    books.reverse_payment(studio.creditor, payment, on=NEXT, by="anna", why="it bounced")
    studio.day(NEXT + timedelta(1))
    assert standing(studio, request, NEXT) is Standing.OPEN
    pay(studio, 100001, "P-1", on=NEXT + timedelta(2))
    studio.day(NEXT + timedelta(2))
    assert standing(studio, request, NEXT) is Standing.MAY_START


def test_unpaid_it_ends_kindly_and_once(studio):
    request = asked(studio)
    studio.days(DAY, UNTIL + timedelta(4))
    assert studio.steps("P-1") == ["request", "reminder", "last", "closed"]
    assert studio.outcome("P-1").reasons == "offer_ended"
    assert standing(studio, request, UNTIL + timedelta(1)) is Standing.EXPIRED
    with pytest.raises(before_work.RequestExpired):
        before_work.accept(studio.creditor, request, name="Anna", evidence="call", on=UNTIL + timedelta(1), by="anna")


def test_an_acceptance_is_taken_back_and_given_again(studio):
    request = asked(studio)
    said = {"name": "Anna Brown", "evidence": "signed order", "on": DAY, "by": "anna"}
    before_work.accept(studio.creditor, request, **said)
    with pytest.raises(before_work.AcceptedAlready):
        before_work.accept(studio.creditor, request, **said)
    before_work.take_back_acceptance(studio.creditor, request, on=DAY, by="anna", why="another order")
    assert standing(studio, request, DAY) is Standing.OPEN
    with pytest.raises(before_work.NothingAccepted):
        before_work.take_back_acceptance(studio.creditor, request, on=DAY, by="anna")
    before_work.accept(studio.creditor, request, **said)


# the invoice


def test_paid_whole_it_becomes_an_invoice_with_nothing_left_and_no_second_thanks(studio):
    wednesday = DAY + timedelta(2)  # the day before is a holiday in Bulgaria: nobody is thanked on it
    asked(studio)
    studio.day(DAY)
    pay(studio, 100001, "P-1", on=wednesday)
    studio.day(wednesday)
    invoice = before_work_invoice.become(studio.creditor, "P-1", on=wednesday, by="anna")
    assert (invoice.number, invoice.issue_date, invoice.total) == ("2026-0001", wednesday, 100001)
    assert sums(studio) == (100001, 100001, 100001)
    assert left(studio, "2026-0001") == [] == left(studio, "P-1")
    studio.days(wednesday, wednesday + timedelta(8))
    assert [one.purpose for one in studio.sent() if one.purpose == "thanks"] == ["thanks"]


def test_a_deposit_is_the_first_instalment_of_the_invoice_and_the_rest_is_asked_for_by_the_terms(studio):
    request = asked(studio, "30")
    assert request.total == 30000
    pay(studio, 30000, "P-1")
    studio.day(NEXT)
    assert standing(studio, request, NEXT) is Standing.MAY_START
    before_work_invoice.become(studio.creditor, "P-1", on=NEXT, by="anna")
    with scope.of(studio.creditor.pk):
        rows = Receivable.objects.filter(invoice__number="2026-0001").order_by("instalment")
        assert [(one.amount, one.due_date) for one in rows] == [(30000, NEXT), (70001, NEXT + timedelta(14))]
        assert [line.amount for line in InvoiceLine.objects.filter(invoice__number="2026-0001")] == [100001]
    assert left(studio, "2026-0001") == [70001]
    assert sums(studio) == (30000, 30000, 30000)
    studio.day(NEXT + timedelta(1))
    assert studio.outcome("P-1").reasons == "became_invoice"


@pytest.mark.parametrize("minor", [1, 29999, 30000])
def test_what_was_paid_in_part_is_carried_to_the_cent_and_back(studio, minor):
    request = asked(studio, "30")
    pay(studio, minor, "P-1")
    studio.day(NEXT)
    before = sums(studio)
    invoice = before_work_invoice.become(studio.creditor, request, on=NEXT, by="anna")
    assert sums(studio) == (before[0], before[1], before[1])
    with pytest.raises(before_work.RequestOver):
        before_work_invoice.become(studio.creditor, request, on=NEXT, by="anna")
    before_work_invoice.take_back(studio.creditor, request, on=NEXT, by="anna", why="too early")
    assert sums(studio) == before
    assert standing(studio, request, NEXT) is (Standing.MAY_START if minor == 30000 else Standing.PART_PAID)
    again = before_work_invoice.become(studio.creditor, request, on=NEXT, by="anna")
    assert sums(studio) == (before[0], before[1], before[1])
    assert (invoice.number, again.number) == ("2026-0001", "2026-0002"), "a cancelled invoice keeps its number"
    assert sum(left(studio, again.number)) == 100001 - minor


def test_an_invoice_that_was_paid_more_since_is_not_taken_back(studio):
    request = asked(studio, "30")
    pay(studio, 30000, "P-1")
    studio.day(NEXT)
    before_work_invoice.become(studio.creditor, request, on=NEXT, by="anna")
    pay(studio, 70001, "2026-0001", on=NEXT + timedelta(1))
    studio.day(NEXT + timedelta(1))
    with pytest.raises(before_work_invoice.PaidSince):
        before_work_invoice.take_back(studio.creditor, request, on=NEXT + timedelta(1), by="anna", why="oops")


def test_a_place_that_was_paid_for_stays_after_the_request_became_an_invoice(studio):
    deadlines.set_capacity(studio.creditor, 5, on=DAY, by="anna")
    request = asked(studio)
    deadlines.add_job(studio.creditor, 5, number="P-1", on=DAY, by="anna")
    studio.day(DAY)
    pay(studio, 100001, "P-1")
    studio.day(NEXT)
    (before,) = deadlines.queue(studio.creditor, UNTIL + timedelta(5), rehearsal=True)
    before_work_invoice.become(studio.creditor, request, on=NEXT, by="anna")
    (after,) = deadlines.queue(studio.creditor, UNTIL + timedelta(5), rehearsal=True)
    assert after[1] == before[1] is not None


def test_a_prepaid_period_opens_the_work_of_that_period(studio):
    hooks.point(studio.creditor, "https://plan.example/hook", on=DAY, by="anna")
    rhythm = Rhythm(date(2026, 3, 20), is_ahead=True)
    recurring.begin(
        studio.creditor, "C1", Repeated(DocumentKind.REQUEST, "Support, {month}", TOTAL, rhythm, 10), on=DAY, by="anna"
    )
    on = date(2026, 3, 20)
    studio.day(on)
    with scope.of(studio.creditor.pk):
        request = Invoice.objects.get()
    assert (request.kind, request.what_for, request.valid_until) == (
        "request",
        "Support, April 2026",
        date(2026, 3, 30),
    )
    pay(studio, 100001, request.number, on=on + timedelta(3))
    studio.day(on + timedelta(3))
    with scope.of(studio.creditor.pk):
        said = [json.loads(call.body) for call in HookCall.objects.order_by("pk")]
        found = before_work.life(studio.creditor, request, on, rehearsal=True)
    assert said[-1]["type"] == "work.may_start" and said[-1]["period"] == ["2026-04-01", "2026-04-30"]
    assert found.standing is Standing.MAY_START and found.period == (date(2026, 4, 1), date(2026, 4, 30))


@pytest.mark.parametrize("percent", ["0", "-5", "100.01"])
def test_a_deposit_that_is_no_share_is_refused(studio, percent):
    with pytest.raises(before_work.DepositOutside):
        asked(studio, percent)


def test_what_is_no_request_is_refused(studio):
    (number,) = studio.owing("2026-03-20", client="C2")
    with pytest.raises(before_work.NotARequest):
        before_work.accept(studio.creditor, number, name="x", evidence="y", on=DAY, by="anna")
    with pytest.raises(before_work.NotARequest):
        before_work_invoice.become(studio.creditor, number, on=DAY, by="anna")
    with pytest.raises(before_work.AcceptanceUnproven):
        before_work.accept(studio.creditor, asked(studio), name="Anna", evidence=" ", on=DAY, by="anna")
