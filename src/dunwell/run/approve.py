"""Approval: a person lets exactly these bytes go; a message of unknown outcome is decided by a person."""

from __future__ import annotations

from datetime import date

from dunwell.core.refusal import Refusal
from dunwell.store import audit, outbox, outbox_view, scope
from dunwell.store.models import Creditor, Message


class NothingWaits(Refusal):
    """No message {number} waits for approval: `dunwell work` shows what does."""


def waiting(creditor: Creditor, number: int | None, *, every: bool) -> list[Message]:
    """The message of that number, or all that wait."""
    with scope.of(creditor.pk):
        rows = outbox_view.waiting(creditor.pk)
        found = list(rows if every else rows.filter(pk__in=[number] if number is not None else []))
    if not found:
        raise NothingWaits(number=number if number is not None else "")
    return found


def approve(creditor: Creditor, message: Message, *, by: str, why: str, on: date) -> None:
    """Approve what was shown: the hash of the message as it was read, so that anything changed since voids the approval."""
    approve_shown(creditor, message.pk, content_hash=message.content_hash, by=by, why=why, on=on)


def approve_shown(creditor: Creditor, number: int, *, content_hash: str, by: str, why: str, on: date) -> None:
    """Approve exactly the bytes of this hash; a message that is others by now is refused."""
    with scope.of(creditor.pk):
        outbox.approve(creditor.pk, number, content_hash=content_hash, by=by, on=on, why=why)
        _note(creditor, by, "approval", str(number), {"content_hash": content_hash, "why": why})


def recall(creditor: Creditor, number: int, *, by: str, why: str) -> None:
    """Call a message back, as long as nobody has claimed it."""
    with scope.of(creditor.pk):
        outbox.recall(creditor.pk, number, reason=why or "recalled")
        _note(creditor, by, "recalled", str(number), {"why": why})


def settle(creditor: Creditor, number: int, *, was_sent: bool, by: str, why: str, on: date) -> None:
    """A person says whether a message of unknown outcome was sent."""
    with scope.of(creditor.pk):
        outbox.settle(creditor.pk, number, was_sent=was_sent, by=by, why=why, on=on)
        _note(creditor, by, "settled", str(number), {"was_sent": was_sent, "why": why})


def unsettle(creditor: Creditor, number: int, *, by: str, why: str, on: date) -> None:
    """A person takes back what was decided about an unknown message: it waits for a decision again."""
    with scope.of(creditor.pk):
        outbox.unsettle(creditor.pk, number, by=by, why=why, on=on)
        _note(creditor, by, "settlement_taken_back", str(number), {"why": why})


def _note(creditor: Creditor, by: str, kind: str, subject: str, content: dict) -> None:
    audit.link(creditor.pk, actor=by, kind=kind, subject=subject, content=content)
