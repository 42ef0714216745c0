"""Letters that people and facts decide on: apologies, the end of a pause, a changed bank account."""

from datetime import date, timedelta

import pytest

from dunwell.core.ledger import Purpose
from dunwell.run import creditors, news, people, reconcile
from dunwell.store import scope
from dunwell.store.models import Audit, Message
from regressions.world import DAY, World, fresh, only

NEW_IBAN = "BG18RZBB91550123456789"
LATER = DAY + timedelta(3)


@pytest.fixture
def world(creditor, tmp_path) -> World:
    return fresh(creditor, tmp_path)


def reminded(world: World) -> str:
    """A live firm that has just reminded a client of the one invoice they owe."""
    (number,) = world.owing("2026-02-20")
    world.go_live()
    world.plan()
    assert world.deliver().sent == 1
    return number


def set_payment(world: World, number: str, on: str) -> None:
    world.paid(f"{on},100.00,EUR,C1 Ltd,{number}", on=LATER)
    world.cover(LATER)
    reconcile.run(world.creditor, LATER, by="anna")


def test_an_apology_says_what_happened_goes_to_whom_the_reminder_went_and_is_queued_once(world):
    number = reminded(world)
    set_payment(world, number, "2026-02-19")
    prepared = news.apology(world.creditor, number, on=LATER)
    assert "Your payment arrived on 19\xa0February, and we had not recorded it yet." in prepared.letter.draft.text
    assert "Thank you for paying on time." in prepared.letter.draft.text
    assert [one.address for one in prepared.draft.recipients] == ["c1@client.example"]
    assert not world.messages("queued"), "to look at it queues nothing"
    assert news.send(world.creditor, prepared, by="anna", why="the bank's file came late") == 1
    assert news.send(world.creditor, prepared, by="anna", why="the bank's file came late") == 0
    assert world.deliver(LATER).sent == 1
    assert [m.purpose for m in world.sent()] == ["request", "apology"]
    with scope.of(world.creditor.pk):
        assert Audit.objects.filter(kind="apology", actor="anna").count() == 2


def test_an_apology_for_what_is_still_asked_for_is_refused(world):
    number = reminded(world)
    with pytest.raises(news.StillAsked):
        news.apology(world.creditor, number, on=LATER)
    people.hold(
        world.creditor, number=number, reason="our_side", until=None, on=LATER, by="anna", why="the sum was wrong"
    )
    text = news.apology(world.creditor, number, on=LATER).letter.draft.text
    assert "Your payment" not in text and "there will be no more reminders about this invoice" in text


def test_an_apology_without_a_letter_before_is_refused(world):
    (number,) = world.owing("2026-02-20")
    with pytest.raises(news.NothingWasSent):
        news.apology(world.creditor, number, on=DAY)


def test_the_governor_has_a_word_in_news_too(world):
    number = reminded(world)
    people.hold(world.creditor, number=number, reason="our_side", until=None, on=DAY, by="anna", why="wrong sum")
    with pytest.raises(news.NotNow, match="cap_reached=courtesy email 1/2"):
        news.apology(world.creditor, number, on=DAY)
    people.opt_out(world.creditor, "c1@client.example", channel="email", on=DAY, by="anna", why="asked")
    with pytest.raises(news.NotNow, match="opted_out"):
        news.apology(world.creditor, number, on=LATER)


def test_a_pause_ends_with_the_creditors_own_words_and_only_after_a_payment(world):
    number = reminded(world)
    with pytest.raises(news.NothingPaid):
        news.lifted(world.creditor, "C1", on=LATER)
    set_payment(world, number, "2026-03-02")
    prepared = news.lifted(
        world.creditor, "C1", on=LATER, start_on=date(2026, 3, 9), next_step="The first drafts come on Tuesday."
    )
    text = prepared.letter.draft.text
    assert "resumes on Monday, 9\xa0March" in text and "The first drafts come on Tuesday." in text
    news.send(world.creditor, prepared, by="anna", why="paid")
    assert world.deliver(LATER).sent == 1


def change_account(world: World, on: date) -> None:
    row = creditors.add_account(world.creditor, currency="EUR", on=on, by="anna", iban=NEW_IBAN, bic="RZBBBGSF")
    creditors.confirm_account(world.creditor, row.pk, by="boris")


def test_a_changed_account_withdraws_what_names_the_old_one(world):
    world.owing("2026-02-20")
    world.go_live()
    world.plan()
    change_account(world, DAY)
    assert [(m.state, m.state_reason) for m in world.messages()] == [("withdrawn", "bank_details")]
    world.plan()
    assert "RZBB" in only(world.messages("queued")).content_row.text
    assert world.deliver().sent == 1


def test_a_changed_account_is_announced_by_a_second_channel_once(world):
    reminded(world)
    world.take(
        "Customer ID,Customer name,Contact person,Role,Email,Phone\n"
        "C1,C1 Ltd,Anna Brown,accounts payable,c1@client.example,+359 88 111 2222\n"
    )
    change_account(world, DAY + timedelta(1))
    for day in (DAY + timedelta(1), DAY + timedelta(1), DAY + timedelta(2), DAY + timedelta(3)):
        world.plan(day)
        world.deliver(day)
    found = [m for m in world.messages() if m.purpose == Purpose.BANK_DETAILS]
    assert [(m.channel, m.state) for m in found] == [("sms", "sent")]
    assert "our bank details have changed" in found[0].content_row.text


def test_where_there_is_no_second_channel_a_person_calls(world):
    reminded(world)
    change_account(world, DAY + timedelta(1))
    world.plan(DAY + timedelta(1))
    world.plan(DAY + timedelta(2))
    assert [(task.kind, task.step) for task in world.tasks()] == [("call", "bank_details")]
    with scope.of(world.creditor.pk):
        assert not Message.objects.filter(purpose=Purpose.BANK_DETAILS).exists()
