"""What people at the creditor do about the page: answers dealt with, links closed, an address that is seen to open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from dunwell.run import page_links, portal_desk, work
from dunwell.store import scope, switches
from dunwell.store.models import Contact
from portal.clients import Reader, link_in
from portal.server import serving
from regressions import world

MONDAY = world.DAY


def by_anna(**more):
    return {"on": MONDAY, "by": "anna", **more}


def number_of(firm) -> int:
    with scope.of(firm.creditor.pk):
        return portal_desk.waiting(firm.creditor).get().pk


def test_an_answer_stands_on_the_work_list_until_somebody_dealt_with_it(firm, reader):
    reader.say("question", text="Which order is this for?")
    (row,) = [row for row in work.rows(firm.creditor, world.DAY) if row.kind == "answer"]
    assert "Which order is this for?" in row.why and row.who == "C1 Ltd"
    portal_desk.settle(firm.creditor, row.number, outcome="done", **by_anna())
    assert not [row for row in work.rows(firm.creditor, world.DAY) if row.kind == "answer"]
    with pytest.raises(portal_desk.NoSuchAnswer):
        portal_desk.settle(firm.creditor, row.number, outcome="done", **by_anna())


def test_an_answered_question_holds_firm_steps_no_longer(firm, reader):
    reader.say("question", text="Which order?")
    portal_desk.settle(firm.creditor, number_of(firm), outcome="done", **by_anna())
    for later in (21, 42):
        firm.day(MONDAY + timedelta(later))
    assert "our_side_owes" not in firm.outcome("C1-1").reasons


def test_a_named_colleague_is_written_to_once_a_person_has_agreed(firm, reader):
    reader.say("redirect", name="Ivan Petrov", email="ivan@c1.example")
    portal_desk.settle(firm.creditor, number_of(firm), outcome="done", **by_anna())
    firm.day(MONDAY + timedelta(21))
    with scope.of(firm.creditor.pk):
        assert firm.sent()[-1].recipients.get(copy=False).address == "ivan@c1.example"


def test_what_was_dealt_with_too_early_waits_again(firm, reader):
    reader.say("redirect", name="Ivan Petrov", email="ivan@c1.example")
    number = number_of(firm)
    for _ in range(2):
        portal_desk.settle(firm.creditor, number, outcome="done", **by_anna())
        portal_desk.reopen(firm.creditor, number, **by_anna(why="it was spam"))
        assert number_of(firm) == number
    with pytest.raises(portal_desk.AnswerStillWaits):
        portal_desk.reopen(firm.creditor, number, **by_anna())
    firm.day(MONDAY + timedelta(21))
    with scope.of(firm.creditor.pk):
        assert firm.sent()[-1].recipients.get(copy=False).address == "c1@client.example"


def test_a_question_that_was_not_answered_after_all_holds_firm_steps_again(firm, reader):
    reader.say("question", text="Which order?")
    number = number_of(firm)
    portal_desk.settle(firm.creditor, number, outcome="done", **by_anna())
    portal_desk.reopen(firm.creditor, number, **by_anna())
    for later in (21, 42):
        firm.day(MONDAY + timedelta(later))
    assert "our_side_owes" in firm.outcome("C1-1").reasons


def test_a_refused_colleague_is_nobody(firm, reader):
    reader.say("redirect", email="ivan@c1.example")
    portal_desk.settle(firm.creditor, number_of(firm), outcome="refused", **by_anna())
    with scope.of(firm.creditor.pk):
        assert not Contact.objects.filter(source="page").exists()


def test_a_closed_link_opens_no_more(firm, reader):
    portal_desk.close(firm.creditor, f"https://pay.example{reader.path}/en", **by_anna())
    for page in ("", "promise", "statement", "code-EUR.svg"):
        answer = reader.get(page)
        assert answer.status_code in (404, 410) and b"100.00" not in answer.content, page


def test_a_link_has_a_last_day_and_a_new_one_goes_to_the_address_that_is_known(firm, reader):
    firm.day(MONDAY + timedelta(61))
    closed = reader.get()
    assert closed.status_code == 410 and b"c\xe2\x80\xa6@client.example" in closed.content
    assert b"100.00" not in closed.content
    mark = re.search(r'name="mark" value="([^"]+)"', closed.content.decode())[1]
    for _ in range(2):
        assert reader.client.post(f"{reader.path}/en/new_link", {"mark": mark}).url.endswith("/done/new_link")
    (letter,) = [message for message in firm.messages("queued") if message.purpose == "answer"]
    with scope.of(firm.creditor.pk):
        assert letter.recipients.get().address == "c1@client.example"
    fresh = Reader(link_in(letter))
    assert fresh.path != reader.path and "€100.00" in fresh.read()


def test_live_letters_name_the_page_only_after_it_was_seen_to_open(firm):
    creditor = firm.creditor
    portal_desk.set_address(creditor, "https://pay.firm.example", by="anna")
    assert page_links.base(creditor, live=True) == ""
    assert "does not open" in portal_desk.look(creditor, on=MONDAY, by="check")
    switches.turn(creditor.pk, "public_url", creditor.public_url, by="check", why="", on=MONDAY)
    assert page_links.base(creditor, live=True) == "https://pay.firm.example"
    portal_desk.set_address(creditor, "https://elsewhere.example", by="anna")
    assert page_links.base(creditor, live=True) == "", "another address has not been seen"


def test_an_address_of_this_machine_opens_but_is_never_named_live(firm):
    with serving() as base:
        portal_desk.set_address(firm.creditor, base, by="anna")
        assert portal_desk.look(firm.creditor, on=MONDAY, by="check") == ""
    assert page_links.base(firm.creditor, live=True) == ""


@pytest.mark.parametrize("address", ["pay.example.org", "https://pay.example.org/p", "javascript:alert(1)"])
def test_an_address_is_a_scheme_and_a_host(firm, address):
    with pytest.raises(portal_desk.AddressUnfit):
        portal_desk.set_address(firm.creditor, address, by="anna")


def test_a_live_letter_without_a_page_is_complete_by_itself(firm):
    firm.owing("2026-02-20")
    firm.go_live()
    firm.plan()
    (message,) = firm.messages("queued")
    assert "/p/" not in message.content_row.text and "BG80 BNBG" in message.content_row.text


def test_the_same_letter_has_the_same_link(firm):
    firm.owing("2026-02-20")
    firm.plan()
    first = link_in(world.only(firm.messages("queued")))
    firm.plan()
    assert link_in(world.only(firm.messages("queued"))) == first
