"""What a client says on the page: which facts come of it, and what the next run makes of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from dunwell.core.money import Money
from dunwell.run import people
from dunwell.store import scope
from dunwell.store.models import (
    Dispute,
    Hold,
    OptOut,
    OurSide,
    PageAnswer,
    PageFile,
    Promise,
    Sign,
)
from portal.clients import BROWSER, Reader, link_in
from regressions import world

MONDAY = world.DAY
PDF = b"%PDF-1.7\n..."


def rows(firm, model):
    with scope.of(firm.creditor.pk):
        return list(model.objects.order_by("pk"))


def upload(name: str, content: bytes):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)


def test_a_promise_changes_the_plan(firm, reader):
    said = reader.say("promise", quick="2026-03-06")
    assert said.status_code == 302 and said.url.endswith("/done/promise"), said.content
    (promise,) = rows(firm, Promise)
    assert (promise.amount, promise.promised_date, promise.rehearsal) == (10000, date(2026, 3, 6), True)
    assert "Friday, 6 March" in reader.read()
    firm.day(MONDAY + timedelta(6))
    assert len(firm.sent()) == 1, "nothing goes out before the promised day and its grace"
    assert firm.outcome("C1-1").reasons == "promised"


@pytest.mark.parametrize("day", ["2026-03-01", "2026-04-02", "", "tomorrow"])
def test_a_promise_stays_within_the_policys_bounds(firm, reader, day):
    said = reader.say("promise", quick="other", day=day)
    assert said.status_code == 422 and b'role="alert"' in said.content
    assert not rows(firm, Promise) and not rows(firm, PageAnswer)


def test_postponing_again_does_not_move_the_last_day(firm, reader):
    reader.say("promise", quick="2026-03-06")
    firm.day(MONDAY + timedelta(2))
    assert reader.say("promise", quick="other", day="2026-04-03").status_code == 422
    assert reader.say("promise", quick="other", day="2026-04-01").status_code == 302
    with scope.of(firm.creditor.pk):
        assert [p.promised_date for p in Promise.objects.filter(ending=None)] == [date(2026, 4, 1)]


def test_having_paid_holds_the_chase_for_the_policys_days(firm, reader):
    reader.say("paid", day="2026-03-02", file=upload("order.exe", PDF))
    (hold,) = rows(firm, Hold)
    assert (hold.reason, hold.until_date, hold.rehearsal) == ("claimed_paid", MONDAY + timedelta(5), True)
    (file,) = rows(firm, PageFile)
    assert (file.name, file.media_type) == ("order.pdf", "application/pdf")
    firm.day(MONDAY + timedelta(5))
    assert len(firm.sent()) == 1
    firm.day(MONDAY + timedelta(21))
    assert len(firm.sent()) == 2, "no money came: after the policy's days the ladder goes on"


def test_a_dispute_of_a_part_leaves_the_rest(firm, reader):
    reader.say("dispute", cause="quality", part="only", amount="30,00", text="Half of it")
    (dispute,) = rows(firm, Dispute)
    assert (dispute.cause, dispute.amount) == ("quality", 3000)
    page = reader.read()
    assert "€70.00" in page and "€30.00 is under review" in page


@pytest.mark.parametrize("amount", ["0", "-5", "100.01", "a lot", ""])
def test_a_dispute_is_about_something_that_is_open(firm, reader, amount):
    assert reader.say("dispute", cause="quality", part="only", amount=amount).status_code == 422
    assert not rows(firm, Dispute)


def test_a_part_of_several_currencies_is_no_sum(firm):
    firm.client("C1")
    firm.invoices("C1,invoice,A-1,2026-01-30,2026-02-20,100.00,EUR,", "C1,invoice,A-2,2026-01-30,2026-02-20,70.00,GBP,")
    firm.day()
    page = Reader(link_in(world.only(firm.sent())))
    said = {"cause": "quality", "part": "only", "amount": "150.00"}
    assert page.say("dispute", **said).status_code == 422
    assert not rows(firm, Dispute), "150 is more than is open in either currency"
    pounds = page.form("dispute")["item"][1]
    assert page.say("dispute", item=pounds, **said | {"amount": "20"}).status_code == 302
    (dispute,) = rows(firm, Dispute)
    assert (dispute.amount, str(dispute.receivable_id)) == (2000, pounds)


@pytest.mark.parametrize("typed", [{"text": "a\0b"}, {"item": "9" * 5000}])
def test_what_no_browser_sends_is_refused_and_breaks_nothing(reader, typed):
    for kind in ("paid", "dispute", "question", "redirect", "other_way"):
        said = reader.say(
            kind, **{"cause": "quality", "day": "2026-03-02", "email": "a@b.example", "text": "x"} | typed
        )
        assert said.status_code in (302, 422), kind


def test_a_question_is_owed_an_answer_and_firm_steps_wait(firm, reader):
    reader.say("question", text="Which order is this for?")
    (owed,) = rows(firm, OurSide)
    assert (owed.what, owed.done, owed.rehearsal) == ("answer", False, True)
    for later in (21, 42):
        firm.day(MONDAY + timedelta(later))
    assert "our_side_owes=answer" in firm.outcome("C1-1").reasons


def test_another_reader_is_proposed_and_nobody_written_to_before_a_person_agrees(firm, reader):
    reader.say("redirect", name="Ivan", email="ivan@c1.example")
    (answer,) = rows(firm, PageAnswer)
    with scope.of(firm.creditor.pk):
        assert answer.words.email == "ivan@c1.example"
    firm.day(MONDAY + timedelta(21))
    with scope.of(firm.creditor.pk):
        addresses = {m.recipients.get().address for m in firm.sent()}
    assert addresses == {"c1@client.example"}


def test_stop_closes_one_address(firm, reader):
    reader.say("stop")
    (wish,) = rows(firm, OptOut)
    assert (wish.channel, wish.wanted, wish.rehearsal) == ("email", False, True)
    firm.day(MONDAY + timedelta(21))
    assert len(firm.sent()) == 1


def test_one_click_stops_without_a_form_of_ours(firm, reader):
    answer = reader.client.post(f"{reader.path}/unsubscribe", {"List-Unsubscribe": "One-Click"})
    again = reader.client.post(f"{reader.path}/unsubscribe", {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, again.status_code) == (200, 200)
    assert len(rows(firm, OptOut)) == 1


def test_what_is_rehearsed_does_not_bind_a_live_plan(firm, reader):
    for kind, typed in (
        ("question", {"text": "Why?"}),
        ("paid", {"day": "2026-03-02"}),
        ("promise", {"quick": "2026-03-06"}),
        ("dispute", {"cause": "quality"}),
        ("stop", {}),
    ):
        assert reader.say(kind, **typed).status_code == 302, kind
    firm.go_live()
    planned = firm.plan(MONDAY)
    assert planned.messages == 1, "the live book knows nothing of the rehearsal"


def test_a_form_sent_twice_is_one_answer(firm, reader):
    filled = {**reader.form("promise"), "quick": "2026-03-06"}
    for _ in range(2):
        assert reader.client.post(f"{reader.path}/en/promise", filled).status_code == 302
    assert len(rows(firm, Promise)) == 1


def test_a_payment_that_arrives_while_the_page_is_open_leaves_nothing_to_promise(firm, reader):
    filled = {**reader.form("promise"), "quick": "2026-03-06"}
    firm.paid("2026-03-02,100.00,EUR,C1 Ltd,C1-1")
    firm.day()
    said = reader.client.post(f"{reader.path}/en/promise", filled)
    assert said.status_code == 422 and b"nothing open here any more" in said.content
    assert b"Nothing to pay" in reader.get().content
    assert not rows(firm, Promise)


def test_an_answer_is_a_sign_of_life(firm, reader):
    reader.say("question", text="Hello?")
    assert [sign.kind for sign in rows(firm, Sign) if sign.kind == "replied"] == ["replied"]


def test_only_so_many_answers_a_day(firm, reader):
    for number in range(20):
        assert reader.say("question", text=f"{number}").status_code == 302
    assert reader.say("question", text="one more").status_code == 422
    assert len(rows(firm, PageAnswer)) == 20


@pytest.mark.parametrize(
    ("name", "content", "allowed"),
    [
        ("scan.pdf", PDF, True),
        ("photo.jpg", b"\xff\xd8\xff\xe0....", True),
        ("../../etc/passwd", b"\x89PNG\r\n\x1a\n....", True),
        ("photo.jpg", b"MZ\x90\x00", False),
        ("page.pdf", b"<html><script>alert(1)</script>", False),
        ("image.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", False),
        ("large.pdf", PDF + b"0" * 5_000_001, False),
    ],
)
def test_a_file_is_what_its_content_says(firm, reader, name, content, allowed):
    said = reader.say("paid", day="2026-03-02", file=upload(name, content))
    assert said.status_code == (302 if allowed else 422)
    files = rows(firm, PageFile)
    assert len(files) == allowed
    assert all("/" not in file.name and ".." not in file.name for file in files)


def test_one_of_several_invoices_can_be_promised(firm):
    firm.owing("2026-02-20", "2026-02-20")
    firm.day()
    reader = Reader(link_in(world.only(firm.sent())))
    first = reader.form("promise")["item"][0]
    reader.say("promise", quick="2026-03-06", item=[first])
    (promise,) = rows(firm, Promise)
    assert str(promise.receivable_id) == first


def test_what_a_person_recorded_and_what_the_client_said_agree(firm, reader):
    people.dispute(
        firm.creditor, "C1-1", cause="quality", amount=Money(4000, "EUR"), on=MONDAY, by="anna", why="on the telephone"
    )
    assert "€60.00" in reader.read()
    reader.say("promise", quick="2026-03-06")
    assert [promise.amount for promise in rows(firm, Promise)] == [6000]


def test_two_presses_at_once_are_one_promise(firm, reader):
    filled = {**reader.form("promise"), "quick": "2026-03-06"}

    def press(_: int) -> int:
        try:
            return Client(headers=BROWSER).post(f"{reader.path}/en/promise", filled).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(press, range(4))) == {302}
    assert len(rows(firm, Promise)) == 1
