"""Mail fetched from the creditor's mailbox: each one taken once, the place reached told by what was taken."""

from __future__ import annotations

import email.policy
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from email.parser import BytesParser
from email.utils import getaddresses
from zoneinfo import ZoneInfo

from dunwell.core.refusal import Refusal
from dunwell.plugins.mailboxes import MAILBOXES, imap
from dunwell.run import inbox_mail, mail_logins, people, reader_lessons, ways
from dunwell.run.inbox_mail import Taken
from dunwell.store import inbox, scope
from dunwell.store.models import Creditor, FindingRecord

KIND = "imap"
WAIT_S = 60.0
BY = "worker"


class NoMailbox(Refusal):
    """No mailbox is set: `dunwell inbox connect --set host=… --set username=… --set password=…`."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail of ours as the folder of sent mail shows it; `on` is the creditor's day."""

    message_id: str
    on: date
    to: tuple[str, ...]
    subject: str


def connect(creditor: Creditor, settings: Mapping[str, str]) -> None:
    """Say where replies are read, and try it; the password is sealed before it is written."""
    values = ways.stored(MAILBOXES, KIND, settings)
    with _opened(creditor, values):
        pass
    creditor.inbox = values
    creditor.save(update_fields=["inbox"])


def check(creditor: Creditor) -> str:
    """Open the mailbox and read nothing; gives its name."""
    with _opened(creditor, creditor.inbox) as mailbox:
        return mailbox.name


def fetch(creditor: Creditor, *, on: date) -> list[Taken]:
    """Take what is new in the mailbox."""
    with _opened(creditor, creditor.inbox) as mailbox:
        return _new(creditor, mailbox, on)


def look(creditor: Creditor, *, on: date) -> list[Taken]:
    """What a worker does by itself: that a mailbox does not answer is told once, and settled when it answers again."""
    told = FindingRecord.objects.filter(code="mailbox_down", findingsettled=None)
    try:
        taken = fetch(creditor, on=on)
    except imap.MailboxDown as down:
        with scope.of(creditor.pk):
            if not told.exists():
                _tell(
                    creditor,
                    code="mailbox_down",
                    value=str(creditor.inbox.get("host", "")),
                    message=f"The mailbox of the replies does not answer: {down}",
                    remedy="Look at its server and its password.",
                    on=on,
                )
        return []
    with scope.of(creditor.pk):
        for finding in told.all():
            people.settle_finding(creditor, finding.pk, outcome="repaired", on=on, by=BY, why="it answers again")
    return taken


def watch(creditor: Creditor, today: Callable[[], date], *, wait_s: float = WAIT_S) -> Iterator[Taken]:
    """Take what is new, then wait for more, for ever; the server says at once where it knows IDLE."""
    with _opened(creditor, creditor.inbox) as mailbox:
        while True:
            yield from _new(creditor, mailbox, today())
            mailbox.wait(wait_s)


def sent_since(creditor: Creditor, folder: str, day: date) -> Iterator[SentMail]:
    """The mails in a folder of sent ones since a day, told by their header lines."""
    with _opened(creditor, {**creditor.inbox, "folder": folder} if creditor.inbox else {}) as mailbox:
        for head in mailbox.heads_since(day):
            mail = BytesParser(policy=email.policy.default).parsebytes(head, headersonly=True)
            to = tuple(address for _, address in getaddresses([*mail.get_all("To", []), *mail.get_all("Cc", [])]))
            # A mail without a readable date lies there since the day that was asked for at least.
            sent_at = getattr(mail["Date"], "datetime", None)
            on = sent_at.astimezone(ZoneInfo(creditor.timezone)).date() if sent_at else day
            yield SentMail(str(mail["Message-ID"] or ""), on, to, str(mail["Subject"] or ""))


def _new(creditor: Creditor, mailbox: imap.Mailbox, on: date) -> list[Taken]:
    with scope.of(creditor.pk):
        last = inbox.last_uid(mailbox.name)
    taken, reader = [], reader_lessons.of(creditor)
    for one in mailbox.after(last):
        if one.raw is None:
            _too_large(creditor, one, on)
            continue
        taken.append(inbox_mail.take(creditor, one.raw, on=on, mailbox=one.mailbox, uid=one.uid, reader=reader))
    return taken


def _too_large(creditor: Creditor, one: imap.Fetched, on: date) -> None:
    """Told once: a person looks at it in the mailbox itself."""
    value = f"{one.mailbox} {one.uid}"
    with scope.of(creditor.pk):
        if not FindingRecord.objects.filter(code="mail_too_large", value=value).exists():
            _tell(
                creditor,
                code="mail_too_large",
                value=value,
                message="A mail has more than 25 MB and was not taken.",
                remedy="Look at it in the mailbox.",
                on=on,
            )


def _tell(creditor: Creditor, *, code: str, value: str, message: str, remedy: str, on: date) -> None:
    FindingRecord.objects.create(
        creditor=creditor, effective_on=on, code=code, message=message, field="mail", value=value, remedy=remedy
    )


def _opened(creditor: Creditor, settings: Mapping[str, object]) -> AbstractContextManager[imap.Mailbox]:
    if not settings:
        raise NoMailbox
    bearer = mail_logins.bearer(creditor, settings)
    found: AbstractContextManager[imap.Mailbox] = ways.made(MAILBOXES, settings, bearer=bearer)
    return found
