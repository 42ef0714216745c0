"""Copies of what was sent, put into the mailbox's folder of sent mail, where the company's people look for it.

Only what a mail server has accepted is copied, in the order of the receipts, and only by the process that is alone at it. A letter whose
Message-ID lies in the folder already (many services put it there themselves; or we died before we wrote it down) is not put there twice.
A copy that fails is tried again at the next look; nothing is ever sent because of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from dunwell.core.channel import ChannelDown
from dunwell.core.refusal import Refusal
from dunwell.plugins.mailboxes import SENT_FOLDERS, imap, sent_folder
from dunwell.run import mail_logins, people, ways
from dunwell.store import audit, locks, scope, sent_copies
from dunwell.store.models import Creditor, FindingRecord
from dunwell.store.sent_copies import Sent

KIND = "imap"
BATCH = 200
BY = "worker"
DOWN, REFUSED = "sent_folder_down", "copy_refused"


class NoMailbox(Refusal):
    """Say which mailbox: --set host=… --set username=… --set password=…; or connect the one of the replies first, and say nothing."""


@dataclass(frozen=True, slots=True)
class Copied:
    """`down` says why the mailbox was not reached; the rest is copied at the next look."""

    copied: int = 0
    there: int = 0
    refused: int = 0
    down: str = ""


def turn_on(creditor: Creditor, settings: Mapping[str, str], *, by: str) -> str:
    """From now on copy what is sent; without settings into the mailbox of the replies. Gives the folder's name.

    What was sent before stays where it is.
    """
    told = {"folder": "", **settings}
    if "host" in told:
        values = ways.stored(SENT_FOLDERS, KIND, told)
    elif creditor.inbox:
        values = {**creditor.inbox, **told}
    else:
        raise NoMailbox
    with _opened(creditor, values) as folder:
        name = folder.name
    with scope.of(creditor.pk):
        values["after"] = sent_copies.newest_attempt()
        creditor.sent_folder = values
        creditor.save(update_fields=["sent_folder"])
        content = {"host": values["host"], "folder": name}
        audit.link(creditor.pk, actor=by, kind="sent_copies", subject="email", content=content)
    return name


def turn_off(creditor: Creditor, *, by: str) -> None:
    with scope.of(creditor.pk):
        creditor.sent_folder = {}
        creditor.save(update_fields=["sent_folder"])
        audit.link(creditor.pk, actor=by, kind="sent_copies", subject="email", content={"host": ""})


def is_due(creditor: Creditor) -> bool:
    """Something was sent that is not copied yet."""
    if not creditor.sent_folder:
        return False
    with scope.of(creditor.pk):
        return bool(sent_copies.pending(creditor.sent_folder["after"], limit=1))


def run(creditor: Creditor) -> Copied:
    """Copy what was sent since the last look; one process at a time."""
    with locks.alone(creditor.pk, "copies") as is_alone:
        if not is_alone or not is_due(creditor):
            return Copied()
        values = creditor.sent_folder
        try:
            with _opened(creditor, values) as folder:
                return _copy_all(creditor, folder)
        except (imap.MailboxDown, sent_folder.NoSentFolder, ChannelDown) as down:
            return Copied(down=str(down))


def look(creditor: Creditor, *, on: date) -> Copied:
    """What a worker does by itself: that the folder is not reached is told once, and settled when it is reached again."""
    done = run(creditor)
    told = FindingRecord.objects.filter(code=DOWN, findingsettled=None)
    with scope.of(creditor.pk):
        if done.down and not told.exists():
            _tell(creditor, DOWN, done.down, "Look at the mailbox; what was sent is copied as soon as it answers.", on)
        if done.refused:
            _tell(
                creditor,
                REFUSED,
                f"{done.refused} letters were sent and their copies refused.",
                "Is the mailbox full?",
                on,
            )
        if not done.down and (done.copied or done.there):
            for finding in told.all():
                people.settle_finding(creditor, finding.pk, outcome="repaired", on=on, by=BY, why="it answers again")
    return done


def _copy_all(creditor: Creditor, folder: sent_folder.SentFolder) -> Copied:
    counts: Counter[str] = Counter()
    while waiting := _waiting(creditor):
        for sent in waiting:
            outcome, said = _copy(creditor, folder, sent)
            counts[outcome] += 1
            with scope.of(creditor.pk):
                sent_copies.record(creditor.pk, sent, outcome=outcome, said=said, folder=folder.name)
    return Copied(counts["copied"], counts["there"], counts["refused"])


def _waiting(creditor: Creditor) -> Sequence[Sent]:
    with scope.of(creditor.pk):
        return sent_copies.pending(creditor.sent_folder["after"], limit=BATCH)


def _copy(creditor: Creditor, folder: sent_folder.SentFolder, sent: Sent) -> tuple[str, str]:
    """copied, there (it lay there already) or refused, with what the server said."""
    if folder.holds(sent.message_id):
        return "there", ""
    at = sent.at.astimezone(ZoneInfo(creditor.timezone))
    try:
        folder.keep(_dated(sent.mime, at), at)
    except sent_folder.CopyRefused as refused:
        return "refused", str(refused)
    return "copied", ""


def _dated(mime: bytes, at: datetime) -> bytes:
    """The letter as it left, under the moment of its receipt."""
    return f"Date: {format_datetime(at)}\r\n".encode() + mime


def _tell(creditor: Creditor, code: str, message: str, remedy: str, on: date) -> None:
    FindingRecord.objects.create(
        creditor=creditor, effective_on=on, by=BY, code=code, message=message, field="mail", remedy=remedy
    )


def _opened(creditor: Creditor, values: Mapping[str, object]) -> AbstractContextManager[sent_folder.SentFolder]:
    settings = {name: value for name, value in values.items() if name != "after"}
    bearer = mail_logins.bearer(creditor, settings)
    found: AbstractContextManager[sent_folder.SentFolder] = ways.made(SENT_FOLDERS, settings, bearer=bearer)
    return found
