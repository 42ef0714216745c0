"""An open-items sheet exported every day, as bookkeepers do it in three languages: every kind of change, and nothing said twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from dunwell.run import ingest, people
from dunwell.store import bulk, scope
from dunwell.store.models import Creditor, Customer, Dispute, Ending, FindingRecord

DAY = date(2026, 3, 2)
BG = "Клиент;ЕИК;Имейл;Фактура №;Дата;Падеж;Сума;Платено;Остатък;Статус;Валута\n"
EN = "Customer,Email,Invoice No,Invoice Date,Due Date,Total,Paid,Balance,Status,Disputed,Currency\n"


@pytest.fixture
def take(creditor: Creditor, tmp_path: Path) -> Callable[..., ingest.Summary]:
    def take(text: str, day: int = 0, **options: object) -> ingest.Summary:
        path = tmp_path / f"open-items-{day}.csv"
        path.write_text(text, "utf-8")
        return ingest.file(creditor, path, **{"as_of": DAY + timedelta(day), "by": "anna", **options})

    return take


def codes(creditor: Creditor, *, open_only: bool = True) -> list[str]:
    with scope.of(creditor.pk):
        found = FindingRecord.objects.order_by("pk")
        return list((found.filter(findingsettled=None) if open_only else found).values_list("code", flat=True))


def settle(creditor: Creditor, code: str, outcome: str, *, day: int = 0) -> None:
    with scope.of(creditor.pk):
        number = FindingRecord.objects.filter(code=code, findingsettled=None).latest("pk").pk
    people.settle_finding(creditor, number, outcome=outcome, on=DAY + timedelta(day), by="anna")


def balances(creditor: Creditor) -> dict[str, int]:
    """Number → what is open by the ledger, cancelled ones left out."""
    with scope.of(creditor.pk):
        rows = bulk.rows(
            """SELECT i.number, r.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receivable_id = r.id), 0)
            FROM invoice i JOIN receivable r ON r.invoice_id = i.id
            WHERE NOT EXISTS (SELECT FROM cancellation c WHERE c.invoice_id = i.id)"""
        )
    return {number: int(left) for number, left in rows}


def test_a_bulgarian_sheet_of_a_week(creditor: Creditor, take: Callable[..., ingest.Summary]) -> None:
    def day(paid: str, left: str, status: str) -> str:
        return f"{BG}Маргаритка ООД;175074752;a@x.example;0000001042;01.02.2026;15.02.2026;1 240,00 лв.;{paid};{left};{status};лв\n"

    assert take(day("", "1 240,00", "неплатена")).counts["invoices_new"] == 1
    assert take(day("240,00", "1 000,00", "частично платена"), 1).counts["payments_reported"] == 1
    assert take(day("240,00", "1 000,00", "частично платена"), 2).counts["invoices_same"] == 1
    assert take(day("1.240,00", "0,00", "платена"), 3).counts["payments_reported"] == 1
    assert balances(creditor) == {"0000001042": 0}
    assert take(day("240,00", "1 000,00", "частично платена"), 4).counts["payments_reported"] == 0
    assert codes(creditor) == ["paid_fell"]
    settle(creditor, "paid_fell", "ignored", day=4)
    take(day("240,00", "1 000,00", "частично платена"), 5)
    assert codes(creditor) == [], "a person has said so of these facts"
    take(day("140,00", "1 100,00", "частично платена"), 6)
    assert codes(creditor) == ["paid_fell"], "other facts"


def test_a_status_that_goes_back_from_paid_to_open_holds(
    creditor: Creditor, take: Callable[..., ingest.Summary]
) -> None:
    head = "Клиент;Имейл;Фактура №;Дата;Падеж;Сума;Валута;Статус\n"
    row = "Маргаритка ООД;a@x.example;7;01.02.2026;15.02.2026;100,00;EUR;{}\n"
    take(head + row.format("неплатена"))
    assert take(head + row.format("платена"), 1).counts["payments_reported"] == 1
    take(head + row.format("неплатена"), 2)
    assert codes(creditor) == ["paid_fell"]
    assert balances(creditor) == {"7": 0}, "only a person takes a payment back"


def test_what_needs_nobody_stands_on_no_list(creditor: Creditor, take: Callable[..., ingest.Summary]) -> None:
    row = "Daisy Ltd,a@x.example,1042,2026-02-01,2026-02-15,100.00,0.00,100.00,open,,EUR\n"
    credit = "Daisy Ltd,a@x.example,CN-1,2026-02-01,2026-02-15,-10.00,,,,,EUR\n"
    said = take(EN + row + row + credit + "Total,,,,,200.00,,,,,\n")
    assert sorted(one.code for one in said.findings) == ["negative_total", "row_repeated", "total_row"]
    assert codes(creditor) == []


def test_a_missing_row_that_a_person_called_open_is_asked_about_when_it_has_been_there_again(
    creditor: Creditor, take: Callable[..., ingest.Summary]
) -> None:
    row = "Daisy Ltd,a@x.example,{},2026-02-01,2026-02-15,100.00,0.00,100.00,open,,EUR\n"
    both, one = EN + row.format(1) + row.format(2), EN + row.format(1)
    take(both)
    take(one, 1, complete=True)
    assert codes(creditor) == ["row_missing"]
    settle(creditor, "row_missing", "still_open", day=1)
    take(one, 2, complete=True)
    assert codes(creditor) == [], "a person has said it"
    take(both, 3, complete=True)
    take(one, 4, complete=True)
    assert codes(creditor) == ["row_missing"]


def test_a_number_of_two_dates_is_asked_about_once(creditor: Creditor, take: Callable[..., ingest.Summary]) -> None:
    sheet = (
        EN
        + "Daisy Ltd,a@x.example,7,2026-02-01,2026-02-15,100.00,,,open,,EUR\n"
        + "Daisy Ltd,a@x.example,7,2026-02-08,2026-02-22,130.00,,,open,,EUR\n"
    )
    take(sheet)
    for _ in codes(creditor):
        settle(creditor, "number_reused", "still_open")
    take(sheet, 1)
    assert codes(creditor) == []


def test_a_cancelled_invoice_that_is_open_again_is_told(
    creditor: Creditor, take: Callable[..., ingest.Summary]
) -> None:
    row = "Daisy Ltd,a@x.example,7,2026-02-01,2026-02-15,100.00,0.00,100.00,{},,EUR\n"
    take(EN + row.format("open"))
    take(EN + row.format("void"), 1)
    assert balances(creditor) == {}
    assert codes(creditor) == []
    take(EN + row.format("open"), 2)
    assert codes(creditor) == ["open_again"]
    take(EN + row.format("open"), 3)
    assert codes(creditor) == ["open_again"]


def test_a_dispute_that_the_sheet_takes_back_is_over_and_one_that_a_person_recorded_is_not(
    creditor: Creditor, take: Callable[..., ingest.Summary]
) -> None:
    row = "Daisy Ltd,a@x.example,{},2026-02-01,2026-02-15,100.00,0.00,100.00,open,{},EUR\n"
    take(EN + row.format(1, "yes") + row.format(2, "no"))
    people.dispute(creditor, "2", cause="quality", amount=None, on=DAY, by="anna", why="they called")
    take(EN + row.format(1, "") + row.format(2, ""), 1)
    with scope.of(creditor.pk):
        assert not Ending.objects.exists(), "a blank cell says nothing"
    take(EN + row.format(1, "no") + row.format(2, "no"), 2)
    with scope.of(creditor.pk):
        ended = Dispute.objects.filter(ending__isnull=False)
        assert [one.receivable.invoice.number for one in ended] == ["1"]


@pytest.mark.parametrize(
    ("name", "tax", "kind"),
    [
        ("Иван Петров", "7523169263", "person"),
        ("Иван Петров", "", "person"),
        ("Маргаритка ООД", "", "business"),
        ("Маргаритка", "175074752", "business"),
        ("Маргаритка", "", "business"),
    ],
)
def test_a_sheet_without_a_column_of_kinds_tells_persons_from_firms(
    creditor: Creditor, take: Callable[..., ingest.Summary], name: str, tax: str, kind: str
) -> None:
    said = take(f"{BG}{name};{tax};a@x.example;1;01.02.2026;15.02.2026;10,00;;;;EUR\n")
    with scope.of(creditor.pk):
        assert Customer.objects.get().kind == kind
    is_sure = kind == "business" or bool(tax)
    assert [one.code for one in said.findings] == ([] if is_sure else ["customer_kind_unsaid"])
    take(f"{BG}{name};{tax};a@x.example;1;01.02.2026;15.02.2026;10,00;;;;EUR\n", 1)
    assert codes(creditor) == ([] if is_sure else ["customer_kind_unsaid"]), "asked once for the file, not every day"


def test_a_kind_that_the_sheet_says_later_counts(creditor: Creditor, take: Callable[..., ingest.Summary]) -> None:
    head = EN.replace("Disputed", "Customer type")
    take(f"{head}Anna Brown,a@x.example,7,2026-02-01,2026-02-15,100.00,0.00,100.00,open,,EUR\n")
    take(f"{head}Anna Brown,a@x.example,7,2026-02-01,2026-02-15,100.00,0.00,100.00,open,business,EUR\n", 1)
    with scope.of(creditor.pk):
        assert Customer.objects.get().kind == "business"
