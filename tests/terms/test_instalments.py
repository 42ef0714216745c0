"""Agreed schedules on the whole program: kept, broken and caught up with; bounds, approval, counter-records; the paper."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.core import instalments as rules
from dunwell.core.instalments import Every, Part, Wish
from dunwell.core.money import Money
from dunwell.core.roles import DeskRole
from dunwell.run import charges, instalments
from dunwell.run.instalments import Fact
from dunwell.store import scope
from dunwell.store.models import Acknowledgement, Message, PaymentPlan, PaymentPlanPaper, Promise

DAY = date(2026, 3, 2)
SAID = "e-mail of 2 March"


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def fact(on: date = DAY) -> Fact:
    return Fact(on, "anna", "agreed on the phone")


@pytest.fixture
def owing(firm):
    """900.00 overdue since 20 February."""
    (number,) = firm.owing("2026-02-20", sum_="900.00")
    return number


def agreed(firm, number: str, wish: Wish, *, on: date = DAY, allows: DeskRole | None = None) -> PaymentPlan:
    found = instalments.of_invoices(firm.creditor, [number], on)
    parts = instalments.parts_of(found, wish, on)
    return instalments.agree(found, parts, fact(on), locale="en", evidence=SAID, allows=allows)


def test_a_schedule_holds_reminds_of_each_payment_and_ends_with_thanks(firm, owing) -> None:
    firm.go_live()
    plan = agreed(firm, owing, Wish(parts=2, first=date(2026, 3, 16), every=Every.TWO_WEEKS))
    assert [(part.on, part.amount) for part in instalments.parts_in(plan)] == [
        (date(2026, 3, 16), eur("450.00")),
        (date(2026, 3, 30), eur("450.00")),
    ]
    firm.plan(date(2026, 3, 4))
    assert firm.outcome(owing).reasons == "instalment_plan"
    assert firm.outcome(owing).next_on == date(2026, 3, 13)
    firm.plan(date(2026, 3, 13))
    firm.deliver(date(2026, 3, 13))
    (message,) = firm.sent()
    text = message.content_row.text.replace("\N{NO-BREAK SPACE}", " ")
    assert message.content == "instalment"
    assert "€450.00" in text and "Monday, 16 March" in text and "1 of 2" in text and "900.00" not in text
    assert "overdue" not in text
    firm.paid("2026-03-16,450.00,EUR,C1 Ltd,C1-1", on=date(2026, 3, 17))
    firm.plan(date(2026, 3, 17))
    assert firm.outcome(owing).reasons == "instalment_plan"
    for day in (date(2026, 3, 27), date(2026, 3, 30)):
        firm.plan(day)
        firm.deliver(day)
    assert [one.content for one in firm.sent()] == ["instalment", "instalment"]
    firm.paid("2026-03-30,450.00,EUR,C1 Ltd,C1-1", on=date(2026, 3, 31))
    firm.plan(date(2026, 3, 31))
    firm.deliver(date(2026, 3, 31))
    assert firm.sent()[-1].content == "thanks"


def test_a_missed_payment_returns_the_rest_after_its_grace_and_catching_up_restores_it(firm, owing) -> None:
    firm.go_live()
    agreed(firm, owing, Wish(parts=2, first=date(2026, 3, 9), every=Every.TWO_WEEKS))
    firm.plan(date(2026, 3, 11))
    assert firm.outcome(owing).reasons == "instalment_plan"
    firm.plan(date(2026, 3, 12))
    assert firm.outcome(owing).reasons.startswith("not_yet=")
    day = date(2026, 3, 16)
    firm.plan(day)
    (message,) = [one for one in firm.messages() if one.slot_on == day]
    assert "promise_broken" in firm.outcome(owing).reasons
    assert firm.asked(message) == {owing: 90000}
    firm.paid("2026-03-16,450.00,EUR,C1 Ltd,C1-1", on=date(2026, 3, 17))
    firm.plan(date(2026, 3, 17))
    assert firm.outcome(owing).reasons == "instalment_plan"


def test_the_last_question_holds_what_a_schedule_holds_and_withdraws_a_reminder_without_one(firm, owing) -> None:
    firm.go_live()
    firm.plan()
    plan = agreed(firm, owing, Wish(parts=1, first=date(2026, 3, 20)))
    firm.deliver()
    (message,) = firm.messages()
    assert (message.state, message.state_reason) == ("withdrawn", "instalment_plan")
    firm.plan(date(2026, 3, 17))
    instalments.end(firm.creditor, plan.pk, fact(date(2026, 3, 17)), outcome="taken_back")
    firm.deliver(date(2026, 3, 17))
    assert firm.messages()[-1].content == "instalment"
    assert (firm.messages()[-1].state, firm.messages()[-1].state_reason) == ("withdrawn", "instalment_plan")


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ([("2026-03-01", "900.00")], rules.PartInPast),
        ([("2026-03-10", "1000.00")], rules.PartsDoNotAddUp),
        ([("2026-03-10", "400.00"), ("2026-03-09", "500.00")], rules.PartsNotInOrder),
        ([("2026-03-10", "0.00"), ("2026-03-19", "900.00")], rules.PartNotPositive),
        ([("2026-09-10", "900.00")], instalments.ApprovalNeeded),
        ([(f"2026-03-{day}", "225.00") for day in (10, 11, 12, 13)], instalments.ApprovalNeeded),
    ],
)
def test_what_cannot_be_agreed_is_said_and_changes_nothing(firm, owing, parts, refusal) -> None:
    found = instalments.of_invoices(firm.creditor, [owing], DAY)
    wanted = tuple(Part(date.fromisoformat(day), eur(amount)) for day, amount in parts)
    with pytest.raises(refusal):
        instalments.agree(found, wanted, fact(), locale="en", evidence=SAID)
    with scope.of(firm.creditor.pk):
        assert not PaymentPlan.objects.exists() and not Promise.objects.exists()


def test_a_third_putting_off_is_refused_even_to_an_admin(firm, owing) -> None:
    for week in (1, 2):
        agreed(firm, owing, Wish(parts=1, first=DAY + timedelta(weeks=week)))
    with pytest.raises(rules.PutOffTooOften):
        agreed(firm, owing, Wish(parts=1, first=DAY + timedelta(weeks=3)), allows=DeskRole.ADMIN)
    with scope.of(firm.creditor.pk):
        assert PaymentPlan.objects.count() == 2
        assert Promise.objects.filter(ending=None).count() == 1


def test_more_than_the_policy_gives_waits_for_a_person_with_the_right(firm, owing) -> None:
    found = instalments.of_invoices(firm.creditor, [owing], DAY)
    parts = instalments.parts_of(found, Wish(parts=6, first=date(2026, 3, 16)), DAY)
    plan = instalments.ask(found, parts, fact(), locale="bg", evidence="the page")
    firm.plan(DAY)
    assert firm.outcome(owing).reasons != "instalment_plan"
    with pytest.raises(instalments.ApprovalNeeded):
        instalments.decide(firm.creditor, plan.pk, fact(), allow=True, role=DeskRole.COLLECTOR)
    instalments.decide(firm.creditor, plan.pk, fact(), allow=True, role=DeskRole.APPROVER)
    firm.plan(DAY + timedelta(1))
    assert firm.outcome(owing).reasons == "instalment_plan"
    with pytest.raises(instalments.NoSuchPlan):
        instalments.decide(firm.creditor, plan.pk, fact(), allow=False, role=DeskRole.APPROVER)


def test_accepting_acknowledges_the_debt_and_keeps_the_paper(firm, owing) -> None:
    plan = agreed(firm, owing, Wish(parts=2, first=date(2026, 3, 31), now=eur("100.00")))
    assert [part.amount for part in instalments.parts_in(plan)] == [eur("100.00"), eur("400.00"), eur("400.00")]
    assert [part.on for part in instalments.parts_in(plan)] == [DAY, date(2026, 3, 31), date(2026, 4, 30)]
    with scope.of(firm.creditor.pk):
        (said,) = Acknowledgement.objects.all()
        assert SAID in said.evidence
        assert bytes(PaymentPlanPaper.objects.get(plan=plan).content).startswith(b"%PDF")


def test_a_natural_persons_schedule_is_free_of_charges(firm) -> None:
    firm.client("P1", kind="person")
    firm.invoices("P1,invoice,P1-1,2026-01-30,2026-02-20,900.00,EUR,", on=date(2026, 1, 30))
    agreed(firm, "P1-1", Wish(parts=2, first=date(2026, 3, 16)))
    with pytest.raises(charges.AgreedFree):
        charges.charge(firm.creditor, "P1-1", until=DAY, on=DAY, by="anna", why="", own_rates=firm.folder)
    found = instalments.of_invoices(firm.creditor, ["P1-1"], DAY)
    said = instalments.facts(found, (Part(DAY, found.owed),), "en", DAY)
    assert "no interest and no charge" in repr(instalments.document(said))
    assert instalments.acknowledgement(said) == (
        "By accepting this schedule, you confirm the debt: €900.00 for the documents listed."
    )


def test_another_customers_stricter_letter_never_asks_for_what_is_agreed(firm, owing) -> None:
    """A customer with a second, overdue invoice: two messages on two days, each with its own sum."""
    firm.invoices("C1,invoice,C1-9,2026-02-02,2026-02-23,50.00,EUR,", on=date(2026, 2, 2))
    firm.go_live()
    agreed(firm, owing, Wish(parts=1, first=date(2026, 3, 19)))
    for n in range(20):
        day = DAY + timedelta(n)
        if day.weekday() < 5:
            firm.plan(day)
            firm.deliver(day)
    asked = [(one.content, firm.asked(one)) for one in firm.sent()]
    assert ("instalment", {owing: 90000}) in asked
    assert all(sums == {"C1-9": 5000} for content, sums in asked if content != "instalment"), asked
    assert [content for content, _ in asked].count("instalment") == 1
    assert isinstance(firm.sent()[0], Message)
