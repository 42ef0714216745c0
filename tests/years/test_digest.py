"""The morning digest: to each of the company's own people, once a working day whatever breaks, what they may see, or nothing."""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from dunwell.core.channel import ChannelDown, Outgoing, Receipt
from dunwell.core.message import LOCALES
from dunwell.core.refusal import OutcomeUnknown
from dunwell.plugins.channels.memory import Memory
from dunwell.run import creditors, digest, users
from dunwell.store import scope, switches
from dunwell.store.models import Creditor, Customer, Digest, Switch
from regressions.world import DAY, World, fresh

MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture
def firm(creditor: Creditor, tmp_path: Path) -> World:
    found = fresh(creditor, tmp_path)
    creditors.add_staff(
        creditor, "Ani Petrova", email="ani@firm.example", phone="", gender="f", title="", by="anna", photo=None
    )
    return found


@dataclass
class Way(Memory):
    """Keeps what it takes; `trouble` is met first, one after the other."""

    trouble: list[BaseException] = field(default_factory=list)
    taken: list[Outgoing] = field(default_factory=list)

    def send(self, message: Outgoing, key: str) -> Receipt:
        if self.trouble:
            raise self.trouble.pop(0)
        self.taken.append(message)
        return super().send(message, key)


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Way:
    found = Way()
    monkeypatch.setattr("dunwell.run.ways.of", lambda *_, **__: {"email": found})
    return found


def joins(firm: World, who: str, role: str, *, full_name: str = "", to: str = "", language: str = "") -> str:
    name = f"{who}-{firm.creditor.pk}"
    users.add(firm.creditor, name, role=role, by="anna", full_name=full_name)
    if to:
        digest.choose(firm.creditor, name, wanted=True, address=to, locale=language, on=DAY, by="anna")
    return name


def run(firm: World, now: datetime = MORNING) -> int:
    return digest.run(firm.creditor, now, folder=firm.folder)


def test_it_says_what_goes_out_what_was_paid_and_what_waits(firm: World, way: Way) -> None:
    joins(firm, "boss", "admin", full_name="Boris Ivanov", to="boss@firm.example", language="en")
    firm.owing("2026-02-20", client="C1")
    firm.client("C2", name="Payer Ltd")
    firm.paid("2026-03-02,1234.50,EUR,Payer Ltd,thanks")
    firm.plan()
    assert run(firm) == 1
    (mail,) = way.taken
    assert mail.to == ("boss@firm.example",) and "2 March" in mail.subject
    assert "Good morning, Boris!" in mail.text
    assert "€1,234.50 in all" in mail.text and "Payer Ltd: €1,234.50" in mail.text
    assert "Money that is not matched: 1" in mail.text
    assert "This is a rehearsal" in mail.text or "Letters that go" not in mail.text


def test_each_reads_their_own_language_and_what_their_role_may_do(firm: World, way: Way) -> None:
    joins(firm, "viewer", "viewer", to="v@firm.example", language="bg")
    joins(firm, "boss", "admin", to="b@firm.example", language="ru")
    firm.client("C2", name="Payer Ltd")
    firm.paid("2026-03-02,1234.50,EUR,Payer Ltd,thanks")
    switches.turn(firm.creditor.pk, Switch.STOP, switches.ON, by="anna", why="test", on=DAY)
    run(firm)
    said = {one.to[0]: one.text for one in way.taken}
    assert "Добро утро" in said["v@firm.example"] and "Пари без съответствие" not in said["v@firm.example"]
    assert "спряно" not in said["v@firm.example"]
    assert "Отправка остановлена" in said["b@firm.example"] and "Неразнесённые деньги: 1" in said["b@firm.example"]
    subjects = {one.to[0]: one.subject for one in way.taken}
    assert "нужно посмотреть" in subjects["b@firm.example"]


def test_a_collector_hears_of_the_customers_they_look_after(firm: World, way: Way) -> None:
    joins(firm, "ani", "collector", full_name="Ani Petrova")
    for client, owner in (("C1", "Ani Petrova"), ("C2", "Somebody Else")):
        firm.owing("2026-02-20", client=client)
        firm.take(f"Customer ID,Customer name,Responsible\n{client},{client} Ltd,{owner}\n")
        firm.paid(f"2026-03-02,100.00,EUR,{client} Ltd,invoice {client}-1")
    firm.plan()
    with scope.of(firm.creditor.pk):
        assert set(Customer.objects.values_list("owner", flat=True)) == {"Ani Petrova", "Somebody Else"}
    run(firm)
    (mail,) = way.taken
    assert mail.to == ("ani@firm.example",)  # of the staff of that name
    assert "C1 Ltd" in mail.text and "C2 Ltd" not in mail.text


def test_it_comes_once_a_day_and_tells_the_next_day_what_came_since(firm: World, way: Way) -> None:
    joins(firm, "boss", "admin", to="boss@firm.example", language="en")
    firm.client("C2", name="Payer Ltd")
    firm.paid("2026-03-02,10.00,EUR,Payer Ltd,one")
    assert run(firm) == 1
    assert run(firm, MORNING + timedelta(hours=3)) == 0
    firm.paid("2026-03-03,20.00,EUR,Payer Ltd,two", on=DAY + timedelta(1))
    assert run(firm, MORNING + timedelta(1)) == 0  # the third of March is a holiday
    assert run(firm, MORNING + timedelta(2)) == 1
    assert "€20.00 in all" in way.taken[1].text and "€10.00" not in way.taken[1].text


def test_it_is_quiet_when_there_is_nothing_to_say_and_on_days_off(firm: World, way: Way) -> None:
    joins(firm, "boss", "admin", to="boss@firm.example")
    assert run(firm) == 0
    with scope.of(firm.creditor.pk):
        assert Digest.objects.get().end.outcome == "quiet"
    assert not digest.is_due(firm.creditor, MORNING)
    sunday = datetime(2026, 3, 8, 6, tzinfo=UTC)
    assert not digest.is_due(firm.creditor, sunday)


def test_what_certainly_failed_is_tried_again_and_what_nobody_knows_is_not(firm: World, way: Way) -> None:
    joins(firm, "boss", "admin", to="boss@firm.example")
    firm.client("C2", name="Payer Ltd")
    firm.paid("2026-03-02,10.00,EUR,Payer Ltd,one")
    way.trouble = [ChannelDown("no server"), OutcomeUnknown("died after the dot")]
    assert run(firm) == 0 and digest.is_due(firm.creditor, MORNING)
    assert run(firm) == 0 and not digest.is_due(firm.creditor, MORNING)
    assert way.taken == []


def test_a_crash_before_the_end_was_written_down_sends_nothing_twice(firm: World, way: Way) -> None:
    joins(firm, "boss", "admin", to="boss@firm.example")
    firm.client("C2", name="Payer Ltd")
    firm.paid("2026-03-02,10.00,EUR,Payer Ltd,one")
    way.trouble = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        run(firm)
    assert run(firm) == 0 and way.taken == []


def test_it_can_be_switched_off_and_on_again(firm: World, way: Way) -> None:
    name = joins(firm, "boss", "admin", to="boss@firm.example")
    firm.client("C2", name="Payer Ltd")
    firm.paid("2026-03-02,10.00,EUR,Payer Ltd,one")
    digest.choose(firm.creditor, name, wanted=False, on=DAY, by=name)
    assert run(firm) == 0
    kept = digest.choose(firm.creditor, name, wanted=True, on=DAY, by=name)
    assert kept.address == "boss@firm.example"
    assert run(firm) == 1


def test_who_does_not_work_here_or_has_no_address_is_refused(firm: World) -> None:
    with pytest.raises(digest.NotAReader):
        digest.choose(firm.creditor, "nobody", wanted=True, on=DAY, by="anna")
    name = joins(firm, "boss", "admin")
    with pytest.raises(digest.NoAddress):
        digest.choose(firm.creditor, name, wanted=True, on=DAY, by="anna")


def test_its_words_are_the_same_in_every_language() -> None:
    packs = [
        tomllib.loads((files("dunwell") / "content" / "digest" / f"{one}.toml").read_text("utf-8")) for one in LOCALES
    ]
    assert len({str(_shape(pack)) for pack in packs}) == 1
    assert set(packs[0]["kind"]) == set(digest.FROM_ROLE)


def _shape(pack: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _shape(value)
        if isinstance(value, dict)
        else sorted(field for _, field, _, _ in string.Formatter().parse(value) if field)
        for name, value in sorted(pack.items())
    }
