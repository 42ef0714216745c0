"""Contact between invoices: whom the day proposes, what the note says, and when there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.run import check_ins, creditors
from dunwell.store import scope
from dunwell.store.models import Task
from regressions.world import DAY

LONG_AFTER = DAY + timedelta(98)


@pytest.fixture
def quiet(firm):
    """A client who was asked once, paid, and has heard nothing for three months under a policy that cares."""
    creditors.assign(firm.creditor, "gentle", customer="", invoice="", segment="", on=DAY, by="anna")
    firm.owing("2026-02-20")
    firm.day()
    firm.paid(f"{DAY},100.00,EUR,C1 Ltd,C1-1", on=DAY + timedelta(2))
    firm.day(DAY + timedelta(2))
    return firm


def check_in_tasks(firm) -> list[Task]:
    with scope.of(firm.creditor.pk):
        return list(Task.objects.filter(kind="care", step="check_in").order_by("pk"))


def test_a_client_long_unheard_of_is_asked_by_a_person_how_they_are_once(quiet):
    quiet.day(DAY + timedelta(60))
    assert not check_in_tasks(quiet), "not yet"
    quiet.day(LONG_AFTER)
    quiet.day(LONG_AFTER)
    quiet.day(LONG_AFTER + timedelta(1))
    assert len(check_in_tasks(quiet)) == 1


def test_the_note_asks_for_nothing_and_settles_the_task(quiet):
    quiet.day(LONG_AFTER)
    prepared = check_ins.letter(quiet.creditor, "C1", "The new catalogue is out.", on=LONG_AFTER)
    text = prepared.letter.draft.text
    assert "how you are" in text and "The new catalogue is out." in text
    assert not any(word in text.lower() for word in ("invoice", "pay", "€", "eur"))
    assert check_ins.send(quiet.creditor, prepared, by="anna", why="") == 1
    assert check_ins.send(quiet.creditor, prepared, by="anna", why="") == 0
    (task,) = check_in_tasks(quiet)
    with scope.of(quiet.creditor.pk):
        assert Task.objects.get(pk=task.pk).outcome.outcome == "written"


def test_whoever_owes_something_late_gets_no_friendly_note(quiet):
    quiet.invoices(f"C1,invoice,C1-9,{LONG_AFTER - timedelta(30)},{LONG_AFTER - timedelta(9)},50.00,EUR,")
    with pytest.raises(check_ins.SomethingLate):
        check_ins.letter(quiet.creditor, "C1", "", on=LONG_AFTER)
    quiet.day(LONG_AFTER)
    assert not check_in_tasks(quiet)


def test_a_policy_without_it_asks_nobody(firm):
    firm.owing("2026-02-20")
    firm.day()
    firm.paid(f"{DAY},100.00,EUR,C1 Ltd,C1-1", on=DAY + timedelta(2))
    firm.day(LONG_AFTER)
    assert not check_in_tasks(firm)
