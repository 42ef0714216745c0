"""One change for many customers: shown first, done with a reason, in force in the plan, taken back as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.run import auditing, bulk_edit, creditors, facts, people
from dunwell.run.bulk_edit import Field
from dunwell.store import load, scope
from dunwell.store.models import Amendment, Customer
from regressions import world
from regressions.world import DAY

DUE = (DAY + timedelta(7)).isoformat()
SAID = {"on": DAY, "by": "anna", "why": "Boris left"}


@pytest.fixture
def firm(creditor, tmp_path):
    firm = world.fresh(creditor, tmp_path)
    for client in ("C1", "C2", "C3"):
        firm.owing(DUE, client=client)
    firm.go_live()
    return firm


def meant(firm, *names):
    return bulk_edit.chosen(firm.creditor, names=names)


def owners(firm):
    with scope.of(firm.creditor.pk):
        return dict(Customer.objects.order_by("pk").values_list("external_id", "owner"))


def test_an_owner_is_given_and_taken_back_but_never_over_a_later_change(firm):
    two = meant(firm, "C1", "C2", "C1 Ltd")
    assert [
        change.customer.external_id for change in bulk_edit.preview(firm.creditor, two, Field.OWNER, "Anna", on=DAY)
    ] == ["C1", "C2"]
    assert owners(firm) == {"C1": "", "C2": "", "C3": ""}, "shown, not done"

    edit = bulk_edit.carry_out(firm.creditor, two, Field.OWNER, "Anna", **SAID)

    assert owners(firm) == {"C1": "Anna", "C2": "Anna", "C3": ""}
    with scope.of(firm.creditor.pk):
        assert Amendment.objects.get(noun="customer", noun_id=two[0].pk).why == "Boris left"
    assert bulk_edit.chosen(firm.creditor, owner="Anna") == two
    bulk_edit.carry_out(firm.creditor, meant(firm, "C2"), Field.OWNER, "Vera", **SAID)
    done = bulk_edit.undo(firm.creditor, edit.pk, **SAID)
    assert (done.count, [one.external_id for one in done.left]) == (1, ["C2"])
    assert owners(firm) == {"C1": "", "C2": "Vera", "C3": ""}
    with pytest.raises(facts.NothingToUndo):
        bulk_edit.undo(firm.creditor, edit.pk, **SAID)
    assert auditing.verify(firm.creditor).broken == ()


def test_whoever_is_held_gets_no_letter_until_it_is_taken_back(firm):
    people.hold(firm.creditor, customer_name="C2", reason="other", until=None, on=DAY, by="anna", why="asked")
    edit = bulk_edit.carry_out(firm.creditor, meant(firm, "C1", "C2"), Field.HOLD, "", **SAID)

    firm.plan()
    assert {message.customer.external_id for message in firm.messages()} == {"C3"}
    assert firm.outcome("C1-1").reasons

    people.hold(firm.creditor, customer_name="C1", reason="other", until=DAY, on=DAY, by="anna", why="asked too")
    assert bulk_edit.undo(firm.creditor, edit.pk, **SAID).count == 1
    firm.plan(DAY + timedelta(2))  # the third of March is a holiday in Bulgaria
    assert {message.customer.external_id for message in firm.messages()} == {"C1", "C3"}, "C2 was held by somebody else"


def test_a_policy_is_chosen_for_many_and_what_counted_before_counts_again(firm):
    creditors.assign(firm.creditor, "firm", customer="C2", invoice="", segment="", on=DAY, by="anna")
    before = load.choices(firm.creditor.pk, DAY).sort("target").rows()
    edit = bulk_edit.carry_out(firm.creditor, meant(firm, "C1", "C2"), Field.POLICY, "gentle", **SAID)

    chosen = {row["target"]: row["policy"] for row in load.choices(firm.creditor.pk, DAY).rows(named=True)}
    assert [chosen[str(one.pk)] for one in meant(firm, "C1", "C2")] == ["gentle", "gentle"]

    bulk_edit.undo(firm.creditor, edit.pk, **SAID)
    assert load.choices(firm.creditor.pk, DAY).sort("target").rows() == before
    firm.plan()


def test_letters_are_in_the_language_given(firm):
    bulk_edit.carry_out(firm.creditor, meant(firm, "C1"), Field.LANGUAGE, "bg", **SAID)
    taken_back = bulk_edit.carry_out(firm.creditor, meant(firm, "C2"), Field.LANGUAGE, "bg", **SAID)
    bulk_edit.undo(firm.creditor, taken_back.pk, **SAID)

    firm.plan()

    written = {message.customer.external_id: message.locale for message in firm.messages()}
    assert written == {"C1": "bg", "C2": "en", "C3": "en"}


def test_what_says_nothing_is_refused(firm):
    one = meant(firm, "C1")
    with pytest.raises(bulk_edit.ReasonMissing):
        bulk_edit.carry_out(firm.creditor, one, Field.OWNER, "Anna", on=DAY, by="anna", why="")
    with pytest.raises(bulk_edit.NothingToChange):
        bulk_edit.carry_out(firm.creditor, one, Field.OWNER, "", **SAID)
    with pytest.raises(people.HoldInPast):
        bulk_edit.preview(firm.creditor, one, Field.HOLD, (DAY - timedelta(1)).isoformat(), on=DAY)
    with pytest.raises(bulk_edit.NobodyChosen):
        bulk_edit.chosen(firm.creditor)
