"""Any order of claims, sleeps, kills, sweeps, payments and recalls: sent once, lost never, unknown ones shown."""

from collections import Counter
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from deliver.outboxes import DAY, NOON, draft, go_live, owing
from dunwell.store import enqueue, outbox, scope, switches
from dunwell.store.models import Attempt, Creditor, Message, Switch, WriteOff

_numbers = count(1)
CONNECTIONS = 3


class Outbox(RuleBasedStateMachine):
    """Workers may die or sleep after any step; what the world received is counted outside the database."""

    messages = Bundle("messages")
    claims = Bundle("claims")
    begun = Bundle("begun")

    def __init__(self):
        super().__init__()
        self.creditor = Creditor.objects.create(
            slug=f"stateful-{next(_numbers)}",
            name="N",
            registered_name="N",
            country="BG",
            locale="bg",
            timezone="Europe/Sofia",
            currency="EUR",
        )
        go_live(self.creditor)
        self.received = Counter()
        self.forbidden = set()  # keys that must not go from now on
        self.is_stopped = False

    @rule(target=messages)
    def enqueue(self):
        (receivable,) = owing(self.creditor, 100)
        one = draft([receivable])
        enqueue.enqueue(self.creditor.id, [one])
        enqueue.enqueue(self.creditor.id, [one])
        with scope.of(self.creditor.id):
            return Message.objects.get(key=one.key)

    @rule(target=claims, limit=st.integers(1, CONNECTIONS))
    def claim(self, limit):
        found = outbox.claim(self.creditor.id, at=NOON, channels=["email"], rehearsal=False, limit=limit)
        return multiple(*found)

    @rule(target=begun, claimed=claims)
    def begin(self, claimed):
        """Also by a worker that slept, or a second time: then the answer must be no."""
        question = outbox.Begin(claimed.outgoing.message_id, claimed.token, NOON, DAY)
        verdict = outbox.advance(self.creditor.id, [], [question])[question.message_id]
        if verdict.state != "begun":
            return multiple()
        assert claimed.key not in self.forbidden, "the ledger was not asked"
        assert not self.is_stopped
        return claimed

    @rule(claimed=begun, is_recorded=st.booleans())
    def receive(self, claimed, is_recorded):
        """The other side takes the message; the worker may die before it can write that down. Once per beginning."""
        token = (claimed.key, claimed.token)
        if token in self.received:
            return
        self.received[token] += 1
        if is_recorded:
            self._record(claimed, "sent")

    @rule(claimed=begun, outcome=st.sampled_from(["failed_temporary", "failed_permanent"]))
    def refuse(self, claimed, outcome):
        if (claimed.key, claimed.token) not in self.received:
            self.received[(claimed.key, claimed.token)] = 0
            self._record(claimed, outcome)

    @rule(claimed=begun)
    def say_it_late(self, claimed):
        if self.received.get((claimed.key, claimed.token)):
            self._record(claimed, "sent")

    def _record(self, claimed, outcome):
        ending = outbox.Ending(claimed.outgoing.message_id, claimed.token, outcome, "said", DAY, retry_at=NOON)
        outbox.record(self.creditor.id, ending)

    @rule()
    def leases_run_out(self):
        with scope.of(self.creditor.id), connection.cursor() as cursor:
            cursor.execute("UPDATE message SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL")
        outbox.sweep(self.creditor.id)

    @rule()
    def a_new_sender_mends(self):
        outbox.sweep(self.creditor.id, alone=True)

    @rule(message=messages)
    def recall(self, message):
        try:
            outbox.recall(self.creditor.id, message.id)
        except outbox.AlreadyUnderWay:
            return
        self.forbidden.add(message.key)

    @rule(message=messages)
    def write_off(self, message):
        with scope.of(self.creditor.id):
            item = message.items.get()
            WriteOff.objects.create(
                creditor=self.creditor, effective_on=DAY, receivable_id=item.receivable_id, currency="EUR", amount=1
            )
        self.forbidden.add(message.key)

    @rule(stopped=st.booleans())
    def stop(self, stopped):
        value = switches.ON if stopped else switches.OFF
        switches.turn(self.creditor.id, Switch.STOP, value, by="Ани", why="w", on=DAY)
        self.is_stopped = stopped

    @invariant()
    def nothing_is_doubled_and_what_is_called_sent_was_received(self):
        received = Counter()
        for (key, _), times in self.received.items():
            received[key] += times
        assert all(times <= 1 for times in received.values())
        with scope.of(self.creditor.id):
            rows = {m.key: m for m in Message.objects.all()}
            shown = set(Attempt.objects.filter(outcome="unknown").values_list("message_id", flat=True))
        for key, message in rows.items():
            if message.state == "sent":
                assert received[key] == 1
            if received[key]:
                assert message.state in {"begun", "sent", "unknown"}
            if message.state == "unknown":
                assert message.id in shown

    def teardown(self):
        """Whatever happened, a sender that is left alone brings everything to an end."""
        switches.turn(self.creditor.id, Switch.STOP, switches.OFF, by="Ани", why="w", on=DAY)
        outbox.sweep(self.creditor.id, alone=True)
        while found := outbox.claim(self.creditor.id, at=NOON, channels=["email"], rehearsal=False, limit=9):
            for claimed in found:
                question = outbox.Begin(claimed.outgoing.message_id, claimed.token, NOON, DAY)
                if outbox.advance(self.creditor.id, [], [question])[question.message_id].state == "begun":
                    assert claimed.key not in self.forbidden
                    self.received[(claimed.key, claimed.token)] += 1
                    self._record(claimed, "sent")
        self.nothing_is_doubled_and_what_is_called_sent_was_received()
        ended = {"sent", "unknown", "withdrawn", "failed_permanent"}
        assert set(outbox.counts(self.creditor.id, rehearsal=False)) <= ended, "nothing is lost on the way"


@pytest.mark.timeout(600)
def test_any_order_of_events_sends_once_and_loses_nothing(database):
    run_state_machine_as_test(
        Outbox,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
