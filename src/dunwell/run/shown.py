"""A message as people look at it: taken apart from the very bytes that go out, not from what made them."""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from dunwell.core.refusal import Refusal
from dunwell.store.models import Message, MessageContent


class NoSuchPart(Refusal):
    """Message {number} has no attachment {place}."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; `place` counts from 1 among its parts."""

    place: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message's reader will see. A short message or a task has a text alone."""

    message: Message
    sender: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def shown(message: Message) -> Shown:
    """A message taken apart; evaluate inside `scope.of`."""
    content: MessageContent = message.content_row
    people = [(one.address, one.copy) for one in message.recipients.order_by("copy", "pk")]
    to, copies = (tuple(address for address, is_copy in people if is_copy is wanted) for wanted in (False, True))
    if not content.mime:
        return Shown(message, "", to, copies, content.subject, content.text, content.html, ())
    letter = _parsed(content)
    return Shown(
        message,
        sender=str(letter["From"] or ""),
        to=to,
        copies=copies,
        subject=str(letter["Subject"] or ""),
        text=_body(letter, "plain"),
        html=_standing_alone(_body(letter, "html"), letter),
        attachments=tuple(
            Attachment(place, part.get_filename() or "", part.get_content_type(), len(_bytes(part)))
            for place, part in _files(letter)
        ),
    )


def attachment(message: Message, place: int) -> tuple[Attachment, bytes]:
    """One attached file, by its place."""
    for found, part in _files(_parsed(message.content_row)) if message.content_row.mime else ():
        if found == place:
            content = _bytes(part)
            return Attachment(place, part.get_filename() or "", part.get_content_type(), len(content)), content
    raise NoSuchPart(number=message.pk, place=place)


def _parsed(content: MessageContent) -> EmailMessage:
    assert content.mime is not None
    return email.message_from_bytes(bytes(content.mime), policy=email.policy.default)


def _body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _files(letter: EmailMessage) -> Iterator[tuple[int, EmailMessage]]:
    """Named parts; pictures inside the text have no name of their own to a reader."""
    for place, part in enumerate(letter.walk(), 1):
        if isinstance(part, EmailMessage) and part.get_filename() and part.get_content_disposition() == "attachment":
            yield place, part


def _standing_alone(html: str, letter: EmailMessage) -> str:
    """Pictures that the letter carries beside its text stand inside it, as a mail program shows them."""
    for part in letter.walk():
        name = str(part.get("Content-ID", "")).strip("<>")
        if name and isinstance(part, EmailMessage):
            inside = base64.b64encode(_bytes(part)).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{inside}")
    return html


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
