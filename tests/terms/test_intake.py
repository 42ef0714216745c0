"""Before work begins: numbers by their check digits, exposure and conduct become terms with reasons."""

from __future__ import annotations

from datetime import date

import pytest

from dunwell.core.money import Money
from dunwell.engine import registration
from dunwell.run import intake, rights
from dunwell.run.intake import Numbers

DAY = date(2026, 3, 2)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


@pytest.mark.parametrize(
    ("country", "numbers"),
    [
        ("BG", {"tax_id": "175074752"}),
        ("BG", {"tax_id": "BG175074752", "registration": "175074752"}),
        ("RU", {"tax_id": "7707083893", "registration": "1027700132195", "kpp": "770701001"}),
        ("RU", {"tax_id": "500100732259"}),
        ("DE", {"tax_id": "DE136695976"}),
        ("GB", {"tax_id": "GB980780684"}),
    ],
)
def test_right_numbers_have_no_fault(country, numbers) -> None:
    assert registration.faults(country, **numbers) == []


@pytest.mark.parametrize(
    ("country", "numbers", "field"),
    [
        ("BG", {"tax_id": "175074753"}, "tax_id"),
        ("BG", {"registration": "175074753"}, "registration"),
        ("RU", {"tax_id": "7707083894"}, "tax_id"),
        ("RU", {"registration": "1027700132196"}, "registration"),
        ("RU", {"kpp": "77070"}, "kpp"),
        ("RU", {"tax_id": "500100732259", "kpp": "770701001"}, "kpp"),
        ("DE", {"tax_id": "DE136695977"}, "tax_id"),
        ("BG", {"tax_id": "DE136695977"}, "tax_id"),
    ],
)
def test_a_slip_is_found(country, numbers, field) -> None:
    assert [one.field for one in registration.faults(country, **numbers)] == [field]


def test_a_russian_account_is_held_against_its_bank() -> None:
    good = Numbers("RU", account="40702810500000002851", bic="044525225")
    assert intake.faults(good) == ()
    wrong = Numbers("RU", account="40702810500000002852", bic="044525225")
    assert [one.field for one in intake.faults(wrong)] == ["account"]


def test_somebody_new_is_asked_for_a_part_first(firm) -> None:
    facts, found = intake.unknown(firm.creditor, Numbers(tax_id="175074752"), eur("1000.00"))
    assert facts.faults == () and (found.prepayment_percent, found.net_days) == (30, 14)
    _, found = intake.unknown(firm.creditor, Numbers(tax_id="175074753"), eur("1000.00"))
    assert found.prepayment_percent == 100 and "175074753" in found.reasons[0]


def test_a_limit_asks_for_what_goes_beyond_it(firm) -> None:
    firm.owing("2026-03-20", sum_="900.00")
    terms = {"credit_limit": "1000.00 EUR"}
    rights.agree(firm.creditor, "C1", terms, agreed_on=DAY, evidence="board", on=DAY, by="anna")
    facts, found = intake.known(firm.creditor, "C1", Numbers(), eur("400.00"), DAY)
    assert facts.open == eur("900.00") and not facts.overdue
    assert found.prepayment_percent == 75
    assert any("the limit is 1000.00 EUR" in one for one in found.reasons)


def test_who_pays_in_time_gets_thirty_days_and_who_pays_late_does_not(firm) -> None:
    firm.client()
    rows = [f"C1,invoice,P{n},2026-01-{n:02},2026-02-{n:02},100.00,EUR," for n in (2, 3, 4)]
    firm.invoices(*rows, on=date(2026, 1, 5))
    firm.paid(*(f"2026-02-0{n},100.00,EUR,C1 Ltd,P{n}" for n in (2, 3, 4)))
    firm.plan()
    _, found = intake.known(firm.creditor, "C1", Numbers(), eur("500.00"), DAY)
    assert (found.prepayment_percent, found.net_days) == (0, 30)
    assert found.reasons == ("3 invoices were paid, usually in time.",)
    firm.invoices("C1,invoice,L1,2026-01-10,2026-02-10,100.00,EUR,", on=date(2026, 1, 10))
    facts, found = intake.known(firm.creditor, "C1", Numbers(), eur("500.00"), DAY)
    assert facts.overdue == eur("100.00") and (found.prepayment_percent, found.net_days) == (50, 7)
