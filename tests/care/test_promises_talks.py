"""Trust that promises earn and lose, thanks for one that was kept, and a talk with somebody in trouble."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.run import people, talks
from dunwell.run.talks import Talk
from dunwell.store import scope
from dunwell.store.models import Customer, Hold, Note, PageAnswer, Promise, Task
from portal.clients import Reader, link_in
from regressions.world import DAY


def promise(firm, number: str, until: date, on: date) -> None:
    people.promise(firm.creditor, number, promised_date=until, amount=None, on=on, by="anna", why="by phone")


def test_a_promise_kept_to_the_day_is_thanked_for_as_such(firm):
    firm.owing("2026-02-24")
    promise(firm, "C1-1", DAY + timedelta(3), DAY)
    firm.paid(f"{DAY + timedelta(3)},100.00,EUR,C1 Ltd,C1-1", on=DAY + timedelta(4))
    firm.day(DAY + timedelta(4))
    assert "just as you said" in firm.sent()[-1].content_row.text


def test_one_that_was_late_is_thanked_for_without_that_word(firm):
    firm.owing("2026-02-24")
    promise(firm, "C1-1", DAY, DAY)
    firm.paid(f"{DAY + timedelta(1)},100.00,EUR,C1 Ltd,C1-1", on=DAY + timedelta(2))
    firm.day(DAY + timedelta(2))
    assert "just as you said" not in firm.sent()[-1].content_row.text


def test_each_broken_promise_halves_the_days_and_three_lead_to_a_talk(firm, reader):
    assert 'max="2026-04-01"' in reader.read("promise")
    for n in range(2):
        promise(firm, "C1-1", date(2026, 1, 10) + timedelta(n), date(2026, 1, 5))
    assert 'max="2026-03-09"' in reader.read("promise"), "thirty days, halved twice"
    promise(firm, "C1-1", date(2026, 1, 12), date(2026, 1, 5))
    assert "we will agree the next one together" in reader.read("promise")
    reader.say("promise", quick="2026-03-06")
    with scope.of(firm.creditor.pk):
        assert Promise.objects.filter(by="page").count() == 0


def test_whoever_is_in_trouble_is_left_alone_until_a_person_has_listened(firm, reader):
    said = reader.say("hardship", text="Our largest client went bankrupt.")
    assert said.status_code == 302, said.content
    firm.day(DAY + timedelta(7))
    assert len(firm.sent()) == 1
    assert firm.outcome("C1-1").reasons == "held=hardship"
    with scope.of(firm.creditor.pk):
        customer = Customer.objects.get()
        (task,) = Task.objects.filter(kind="care")
        assert talks.words(firm.creditor, customer) == ["Our largest client went bankrupt."]
    on = DAY + timedelta(8)
    talk = Talk([("What would help?", "Three parts."), ("Since when?", " ")], until=on + timedelta(30))
    talks.record(firm.creditor, customer, talk, on=on, by="anna")
    with scope.of(firm.creditor.pk):
        assert Note.objects.get().text == "What would help?\n– Three parts."
        assert Task.objects.get(pk=task.pk).outcome.outcome == "talked"
        assert PageAnswer.objects.get(kind="hardship").settlements.get().outcome == "done"
        (hold,) = Hold.objects.filter(ending=None)
        assert hold.until_date == on + timedelta(30)


def test_a_second_word_of_the_same_trouble_makes_no_second_task(firm, reader):
    reader.say("hardship", text="Hard times.")
    reader.say("hardship", text="Still hard.")
    with scope.of(firm.creditor.pk):
        assert (Task.objects.filter(kind="care").count(), Hold.objects.count()) == (1, 1)


def _thanked(firm, *dues: str):
    """A customer has paid the first of what they owe and is thanked with the one question; the page that the letter names."""
    firm.owing("2026-02-24", *dues)
    firm.paid(f"{DAY},100.00,EUR,C1 Ltd,C1-1", on=DAY + timedelta(2))
    firm.day(DAY + timedelta(2))
    (letter,) = [one for one in firm.sent() if one.purpose == "thanks"]
    return letter, Reader(link_in(letter))


def test_thanks_ask_how_happy_they_are_and_not_again_for_half_a_year(firm):
    letter, _ = _thanked(firm, "2026-03-12")
    assert "/en/survey" in letter.content_row.text
    firm.paid(f"{DAY + timedelta(9)},100.00,EUR,C1 Ltd,C1-2", on=DAY + timedelta(10))
    firm.day(DAY + timedelta(10))
    later = firm.sent()[-1]
    assert later.purpose == "thanks" and "survey" not in later.content_row.text


def test_a_look_at_the_question_answers_nothing(firm):
    _, page = _thanked(firm)
    assert page.read("survey")
    with scope.of(firm.creditor.pk):
        assert not PageAnswer.objects.exists() and not Task.objects.exists()


def test_a_low_score_is_a_persons_task_and_holds_what_comes(firm):
    _, page = _thanked(firm, "2026-02-25")
    assert page.say("survey", score="4", text="The box was late.").status_code == 302
    with scope.of(firm.creditor.pk):
        customer = Customer.objects.get()
        assert PageAnswer.objects.get().score == 4
        (task,) = Task.objects.filter(kind="care", step="survey")
    assert talks.words(firm.creditor, customer) == ["4/10 The box was late."]
    firm.plan(DAY + timedelta(5))
    assert firm.outcome("C1-2").reasons == "held=survey"
    talk = Talk([("What went wrong?", "Two days late.")], until=None)
    talks.record(firm.creditor, customer, talk, on=DAY + timedelta(6), by="anna")
    with scope.of(firm.creditor.pk):
        assert Task.objects.get(pk=task.pk).outcome.outcome == "talked"
        assert not Hold.objects.filter(ending=None).exists()


def test_a_high_score_changes_nothing(firm):
    _, page = _thanked(firm)
    assert page.say("survey", score="9").status_code == 302
    with scope.of(firm.creditor.pk):
        assert PageAnswer.objects.get().score == 9
        assert not Task.objects.exists() and not Hold.objects.exists()


@pytest.mark.parametrize("score", ["", "0", "11", "-3", "ten", "٤", "999"])
def test_what_is_no_score_is_refused_with_a_sentence(firm, score):
    _, page = _thanked(firm)
    said = page.say("survey", score=score)
    assert said.status_code == 422 and "from 1 to 10" in said.content.decode()
    with scope.of(firm.creditor.pk):
        assert not PageAnswer.objects.exists()
