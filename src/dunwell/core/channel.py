"""A channel takes one message out into the world and says what became of it.

`send` has exactly four endings, and the outbox stands on their being told apart:

- a `Receipt`: the message was handed over; what each recipient's side answered is kept;
- `DeliveryFailed`: it certainly was not, and trying again helps or does not (`permanent`);
- `ChannelDown`: nothing can go this way at present (server, password, disk): all messages wait;
- `OutcomeUnknown`: nobody can know. Only an idempotent channel may be asked again with the same key.

A channel never reads settings, tables or a clock: what it needs lies in its `Config` and in the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from dunwell.core.refusal import DeliveryFailed


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as it leaves: the approved words and bytes, and the instant of sending.

    `mime` are the final bytes of an e-mail without `Date`, with CRLF line ends; empty for other channels. `to` are asked
    to act, `copies` read along. `customer` and `step` are for people who look at files and tasks.
    """

    message_id: int
    customer_id: int
    customer: str
    channel: str
    step: str
    slot_on: date
    locale: str
    subject: str
    text: str
    html: str
    mime: bytes
    sender: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side said about one recipient: an SMTP code and its text, or 0 where a channel knows no codes."""

    address: str
    code: int
    text: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.code < 400

    @property
    def is_dead_address(self) -> bool:
        """The mailbox does not exist or is closed; a refusal for policy (5.7.x) or size says nothing about the address."""
        if not 500 <= self.code < 600:
            return False
        return self.text.startswith(("5.1.", "5.2.1")) or (
            self.code in (550, 551, 553) and not self.text.startswith(("5.2.", "5.3.", "5.4.", "5.5.", "5.6.", "5.7."))
        )

    def __str__(self) -> str:
        return f"{self.address}: {self.code} {self.text}".rstrip()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message was handed over. `reference` is the channel's own name for it: a server's last words, a file, a task."""

    reference: str
    replies: tuple[Reply, ...] = ()

    @property
    def refused(self) -> tuple[Reply, ...]:
        """Recipients who were left out although the message went."""
        return tuple(reply for reply in self.replies if not reply.is_accepted)


class Refused(DeliveryFailed):
    """No recipient was accepted; what each one's server said is kept."""

    def __init__(self, message: str, *, permanent: bool, replies: Sequence[Reply]) -> None:
        super().__init__(message, permanent=permanent)
        self.replies = tuple(replies)


class ChannelDown(DeliveryFailed):
    """Nothing can go this way now, whatever the message: it is nobody's failed attempt, and all messages wait."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the planner and the writers may count on; asked as data."""

    length_max: int | None
    html: bool
    attachments: bool
    receipts: bool  # the other side reports later what became of it
    idempotent: bool  # the same key twice is one message


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast a way may be used. Zero = no limit of its own."""

    connections: int = 1
    per_second: int = 0
    per_domain_per_minute: int = 0


class Bearer(Protocol):
    """A sign-in at a mail service that gives tokens instead of a password (OAuth 2)."""

    def token(self) -> str:
        """A token for a connection that is opened now; `ChannelDown` where the service gives none."""

    def refused(self) -> None:
        """The mail server did not take the token: the next connection asks for a new one."""


class Channel(Protocol):
    """One way out. `send` may be called by as many threads at once as `limits.connections`."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def limits(self) -> Limits: ...

    def send(self, message: Outgoing, key: str) -> Receipt: ...

    def check(self) -> str:
        """Reach the other side without sending anything, and say in one line what answered; else `ChannelDown`."""

    def close(self) -> None: ...
