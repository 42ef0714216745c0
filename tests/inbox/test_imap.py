"""A real Dovecot: mail is fetched once, nothing in the mailbox changes, and a reply goes the whole way through the program."""

from __future__ import annotations

import imaplib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller

from dunwell.plugins.channels import smtp
from dunwell.plugins.mailboxes import imap
from dunwell.run import inbox, mailboxes
from dunwell.store import scope
from dunwell.store.models import FindingRecord, FindingSettled, Inbound
from inbox import dovecot, mails
from regressions.world import DAY, World, only


@pytest.fixture
def server() -> Iterator[imap.Config]:
    with dovecot.running() as found:
        yield found


def deliver(config: imap.Config, raw: bytes) -> None:
    with imaplib.IMAP4(config.host, config.port) as client:
        client.login(config.username, config.password)
        client.append("INBOX", "", None, raw)  # type: ignore[arg-type]


def flags(config: imap.Config) -> list[str]:
    with imaplib.IMAP4(config.host, config.port) as client:
        client.login(config.username, config.password)
        client.select("INBOX", readonly=True)
        return [line.decode() for line in client.fetch("1:*", "(FLAGS)")[1] if isinstance(line, bytes)]


def connect(firm: World, config: imap.Config) -> None:
    mailboxes.connect(
        firm.creditor,
        {
            "host": config.host,
            "port": str(config.port),
            "security": "none",
            "username": config.username,
            "password": config.password,
        },
    )


def test_new_mail_is_taken_once_and_the_mailbox_stays_as_it_was(firm: World, server: imap.Config) -> None:
    connect(firm, server)
    assert server.password not in str(firm.creditor.inbox)
    deliver(server, mails.reply("We will pay on Friday."))
    (taken,) = mailboxes.fetch(firm.creditor, on=DAY)
    assert taken.customer == "C1 Ltd"
    assert mailboxes.fetch(firm.creditor, on=DAY) == []
    deliver(server, mails.reply("Thank you, received."))
    assert len(mailboxes.fetch(firm.creditor, on=DAY)) == 1
    with scope.of(firm.creditor.pk):
        assert Inbound.objects.count() == 2
    assert not any("Seen" in line for line in flags(server))


def test_idle_wakes_when_mail_comes(server: imap.Config) -> None:
    with imap.opened(server) as mailbox:
        sender = threading.Timer(0.3, deliver, (server, mails.reply("OK")))
        sender.start()
        started = time.monotonic()
        assert mailbox.wait(20)
        assert time.monotonic() - started < 15
        sender.join()
        assert [one.uid for one in mailbox.after(0)] == [1]


def test_a_wrong_password_is_one_sentence(firm: World, server: imap.Config) -> None:
    with pytest.raises(imap.MailboxDown):
        mailboxes.connect(
            firm.creditor,
            {"host": server.host, "port": str(server.port), "security": "none", "username": "maria", "password": "no"},
        )
    assert firm.creditor.inbox == {}


class Box:
    """Takes mail by SMTP."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.taken.append(envelope.content)  # type: ignore[attr-defined]
        return "250 taken"


def test_the_way_of_a_reply_through_the_whole_program(firm: World, server: imap.Config) -> None:
    """A letter goes out by SMTP, is answered with a promise, which is fetched, proposed, accepted, waited for, and broken."""
    connect(firm, server)
    firm.go_live()
    firm.plan()
    box = Box()
    port = dovecot.free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        way = smtp.Smtp(smtp.Config(host="127.0.0.1", port=port, security="none"))
        firm.deliver(way=way)
        way.close()
    finally:
        controller.stop()
    letter = message_from_bytes(box.taken[0])
    answer = mails.reply("Sorry, we will pay everything on Friday.", references=str(letter["Message-ID"]))
    deliver(server, answer)
    (taken,) = mailboxes.fetch(firm.creditor, on=DAY)
    assert taken.basis == "references"

    friday = DAY + timedelta(4)
    (waiting,) = inbox.waiting(firm.creditor)
    assert waiting.values["until"] == friday.isoformat()
    inbox.accept(firm.creditor, waiting.number, on=DAY, by="anna")

    first = only(firm.sent())
    for on in (DAY + timedelta(n) for n in range(2, 7)):
        _day(firm, on)
    assert [one.pk for one in firm.sent()] == [first.pk]
    assert "promised" in firm.outcome("C1-1").reasons
    for on in (DAY + timedelta(n) for n in range(7, 13)):
        _day(firm, on)
    second = firm.sent()[-1]
    assert second.pk != first.pk
    assert "You mentioned 6\xa0March" in second.content_row.text


def _day(firm: World, on: date) -> None:
    firm.cover(on)
    firm.plan(on)
    firm.deliver(on, at=datetime(2026, 3, 2, 12, tzinfo=UTC).time())


def test_a_worker_tells_once_that_the_mailbox_is_down_and_forgets_it_when_it_answers(
    firm: World, server: imap.Config
) -> None:
    connect(firm, server)
    firm.creditor.inbox = {**firm.creditor.inbox, "port": dovecot.free_port()}
    assert [mailboxes.look(firm.creditor, on=DAY) for _ in range(2)] == [[], []]
    with scope.of(firm.creditor.pk):
        (finding,) = FindingRecord.objects.filter(code="mailbox_down")
    firm.creditor.inbox = {**firm.creditor.inbox, "port": server.port}
    mailboxes.look(firm.creditor, on=DAY)
    with scope.of(firm.creditor.pk):
        assert FindingSettled.objects.get().finding_id == finding.pk
