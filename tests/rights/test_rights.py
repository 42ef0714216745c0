"""What gives rights and what ends them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dunwell.core.clause_text import ClauseUnreadable
from dunwell.core.rates import CountedFrom, Limitation
from dunwell.run import rights, work
from dunwell.store.models import Creditor
from regressions import world
from regressions.world import World

TODAY = date(2026, 5, 4)


@pytest.fixture
def firm(creditor: Creditor, tmp_path: Path) -> World:
    return world.fresh(creditor, tmp_path)


@pytest.mark.parametrize(
    ("years", "counted", "due", "acknowledged", "last"),
    [
        (3, "due_date", "2026-04-14", None, "2029-04-14"),
        (3, "due_date", "2024-02-29", None, "2027-02-28"),
        (4, "due_date", "2024-02-29", None, "2028-02-29"),
        (3, "year_end", "2026-04-14", None, "2029-12-31"),
        (3, "due_date", "2026-04-14", "2027-01-10", "2030-01-10"),
        (3, "due_date", "2026-04-14", "2029-04-15", "2029-04-14"),  # too late: what has ended is not begun anew
        (3, "due_date", "2026-04-14", "2026-04-01", "2029-04-14"),  # before it was due
    ],
)
def test_the_last_day_in_time(years: int, counted: str, due: str, acknowledged: str | None, last: str) -> None:
    rule = Limitation(years, CountedFrom(counted), "")
    on = date.fromisoformat(acknowledged) if acknowledged else None
    assert rule.last_day(date.fromisoformat(due), on) == date.fromisoformat(last)


def test_terms_are_versions(firm: World) -> None:
    firm.client()
    ours = firm.creditor
    first = {"contract": "№ 7", "late_payment": "0.1% a day, cap 10%"}
    rights.agree(ours, "C1", first, agreed_on=date(2026, 1, 12), evidence="signed", on=TODAY, by="anna")
    rights.agree(ours, "C1", {"late_payment": ""}, agreed_on=date(2026, 4, 1), evidence="e-mail", on=TODAY, by="anna")
    assert rights.agreed(ours, "C1", date(2026, 3, 1))["late_payment"] == "0.1% a day, cap 10%"
    found = rights.agreed(ours, "C1", TODAY)
    assert found.keys() == rights.TERMS.keys()
    assert {name: value for name, value in found.items() if value} == {"contract": "№ 7"}


def test_terms_that_mean_nothing_are_refused(firm: World) -> None:
    firm.client()
    for terms, evidence, day, refusal in (
        ({"clause": "x"}, "signed", TODAY, rights.TermUnknown),
        ({"contract": "x"}, " ", TODAY, rights.EvidenceMissing),
        ({"contract": "x"}, "signed", date(2026, 5, 5), rights.AgreedAhead),
        ({"late_payment": "a little"}, "signed", TODAY, ClauseUnreadable),
    ):
        with pytest.raises(refusal):
            rights.agree(firm.creditor, "C1", terms, agreed_on=day, evidence=evidence, on=TODAY, by="anna")
    assert not any(rights.agreed(firm.creditor, "C1", TODAY).values())


def test_a_debt_about_to_be_time_barred_is_named_until_it_is_acknowledged(firm: World) -> None:
    firm.owing("2026-03-31", "2026-04-30")
    ours = firm.creditor
    assert rights.ending(ours, date(2030, 12, 30)) == []
    near = rights.ending(ours, date(2031, 1, 15))
    assert [row.kind for row in work.ending(ours, date(2031, 1, 15))] == ["limitation"]
    assert [(one.number, one.last_day, one.is_over) for one in near] == [("C1-1", date(2031, 3, 31), False)]
    assert [one.is_over for one in rights.ending(ours, date(2031, 4, 1))] == [True, False]
    last = rights.acknowledge(ours, "C1-1", day=date(2031, 1, 16), evidence="акт", on=date(2031, 1, 16), by="anna")
    assert last == date(2036, 1, 16)
    assert [one.number for one in rights.ending(ours, date(2031, 4, 1))] == ["C1-2"]
    with pytest.raises(rights.AcknowledgedAhead):
        rights.acknowledge(ours, "C1-2", day=date(2031, 2, 1), evidence="акт", on=date(2031, 1, 16), by="anna")
