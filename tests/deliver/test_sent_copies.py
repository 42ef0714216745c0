"""Copies in the folder of sent mail: of what was accepted, once, whatever happens to the mailbox; nothing is ever sent because of them."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from typing import Any

import pytest

from deliver import outboxes
from deliver.mail_services import token_mail_server
from dunwell.plugins.channels.smtp import Config, Smtp
from dunwell.plugins.mailboxes import imap, sent_folder
from dunwell.run import deliver, sent_copies
from dunwell.store import scope
from dunwell.store.models import Creditor, FindingRecord, FindingSettled, SentCopy
from dunwell.store.sent_copies import pending
from inbox import dovecot


@pytest.fixture
def server() -> Iterator[imap.Config]:
    with dovecot.running() as found:
        yield found


def settings(server: imap.Config, **more: str) -> dict[str, str]:
    return {
        "host": server.host, "port": str(server.port), "security": "none",
        "username": server.username, "password": server.password, **more,
    }  # fmt: skip


def lying(server: imap.Config, folder: str = "Sent") -> list[bytes]:
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(server.username, server.password)
        client.select(folder, readonly=True)
        found = client.fetch("1:*", "(FLAGS BODY.PEEK[])")[1]
        assert all(b"\\Seen" in part[0] for part in found if isinstance(part, tuple))
        return [part[1] for part in found if isinstance(part, tuple)]


def send(creditor: Creditor, *keys: str) -> None:
    for key in keys:
        outboxes.queued(creditor, key=key)
    with token_mail_server() as box:
        way = Smtp(Config(host="127.0.0.1", port=box.port, security="none"))
        assert deliver.deliver(creditor.pk, outboxes.NOON, {"email": way}).sent == len(keys)
        way.close()
        assert len(box.taken) == len(keys)


def test_what_was_accepted_is_copied_once_and_nothing_from_before(creditor: Creditor, server: imap.Config) -> None:
    outboxes.go_live(creditor)
    send(creditor, f"old-{creditor.pk}")
    assert sent_copies.turn_on(creditor, settings(server), by="anna").strip('"') == "Sent"
    assert server.password not in str(creditor.sent_folder)
    assert not sent_copies.is_due(creditor)
    send(creditor, f"a-{creditor.pk}", f"b-{creditor.pk}")
    assert sent_copies.is_due(creditor)
    assert sent_copies.look(creditor, on=outboxes.DAY).copied == 2
    assert sent_copies.look(creditor, on=outboxes.DAY) == sent_copies.Copied()
    copies = [message_from_bytes(raw) for raw in lying(server)]
    assert {one["Message-ID"] for one in copies} == {f"<{key}-{creditor.pk}@dunwell.test>" for key in "ab"}
    assert all(one["Date"] and one["From"] == "office@creditor.test" for one in copies)


def test_a_copy_of_which_nobody_wrote_is_found_there(creditor: Creditor, server: imap.Config) -> None:
    """We died between the copy and the record of it; or the service put its own copy there."""
    outboxes.go_live(creditor)
    sent_copies.turn_on(creditor, settings(server), by="anna")
    send(creditor, f"c-{creditor.pk}")
    with scope.of(creditor.pk):
        (one,) = pending(creditor.sent_folder["after"], limit=9)
    with sent_folder.opened(replace(server, folder="Sent")) as folder:
        folder.keep(outboxes.mime(f"c-{creditor.pk}"), one.at)
    assert sent_copies.look(creditor, on=outboxes.DAY).there == 1
    assert len(lying(server)) == 1
    with scope.of(creditor.pk):
        assert SentCopy.objects.get().outcome == "there"


def test_a_mailbox_that_is_down_is_told_once_and_made_up_for(creditor: Creditor, server: imap.Config) -> None:
    outboxes.go_live(creditor)
    sent_copies.turn_on(creditor, settings(server), by="anna")
    up = creditor.sent_folder
    creditor.sent_folder = {**up, "port": 1}
    send(creditor, f"d-{creditor.pk}")
    for _ in range(2):
        assert "does not answer" in sent_copies.look(creditor, on=outboxes.DAY).down
    with scope.of(creditor.pk):
        told = FindingRecord.objects.get(code="sent_folder_down")
    creditor.sent_folder = up
    assert sent_copies.look(creditor, on=outboxes.DAY).copied == 1
    with scope.of(creditor.pk):
        assert FindingSettled.objects.filter(finding=told).exists()


def test_a_refused_copy_is_told_and_does_not_hold_up_the_next(
    creditor: Creditor, server: imap.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    outboxes.go_live(creditor)
    sent_copies.turn_on(creditor, settings(server), by="anna")
    send(creditor, f"e-{creditor.pk}", f"f-{creditor.pk}")
    put, calls = imaplib.IMAP4.append, []

    def append(self: imaplib.IMAP4, *args: Any) -> Any:
        calls.append(args)
        return ("NO", [b"[OVERQUOTA] no room"]) if len(calls) == 1 else put(self, *args)

    monkeypatch.setattr(imaplib.IMAP4, "append", append)
    done = sent_copies.look(creditor, on=outboxes.DAY)
    assert (done.copied, done.refused) == (1, 1)
    with scope.of(creditor.pk):
        assert "no room" in SentCopy.objects.get(outcome="refused").why
        assert FindingRecord.objects.filter(code="copy_refused").count() == 1


def test_rehearsed_letters_are_not_copied(creditor: Creditor, server: imap.Config) -> None:
    sent_copies.turn_on(creditor, settings(server), by="anna")
    outboxes.queued(creditor, rehearsal=True, key=f"g-{creditor.pk}")
    with token_mail_server() as box:
        deliver.deliver(
            creditor.pk, outboxes.NOON, {"email": Smtp(Config(host="127.0.0.1", port=box.port, security="none"))}
        )
        assert len(box.taken) == 1
    assert not sent_copies.is_due(creditor)


def test_a_folder_of_letters_beyond_ascii_is_found_by_its_name(creditor: Creditor, server: imap.Config) -> None:
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login(server.username, server.password)
        client.create(imap.quoted("Отправленные & copies"))
    name = sent_copies.turn_on(creditor, settings(server, folder="Отправленные & copies"), by="anna")
    assert name == '"&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1- &- copies"'
    with pytest.raises(sent_folder.NoSentFolder, match="Nowhere"):
        sent_copies.turn_on(creditor, settings(server, folder="Nowhere"), by="anna")
