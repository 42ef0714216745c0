"""The last question before a message goes, and what becomes of it."""

from datetime import timedelta

import pytest

from deliver.outboxes import DAY, NOON, draft, go_live, owing, queued, reload
from dunwell.core.channel import Capabilities, ChannelDown, Limits, Receipt, Refused, Reply
from dunwell.core.refusal import DeliveryFailed, OutcomeUnknown
from dunwell.plugins.channels.memory import Config, Memory
from dunwell.run.deliver import ATTEMPTS_MAX, deliver
from dunwell.store import enqueue, outbox, scope, switches
from dunwell.store.models import (
    Allocation,
    Attempt,
    Cancellation,
    Contact,
    Coverage,
    Dispute,
    Ending,
    FindingRecord,
    FindingSettled,
    Hold,
    Message,
    OptOut,
    OurSide,
    Payment,
    Promise,
    Sign,
    StateRecord,
    Switch,
    Task,
    Touch,
    WriteOff,
)

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def live(creditor):
    go_live(creditor)
    return creditor


@pytest.fixture
def channel():
    return Memory(Config(connections=2))


class Answering:
    """A channel that answers as it is told, and counts how often it was asked."""

    capabilities = Capabilities(length_max=None, html=True, attachments=True, receipts=False, idempotent=False)
    limits = Limits()

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def send(self, message, key):
        self.asked.append(key)
        answer = self.answers.pop(0) if self.answers else Receipt("250 ok")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def check(self):
        return "here"

    def close(self):
        pass


def go(creditor, channel, at=NOON):
    return deliver(creditor.id, at, {"email": channel})


def pay(creditor, receivable, amount, allocated=True):
    payment = Payment.objects.create(
        creditor=creditor,
        external_id=f"p{receivable.id}",
        customer_id=receivable.customer_id,
        date=DAY,
        currency=receivable.currency,
        amount=amount,
        recorded_on=DAY,
    )
    if allocated:
        Allocation.objects.create(
            creditor=creditor,
            effective_on=DAY,
            payment=payment,
            receivable=receivable,
            currency=receivable.currency,
            amount=amount,
            basis="manual",
        )


FACTS_THAT_WITHDRAW = {
    "R5 paid": ("paid", lambda c, r, m: pay(c, r, 10000)),
    "R6 part paid": ("balance_changed", lambda c, r, m: pay(c, r, 100)),
    "written off in part": (
        "balance_changed",
        lambda c, r, m: WriteOff.objects.create(creditor=c, effective_on=DAY, receivable=r, currency="EUR", amount=5),
    ),
    "R43 cancelled": (
        "cancelled",
        lambda c, r, m: Cancellation.objects.create(creditor=c, effective_on=DAY, invoice=r.invoice),
    ),
    "R7 disputed": (
        "disputed",
        lambda c, r, m: Dispute.objects.create(creditor=c, effective_on=DAY, receivable=r, cause="quality", amount=1),
    ),
    "promised": (
        "promised",
        lambda c, r, m: Promise.objects.create(
            creditor=c, effective_on=DAY, receivable=r, currency="EUR", amount=1, promised_date=DAY
        ),
    ),
    "in instalments": (
        "promised",
        lambda c, r, m: Promise.objects.create(
            creditor=c,
            effective_on=DAY,
            receivable=r,
            currency="EUR",
            amount=1,
            promised_date=DAY + timedelta(9),
            kind="plan",
        ),
    ),
    "held": (
        "held",
        lambda c, r, m: Hold.objects.create(creditor=c, effective_on=DAY, receivable=r, reason="hardship"),
    ),
    "customer held": (
        "held",
        lambda c, r, m: Hold.objects.create(
            creditor=c, effective_on=DAY, customer_id=r.customer_id, reason="other", until_date=DAY
        ),
    ),
    "a finding holds": (
        "finding",
        lambda c, r, m: FindingRecord.objects.create(
            creditor=c, effective_on=DAY, code="missing", message="m", customer_id=r.customer_id, holds=True
        ),
    ),
    "R38 unmatched money": ("unmatched_money", lambda c, r, m: pay(c, r, 100, allocated=False)),
    "R32 opted out": (
        "opted_out",
        lambda c, r, m: OptOut.objects.create(
            creditor=c, effective_on=DAY - timedelta(31), person_key=f"person-of-{m.key}", channel="email"
        ),
    ),
    "opted out of everything": (
        "opted_out",
        lambda c, r, m: OptOut.objects.create(
            creditor=c, effective_on=DAY, person_key=f"person-of-{m.key}", channel="all"
        ),
    ),
    "R15 bounced": (
        "bounced",
        lambda c, r, m: Sign.objects.create(
            creditor=c,
            effective_on=DAY,
            customer_id=r.customer_id,
            person_key=f"person-of-{m.key}",
            channel="email",
            kind="bounced",
        ),
    ),
    "insolvent": (
        "customer_state",
        lambda c, r, m: StateRecord.objects.create(
            creditor=c, effective_on=DAY, customer_id=r.customer_id, state="insolvent"
        ),
    ),
    "represented": (
        "customer_state",
        lambda c, r, m: StateRecord.objects.create(
            creditor=c, effective_on=DAY, customer_id=r.customer_id, state="represented"
        ),
    ),
    "R20 called by hand": (
        "touched",
        lambda c, r, m: Touch.objects.create(creditor=c, effective_on=DAY, customer_id=r.customer_id, channel="call"),
    ),
    "replied": (
        "reply_waits",
        lambda c, r, m: Sign.objects.create(creditor=c, effective_on=DAY, customer_id=r.customer_id, kind="replied"),
    ),
}


@pytest.mark.parametrize("name", FACTS_THAT_WITHDRAW)
def test_a_fact_recorded_after_the_plan_withdraws_the_message(name, live, channel):
    reason, record = FACTS_THAT_WITHDRAW[name]
    message = queued(live, 10000)
    with scope.of(live.id):
        record(live, message.items.get().receivable, message)
    assert go(live, channel).withdrawn == {reason: 1}
    after = reload(message)
    assert (after.state, after.state_reason, channel.sent) == ("withdrawn", reason, {})


def promise_kept(c, r, m):
    promise = Promise.objects.create(
        creditor=c, effective_on=DAY, receivable=r, currency="EUR", amount=1, promised_date=DAY
    )
    Ending.objects.create(creditor=c, effective_on=DAY, promise=promise, outcome="withdrawn")


def finding_settled(c, r, m):
    found = FindingRecord.objects.create(
        creditor=c, effective_on=DAY, code="missing", message="m", customer_id=r.customer_id, holds=True
    )
    FindingSettled.objects.create(creditor=c, effective_on=DAY, finding=found, outcome="still_open")


def opted_in_again(c, r, m):
    for wanted in (False, True):
        OptOut.objects.create(
            creditor=c, effective_on=DAY, person_key=f"person-of-{m.key}", channel="email", wanted=wanted
        )


FACTS_THAT_DO_NOT_MATTER = {
    "an ended promise": promise_kept,
    "a broken promise": lambda c, r, m: Promise.objects.create(
        creditor=c, effective_on=DAY, receivable=r, currency="EUR", amount=1, promised_date=DAY - timedelta(9)
    ),
    "a hold that has ended": lambda c, r, m: Hold.objects.create(
        creditor=c, effective_on=DAY, receivable=r, reason="other", until_date=DAY - timedelta(1)
    ),
    "a settled finding": finding_settled,
    "an opt-out taken back": opted_in_again,
    "an opt-out of another channel": lambda c, r, m: OptOut.objects.create(
        creditor=c, effective_on=DAY, person_key=f"person-of-{m.key}", channel="sms"
    ),
    "a rehearsed dispute": lambda c, r, m: Dispute.objects.create(
        creditor=c, effective_on=DAY, receivable=r, cause="sum", rehearsal=True
    ),
    "our side owes, at a gentle step": lambda c, r, m: OurSide.objects.create(
        creditor=c, effective_on=DAY, customer_id=r.customer_id, what="document"
    ),
    "less than the tolerance": lambda c, r, m: pay(c, r, 99, allocated=False),
}


@pytest.mark.parametrize("name", FACTS_THAT_DO_NOT_MATTER)
def test_other_facts_let_it_go(name, live, channel):
    message = queued(live, 10000)
    with scope.of(live.id):
        FACTS_THAT_DO_NOT_MATTER[name](live, message.items.get().receivable, message)
    assert go(live, channel).sent == 1
    assert list(channel.sent) == [message.key]


def test_a_firm_step_waits_while_our_side_owes(live, channel):
    message = queued(live, 10000, level=7)
    with scope.of(live.id):
        OurSide.objects.create(creditor=live, effective_on=DAY, customer_id=message.customer_id, what="document")
    assert go(live, channel).withdrawn == {"our_side_owes": 1}


def test_a_represented_customer_is_reached_through_the_representative(live, channel):
    message = queued(live, 10000)
    with scope.of(live.id):
        StateRecord.objects.create(
            creditor=live, effective_on=DAY, customer_id=message.customer_id, state="represented"
        )
        lawyer = Contact.objects.create(
            creditor=live, external_id="law", customer_id=message.customer_id, role="representative"
        )
    one = draft(
        owing(live, 100)[:1],
        customer_id=message.customer_id,
        slot_on=DAY + timedelta(1),
        recipients=(enqueue.DraftRecipient(lawyer.id, "lawyer", "lawyer@customer.test"),),
    )
    enqueue.enqueue(live.id, [one])
    report = go(live, channel)
    assert (report.sent, report.withdrawn) == (1, {"customer_state": 1})


def test_R8_one_paid_receivable_of_thirty_withdraws_the_letter_that_names_it(live, channel):
    message = queued(live, *range(1000, 31000, 1000))
    with scope.of(live.id):
        pay(live, message.items.order_by("id").last().receivable, 30000)
    assert go(live, channel).withdrawn == {"paid": 1}


def test_money_recorded_later_by_its_own_connection_is_seen(live, channel):
    """A payment that commits between the claim and the beginning withdraws: the ledger is read in the very statement."""
    message = queued(live, 10000)
    (claimed,) = outbox.claim(live.id, at=NOON, channels=["email"], rehearsal=False, limit=9)
    with scope.of(live.id):
        pay(live, message.items.get().receivable, 10000)
    verdicts = outbox.advance(live.id, [], [outbox.Begin(message.id, claimed.token, NOON, DAY)])
    assert verdicts[message.id] == outbox.Verdict("withdrawn", "paid")


def test_it_goes_in_its_hours_alone(live, channel):
    message = queued(live)
    assert go(live, channel, NOON - timedelta(hours=3)).sent == 0
    assert reload(message).state == "queued"
    assert go(live, channel, NOON + timedelta(hours=7)).withdrawn == {"stale": 1}


def test_R14_stale_money_stops_everything_and_withdraws_nothing(live, channel):
    message = queued(live, not_after=NOON + timedelta(days=9))
    report = go(live, channel, NOON + timedelta(days=3))
    assert (report.halted, report.sent, reload(message).state) == ("stale_money", 0, "queued")
    with scope.of(live.id):
        Coverage.objects.create(creditor=live, effective_on=DAY, source="bank", covered_until=DAY + timedelta(days=3))
    assert go(live, channel, NOON + timedelta(days=3)).sent == 1


def test_stop_halts_and_lets_go_on_where_it_was(live, channel):
    queued(live), queued(live)
    switches.turn(live.id, Switch.STOP, switches.ON, by="Ани", why="look", on=DAY)
    report = go(live, channel)
    assert (report.halted, channel.sent) == ("stopped", {})
    switches.turn(live.id, Switch.STOP, switches.OFF, by="Ани", why="fine", on=DAY)
    assert go(live, channel).sent == 2


def test_stop_is_read_at_every_message(live):
    queued(live), queued(live), queued(live)

    class Stopping(Answering):
        def send(self, message, key):
            switches.turn(live.id, Switch.STOP, switches.ON, by="Ани", why="now", on=DAY)
            return super().send(message, key)

    channel = Stopping()
    report = go(live, channel)
    assert (report.sent, report.halted, len(channel.asked)) == (1, "stopped", 1)


def test_rehearsed_messages_never_leave_and_live_ones_never_become_files(live, channel):
    queued(live, rehearsal=True)
    assert go(live, channel).sent == 0
    switches.turn(live.id, Switch.MODE, switches.REHEARSAL, by="Ани", why="look", on=DAY)
    queued(live)
    assert go(live, channel).sent == 1
    with scope.of(live.id):
        assert list(channel.sent) == [Message.objects.get(rehearsal=True).key]


def test_a_mode_changed_between_claim_and_beginning_withdraws(live):
    message = queued(live)
    (claimed,) = outbox.claim(live.id, at=NOON, channels=["email"], rehearsal=False, limit=9)
    switches.turn(live.id, Switch.MODE, switches.REHEARSAL, by="Ани", why="look", on=DAY)
    verdicts = outbox.advance(live.id, [], [outbox.Begin(message.id, claimed.token, NOON, DAY)])
    assert verdicts[message.id] == outbox.Verdict("withdrawn", "mode_changed")


def test_R1_R21_R29_a_second_delivery_sends_nothing(live, channel):
    queued(live)
    assert go(live, channel).sent == 1
    assert go(live, channel).sent == 0


def test_R4_R24_an_unknown_outcome_is_never_repeated_and_a_person_settles_it(live):
    message = queued(live)
    channel = Answering(OutcomeUnknown("died after the dot"))
    assert go(live, channel).unknown == 1
    assert go(live, channel, NOON + timedelta(hours=5)).sent == 0
    assert len(channel.asked) == 1
    outbox.settle(live.id, message.id, was_sent=False, by="Ани", why="the client says no", on=DAY)
    assert reload(message).state == "failed_permanent"
    with pytest.raises(outbox.NotUnknown):
        outbox.settle(live.id, message.id, was_sent=True, by="Ани", why="again", on=DAY)


def test_R23_a_temporary_failure_keeps_the_key_and_comes_back_later(live):
    message = queued(live)
    channel = Answering(DeliveryFailed("451 later", permanent=False))
    assert go(live, channel).failed_temporary == 1
    failed = reload(message)
    assert (failed.state, failed.sent_on, failed.attempts) == ("failed_temporary", None, 1)
    assert go(live, channel).sent == 0, "not before its time"
    assert go(live, channel, NOON + timedelta(minutes=6)).sent == 1
    assert channel.asked == [message.key, message.key]


def test_attempts_end_and_a_person_takes_over(live):
    message = queued(live, not_after=NOON + timedelta(days=2))
    channel = Answering(*[DeliveryFailed("451 later", permanent=False)] * ATTEMPTS_MAX)
    for hour in range(ATTEMPTS_MAX):
        go(live, channel, NOON + timedelta(hours=7 * hour))
        with scope.of(live.id):
            Coverage.objects.create(
                creditor=live, effective_on=DAY, source="bank", covered_until=DAY + timedelta(days=2)
            )
    assert (reload(message).state, len(channel.asked)) == ("failed_permanent", ATTEMPTS_MAX)
    with scope.of(live.id):
        assert Task.objects.get().kind == "no_contact"


def test_R15_a_dead_address_is_marked_and_makes_a_task(live):
    message = queued(live)
    reply = Reply(f"{message.key}@customer.test", 550, "5.1.1 no such user")
    assert go(live, Answering(Refused(str(reply), permanent=True, replies=[reply]))).failed_permanent == 1
    with scope.of(live.id):
        sign = Sign.objects.get()
        assert (sign.kind, sign.person_key) == ("bounced", f"person-of-{message.key}")
        assert "5.1.1" in Task.objects.get().text
        assert Attempt.objects.get().outcome == "failed_permanent"


def test_a_refusal_for_policy_does_not_mark_the_address(live):
    message = queued(live)
    reply = Reply(f"{message.key}@customer.test", 550, "5.7.1 blocked")
    go(live, Answering(Refused(str(reply), permanent=True, replies=[reply])))
    with scope.of(live.id):
        assert not Sign.objects.exists()
        assert Task.objects.exists()


def test_a_refused_copy_is_a_finding_and_the_message_goes(live):
    people = (
        enqueue.DraftRecipient(None, "person", "to@customer.test"),
        enqueue.DraftRecipient(None, "boss", "cc@customer.test", copy=True),
    )
    message = queued(live, recipients=people)
    replies = (Reply("to@customer.test", 250), Reply("cc@customer.test", 550, "5.1.1 no such user"))
    assert go(live, Answering(Receipt("250 ok", replies))).sent == 1
    with scope.of(live.id):
        assert Sign.objects.get().person_key == "boss"
        assert FindingRecord.objects.get().code == "recipient_refused"
        assert not Task.objects.exists()
        assert Attempt.objects.get(message=message).recipients[1].endswith("no such user")


def test_a_server_that_is_down_lets_all_wait_and_costs_no_attempt(live):
    first, second = queued(live), queued(live)
    channel = Answering(ChannelDown("no route"))
    report = go(live, channel)
    assert "no route" in report.halted and len(channel.asked) == 1
    assert (reload(first).attempts, reload(second).state) == (0, "queued")
    assert go(live, channel, NOON + timedelta(minutes=6)).sent == 2


def test_a_channel_without_a_way_out_is_reported(live, channel):
    queued(live, channel="sms")
    report = go(live, channel)
    assert (report.no_way, report.is_complete) == ({"sms": 1}, False)


@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_switch_turned_after_the_ways_were_made_sends_nothing_by_the_wrong_one(live, channel, rehearsal):
    """The ways were made for the mode before; what is queued in the new mode stays for the next delivery."""
    message = queued(live, rehearsal=not rehearsal)
    if not rehearsal:
        switches.turn(live.id, Switch.MODE, switches.REHEARSAL, by="Ани", why="test", on=DAY)
    assert deliver(live.id, NOON, {"email": channel}, rehearsal=rehearsal).sent == 0
    assert (reload(message).state, channel.sent) == ("queued", {})
    assert go(live, channel).sent == 1


def test_R12_a_second_sender_leaves_at_once(live, channel):
    queued(live)
    seen = []

    class Nested(Answering):
        def send(self, message, key):
            seen.append(deliver(live.id, NOON, {"email": channel}).halted)
            return super().send(message, key)

    assert go(live, Nested()).sent == 1
    assert seen == ["another process is sending"]
    assert channel.sent == {}


def test_a_bug_in_a_channel_crashes_and_leaves_the_message_unknown(live, channel):
    message = queued(live)
    with pytest.raises(ZeroDivisionError):
        go(live, Answering(ZeroDivisionError("bug")))
    assert reload(message).state == "begun"
    assert go(live, Answering()).sent == 0
    assert reload(message).state == "unknown"


def test_what_ended_shares_its_commit_with_what_begins(live, monkeypatch):
    """A commit costs the server more than the message in it: one connection needs one for each message, and one for the last receipt."""
    commits = []
    advance = outbox.advance
    monkeypatch.setattr(outbox, "advance", lambda *asked: commits.append(asked) or advance(*asked))
    for _ in range(5):
        queued(live)
    assert deliver(live.id, NOON, {"email": Memory(Config(connections=1))}).sent == 5
    assert [(len(endings), len(begins)) for _, endings, begins in commits] == [(0, 1), *[(1, 1)] * 4, (1, 0)]
