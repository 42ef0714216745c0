"""The whole story of a receivable: facts, ladder, decision with reasons, next date."""

from __future__ import annotations

from dunwell.engine import explain
from plan.story import Book, day


def test_a_story_tells_facts_ladder_decision_and_the_next_date():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "4 May", known_on="20 Apr")
    book.done(invoice, "due_day", "4 May", channel="email")
    book.sign(customer, "replied", "5 May")
    (story,) = explain.tell(book.portfolio("8 May"), day("8 May"), receivables={invoice})
    assert dict(story.facts)["balance"] == 100_00
    assert story.done == ((day("4 May"), "due_day", "done"),)
    states = {rung.step: (rung.state, rung.on, rung.reason) for rung in story.ladder}
    assert states["request"] == ("passed", day("4 Apr"), "sent_by_other_means")
    assert states["due_day"] == ("done", day("4 May"), "")
    assert states["reached"] == ("lapsed", None, "not_silent")
    assert states["reminder"] == ("next", day("11 May"), "")
    assert states["firm"] == ("later", day("25 May"), "")
    assert (story.code, story.step, story.next_on) == ("wait", "reminder", day("11 May"))
    assert story.sentences("ru") == ["ждём", "Следующий шаг: «напоминание»."]


def test_a_held_receivable_names_its_pause_in_every_language():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "4 May")
    book.pause("hold", since="1 May", until="10 May", customer_id=customer, reason="hardship")
    (story,) = explain.tell(book.portfolio("4 May"), day("4 May"), receivables={invoice})
    assert story.pauses == (("hold", "hardship", day("1 May"), day("10 May")),)
    assert story.next_on == day("11 May")
    assert story.sentences("en") == ["is on hold", "It is on hold: paying is hard for them."]
    assert story.sentences("bg") == ["спряно", "Контактите са спрени: трудно им е да платят."]


def test_stories_of_several_receivables_come_in_order_and_broken_ones_too():
    book = Book()
    customer = book.customer()
    first, second = book.invoice(customer, "4 May"), book.invoice(customer, "4 May", policy=77)
    told = explain.tell(book.portfolio("4 May"), day("4 May"), receivables={second, first})
    assert [story.receivable_id for story in told] == [first, second]
    assert told[1].reasons == "data_incomplete=policy"
