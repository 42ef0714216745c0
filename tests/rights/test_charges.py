"""Charges for delay: only where contract, law and policy agree; never twice; waived with a reason; said in the letter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dunwell.run import charges, claim_facts, creditors, rights
from dunwell.store import scope
from dunwell.store.models import Charge, Creditor
from regressions import world
from regressions.world import World

TODAY = date(2026, 4, 20)  # a Monday; 20 days after the due date


@pytest.fixture
def late(creditor: Creditor, tmp_path: Path) -> World:
    firm = world.fresh(creditor, tmp_path)
    firm.owing("2026-03-31", sum_="1000.00")
    creditors.assign(creditor, "firm", customer="C1", invoice="", segment="", on=date(2026, 3, 1), by="anna")
    return firm


def agree(firm: World, clause: str = "0.1% a day, cap 5%") -> None:
    terms = {"late_payment": clause, "late_payment_ref": "clause 5.2"}
    rights.agree(firm.creditor, "C1", terms, agreed_on=date(2026, 1, 12), evidence="signed", on=TODAY, by="anna")


def charged(firm: World, until: date = TODAY, on: date = TODAY) -> str:
    made = charges.charge(firm.creditor, "C1-1", until=until, on=on, by="anna", why="", own_rates=firm.folder)
    return str(charges.said(made))


def test_r26_the_clause_is_charged_no_day_twice_and_never_on_what_was_charged(late: World) -> None:
    agree(late)
    assert charged(late, until=date(2026, 4, 10)) == "10.00 EUR"
    with pytest.raises(charges.NothingToCharge):
        charged(late, until=date(2026, 4, 10))
    assert charged(late) == "10.00 EUR", "the days from the eleventh alone"
    later = date(2026, 6, 30)
    assert charged(late, until=later, on=later) == "30.00 EUR", "up to the cap, and charges bear nothing"
    with pytest.raises(charges.NothingToCharge):
        charged(late, until=date(2026, 7, 30), on=date(2026, 7, 30))


def test_without_a_clause_the_law_is_charged(late: World) -> None:
    assert charged(late) == "5.64 EUR"  # 1 000 × 10.15 % × 20 / 360


def test_what_is_waived_stays_waived_and_says_why(late: World) -> None:
    agree(late)
    charged(late, until=date(2026, 4, 10))
    with pytest.raises(charges.WaiverUnexplained):
        charges.waive(late.creditor, "C1-1", on=TODAY, by="anna", why=" ")
    made = charges.waive(late.creditor, "C1-1", on=TODAY, by="anna", why="a client for ten years")
    assert str(charges.said(made)) == "-10.00 EUR"
    with pytest.raises(charges.NothingToWaive):
        charges.waive(late.creditor, "C1-1", on=TODAY, by="anna", why="again")
    assert charged(late) == "10.00 EUR", "the waived days are not charged again"
    with scope.of(late.creditor.pk):
        assert [one.amount for one in Charge.objects.order_by("pk")] == [1000, -1000, 1000]


def test_a_policy_that_does_not_want_it_charges_nothing(late: World) -> None:
    agree(late)
    creditors.assign(late.creditor, "standard", customer="C1", invoice="", segment="", on=date(2026, 3, 2), by="anna")
    with pytest.raises(charges.PolicyForbidsCharges, match="standard"):
        charged(late)


def test_what_is_not_late_is_not_charged(late: World) -> None:
    agree(late)
    with pytest.raises(claim_facts.NotAClaim, match="nothing of it is overdue"):
        charged(late, on=date(2026, 3, 30), until=date(2026, 3, 30))


def test_a_letter_says_what_of_its_sum_was_charged(late: World) -> None:
    agree(late)
    charged(late)
    late.plan(TODAY)
    late.deliver(TODAY)
    (letter,) = late.sent() or late.messages("waiting", "queued", "approved")
    assert late.asked(letter) == {"C1-1": 102_000}
    assert "€20.00" in letter.content_row.text and "late-payment charge" in letter.content_row.text
    assert "received a part" not in letter.content_row.text
