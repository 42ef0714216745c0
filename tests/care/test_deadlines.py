"""When work can begin, a place that is kept until the day told and then given away, and a price that rises with its evidence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import capacity as rules
from dunwell.core.capacity import Placed, Week
from dunwell.core.money import Money
from dunwell.run import books, deadlines, people, subjects
from dunwell.store import scope
from dunwell.store.models import Amendment, Deadline, DeadlineEnd
from portal.clients import Reader, link_in
from regressions.world import DAY

FRIDAY = date(2026, 3, 13)
MONDAY = date(2026, 3, 16)


def works(day: date) -> bool:
    return day.weekday() < 5


@given(
    units=st.integers(1, 12),
    taken=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)), max_size=6),
    days=st.integers(1, 10),
    later=st.integers(0, 20),
)
def test_a_start_is_a_working_day_not_before_the_earliest_and_less_work_never_makes_it_later(units, taken, days, later):
    week = Week(units, works)
    earliest = DAY + timedelta(later)
    placed = [Placed(DAY + timedelta(after), length) for after, length in taken]
    start = rules.first_start(week, placed, days, earliest)
    if start is None:
        return
    assert works(start) and start >= earliest
    for n in range(len(placed)):
        fewer = rules.first_start(week, placed[:n] + placed[n + 1 :], days, earliest)
        assert fewer is not None and fewer <= start


@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_one_pair_of_hands_never_does_two_things_on_a_day(lengths):
    week, placed, busy = Week(5, works), [], set()
    for length in lengths:
        start = rules.first_start(week, placed, length, DAY)
        assert start is not None
        placed.append(Placed(start, length))
        days, day = [], start
        while len(days) < length:
            days += [day] if works(day) else []
            day += timedelta(1)
        assert not busy & set(days)
        busy |= set(days)


def request(firm, number: str, client: str, *, days: int = 5, until: date = FRIDAY, on: date = DAY) -> None:
    """A request before work of 200.00 with its work of so many days."""
    firm.client(client)
    with scope.of(firm.creditor.pk):
        who = subjects.customer(firm.creditor, client)
    invoice = books.add_document(
        firm.creditor,
        who,
        kind="request",
        number=number,
        issued=on,
        due=until,
        total=Money(20000, "EUR"),
        on=on,
        by="anna",
    )
    with scope.of(firm.creditor.pk):
        invoice.requested_on = None
        invoice.save()
    deadlines.add_job(firm.creditor, days, number=number, on=on, by="anna")


@pytest.fixture
def two(firm):
    """A week holds five job-days; two clients ask for five days each."""
    deadlines.set_capacity(firm.creditor, 5, on=DAY, by="anna")
    request(firm, "R-1", "C1")
    request(firm, "R-2", "C2")
    return firm


def place(firm, number: str) -> Deadline:
    with scope.of(firm.creditor.pk):
        return Deadline.objects.get(invoice__number=number, kind="place")


def text(message) -> str:
    return " ".join(message.content_row.text.replace("\u00a0", " ").split())


def test_letter_and_page_tell_the_start_that_is_kept_and_the_next_one(two):
    two.day()
    first, second = sorted(two.sent(), key=lambda one: one.pk)
    assert "is open until Friday, 13 March. If the payment arrives by then, we start on Monday, 16 March; after that, the next free start is 23 March." in text(first)  # fmt: skip
    assert "we start on Monday, 23 March" in text(second)
    page = Reader(link_in(first)).read()
    assert "Paid by Friday, 13 March: we start on Monday, 16 March. Later: not before 23 March." in page
    for one in (first, second):
        assert not ({"C1", "C2"} - {one.customer.name.split()[0]}) & set(text(one).split()), "nobody else is named"


def test_a_place_is_kept_for_whoever_was_told_of_it_whoever_pays_first(two):
    two.day()
    two.paid(f"{date(2026, 3, 5)},200.00,EUR,C2 Ltd,R-2", on=date(2026, 3, 6))
    two.day(date(2026, 3, 6))
    request(two, "R-3", "C3", on=date(2026, 3, 6))
    two.day(date(2026, 3, 9))
    assert place(two, "R-1").starts_on == MONDAY
    assert place(two, "R-3").starts_on == date(2026, 3, 30)


def test_a_place_whose_day_has_passed_is_taken_by_another_and_not_told_again(two):
    two.day()
    two.day(date(2026, 3, 16))
    request(two, "R-3", "C3", until=date(2026, 3, 17), on=date(2026, 3, 16))
    two.day(date(2026, 3, 17))
    assert place(two, "R-3").starts_on == date(2026, 3, 18), "both places of the week before are free"
    with scope.of(two.creditor.pk):
        ended = DeadlineEnd.objects.filter(outcome="passed").values_list("deadline__invoice__number", flat=True)
        assert set(ended) == {"R-1", "R-2"}
        assert Deadline.objects.filter(invoice__number="R-1").count() == 1


def test_paid_in_time_the_place_is_firm(two):
    two.day()
    two.paid(f"{FRIDAY},200.00,EUR,C1 Ltd,R-1", on=FRIDAY)
    two.day(FRIDAY)
    two.day(MONDAY)
    rows = {job.invoice.number: start for job, start in deadlines.queue(two.creditor, MONDAY, rehearsal=True)}
    assert rows == {"R-1": MONDAY, "R-2": None}


def test_where_nobody_waits_no_later_start_is_threatened(firm):
    deadlines.set_capacity(firm.creditor, 5, on=DAY, by="anna")
    request(firm, "R-1", "C1")
    firm.day()
    assert (place(firm, "R-1").starts_on, place(firm, "R-1").later_start) == (MONDAY, None)
    assert "next free start" not in text(firm.sent()[0])


def test_without_a_capacity_nothing_is_said_of_a_start(firm):
    request(firm, "R-1", "C1")
    firm.day()
    with scope.of(firm.creditor.pk):
        assert not Deadline.objects.exists()
    assert "we start" not in text(firm.sent()[0])


WHY = "our supplier's fabric prices go up by 15% on 13 March, their letter of 26 February"


def rise(firm, number: str = "R-1", **more):
    told = {"last_day": date(2026, 3, 12), "new": Money(23000, "EUR"), "evidence": WHY, "rehearsal": False, "on": DAY}
    return deadlines.price(firm.creditor, number, **{**told, **more}, by="anna")


def test_a_price_is_told_with_its_evidence_and_rises_when_its_day_has_passed(firm):
    request(firm, "R-1", "C1")
    firm.go_live()
    rise(firm)
    assert deadlines.enforce(firm.creditor, date(2026, 3, 12), rehearsal=False, by="anna") == 0
    people.cover(firm.creditor, "bank", date(2026, 3, 12), on=date(2026, 3, 13), by="anna")
    assert deadlines.enforce(firm.creditor, date(2026, 3, 13), rehearsal=False, by="anna") == 1
    with scope.of(firm.creditor.pk):
        row = Amendment.objects.get(noun="invoice", field="total")
        assert (row.old, row.new, row.why) == ("20000", "23000", WHY)


def test_the_letter_says_until_when_the_price_holds(firm):
    request(firm, "R-1", "C1")
    rise(firm, rehearsal=True)
    firm.day()
    assert "this price holds until Thursday, 12 March; after that it is €230.00. The reason: our supplier" in text(
        firm.sent()[0]
    )


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"new": Money(20000, "EUR")}, deadlines.PriceMustRise),
        ({"new": Money(23000, "GBP")}, deadlines.PriceMustRise),
        ({"evidence": " "}, deadlines.EvidenceMissing),
        ({"last_day": date(2026, 3, 1)}, deadlines.DeadlinePassed),
        ({"last_day": date(2026, 3, 14)}, deadlines.DeadlinePassed),
    ],
)
def test_a_deadline_without_a_consequence_is_refused(firm, wrong, refusal):
    request(firm, "R-1", "C1")
    with pytest.raises(refusal):
        rise(firm, **wrong)
    with scope.of(firm.creditor.pk):
        assert not Deadline.objects.exists()


def test_a_deadline_is_never_moved_nor_used_again(firm):
    request(firm, "R-1", "C1")
    rise(firm)
    with pytest.raises(deadlines.DeadlineMoved):
        rise(firm, last_day=date(2026, 3, 13))
    with scope.of(firm.creditor.pk), pytest.raises(IntegrityError):
        first = Deadline.objects.get()
        first.pk = None
        first.save(force_insert=True)


def test_what_is_agreed_keeps_its_price(firm):
    firm.owing("2026-03-20")
    with pytest.raises(deadlines.NotBeforeWork):
        rise(firm, "C1-1")
