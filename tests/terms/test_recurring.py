"""Recurring documents: on the same day of each month, each turn once, numbers without gaps or doubles, a price from a day on, pauses."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise, takewhile

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import months, numbering
from dunwell.core import recurring as rules
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.recurring import Pause, Price, Rhythm, RhythmUnfit, Wanted
from dunwell.run import books, hooks, numbers, recurring, recurring_turns, rights, stories, subjects
from dunwell.store import scope
from dunwell.store.models import DocumentNumber, HookCall, Invoice, RecurringIssued, StopWork, StopWorkEnd
from regressions.world import DAY

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
RHYTHMS = st.builds(Rhythm, DAYS, st.sampled_from(rules.MONTHS), st.integers(0, 31))
SUM = Money(120000, "EUR")


# months


@given(rhythm=RHYTHMS)
def test_a_turn_stands_on_its_day_or_on_the_last_day_of_a_shorter_month(rhythm):
    wanted = rhythm.day_of_month or rhythm.first.day
    found = list(takewhile(lambda day: day.year < 2034, rules.turns(rhythm)))
    assert found[0] >= rhythm.first
    for turn in found:
        assert turn.day == min(wanted, months.last_day(turn).day)
    for earlier, later in pairwise(found):
        assert (later.year - earlier.year) * 12 + later.month - earlier.month == rhythm.every


def test_the_31st_comes_back_after_a_short_month():
    turns = rules.turns(Rhythm(date(2026, 1, 31), last=date(2026, 5, 31)))
    assert [f"{day:%m-%d}" for day in turns] == ["01-31", "02-28", "03-31", "04-30", "05-31"]


@given(rhythm=RHYTHMS, ahead=st.booleans())
def test_the_periods_of_the_turns_cover_the_months_without_gap_or_overlap(rhythm, ahead):
    rhythm = Rhythm(rhythm.first, rhythm.every, rhythm.day_of_month, None, ahead)
    found = [rhythm.period(turn) for turn in takewhile(lambda day: day.year < 2033, rules.turns(rhythm))]
    for (_, last), (first, _) in pairwise(found):
        assert first == last + timedelta(1) and first.day == 1


@pytest.mark.parametrize(("every", "day"), [(5, 1), (0, 1), (1, 32), (1, -1)])
def test_a_rhythm_that_no_calendar_has_is_refused(every, day):
    with pytest.raises(RhythmUnfit):
        Rhythm(DAY, every, day)


PAUSES = st.lists(
    st.builds(lambda since, days: Pause(since, None if days is None else since + timedelta(days)), DAYS,
              st.none() | st.integers(0, 200)),
    max_size=3,
)  # fmt: skip


@given(rhythm=RHYTHMS, pauses=PAUSES, looks=st.lists(DAYS, min_size=1, max_size=6))
def test_whenever_it_is_looked_at_every_turn_is_issued_once_and_none_of_a_pause(rhythm, pauses, looks):
    issued: list[date] = []
    for on in sorted(looks):
        issued += rules.due(rhythm, pauses, issued, on)
        assert not rules.due(rhythm, pauses, issued, on), "the same day again finds nothing more"
    assert len(issued) == len(set(issued))
    assert sorted(issued) == list(rules.due(rhythm, pauses, (), max(looks))), "late or in time, the same turns"
    assert not any(pause.covers(day) for pause in pauses for day in issued)


@given(rhythm=RHYTHMS, pauses=PAUSES, on=DAYS)
def test_what_is_foretold_is_what_is_issued(rhythm, pauses, on):
    before = rules.due(rhythm, pauses, (), on)
    foretold = rules.coming(rhythm, pauses, before, on, 3)
    assert all(day > on for day in foretold)
    if foretold:
        assert list(rules.due(rhythm, pauses, before, foretold[-1])) == foretold


def test_the_price_of_a_day_is_the_newest_that_has_begun():
    prices = [Price(DAY, SUM), Price(date(2026, 6, 1), Money(1, "EUR")), Price(date(2026, 6, 1), Money(2, "EUR"))]
    assert [rules.amount_on(prices, day).minor for day in (DAY, date(2026, 5, 31), date(2026, 6, 1))] == [
        120000,
        120000,
        2,
    ]


# numbers


@pytest.mark.parametrize(
    "pattern", ["", "INV", "{year}", "{number}{number}", "{number!r}", "{number.real}", "{what}-{number}"]
)
def test_a_pattern_that_gives_no_single_number_is_refused(pattern):
    with pytest.raises(numbering.PatternUnfit):
        numbering.check(pattern)


@given(number=st.integers(1, 10**10), year=st.integers(2020, 2099))
def test_a_number_is_found_again_by_its_range(number, year):
    for pattern in ("{year}-{number:04}", "{number:010}", "Счёт {number}/{year} (+)"):
        numbering.check(pattern)
        range_ = numbering.range_of(pattern, year)
        found = re.fullmatch(numbering.expression(range_), numbering.written(range_, number))
        assert found and int(found[1]) == number


@pytest.fixture
def agreed(firm):
    """A client with a support contract: 1200.00 on the 31st of each month."""
    firm.client("C1")
    numbers.set_pattern(firm.creditor, DocumentKind.INVOICE, "{year}-{number:04}", on=DAY, by="anna")
    wanted = Wanted(DocumentKind.INVOICE, "Support, {month}", SUM, Rhythm(date(2026, 3, 31)), 14)
    return recurring.begin(firm.creditor, "C1", wanted, on=DAY, by="anna")


def issue(firm, on: date, *, today: date | None = None) -> list[str]:
    return [one.invoice.number for one in recurring_turns.issue(firm.creditor, on, today=today or on, by="day")]


def test_a_range_goes_on_after_what_the_books_hold_and_passes_over_what_somebody_else_gave(firm, agreed):
    with scope.of(firm.creditor.pk):
        who = subjects.customer(firm.creditor, "C1")
    for number in ("2026-0041", "2026-0043", "2026-0099x"):
        books.add_document(
            firm.creditor, who, kind="invoice", number=number, issued=DAY, due=DAY, total=SUM, on=DAY, by="anna"
        )
    assert issue(firm, date(2026, 3, 31)) == ["2026-0044"]
    books.add_document(
        firm.creditor, who, kind="invoice", number="2026-0045", issued=DAY, due=DAY, total=SUM, on=DAY, by="anna"
    )
    assert issue(firm, date(2026, 4, 30)) == ["2026-0046"]


def test_what_fails_leaves_no_gap(firm, agreed):
    class Broken(Exception):
        pass

    with pytest.raises(Broken), scope.of(firm.creditor.pk):
        assert numbers.take(firm.creditor, DocumentKind.INVOICE, DAY) == "2026-0001"
        raise Broken
    assert issue(firm, date(2026, 3, 31)) == ["2026-0001"]


def test_two_processes_at_once_issue_each_turn_once_with_numbers_in_a_row(firm, agreed):
    def run(_: int) -> list[str]:
        try:
            return issue(firm, date(2026, 12, 31))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = sorted(number for numbers_ in pool.map(run, range(4)) for number in numbers_)
    assert found == [f"2026-{n:04}" for n in range(1, 11)]
    with scope.of(firm.creditor.pk):
        turns = list(RecurringIssued.objects.order_by("turn").values_list("turn", flat=True))
        given_ = list(DocumentNumber.objects.order_by("number").values_list("number", flat=True))
    assert len(turns) == len(set(turns)) == 10 and given_ == list(range(1, 11))


# the life of a recurring document


def test_the_day_issues_it_once_asks_for_it_and_tells_its_story(firm, agreed):
    on = date(2026, 3, 31)
    firm.day(on)
    firm.day(on)
    with scope.of(firm.creditor.pk):
        (made,) = Invoice.objects.all()
        assert (made.number, made.issue_date, made.total, made.what_for) == (
            "2026-0001",
            on,
            120000,
            "Support, March 2026",
        )
        assert made.receivables.get().due_date == date(2026, 4, 14)
    assert firm.steps("2026-0001") == ["request"], "it goes out on the day of issue"
    (story,) = stories.tell(firm.creditor, "2026-0001", on, rehearsal=True)
    assert any(what == "recurring" for _, what, _ in story.events)


def test_missed_turns_are_caught_up_once_and_dated_when_they_are_issued(firm, agreed):
    late = date(2026, 6, 10)
    firm.day(late)
    firm.day(late + timedelta(1))
    with scope.of(firm.creditor.pk):
        found = [
            (one.invoice.what_for, one.invoice.issue_date, one.why) for one in RecurringIssued.objects.order_by("turn")
        ]
    assert found == [
        ("Support, March 2026", late, "missed on 2026-03-31"),
        ("Support, April 2026", late, "missed on 2026-04-30"),
        ("Support, May 2026", late, "missed on 2026-05-31"),
    ]


def test_a_rehearsed_tomorrow_issues_nothing_of_it(firm, agreed):
    assert issue(firm, date(2026, 12, 31), today=date(2026, 4, 1)) == ["2026-0001"]


def test_terms_agreed_with_the_client_count_before_the_days_of_the_document(firm, agreed):
    rights.agree(
        firm.creditor,
        "C1",
        {"net_days": "30", "month_end": "yes"},
        agreed_on=DAY,
        evidence="contract",
        on=DAY,
        by="anna",
    )
    issue(firm, date(2026, 3, 31))
    with scope.of(firm.creditor.pk):
        assert Invoice.objects.get().receivables.get().due_date == date(2026, 4, 30)


def test_a_price_from_a_day_on_a_pause_and_an_end(firm, agreed):
    number, creditor = agreed.pk, firm.creditor
    recurring.change_price(creditor, number, Money(130000, "EUR"), since=date(2026, 5, 1), on=DAY, by="anna")
    recurring.pause(creditor, number, since=date(2026, 6, 1), until=date(2026, 7, 30), on=DAY, by="anna", why="summer")
    with scope.of(creditor.pk):
        (row,) = recurring_turns.standing(creditor)
        foretold = [(one.on, one.amount.minor) for one in recurring_turns.preview(creditor, row, DAY, 4)]
    assert foretold == [
        (date(2026, 3, 31), 120000), (date(2026, 4, 30), 120000), (date(2026, 5, 31), 130000), (date(2026, 7, 31), 130000),
    ]  # fmt: skip
    issue(firm, date(2026, 8, 1))
    with scope.of(creditor.pk):
        assert [one.total for one in Invoice.objects.order_by("number")] == [120000, 120000, 130000, 130000]
    recurring.end(creditor, number, on=date(2026, 8, 2), by="anna", why="a new contract")
    assert issue(firm, date(2026, 9, 30)) == []
    recurring.take_back_end(creditor, number, on=date(2026, 10, 1), by="anna")
    assert issue(firm, date(2026, 10, 31)) == ["2026-0005"], "what lay between is not caught up"


def test_a_pause_until_somebody_goes_on_leaves_its_turns_out(firm, agreed):
    creditor = firm.creditor
    recurring.pause(creditor, agreed.pk, since=DAY, until=None, on=DAY, by="anna")
    assert issue(firm, date(2026, 5, 31)) == []
    assert recurring.resume(creditor, agreed.pk, on=date(2026, 6, 1), by="anna") == 1
    assert issue(firm, date(2026, 6, 30)) == ["2026-0001"]
    with pytest.raises(recurring.NotPaused):
        recurring.resume(creditor, agreed.pk, on=date(2026, 7, 1), by="anna")


def test_nothing_is_issued_while_the_work_stands_still(firm, agreed):
    with scope.of(firm.creditor.pk):
        StopWork.objects.create(
            creditor=firm.creditor, effective_on=DAY, by="anna", customer=agreed.customer, work="running", basis="§ 5",
            receivables=[], told=[], rehearsal=True, announced_on=DAY,
        )  # fmt: skip
    assert issue(firm, date(2026, 4, 1)) == []


@pytest.mark.parametrize(("outcome", "months"), [("paid", [3]), ("agreed", [3]), ("mistaken", [3, 4, 5])])
def test_months_in_which_the_work_stood_still_are_never_asked_for(firm, agreed, outcome, months):
    with scope.of(firm.creditor.pk):
        stop = StopWork.objects.create(
            creditor=firm.creditor, effective_on=DAY, by="anna", customer=agreed.customer, work="running", basis="§ 5",
            receivables=[], told=[], rehearsal=True, announced_on=DAY,
        )  # fmt: skip
        StopWorkEnd.objects.create(
            creditor=firm.creditor, effective_on=date(2026, 6, 10), by="anna", stop=stop, outcome=outcome
        )
    issue(firm, date(2026, 6, 10))
    with scope.of(firm.creditor.pk):
        assert [one.turn.month for one in RecurringIssued.objects.order_by("turn")] == months


def test_the_accounting_program_is_told(firm, agreed):
    hooks.point(firm.creditor, "https://books.example/hook", on=DAY, by="anna")
    issue(firm, date(2026, 3, 31))
    with scope.of(firm.creditor.pk):
        said = json.loads(HookCall.objects.get().body)
    assert (said["type"], said["number"], said["total"]) == ("invoice.issued", "2026-0001", "1200.00 EUR")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"rhythm": Rhythm(DAY - timedelta(1))}, recurring.StartsInPast),
        ({"rhythm": Rhythm(DAY, last=DAY - timedelta(1))}, recurring.EndsBeforeStart),
        ({"days": 366}, recurring.DaysToPayOutside),
        ({"kind": DocumentKind.REQUEST}, numbers.NoNumbers),
    ],
)
def test_bad_input_gets_a_clear_sentence_and_changes_nothing(firm, agreed, change, refusal):
    said = {"kind": DocumentKind.INVOICE, "what_for": "x", "amount": SUM, "rhythm": Rhythm(DAY), "days": 14, **change}
    with pytest.raises(refusal):
        recurring.begin(firm.creditor, "C1", Wanted(**said), on=DAY, by="anna")
    with pytest.raises(recurring.PriceInPast):
        recurring.change_price(firm.creditor, agreed.pk, SUM, since=DAY - timedelta(1), on=DAY, by="anna")
    with pytest.raises(recurring.PauseInPast):
        recurring.pause(firm.creditor, agreed.pk, since=DAY, until=DAY - timedelta(1), on=DAY, by="anna")
    with scope.of(firm.creditor.pk):
        assert [row.pk for row in recurring_turns.standing(firm.creditor)] == [agreed.pk]
