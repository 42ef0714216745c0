"""Work that waits for payment, from the letter that says so to the letter that says it goes on."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import approve, creditors, hooks, people, policies, rights, stop_work, stories, toml_files
from dunwell.store import scope
from dunwell.store.models import Creditor, Customer, HookAttempt, Message, StopWork, StopWorkEnd, TaskOutcome
from regressions import world
from regressions.world import World

DUE = "2026-03-31"
FORMAL, STOP = date(2026, 4, 3), date(2026, 4, 14)
SHORT = """
name = "short"
version = "1"
document = "invoice"
customers = "business"

[wake_up]
name = "wake_up"
level = 3
tone = "neutral"
content = "wake_up"
audience = ["payable"]

[[step]]
name = "formal"
offset_days = 3
level = 7
tone = "formal"
content = "formal"
audience = ["payable"]
approval = true
pay_by_days = 5

[[step]]
name = "stop_work"
offset_days = 9
level = 7
tone = "formal"
task = "stop_work"

[[step]]
name = "call"
offset_days = 15
level = 7
tone = "firm"
content = "call_script"
audience = ["payable"]
task = "call"

[[step]]
name = "hand_over"
offset_days = 30
level = 9
tone = "neutral"
task = "hand_over"
"""


@pytest.fixture(scope="module", autouse=True)
def short_ladder(database: Path) -> Iterator[None]:
    """A policy of one's own, as long as these tests run."""
    folder = toml_files.in_data_folder(policies.KIND)
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "short.toml").write_text(SHORT, "utf-8")
    yield
    (folder / "short.toml").unlink()


@pytest.fixture
def firm(creditor: Creditor, tmp_path: Path) -> World:
    """A client on the short ladder with one invoice of 1 000 euro, due on 31 March 2026."""
    firm = world.fresh(creditor, tmp_path)
    creditors.assign(creditor, "short", customer="", invoice="", segment="", on=date(2026, 1, 1), by="anna")
    firm.owing(DUE, sum_="1000.00")
    return firm


def agree(firm: World, **terms: str) -> None:
    rights.agree(
        firm.creditor,
        "C1",
        terms,
        agreed_on=date(2026, 1, 12),
        evidence="signed contract",
        on=date(2026, 3, 10),
        by="anna",
    )


def announced(firm: World) -> Message:
    """The formal letter, approved and sent on its day."""
    firm.day(FORMAL)
    (letter,) = firm.messages("waiting")
    approve.approve(firm.creditor, letter, by="anna", why="", on=FORMAL)
    firm.deliver(FORMAL)
    (sent,) = firm.sent()
    return sent


def starts_on(letter: Message) -> date:
    said = dict(part.partition("=")[::2] for part in letter.reasons.split("; "))
    return date.fromisoformat(said["announces_stop"])


def begin(firm: World, on: date, **more: Any) -> StopWork:
    firm.cover(on)
    return stop_work.begin(firm.creditor, "C1", on=on, now=datetime.combine(on, time(9), UTC), by="anna", **more)


def notes(firm: World, purpose: str) -> list[Message]:
    with scope.of(firm.creditor.pk):
        return list(Message.objects.select_related("content_row").filter(purpose=purpose).order_by("pk"))


def test_the_letter_names_day_and_clause_and_the_payment_lifts_the_stop(firm: World) -> None:
    agree(firm, stop_work="clause 5.3 of the contract")
    letter = announced(firm)
    assert letter.state == "sent"
    begins = starts_on(letter)
    text = letter.content_row.text.replace("\xa0", " ")
    assert "we will pause work" in text and "clause 5.3" in text and f"{begins.day} April" in text
    firm.day(begins)
    assert [task.kind for task in firm.tasks()][-1] == "stop_work"

    row = begin(firm, begins, why="second reminder unanswered")
    assert (row.work, row.basis, row.told) == ("running", "clause 5.3 of the contract", ["Maria Ivanova"])
    with scope.of(firm.creditor.pk):
        assert TaskOutcome.objects.get(task=firm.tasks()[-1]).outcome == "stopped"
    (note,) = notes(firm, "work_stopped")
    assert "1 000,00 €" in note.content_row.text.replace("\xa0", " ")
    assert "clause 5.3" in note.content_row.text
    said = stories.tell(firm.creditor, "C1-1", begins, rehearsal=True)[0]
    assert any("work" in what for _, what, _ in said.events)

    paid_on = begins + timedelta(1)
    firm.paid(f"{paid_on},1000.00,EUR,C1 Ltd,C1-1", on=paid_on)
    firm.day(paid_on)  # Good Friday: work is lifted, the letter waits for a working day
    assert not notes(firm, "lifted")
    with scope.of(firm.creditor.pk):
        assert StopWorkEnd.objects.get(stop=row).outcome == "paid"
    assert notes(firm, "work_resumed")
    firm.day(date(2026, 4, 14))
    (lifted,) = notes(firm, "lifted")
    assert lifted.reasons.startswith("work_resumes")
    assert "work on your order continues" in lifted.content_row.text
    firm.day(date(2026, 4, 15))
    assert not notes(firm, "thanks"), "one letter says both"


@pytest.mark.parametrize("terms", [{}, {"contract": "№ 7"}, {"work": "running"}])
def test_without_a_right_no_letter_speaks_of_it_and_nothing_stops(firm: World, terms: dict[str, str]) -> None:
    if terms:
        agree(firm, **terms)
    letter = announced(firm)
    assert "announces_stop" not in letter.reasons
    assert "pause work" not in letter.content_row.text
    firm.day(STOP)
    assert "stop_work" not in {task.kind for task in firm.tasks()}
    with pytest.raises(stop_work.NoRightToStop):
        begin(firm, STOP)


def test_the_law_lets_work_not_begun_wait_within_a_contract(firm: World) -> None:
    agree(firm, contract="№ 7 от 12 януари 2026 г.", work="not_begun")
    text = announced(firm).content_row.text
    assert "your order will wait for the payment" in text
    assert "article 90 of the Bulgarian Obligations and Contracts Act" in text


def test_each_thing_that_stands_against_a_stop_is_said(firm: World) -> None:
    agree(firm, stop_work="5.3")
    with pytest.raises(stop_work.NotAnnounced):
        begin(firm, FORMAL - timedelta(1))
    letter = announced(firm)
    begins = starts_on(letter)
    with pytest.raises(stop_work.StopTooEarly, match=str(begins)):
        begin(firm, begins - timedelta(1))
    promise = people.promise(
        firm.creditor, "C1-1", promised_date=begins + timedelta(3), amount=None, on=begins, by="anna", why=""
    )[0]
    with pytest.raises(stop_work.StopObjected, match="promised"):
        begin(firm, begins)
    people.end(firm.creditor, "promise", promise.pk, outcome="withdrawn", on=begins, by="anna", why="")
    people.our_side(firm.creditor, "C1", "answer", done=False, on=begins, by="anna", why="")
    with pytest.raises(stop_work.StopObjected, match="our own side"):
        begin(firm, begins)
    people.our_side(firm.creditor, "C1", "answer", done=True, on=begins, by="anna", why="")
    people.dispute(firm.creditor, "C1-1", cause="quality", amount=None, on=begins, by="anna", why="")
    with pytest.raises(stop_work.NothingToStopFor):
        begin(firm, begins)


def test_a_natural_person_is_never_stopped(firm: World) -> None:
    agree(firm, stop_work="5.3")
    with scope.of(firm.creditor.pk):
        Customer.objects.filter(external_id="C1").update(kind="person")
    with pytest.raises(stop_work.StopForPerson):
        begin(firm, STOP)


def test_closing_the_task_stops_nothing_and_leaving_it_lets_the_ladder_go_on(firm: World) -> None:
    agree(firm, stop_work="5.3")
    begins = starts_on(announced(firm))
    firm.day(begins)
    task = firm.tasks()[-1]
    with pytest.raises(people.StopItself):
        people.close_task(firm.creditor, task.pk, outcome="stopped", is_done=True, on=begins, by="anna")
    people.close_task(firm.creditor, task.pk, outcome="work goes on", is_done=True, on=begins, by="anna")
    firm.day(begins + timedelta(8))
    assert firm.tasks()[-1].step == "call"


def test_a_person_lets_work_go_on_and_a_second_stop_is_refused(firm: World) -> None:
    agree(firm, stop_work="5.3")
    begins = starts_on(announced(firm))
    begin(firm, begins)
    with pytest.raises(stop_work.StoppedAlready):
        begin(firm, begins)
    now = datetime.combine(begins, time(10), UTC)
    with pytest.raises(stop_work.EndUnknown):
        stop_work.lift(firm.creditor, "C1", outcome="paid", on=begins, now=now, by="anna")
    end = stop_work.lift(firm.creditor, "C1", outcome="agreed", on=begins, now=now, by="anna", why="a plan was agreed")
    assert end.outcome == "agreed"
    with pytest.raises(stop_work.NotStopped):
        stop_work.lift(firm.creditor, "C1", outcome="agreed", on=begins, now=now, by="anna")
    assert not stop_work.standing(firm.creditor, begins)


def test_half_a_payment_lifts_nothing(firm: World) -> None:
    agree(firm, stop_work="5.3")
    begins = starts_on(announced(firm))
    begin(firm, begins)
    firm.paid(f"{begins},400.00,EUR,C1 Ltd,C1-1", on=begins)
    firm.day(begins + timedelta(1))
    assert stop_work.standing(firm.creditor, begins + timedelta(1))
    assert not notes(firm, "lifted")


def test_who_is_named_must_be_ours(firm: World) -> None:
    agree(firm, stop_work="5.3")
    begins = starts_on(announced(firm))
    with pytest.raises(Refusal, match="none of our people"):
        begin(firm, begins, tell=["Nobody"])
    with scope.of(firm.creditor.pk):
        assert not StopWork.objects.exists(), "a refusal changes nothing"


# --- the other program -----------------------------------------------------------------------------------------------


class Receiver:
    """A program that is told: keeps what it got, answers what the test wants."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], str]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/dunwell"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()


NOON = datetime(2026, 5, 6, 12, tzinfo=UTC)


def tell(firm: World, key: str = "work.stopped.1") -> None:
    with scope.of(firm.creditor.pk):
        hooks.announce(firm.creditor, "work.stopped", key, {"sum": str(Money(100, "EUR"))}, on=NOON.date(), by="anna")


def deliver(firm: World, at: datetime) -> hooks.Told:
    return hooks.deliver(firm.creditor, at, folder=firm.folder)


def test_news_are_signed_kept_until_taken_and_never_told_again(firm: World, receiver: Receiver) -> None:
    secret = hooks.point(firm.creditor, receiver.address, on=NOON.date(), by="anna")
    firm.go_live(NOON.date())
    tell(firm)
    tell(firm)
    receiver.answers = [500, 200]
    assert deliver(firm, NOON) == hooks.Told(later=1)
    assert deliver(firm, NOON + timedelta(seconds=30)) == hooks.Told(), "not before its time"
    assert deliver(firm, NOON + timedelta(minutes=1)) == hooks.Told(taken=1)
    assert deliver(firm, NOON + timedelta(days=1)) == hooks.Told()
    (first, body), (second, same) = receiver.got
    assert first["webhook-id"] == second["webhook-id"] == "work.stopped.1" and body == same
    assert json.loads(body)["type"] == "work.stopped"
    signed = f"{second['webhook-id']}.{second['webhook-timestamp']}.{same}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert second["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def test_news_that_nobody_takes_end_with_a_person(firm: World, receiver: Receiver) -> None:
    hooks.point(firm.creditor, receiver.address, on=NOON.date(), by="anna")
    firm.go_live(NOON.date())
    tell(firm)
    receiver.answers = [503] * 20
    at = NOON
    for _ in range(20):
        deliver(firm, at)
        at += timedelta(days=1)
    assert len(receiver.got) == len(hooks.RETRY_AFTER) + 1
    assert [one.call.key for one in hooks.untaken(firm.creditor)] == ["work.stopped.1"]


def test_gone_is_never_asked_again(firm: World, receiver: Receiver) -> None:
    hooks.point(firm.creditor, receiver.address, on=NOON.date(), by="anna")
    firm.go_live(NOON.date())
    tell(firm)
    receiver.answers = [410]
    assert deliver(firm, NOON) == hooks.Told(given_up=1)
    assert deliver(firm, NOON + timedelta(days=3)) == hooks.Told()


def test_in_rehearsal_nothing_leaves(firm: World, receiver: Receiver) -> None:
    hooks.point(firm.creditor, receiver.address, on=NOON.date(), by="anna")
    tell(firm)
    assert deliver(firm, NOON) == hooks.Told(taken=1)
    assert not receiver.got
    with scope.of(firm.creditor.pk):
        assert json.loads(Path(HookAttempt.objects.get().said).read_text())["id"] == "work.stopped.1"


@pytest.mark.parametrize("address", ["http://hooks.example/x", "ftp://x", "https:// x", "javascript:1"])
def test_an_address_that_is_none_is_refused(firm: World, address: str) -> None:
    with pytest.raises(hooks.HookAddress):
        hooks.point(firm.creditor, address, on=NOON.date(), by="anna")
