"""The call screen: everything before the number is dialled, and an effect for every outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from console import clock
from dunwell.core.money import Money
from dunwell.core.playbook import OBJECTIONS, CallOutcome
from dunwell.run import calls, people
from dunwell.store import call_view, scope
from dunwell.store.models import Customer, Dispute, Hold, Invoice, OurSide, Promise, Sign, Task, TaskItem, Touch
from regressions.world import DAY, World

LATE = DAY - timedelta(20)
PHONE = "+359888123456"


@pytest.fixture
def world(world: World) -> World:
    """A client with two late invoices and a telephone."""
    world.take(
        "Customer ID,Customer name,Customer type,Country,Language,Contact person,Role,Email,Phone\n"
        f"C1,C1 Ltd,business,BG,bg,Anna Brown,accounts payable,c1@client.example,{PHONE}\n"
    )
    for number in ("A-1", "A-2"):
        world.invoices(f"C1,invoice,{number},{LATE - timedelta(21)},{LATE},100.00,EUR,")
    return world


def customer(world: World) -> Customer:
    with scope.of(world.creditor.pk):
        return Customer.objects.get(external_id="C1")


def address(world: World) -> str:
    return f"/c/{world.creditor.slug}/customers/{customer(world).pk}/call"


def invoices(world: World) -> list[Invoice]:
    with scope.of(world.creditor.pk):
        return list(Invoice.objects.order_by("number"))


def record(world: World, outcome: CallOutcome, **more: object) -> calls.Undo:
    said = calls.Said(outcome, **more)  # type: ignore[arg-type]
    return calls.record(world.creditor, customer(world), said, on=DAY, by="anna")


def call_task(world: World) -> Task:
    """A call that the policy asked for five days ago."""
    with scope.of(world.creditor.pk):
        since = DAY - timedelta(5)
        task = Task.objects.create(
            creditor=world.creditor, customer=customer(world), kind="call", step="call", due_on=since,
            effective_on=since, text="The script", rehearsal=False,
        )  # fmt: skip
        TaskItem.objects.create(
            creditor=world.creditor, task=task, receivable=invoices(world)[0].receivables.get(), step="call"
        )
    return task


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["What is owed", "When they say", "20 days"]),
        ("ru", ["Сколько должны", "Если ответят", "20 дней"]),
        ("bg", ["Какво се дължи", "Ако кажат", "20 дни"]),
    ],
)
def test_the_screen_says_whom_when_and_what(
    client_as: Callable[..., Client], world: World, language: str, words: list[str]
) -> None:
    page = client_as("collector", language=language).get(address(world)).content.decode()
    for text in (*words, f"tel:{PHONE}", "Anna Brown", "14:00", "A-1", "Design"):
        assert text in page
    assert "Добър ден! Казвам се Anna Petrova" in page  # spoken in the client's language, whatever the caller reads
    for code in calls.script("bg").objections:
        assert code.says in page


def test_another_language_is_spoken_where_the_caller_says_so(client_as: Callable[..., Client], world: World) -> None:
    page = client_as("collector").get(address(world) + "?speak=ru").content.decode()
    assert "Сейчас нет денег." in page


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
def test_every_objection_has_an_answer_in_every_language(locale: str) -> None:
    playbook = calls.script(locale)
    assert tuple(one.code for one in playbook.objections) == OBJECTIONS
    for one in playbook.objections:
        assert all((one.says, one.behind, one.answer, one.ask, one.avoid))
    assert "1" in playbook.wish and "10" in playbook.wish


def test_nobody_is_called_at_night_or_on_a_holiday(world: World) -> None:
    asked = {"creditor": world.creditor, "customer": customer(world), "timezone": ""}
    assert calls.there(**asked, now=datetime(2026, 3, 2, 12, tzinfo=UTC)).may_call  # type: ignore[arg-type]
    assert not calls.there(**asked, now=datetime(2026, 3, 2, 21, tzinfo=UTC)).may_call  # type: ignore[arg-type]
    asleep = calls.there(**{**asked, "timezone": "Asia/Tokyo"}, now=datetime(2026, 3, 2, 12, 30, tzinfo=UTC))  # type: ignore[arg-type]
    assert (asleep.at.hour, asleep.may_call) == (21, False)


def test_every_outcome_has_one_effect() -> None:
    assert set(calls.EFFECTS) == set(CallOutcome)


def test_a_promise_on_the_telephone_holds_the_invoices(client_as: Callable[..., Client], world: World) -> None:
    one, two = invoices(world)
    day = DAY + timedelta(7)
    client = client_as("collector")
    said = {"outcome": "promised", "invoices": [one.pk, two.pk], "day": day, "note": "on Monday", "score": "9"}
    answer = client.post(address(world), {**said, "address": PHONE})
    assert answer.status_code == 302
    with scope.of(world.creditor.pk):
        assert {(one.amount, one.promised_date) for one in Promise.objects.all()} == {(10000, day)}
        touch = Touch.objects.get()
    assert (touch.outcome, touch.score, touch.channel, touch.counts) == ("promised", 9, "call", True)
    assert touch.contact_id is not None
    world.plan(DAY)
    assert world.outcome("A-1").code == "hold"


def test_a_mistake_is_shown_with_what_was_typed(client_as: Callable[..., Client], world: World) -> None:
    answer = client_as("collector").post(address(world), {"outcome": "promised", "note": "will pay soon"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say which invoice it is about." in page
    assert "will pay soon" in page
    with scope.of(world.creditor.pk):
        assert not Touch.objects.exists()


def test_an_objection_holds_the_disputed_part_alone(world: World) -> None:
    one, _ = invoices(world)
    undo = record(world, CallOutcome.DISPUTED, invoices=(one,), cause="quality", note="torn")
    with scope.of(world.creditor.pk):
        dispute = Dispute.objects.get()
    assert undo == ("dispute", dispute.pk)
    assert (dispute.cause, dispute.why) == ("quality", "torn")


def test_a_sum_is_of_one_invoice(world: World) -> None:
    with pytest.raises(calls.SumOfSeveral):
        record(world, CallOutcome.PROMISED, invoices=tuple(invoices(world)), day=DAY, amount=Money(500, "EUR"))
    with scope.of(world.creditor.pk):
        assert not Touch.objects.exists()


def test_who_says_it_is_paid_is_left_alone_for_the_days_of_the_policy(world: World) -> None:
    record(world, CallOutcome.ALREADY_PAID, invoices=(invoices(world)[0],))
    with scope.of(world.creditor.pk):
        hold = Hold.objects.get()
    assert (hold.reason, hold.until_date) == ("claimed_paid", DAY + timedelta(5))


def test_who_asks_for_time_gets_it_until_the_day(world: World) -> None:
    record(world, CallOutcome.ASKED_FOR_TIME, day=DAY + timedelta(10))
    with scope.of(world.creditor.pk):
        hold = Hold.objects.get()
    assert (hold.customer_id, hold.until_date) == (customer(world).pk, DAY + timedelta(10))


@pytest.mark.parametrize(("outcome", "what"), [("needs_document", "document"), ("needs_answer", "answer")])
def test_what_we_owe_stops_firm_letters(world: World, outcome: str, what: str) -> None:
    record(world, CallOutcome(outcome))
    with scope.of(world.creditor.pk):
        assert [(one.what, one.done) for one in OurSide.objects.all()] == [(what, False)]


def test_nobody_answered_means_another_attempt_and_no_more_patience(
    client_as: Callable[..., Client], world: World
) -> None:
    task = call_task(world)
    client = client_as("collector")
    home = f"/c/{world.creditor.slug}/"
    assert f"call?task={task.pk}" in client.get(home).content.decode()
    again = DAY + timedelta(2)
    client.post(f"{address(world)}?task={task.pk}", {"outcome": "no_answer", "day": again, "address": PHONE})
    with scope.of(world.creditor.pk):
        before, after = Task.objects.order_by("pk")
        assert (before.outcome.outcome, before.outcome.done) == ("no_answer", False)
        assert (after.due_on, after.effective_on, after.step, after.text) == (
            again,
            task.effective_on,
            "call",
            "The script",
        )
        assert after.items.get().receivable == invoices(world)[0].receivables.get()
        assert not Touch.objects.get().counts
    assert "call?task=" not in client.get(home).content.decode()
    clock.set_day(again)
    assert f"call?task={after.pk}" in client.get(home).content.decode()


def test_a_task_is_done_once_they_were_spoken_to(world: World) -> None:
    task = call_task(world)
    record(world, CallOutcome.NOTHING_AGREED, task=task)
    with scope.of(world.creditor.pk):
        assert Task.objects.get().outcome.done
    with pytest.raises(people.NoOpenTask):
        record(world, CallOutcome.REFUSED, task=task)


def test_the_next_attempt_is_not_in_the_past(world: World) -> None:
    with pytest.raises(calls.DayPassed):
        record(world, CallOutcome.CALL_BACK, day=DAY - timedelta(1))


def test_a_wrong_number_is_neither_called_nor_texted_again(client_as: Callable[..., Client], world: World) -> None:
    record(world, CallOutcome.WRONG_NUMBER, address=PHONE)
    with scope.of(world.creditor.pk):
        assert set(Sign.objects.values_list("kind", "channel")) == {("bounced", "call"), ("bounced", "sms")}
        assert [one.is_closed for one in call_view.phones(customer(world).pk)] == [True]
    page = client_as("collector").get(address(world)).content.decode()
    assert f"tel:{PHONE}" not in page
    with pytest.raises(calls.NumberMissing):
        record(world, CallOutcome.WRONG_NUMBER)


def test_a_task_of_another_customer_is_not_taken(client_as: Callable[..., Client], world: World) -> None:
    task = call_task(world)
    world.client("C2")
    with scope.of(world.creditor.pk):
        other = Customer.objects.get(external_id="C2")
    there = f"/c/{world.creditor.slug}/customers/{other.pk}/call?task={task.pk}"
    page = client_as("collector").get(there).content.decode()
    assert "The script" not in page


def test_a_viewer_does_not_call(client_as: Callable[..., Client], world: World) -> None:
    assert client_as("viewer").get(address(world)).status_code == 403


def test_the_score_is_from_one_to_ten(world: World) -> None:
    with pytest.raises(calls.ScoreOutside):
        record(world, CallOutcome.NOTHING_AGREED, score=11)
