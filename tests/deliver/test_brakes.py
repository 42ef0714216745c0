"""The volume brake, the pace, and endings in trouble: a lost database, an interruption, a time that is over."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from deliver.outboxes import DAY, NOON, draft, go_live, owing, queued, reload
from dunwell.core.channel import Limits
from dunwell.plugins.channels.memory import Config, Memory
from dunwell.run import brake
from dunwell.run import deliver as deliver_module
from dunwell.run.deliver import deliver
from dunwell.run.pace import Pace
from dunwell.store import enqueue, outbox, scope
from dunwell.store.models import Run


@pytest.fixture
def live(creditor):
    go_live(creditor)
    return creditor


def run_of(creditor, messages, rehearsal=False):
    with scope.of(creditor.id):
        run = Run.objects.create(creditor=creditor, effective_on=DAY, rehearsal=rehearsal)
    drafts = [draft(owing(creditor, 100), rehearsal=rehearsal) for _ in range(messages)]
    enqueue.enqueue(creditor.id, drafts, run_id=run.id)
    return run


def go(creditor, channel, **how):
    return deliver(creditor.id, NOON, {"email": channel}, **how)


def test_far_more_than_usual_waits_for_a_person(live):
    channel = Memory(Config())
    for _ in range(2):
        run_of(live, 10)
        assert go(live, channel).sent == 10
    big = run_of(live, 51)
    report = go(live, channel)
    assert report.braked == (brake.Braked(big.id, 51, 10.0),)
    assert (report.sent, report.is_complete) == (0, False)
    brake.release(live.id, big.id, by="Ани", why="a new client's whole book", on=DAY)
    assert go(live, channel).sent == 51
    with pytest.raises(brake.NotBraked):
        brake.release(live.id, big.id, by="Ани", why="again", on=DAY)


def test_up_to_fifty_and_up_to_three_times_the_usual_go(live):
    channel = Memory(Config())
    run_of(live, 50)
    assert go(live, channel).sent == 50
    run_of(live, 150)
    assert go(live, channel).sent == 150


def test_a_braked_run_cannot_slip_through_in_parts(live):
    run_of(live, 60)
    channel = Memory(Config())
    assert go(live, channel).sent == 0
    with scope.of(live.id):
        waiting = list(Run.objects.get().message_set.values_list("id", flat=True))
    for number in waiting[:20]:
        outbox.recall(live.id, number)
    assert go(live, channel).sent == 40, "what was called back no longer counts"


def test_a_rehearsal_is_never_braked(creditor):
    run_of(creditor, 60, rehearsal=True)
    assert go(creditor, Memory(Config())).sent == 60


def test_the_pace_spaces_evenly_and_lets_other_domains_pass():
    pace = Pace(Limits(per_second=2, per_domain_per_minute=6))
    pace.take("a.test", 100.0)
    assert pace.wait_s("a.test", 100.0) == 10.0
    assert pace.wait_s("b.test", 100.0) == 0.5
    assert pace.wait_s("b.test", 100.5) == 0.0
    assert Pace(Limits()).wait_s("a.test", 0.0) == 0.0


def test_a_limited_domain_does_not_hold_up_the_others(live):
    class Slow(Memory):
        limits = Limits(per_domain_per_minute=60 * 20)

    first = queued(live, recipients=(enqueue.DraftRecipient(None, "p1", "1@a.test"),))
    second = queued(live, recipients=(enqueue.DraftRecipient(None, "p2", "2@a.test"),))
    third = queued(live, recipients=(enqueue.DraftRecipient(None, "p3", "3@b.test"),))
    channel = Slow(Config())
    assert go(live, channel).sent == 3
    assert list(channel.sent) == [first.key, third.key, second.key]


def test_a_database_lost_after_sending_is_waited_for_and_nothing_is_doubled(live, monkeypatch):
    """The commit that would record the first and begin the second fails: the first is recorded, the second waits."""
    first, second = queued(live), queued(live)
    channel = Memory(Config())
    real, calls = outbox.advance, []

    def failing(creditor_id, endings, begins):
        calls.append(begins)
        if len(calls) == 2:
            raise OperationalError("server closed the connection unexpectedly")
        return real(creditor_id, endings, begins)

    monkeypatch.setattr(outbox, "advance", failing)
    report = go(live, channel)
    assert report.halted.startswith("the database was lost")
    assert (reload(first).state, reload(second).state) == ("sent", "queued")
    monkeypatch.setattr(outbox, "advance", real)
    assert go(live, channel).sent == 1
    assert list(channel.sent) == [first.key, second.key]


def test_a_database_lost_while_claiming_forgets_no_answer_of_the_server(live, monkeypatch):
    """The first message has left and its answer is known when the next ones cannot be claimed."""
    first, second = queued(live), queued(live)
    channel = Memory(Config())
    real, calls = outbox.claim, []

    def failing(*values, **options):
        calls.append(values)
        if len(calls) == 2:
            raise OperationalError("terminating connection due to administrator command\nSSL closed")
        return real(*values, **options)

    monkeypatch.setattr(deliver_module, "BATCH", 1)
    monkeypatch.setattr(outbox, "claim", failing)
    report = go(live, channel)
    assert report.halted == (
        "the database was lost (terminating connection due to administrator command); what was not sent waits: deliver again"
    )
    assert (reload(first).state, reload(second).state) == ("sent", "queued")


def test_a_commit_whose_answer_was_lost_is_a_definite_failure_of_what_was_not_sent(live, monkeypatch):
    message = queued(live)
    real = outbox.advance

    def committing_silently(creditor_id, endings, begins):
        real(creditor_id, endings, begins)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(outbox, "advance", committing_silently)
    channel = Memory(Config())
    go(live, channel)
    assert (reload(message).state, reload(message).attempts, channel.sent) == ("failed_temporary", 0, {})
    monkeypatch.setattr(outbox, "advance", real)
    assert deliver(live.id, NOON + timedelta(minutes=1), {"email": channel}).sent == 1


def test_it_ends_when_its_time_is_over_and_gives_back_what_it_holds(live):
    message = queued(live)
    report = go(live, Memory(Config()), longest=timedelta(microseconds=1))
    assert (report.halted, reload(message).state) == ("its time is over", "queued")


def test_a_clock_that_was_set_back_or_forward_sends_nothing_at_a_wrong_hour_and_doubles_nothing(live):
    first, channel = queued(live), Memory(Config())
    back, forward = NOON - timedelta(hours=5), NOON + timedelta(hours=30)
    assert deliver(live.id, back, {"email": channel}).sent == 0
    assert deliver(live.id, NOON, {"email": channel}).sent == 1
    assert deliver(live.id, back, {"email": channel}).sent == deliver(live.id, forward, {"email": channel}).sent == 0
    queued(live)
    assert deliver(live.id, forward, {"email": channel}).withdrawn == {"stale": 1}, "written for a day that is over"
    assert list(channel.sent) == [first.key]
