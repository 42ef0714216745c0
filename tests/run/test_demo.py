"""The demo: the same books from the same seed, letters in three languages, nothing twice, nobody written to too often."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from dunwell.run import calendars, demo, demo_book, demo_files, demo_people, jurisdictions
from dunwell.store import scope
from dunwell.store.models import (
    Allocation,
    Creditor,
    Customer,
    FindingRecord,
    Invoice,
    Message,
    Outcome,
    Payment,
    Recipient,
    Task,
)

DAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)
# What names a row of one installation's books: the token of a page, the reference that payers quote.
OF_THIS_BOOK = re.compile(r"/p/[a-z2-7]{24}|\b[MK]\d{3,}-\d\d\b")
GAP_DAYS_MIN = {"standard": 3, "standard-person": 4, "before-work": 2}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def seen(database: Path, data: Path) -> demo.Demo:
    return demo.run(as_of=DAY, folder=data, now=NOW, by="test", say=lambda line: None)


def books(day: date) -> demo_book.Book:
    calendar = calendars.load({"BG"}, range(day.year - 2, day.year + 2), jurisdictions.load_all(), {})["BG"]
    return demo_book.make(day, calendar, start=calendar.add_business_days(day, -20))


def test_the_same_day_has_the_same_books_and_another_day_others(tmp_path):
    one, same, other = books(DAY), books(DAY), books(DAY + timedelta(1))
    assert one == same
    assert one.papers != other.papers
    first = demo_files.invoices(one.papers, tmp_path / "a.csv").read_bytes()
    assert first == demo_files.invoices(same.papers, tmp_path / "b.csv").read_bytes()


def test_nothing_of_the_books_lies_after_their_day():
    book = books(DAY)
    assert max(paper.issued for paper in book.papers) <= DAY
    assert max(receipt.on for receipt in book.receipts) < DAY
    assert max(event.on for event in book.events) <= DAY


def test_nobody_of_the_demo_can_be_reached():
    people = [person for client in books(DAY).clients for person in client.people]
    assert all(person.email.endswith(".example") for person in people)
    assert len({person.email for person in people}) == len(people)
    reserved = {"+35920000", "+74950000", "+442079460", "+493023125", "+3120000", "+3531000"}
    phones = [person.phone for person in people if person.phone]
    assert len(set(phones)) == len(phones)
    assert all(any(phone.startswith(start) for start in reserved) for phone in phones)


def test_control_digits_are_right():
    assert demo_people.control_digit_inn("770708389") == "7707083893"
    assert demo_people.control_digit_inn("5001007322") == "500100732259"
    assert demo_people.eik("17507475") == "175074752"
    assert demo._keyed("40702810", "000000000017", "777") == "40702810900000000017"


def test_the_book_is_of_the_promised_size(seen):
    with scope.of(seen.creditor.pk):
        assert Customer.objects.count() == 200
        assert dict(Counter(Customer.objects.values_list("locale", flat=True))) == {"bg": 72, "ru": 72, "en": 56}
        assert 1200 <= Invoice.objects.count() <= 1800
        assert 1000 <= Payment.objects.count() <= 1800
        assert set(Invoice.objects.values_list("currency", flat=True)) == {"EUR", "GBP", "RUB"}
        assert {"invoice", "request", "credit_note"} == set(Invoice.objects.values_list("kind", flat=True))
    assert seen.creditor.is_demo


def test_letters_of_all_steps_went_in_three_languages_and_each_passed_its_checks(seen):
    with scope.of(seen.creditor.pk):
        sent = Message.objects.filter(state="sent")
        assert 250 <= sent.count() <= 700
        assert set(sent.values_list("locale", flat=True)) == {"ru", "bg", "en"}
        assert {"request", "upcoming", "reminder", "firm", "formal", "thanks", "wake_up", "order_request"} <= set(
            sent.values_list("content", flat=True)
        )
        assert set(sent.values_list("channel", flat=True)) == {"email", "sms"}
        of_letters = FindingRecord.objects.filter(file_name="", file=None).values_list("code", "message")
        assert not list(of_letters)
        assert Task.objects.filter(outcome=None).exists()


def test_a_row_that_a_complete_sheet_no_longer_holds_waits_for_a_person(seen):
    with scope.of(seen.creditor.pk):
        finding = FindingRecord.objects.get(code="row_missing")
        assert finding.holds and finding.receivable.invoice.source == demo.MOSCOW
        number = finding.receivable.invoice.number
    assert f"{number}. The invoice was open, and a complete file no longer holds it." in seen.report


def shown(creditor: Creditor) -> dict[str, list[str]]:
    """All that anybody could see of the demo, each kind in the order of its words."""
    with scope.of(creditor.pk):
        rows = {
            "papers": Invoice.objects.values_list(
                "number", "issue_date", "kind", "currency", "total", "customer__name"
            ),
            "money": Payment.objects.values_list(
                "date", "amount", "currency", "payer_name", "reference", "customer__name"
            ),
            "applied": Allocation.objects.values_list("effective_on", "amount", "basis", "receivable__invoice__number"),
            "decisions": Outcome.objects.values_list(
                "run__effective_on", "receivable__invoice__number", "code", "step", "reasons", "next_on"
            ),
            "letters": Message.objects.values_list(
                "slot_on",
                "customer__name",
                "channel",
                "policy",
                "step",
                "state",
                "content_row__subject",
                "content_row__text",
            ),
            "tasks": Task.objects.values_list("due_on", "customer__name", "kind", "step", "text", "outcome__outcome"),
            "findings": FindingRecord.objects.values_list("effective_on", "code", "file_name", "line", "message"),
        }
        return {kind: sorted(OF_THIS_BOOK.sub("…", str(row)) for row in found) for kind, found in rows.items()}


@pytest.mark.slow
def test_two_demos_of_one_day_are_the_same_to_the_letter(seen, tmp_path):
    first = shown(seen.creditor)
    Creditor.objects.filter(pk=seen.creditor.pk).update(slug="demo-before")
    try:
        again = demo.run(as_of=DAY, folder=tmp_path, now=NOW, by="test", say=lambda line: None)
        assert again.creditor.pk != seen.creditor.pk
        second = shown(again.creditor)
    finally:
        Creditor.objects.filter(slug=demo.SLUG).update(slug="demo-after")
        Creditor.objects.filter(pk=seen.creditor.pk).update(slug=demo.SLUG)
    for kind, rows in first.items():
        assert rows and second[kind] == rows, kind
    told, told_again = (
        [line for line in one.report.splitlines() if "/" not in line and not OF_THIS_BOOK.search(line)]
        for one in (seen, again)
    )
    assert told == told_again


def test_no_two_messages_reach_a_person_within_the_gap(seen):
    with scope.of(seen.creditor.pk):
        rows = Recipient.objects.filter(message__state="sent", message__purpose="request", copy=False).order_by(
            "message__sent_on"
        )
        days: dict[str, list[tuple[date, str]]] = {}
        for key, on, policy in rows.values_list("person_key", "message__sent_on", "message__policy"):
            days.setdefault(key, []).append((on, policy))
    for made in days.values():
        for (before, _), (after, policy) in pairwise(made):
            assert (after - before).days >= GAP_DAYS_MIN[policy]


def test_the_same_day_again_sends_nothing_and_changes_nothing(seen, data):
    def state() -> list[tuple]:
        with scope.of(seen.creditor.pk):
            return sorted(Message.objects.values_list("pk", "state", "key"))

    before = state()
    again = demo.run(as_of=DAY, folder=data, now=NOW, by="test", say=lambda line: None)
    assert again.creditor.pk == seen.creditor.pk
    assert (again.day.sent, again.day.planned.messages) == (0, 0)
    assert state() == before


def test_a_day_of_rest_takes_the_business_day_before():
    calendar = demo._calendar(date(2026, 3, 3))
    assert calendar.previous_business_day(date(2026, 3, 3)) == date(2026, 3, 2), "3 March is a holiday of Bulgaria"


def test_the_report_says_what_happened_and_where_to_look(seen, data):
    report = seen.report
    assert "200 customers" in report and "dunwell explain" in report and f"export DUNWELL_DATA={data}" in report
    for language in ("Russian", "Bulgarian", "English"):
        assert f"{language}, step" in report
