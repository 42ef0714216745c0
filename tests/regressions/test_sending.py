"""R1–R7, R9, R12, R21, R23, R24, R27, R29, R33, R36, R41: what leaves, and how often, through the commands of a user."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection

from dunwell.core.channel import Capabilities, Limits, Receipt, Refused, Reply
from dunwell.core.money import Money
from dunwell.core.refusal import DeliveryFailed, OutcomeUnknown
from dunwell.plugins.channels.memory import Config, Memory
from dunwell.run import allocations, approve, day, deliver, facts, people, policies, wording, work
from dunwell.store import load_letters, locks, outbox, scope
from dunwell.store.models import Cancellation, Invoice, Lapse, Message, Outcome, Payment, Receivable, Run, Sign
from regressions.world import DAY, only

pytestmark = pytest.mark.timeout(300)


class Answering:
    """A mail server that answers as it is told, then takes everything; keeps what it was given."""

    capabilities = Capabilities(length_max=None, html=True, attachments=True, receipts=False, idempotent=False)
    limits = Limits()

    def __init__(self, *answers: BaseException | None) -> None:
        self.answers = list(answers)
        self.given: list[str] = []

    def send(self, message, key):
        self.given.append(key)
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer
        return Receipt("250 ok", tuple(Reply(one, 250) for one in (*message.to, *message.copies)))

    def check(self) -> str:
        return "here"

    def close(self) -> None:
        pass


class Killed(BaseException):
    """The process ends here."""


def test_r01_the_second_run_of_a_day_changes_nothing(world):
    (number,) = world.owing("2026-02-20")
    assert world.day().sent == 1
    before = world.outcome(number).pk
    again = world.day()
    assert (again.sent, again.planned.messages, again.planned.tasks) == (0, 0, 0)
    assert len(world.messages()) == 1
    assert again.planned.outcomes_changed in (0, 1) and world.outcome(number).pk >= before
    third = world.day()
    assert third.planned.outcomes_changed == 0


def test_a_live_run_records_its_own_decisions_whatever_a_rehearsal_decided(world):
    world.owing("2026-03-20")
    world.day()
    world.go_live()
    assert world.plan().outcomes_changed == 1
    assert world.plan().outcomes_changed == 0


def test_r02_ten_missed_days_take_one_step_and_keep_the_spacing(world):
    (number,) = world.owing("2026-02-20")
    world.day(date(2026, 2, 20))
    assert world.steps(number) == ["due_day"]
    for n in range(6):
        world.day(date(2026, 3, 9) + timedelta(n))
    assert world.steps(number)[1] not in ("formal", "final")
    days = [one.slot_on for one in world.sent()]
    assert len(world.steps(number)) <= 3 and days[1] == date(2026, 3, 9)
    assert all((later - earlier).days >= 3 for earlier, later in pairwise(days)), days


@pytest.mark.parametrize("where", ["dunwell.store.enqueue.enqueue", "dunwell.store.record_plan.tasks"])
def test_r03_a_run_killed_while_it_writes_leaves_nothing_and_is_made_again(world, monkeypatch, where):
    world.owing("2026-02-20")

    def dying(*_, **__):
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(where, dying)
        with pytest.raises(Killed):
            world.plan()
    with scope.of(world.creditor.pk):
        assert not (Run.objects.exists() or Outcome.objects.exists() or Message.objects.exists())
    assert world.plan().messages == 1


def test_r03_a_kill_after_the_first_send_loses_and_doubles_nothing(world):
    for client in ("C1", "C2", "C3"):
        world.owing("2026-02-20", client=client)
    world.plan()
    dying = Answering(None, Killed())
    with pytest.raises(Killed):
        world.deliver(way=dying)
    assert len(world.messages("sent")) == 1
    way = Answering()
    world.deliver(way=way)
    world.day()
    states = sorted(one.state for one in world.messages())
    assert states == ["sent", "sent", "sent"] or states == ["sent", "sent", "unknown"]
    assert len(set(way.given) & set(dying.given[:1])) == 0, "what was sent is not sent again"


def test_r04_accepted_and_then_the_connection_died_waits_for_a_person(world):
    world.go_live()
    (number,) = world.owing("2026-02-20")
    world.plan()
    way = Answering(OutcomeUnknown("the connection died after the data"))
    assert world.deliver(way=way).unknown == 1
    for n in range(4):
        world.plan(DAY + timedelta(n))
        world.deliver(DAY + timedelta(n), way=way)
    assert len(way.given) == 1, "no automatic repeat"
    message = only(world.messages("unknown"))
    assert [row.kind for row in work.rows(world.creditor, DAY)][:1] == ["unknown"]
    approve.settle(world.creditor, message.pk, was_sent=True, by="anna", why="they answered", on=DAY + timedelta(4))
    assert world.steps(number) == [message.step]


def test_a_decision_about_an_unknown_message_is_taken_back_unless_another_one_has_its_place(world):
    world.go_live()
    (number,) = world.owing("2026-02-20")
    world.plan()
    world.deliver(way=Answering(OutcomeUnknown("died")))
    message, said = only(world.messages("unknown")), {"by": "anna", "why": "looked again", "on": DAY}
    approve.settle(world.creditor, message.pk, was_sent=True, **said)
    approve.unsettle(world.creditor, message.pk, **said)
    assert only(world.messages("unknown")).sent_on is None and world.steps(number) == []
    assert [row.kind for row in work.rows(world.creditor, DAY)][:1] == ["unknown"]
    with pytest.raises(outbox.NotSettled):
        approve.unsettle(world.creditor, message.pk, **said)
    approve.settle(world.creditor, message.pk, was_sent=False, **said)
    world.invoices("C1,invoice,C1-9,2026-01-31,2026-02-21,50.00,EUR,", on=date(2026, 1, 31))
    world.plan()
    assert len(world.messages("queued")) == 1, "another letter of the same day says more"
    with pytest.raises(outbox.PlaceTaken):
        approve.unsettle(world.creditor, message.pk, **said)


def test_a_contact_by_hand_that_is_taken_back_counts_no_more(world):
    world.owing("2026-02-20")
    made = people.contacted(world.creditor, "C1", channel="call", note="", on=DAY, by="anna")
    assert world.day().sent == 0
    people.end(world.creditor, "touch", made.pk, outcome="taken_back", on=DAY, by="anna", why="the other C1")
    assert world.day().sent == 1


@pytest.mark.parametrize(
    "step_back", ["paid", "disputed", "promised", "held", "opted_out", "insolvent", "cancelled", "touched"]
)
def test_r05_a_payment_or_another_fact_between_plan_and_send_drops_the_message(world, step_back):
    world.go_live()
    (number,) = world.owing("2026-02-20")
    world.plan()
    assert len(world.messages("queued")) == 1
    who, why = {"on": DAY, "by": "anna"}, {"why": "they said so"}
    if step_back == "paid":
        world.paid(f"2026-03-01,100.00,EUR,C1 Ltd,invoice {number}")
    elif step_back == "disputed":
        people.dispute(world.creditor, number, cause="quality", amount=None, **who, **why)
    elif step_back == "promised":
        people.promise(world.creditor, number, promised_date=DAY, amount=None, **who, **why)
    elif step_back == "held":
        people.hold(world.creditor, number=number, reason="hardship", until=None, **who, **why)
    elif step_back == "opted_out":
        assert people.opt_out(world.creditor, "c1@client.example", channel="all", **who, **why) == 1
    elif step_back == "insolvent":
        people.state(world.creditor, "C1", "insolvent", **who, **why)
    elif step_back == "cancelled":
        world.take(
            "Customer ID,Invoice number,Invoice date,Due date,Amount,Currency,Status\n"
            f"C1,{number},2026-01-30,2026-02-20,100.00,EUR,cancelled\n"
        )
    else:
        people.contacted(world.creditor, "C1", channel="call", note="they will look", **who)
    done = world.deliver()
    assert done.sent == 0 and sum(done.withdrawn.values()) == 1, done
    assert only(world.messages()).state_reason not in ("", "stale")


def test_r05_money_that_nobody_has_matched_yet_drops_the_message_too(world):
    world.go_live()
    world.owing("2026-02-20", "2026-02-21")
    world.plan()
    world.paid("2026-03-01,55.00,EUR,C1 Ltd,thank you")
    assert world.deliver().withdrawn
    assert not world.sent()


def test_r06_a_part_payment_between_plan_and_send_never_lets_the_old_sum_go(world):
    (number,) = world.owing("2026-02-20")
    world.plan()
    world.paid(f"2026-03-01,40.00,EUR,C1 Ltd,invoice {number}")
    assert world.deliver().sent == 0
    assert world.day().sent == 1, "planned anew with what remains"
    message = only(world.sent())
    assert world.asked(message) == {number: 6000}
    assert "60.00" in message.content_row.text.replace("\xa0", " ")


def test_r06_money_put_on_account_after_the_plan_is_not_overlooked(world):
    world.owing("2026-02-20")
    world.plan()
    world.paid("2026-03-01,100.00,EUR,Somebody Else,for a friend")
    payment = only_payment(world)
    allocations.on_account(world.creditor, payment, "C1", on=DAY, by="anna", why="their owner paid")
    assert world.deliver().sent == 0
    world.day()
    assert not world.sent(), "credit on account covers the debt: silence"


def test_money_that_is_taken_off_an_account_waits_for_a_person_again(world):
    world.owing("2026-02-20")
    world.paid("2026-03-01,100.00,EUR,Somebody Else,for a friend")
    payment = only_payment(world)
    who = {"on": DAY, "by": "anna", "why": "it was another client's"}
    allocations.on_account(world.creditor, payment, "C1", **who)
    allocations.off_account(world.creditor, payment, **who)
    assert [one.number for one in work.rows(world.creditor, DAY) if one.kind == "money"] == [payment]
    with pytest.raises(facts.NothingToUndo):
        allocations.off_account(world.creditor, payment, **who)


def only_payment(world) -> int:
    with scope.of(world.creditor.pk):
        return Payment.objects.get().pk


def test_r07_a_dispute_between_approval_and_send_takes_the_invoice_out_and_needs_a_new_approval(world):
    first, second = world.owing("2026-01-30", "2026-01-28")
    for number in (first, second):
        climb(world, number)
    message = waiting_formal(world)
    approve.approve(world.creditor, message, by="boss", why="", on=message.slot_on)
    people.dispute(world.creditor, first, cause="quality", amount=None, on=message.slot_on, by="anna", why="")
    assert world.deliver(message.slot_on).sent == 0
    world.day(message.slot_on)
    again = only(world.messages("waiting"))
    assert list(world.asked(again)) == [second] and again.content_hash != message.content_hash


def climb(world, number: str) -> None:
    """Let all steps below the formal one count as taken long ago."""
    with scope.of(world.creditor.pk):
        receivable = Receivable.objects.get(invoice__number=number)
        for step in ("wake_up", "request", "upcoming", "due_day", "reached", "reminder", "firm", "call"):
            Lapse.objects.create(
                creditor=world.creditor,
                effective_on=DAY - timedelta(20),
                receivable=receivable,
                step=step,
                state="lapsed",
                reason="test",
                rehearsal=True,
            )


def waiting_formal(world) -> Message:
    world.day()
    message = only(world.messages("waiting"))
    assert message.step == "formal"
    return message


def test_r09_a_held_debt_is_not_sent_even_when_its_message_is_approved_by_hand(world):
    (number,) = world.owing("2026-01-28")
    climb(world, number)
    message = waiting_formal(world)
    people.hold(world.creditor, number=number, reason="hardship", until=None, on=DAY, by="anna", why="illness")
    approve.approve(world.creditor, message, by="boss", why="", on=DAY)
    assert world.deliver().withdrawn == {"held": 1}
    assert not world.sent()


def test_r12_two_runs_at_once_one_works_and_the_other_leaves(world):
    world.owing("2026-02-20")
    with locks.alone(world.creditor.pk, "day") as is_alone:
        assert is_alone
        with pytest.raises(day.DayUnderWay):
            in_another_session(world.day)
    assert world.day().sent == 1


def in_another_session(work):
    """What another process would do: its own connection to the database."""

    def errand():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(errand).result()


def test_r15_a_dead_address_gets_a_task_and_the_step_is_not_done(world):
    world.go_live()
    (number,) = world.owing("2026-02-20")
    world.plan()
    reply = Reply("c1@client.example", 550, "5.1.1 no such user")
    way = Answering(Refused(str(reply), permanent=True, replies=[reply]))
    assert world.deliver(way=way).failed_permanent == 1
    with scope.of(world.creditor.pk):
        assert Sign.objects.get().kind == "bounced"
    for n in range(1, 4):
        world.plan(DAY + timedelta(n))
        world.deliver(DAY + timedelta(n), way=way)
    assert len(way.given) == 1 and world.steps(number) == []
    assert {task.kind for task in world.tasks()} == {"no_contact"}


def test_r21_a_batch_approved_and_delivered_is_never_delivered_again(world):
    (number,) = world.owing("2026-01-28")
    climb(world, number)
    message = waiting_formal(world)
    approve.approve(world.creditor, message, by="boss", why="", on=DAY)
    way = Memory()
    assert world.deliver(way=way).sent == 1
    with pytest.raises(outbox.ApprovalVoid):
        approve.approve(world.creditor, message, by="boss", why="again", on=DAY)
    assert world.deliver(way=way).sent == 0 and len(way.sent) == 1


def test_r23_a_send_that_failed_does_not_count_its_step_as_done(world):
    world.go_live()
    (number,) = world.owing("2026-02-20")
    world.plan()
    way = Answering(DeliveryFailed("451 later", permanent=False))
    assert world.deliver(way=way).failed_temporary == 1
    assert world.steps(number) == []
    first = only(world.messages())
    world.plan(DAY + timedelta(2))
    assert world.deliver(DAY + timedelta(2), way=way).sent == 1
    assert world.steps(number) == [first.step], "the same step on the next working day, once"


def test_r24_the_answer_of_the_server_outlives_a_kill_before_it_was_recorded(world):
    world.go_live()
    world.owing("2026-02-20")
    world.plan()

    class Swallowing(Answering):
        def send(self, message, key):
            super().send(message, key)
            raise Killed

    way = Swallowing()
    with pytest.raises(Killed):
        world.deliver(way=way)
    for n in range(3):
        world.plan(DAY + timedelta(n))
        world.deliver(DAY + timedelta(n), way=way)
    assert len(way.given) == 1 and only(world.messages()).state == "unknown"


def test_r27_r33_every_debt_is_reached_when_the_work_is_done_in_small_batches(world, monkeypatch):
    monkeypatch.setattr(deliver, "BATCH", 3)
    names = [f"N{n}" for n in range(10)]
    world.customers(
        *(f"{name},{name} Ltd,business,BG,en,Anna Brown,accounts payable,{name.lower()}@c.example" for name in names)
    )
    world.invoices(
        *(
            f"{name},invoice,{name}-1,2026-01-15,{date(2026, 2, 10) + timedelta(n)},100.00,EUR,"
            for n, name in enumerate(names)
        ),
        on=date(2026, 1, 15),
    )
    assert world.day().sent == len(names)
    assert len({one.customer_id for one in world.sent()}) == len(names)


def test_r29_the_same_delivery_job_twice_at_once_sends_one_message(world):
    world.owing("2026-02-20")
    world.plan()
    way = Memory()
    with locks.alone(world.creditor.pk, "send"):
        assert in_another_session(lambda: world.deliver(way=way)).sent == 0
    assert [world.deliver(way=way).sent, world.deliver(way=way).sent] == [1, 0]
    assert len(way.sent) == 1


def test_r36_one_mail_carries_the_visible_copies_that_the_policy_names(world):
    world.owing("2026-02-16")
    world.customers("C1,C1 Ltd,business,BG,en,Boris Hill,requester,boris@client.example")
    for on in (date(2026, 2, 19), date(2026, 2, 23), date(2026, 3, 2)):
        world.day(on)
    firm = only(one for one in world.sent() if one.step == "firm")
    with scope.of(world.creditor.pk):
        people_of = {one.address: one.copy for one in firm.recipients.all()}
    assert people_of == {"c1@client.example": False, "boris@client.example": True}
    raw = bytes(firm.content_row.mime).decode()
    assert "boris@client.example" in raw.split("\r\n\r\n")[0], "seen by everybody"


def test_r41_an_approval_is_void_once_the_sum_has_changed(world):
    (number,) = world.owing("2026-01-28")
    climb(world, number)
    shown = waiting_formal(world)
    world.paid(f"2026-03-01,40.00,EUR,C1 Ltd,invoice {number}")
    world.day()
    with pytest.raises(outbox.ApprovalVoid):
        approve.approve(world.creditor, shown, by="boss", why="", on=DAY)
    anew = only(world.messages("waiting"))
    assert world.asked(anew) == {number: 6000}
    with pytest.raises(outbox.ApprovalVoid):
        approve.approve(world.creditor, anew, by="boss", why="", on=DAY + timedelta(1))
    with pytest.raises(outbox.ApprovalVoid):
        approve.approve(world.creditor, changed(anew), by="boss", why="", on=DAY)


def changed(message: Message) -> Message:
    message.content_hash = "of other bytes"
    return message


def test_r41_what_was_approved_and_then_changed_in_the_ledger_does_not_go(world):
    (number,) = world.owing("2026-01-28")
    climb(world, number)
    shown = waiting_formal(world)
    approve.approve(world.creditor, shown, by="boss", why="", on=DAY)
    world.paid(f"2026-03-01,40.00,EUR,C1 Ltd,invoice {number}")
    assert world.deliver().sent == 0


def test_a_corrected_address_gets_the_next_letter_and_the_one_that_waited_is_withdrawn(world) -> None:
    world.owing("2026-02-20")
    world.go_live()
    world.plan()
    world.client(mail="right@client.example")
    assert world.deliver().withdrawn == {"amended": 1}
    world.plan()
    assert world.deliver().sent == 1
    with scope.of(world.creditor.pk):
        assert [r.address for r in only(world.sent()).recipients.all()] == ["right@client.example"]


def test_a_corrected_address_is_still_the_person_who_was_written_to(world) -> None:
    world.owing("2026-02-20")
    world.go_live()
    world.plan()
    assert world.deliver().sent == 1
    world.client(mail="right@client.example")
    world.invoices("C1,invoice,N-2,2026-02-01,2026-02-27,50.00,EUR,")
    world.plan(DAY + timedelta(1))
    assert world.outcome("N-2").reasons == "cap_reached=courtesy email 1/2"


def test_a_credit_note_that_comes_or_is_used_after_the_plan_withdraws_the_letter(world) -> None:
    world.owing("2026-02-20", "2026-02-23")
    world.go_live()
    world.plan()
    world.invoices("C1,credit_note,K-1,2026-03-01,,30.00,EUR,C1-9")
    assert world.deliver().withdrawn == {"balance_changed": 1}
    world.plan()
    with scope.of(world.creditor.pk):
        assert [m.credit for m in Message.objects.filter(state="queued")] == ["EUR 3000"]
    with scope.of(world.creditor.pk):
        note = Invoice.objects.get(number="K-1")
        Cancellation.objects.create(creditor=world.creditor, effective_on=DAY, invoice=note)
    assert world.deliver().withdrawn == {"balance_changed": 1}
    world.plan()
    assert world.deliver().sent == 1


def test_a_letter_that_waits_in_the_outbox_counts_in_a_second_run_of_the_day(world) -> None:
    """The person of two customers gets one letter a day, whether the first has left yet or not."""
    world.owing("2026-02-20", client="C1")
    world.go_live()
    world.plan()
    world.client("C2", mail="c1@client.example")
    world.invoices("C2,invoice,C2-1,2026-02-01,2026-02-20,50.00,EUR,")
    world.plan()
    assert world.outcome("C2-1").reasons == "cap_reached=courtesy email 1/2"
    assert [message.state for message in world.messages()] == ["queued"]
    world.plan()
    assert world.deliver().sent == 1
    assert len(world.messages()) == 1


def test_thanks_that_wait_in_the_outbox_keep_the_request_for_another_day(world) -> None:
    first, _ = world.owing("2026-02-20", "2026-02-20")
    world.go_live()
    world.paid(f"2026-03-01,100.00,EUR,C1 Ltd,{first}")
    world.plan()
    assert [message.purpose for message in world.messages()] == ["thanks"]
    world.plan()
    assert [message.purpose for message in world.messages()] == ["thanks"]


class TakingMoney(Memory):
    """Before the first letter leaves, a sheet of payments comes in."""

    def __init__(self, take) -> None:
        super().__init__(Config(connections=1))
        self.take = take

    def send(self, message, key):
        if not self.sent:
            self.take()
            connection.close()
        return super().send(message, key)


@pytest.mark.parametrize("payment", ["ZZZ Holding,invoice C2-1", "ZZZ Holding,C2-1"])
def test_money_of_an_unknown_payer_that_comes_while_letters_leave_stops_the_letter_it_names(world, payment) -> None:
    world.owing("2026-02-20", client="C1")
    world.owing("2026-02-20", client="C2")
    world.go_live()
    world.plan()
    report = world.deliver(way=TakingMoney(lambda: world.paid(f"2026-03-01,99.00,EUR,{payment}")))
    assert (report.sent, report.withdrawn) == (1, {"unmatched_money": 1})


def test_a_payment_for_several_customers_is_thanked_each_for_their_part(world) -> None:
    for client in ("C1", "C2"):
        world.owing("2026-03-20", client=client, sum_="100.00" if client == "C1" else "40.00")
        world.client(client, kind="person")
    world.go_live()
    world.paid("2026-03-01,150.00,EUR,Holding,a group payment")
    with scope.of(world.creditor.pk):
        payment = Payment.objects.get().pk
    for number in ("C1-1", "C2-1"):
        allocations.allocate(world.creditor, payment, number, amount=None, on=DAY, by="anna", why="the group pays")
    allocations.on_account(world.creditor, payment, "C1", on=DAY, by="anna", why="the rest")
    world.plan()
    thanks = {m.customer.external_id: m.content_row.text for m in world.messages() if m.purpose == "thanks"}
    assert set(thanks) == {"C1", "C2"}
    assert "€100.00" in thanks["C1"] and "€40.00" in thanks["C2"], thanks


def test_a_letter_that_was_overtaken_and_is_right_again_goes_the_same_day(world) -> None:
    (number,) = world.owing("2026-02-20")
    world.go_live()
    world.plan()
    made = people.dispute(
        world.creditor, number, cause="quality", amount=Money(3000, "EUR"), on=DAY, by="anna", why="they say so"
    )
    assert world.deliver().withdrawn == {"disputed": 1}
    world.plan()
    people.end(world.creditor, "dispute", made[0].pk, outcome="withdrawn", on=DAY, by="anna", why="settled")
    assert world.deliver().withdrawn == {"balance_changed": 1}
    world.plan()
    assert [world.asked(m) for m in world.messages("queued")] == [{number: 10000}]
    assert world.deliver().sent == 1


def test_a_draft_whose_wording_was_changed_and_changed_back_waits_again(world, monkeypatch) -> None:
    world.owing("2026-01-15")
    every = policies.load_all()
    standard = every["standard"]
    asks = replace(standard.step("reminder"), approval=True, offset_days=3)
    monkeypatch.setattr(
        policies, "load_all", lambda: {**every, "standard": replace(standard, steps=(asks,), wake_up=None)}
    )
    shipped = wording.text_of(world.creditor, "en", "reminder.email")
    world.go_live()
    seen = []
    for text in ("Hello one", "Hello two", "Hello one"):
        written = shipped.replace("{greeting}", f"{text}, {{greeting}}", 1)
        monkeypatch.setattr(load_letters, "overrides", lambda _, text=written: {("en", "reminder", "email"): (text, 1)})
        world.plan()
        (waiting,) = world.messages("waiting")
        seen.append(waiting.content_row.text.partition(",")[0])
    assert seen == ["Hello one", "Hello two", "Hello one"]
