"""The outbox's own promises: once per key, one per slot, tokens, leases, recall, approval."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.utils import InternalError

from deliver.outboxes import DAY, NOON, draft, go_live, owing, queued, reload
from dunwell.store import enqueue, load, outbox, scope
from dunwell.store.enqueue import DraftRecipient
from dunwell.store.models import (
    Approval,
    Attempt,
    Contact,
    ContactPoint,
    Message,
    MessageContent,
    MessageItem,
    Recipient,
)


@pytest.fixture
def live(creditor):
    go_live(creditor)
    return creditor


def claim(creditor, **how):
    return outbox.claim(creditor.id, **{"at": NOON, "channels": ["email"], "rehearsal": False, "limit": 10, **how})


def begin(creditor, claimed):
    question = outbox.Begin(claimed.outgoing.message_id, claimed.token, NOON, DAY)
    return outbox.advance(creditor.id, [], [question])[question.message_id]


def ending(claimed, outcome="sent"):
    return outbox.Ending(claimed.outgoing.message_id, claimed.token, outcome, "250 ok", DAY)


def expire(creditor):
    with scope.of(creditor.id), connection.cursor() as cursor:
        cursor.execute("UPDATE message SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL")


def test_the_same_drafts_twice_add_nothing(live):
    drafts = [draft(owing(live, 100)) for _ in range(3)]
    assert enqueue.enqueue(live.id, drafts) == enqueue.Enqueued(added=3, replaced=0)
    assert enqueue.enqueue(live.id, drafts) == enqueue.Enqueued(added=0, replaced=0)
    with scope.of(live.id):
        assert (Message.objects.count(), MessageItem.objects.count(), Recipient.objects.count()) == (3, 3, 3)
        content = MessageContent.objects.get(message__key=drafts[0].key)
        assert bytes(content.mime) == drafts[0].mime


def test_R22_one_slot_one_message(live):
    receivables = owing(live, 100, 200)
    enqueue.enqueue(live.id, [draft(receivables)])
    assert enqueue.enqueue(live.id, [draft(receivables[:1])]) == enqueue.Enqueued(added=1, replaced=1)
    with scope.of(live.id):
        assert sorted(Message.objects.values_list("state", "state_reason")) == [
            ("queued", ""),
            ("withdrawn", "replaced"),
        ]


def test_changed_content_waits_once_the_old_one_is_claimed(live):
    receivables = owing(live, 100)
    enqueue.enqueue(live.id, [draft(receivables)])
    claim(live)
    assert enqueue.enqueue(live.id, [draft(receivables)]) == enqueue.Enqueued(added=0, replaced=0)


def test_a_withdrawn_message_may_be_planned_anew_with_the_same_content(live):
    one = draft(owing(live, 100))
    enqueue.enqueue(live.id, [one])
    with scope.of(live.id):
        outbox.recall(live.id, Message.objects.get().id)
    assert enqueue.enqueue(live.id, [one]).added == 1


def test_a_sent_key_is_never_queued_again(live):
    one = draft(owing(live, 100))
    enqueue.enqueue(live.id, [one])
    (claimed,) = claim(live)
    begin(live, claimed)
    outbox.record(live.id, ending(claimed))
    assert enqueue.enqueue(live.id, [one, replace(one, slot_on=DAY + timedelta(1))]).added == 0


def test_all_drafts_or_none(live):
    broken = replace(draft(owing(live, 100)), rehearsal=None)
    with pytest.raises(IntegrityError):
        enqueue.enqueue(live.id, [draft(owing(live, 100)), broken])
    with scope.of(live.id):
        assert not Message.objects.exists()


def test_two_claims_share_nothing(live):
    for _ in range(3):
        queued(live)
    first, second = claim(live, limit=2), claim(live, limit=2)
    assert len(first) == 2 and len(second) == 1
    assert not {c.key for c in first} & {c.key for c in second}


def test_who_slept_through_the_lease_cannot_begin(live):
    queued(live)
    (asleep,) = claim(live)
    expire(live)
    assert outbox.sweep(live.id) == {"queued": 1, "unknown": 0, "again": 0}
    (awake,) = claim(live)
    assert begin(live, asleep) == outbox.Verdict("lost", "")
    assert begin(live, awake).state == "begun"
    assert begin(live, awake) == outbox.Verdict("lost", ""), "nothing begins twice"


def test_a_living_lease_is_left_alone(live):
    queued(live), queued(live)
    begin(live, claim(live)[0])
    assert outbox.sweep(live.id) == {"queued": 0, "unknown": 0, "again": 0}


def test_R3_found_begun_after_a_kill_is_unknown_and_never_claimed_again(live):
    message = queued(live)
    begin(live, claim(live)[0])
    assert outbox.sweep(live.id, alone=True)["unknown"] == 1
    assert claim(live, at=NOON + timedelta(hours=1)) == []
    assert reload(message).state_reason == "sender_died"
    with scope.of(live.id):
        assert Attempt.objects.get().outcome == "unknown"


def test_a_late_word_settles_the_unknown_and_only_once(live):
    message = queued(live)
    (claimed,) = claim(live)
    begin(live, claimed)
    outbox.sweep(live.id, alone=True)
    assert outbox.record(live.id, ending(claimed))
    assert not outbox.record(live.id, ending(claimed))
    assert (reload(message).state, reload(message).sent_on) == ("sent", DAY)


def test_an_idempotent_way_is_tried_again_after_a_kill(live):
    queued(live, channel="letter")
    (claimed,) = claim(live, channels=["letter"])
    begin(live, claimed)
    assert outbox.sweep(live.id, idempotent=["letter"], alone=True)["again"] == 1
    assert claim(live, channels=["letter"])[0].token == claimed.token + 1


def test_an_email_is_never_tried_again_from_there_whatever_the_code_says(live):
    message = queued(live)
    begin(live, claim(live)[0])
    outbox.sweep(live.id, idempotent=["email"], alone=True)
    assert reload(message).state == "unknown"
    with pytest.raises((IntegrityError, InternalError), match="no way from unknown to queued"), scope.of(live.id):
        Message.objects.update(state="queued")


def test_a_message_is_called_back_until_it_is_claimed(live):
    first, second = queued(live), queued(live)
    outbox.recall(live.id, first.id)
    assert reload(first).state == "withdrawn"
    claim(live)
    with pytest.raises(outbox.AlreadyUnderWay, match="claimed"):
        outbox.recall(live.id, second.id)
    with pytest.raises(outbox.NoSuchMessage):
        outbox.recall(live.id, 10**12)


def test_R41_an_approval_holds_for_one_hash_and_one_day(live):
    message = queued(live, needs_approval=True)
    assert claim(live) == []
    for content_hash, day in (("other", DAY), (message.content_hash, DAY + timedelta(1))):
        with pytest.raises(outbox.ApprovalVoid):
            outbox.approve(live.id, message.id, content_hash=content_hash, by="Ани", on=day)
    outbox.approve(live.id, message.id, content_hash=message.content_hash, by="Ани", on=DAY)
    assert len(claim(live)) == 1
    with scope.of(live.id):
        assert Approval.objects.get().by == "Ани"


@pytest.mark.parametrize("rehearsal", [False, True])
def test_once_approved_a_contact_is_known_and_a_rehearsal_tells_a_live_plan_nothing(live, rehearsal):
    receivables = owing(live, 100)
    with scope.of(live.id):
        people = [
            Contact.objects.create(creditor=live, external_id=role, customer_id=receivables[0].customer_id, role=role)
            for role in ("manager", "director")
        ]
        for one in people:
            ContactPoint.objects.create(
                creditor=live,
                contact=one,
                channel="email",
                address=f"{one.role}@c.test",
                person_key=f"{one.role}@c.test",
            )
    to = tuple(
        DraftRecipient(one.pk, f"{one.role}@c.test", f"{one.role}@c.test", one.role == "director") for one in people
    )
    message = queued_draft(live, draft(receivables, needs_approval=True, recipients=to, rehearsal=rehearsal))
    assert approved(live, DAY, rehearsal=False) == set()
    outbox.approve(live.id, message.id, content_hash=message.content_hash, by="Ани", on=DAY)
    assert approved(live, DAY, rehearsal=True) == {one.pk for one in people}
    assert approved(live, DAY, rehearsal=False) == (set() if rehearsal else {one.pk for one in people})
    assert approved(live, DAY - timedelta(1), rehearsal=True) == set()


def queued_draft(creditor, one):
    enqueue.enqueue(creditor.id, [one])
    with scope.of(creditor.id):
        return Message.objects.get(key=one.key)


def approved(creditor, on, *, rehearsal):
    contacts = load.facts(creditor.id, on, rehearsal=rehearsal).contacts
    return set(contacts.filter("is_approved")["contact_id"])


def test_given_back_messages_are_queued_and_strangers_are_not(live):
    queued(live)
    (old,) = claim(live)
    expire(live)
    outbox.sweep(live.id)
    (new,) = claim(live)
    assert outbox.give_back(live.id, [old]) == 0
    assert outbox.give_back(live.id, [new]) == 1


def test_I17_everything_unsent_is_withdrawn_at_once(live):
    for changes in ({}, {"needs_approval": True}, {"rehearsal": True}):
        queued(live, **changes)
    assert outbox.withdraw(live.id, "restored", rehearsal=True) == 1
    assert outbox.withdraw(live.id, "restored") == 2


def test_R33_the_oldest_goes_first(live):
    late = queued(live, not_before=NOON - timedelta(hours=1))
    early = queued(live, not_before=NOON - timedelta(hours=2))
    assert [c.key for c in claim(live)] == [early.key, late.key]


def test_what_a_message_says_never_changes(live):
    message = queued(live)
    with pytest.raises((IntegrityError, InternalError), match="never changes"), scope.of(live.id):
        Message.objects.filter(pk=message.pk).update(not_after=NOON + timedelta(days=9))


def test_an_attempt_belongs_to_a_message_of_its_own_creditor(live):
    message = queued(live)
    with pytest.raises(IntegrityError, match="is not one of this creditor"), scope.of(live.id):
        Attempt.objects.create(
            creditor=live, message_id=message.pk + 1, effective_on=DAY, outcome="sent", rehearsal=False
        )
