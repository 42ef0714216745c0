"""What arrives in the creditor's mailbox and what it leads to: a mail, whom it is from, and proposals for a person to settle."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SIGNATURE_LENGTH = 12
HOOK = "hook"
"""The mailbox of what another program brought; a message's channel stands behind it: `hook/sms`."""
SIGNED = re.compile(r"\+c(?P<customer>\d{1,18})-(?P<signature>[0-9a-f]{12})@")


class MailKind(StrEnum):
    REPLY = "reply"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    COPY = "copy"  # of a mail of our own


class MatchBasis(StrEnum):
    """What told us whose mail it is, the surest first."""

    REFERENCES = "references"
    REPLY_ADDRESS = "reply_address"
    SENDER = "sender"
    INVOICE_NUMBER = "invoice_number"
    PAGE = "page"  # written on the pay page, by whoever holds a letter's link
    PERSON = "person"  # somebody of ours said so
    NOTHING = ""


class ProposalKind(StrEnum):
    PROMISE = "promise"
    DISPUTE = "dispute"
    CLAIMED_PAID = "claimed_paid"
    HOLD = "hold"
    CONTACT = "contact"
    ANSWER = "answer"  # our side owes an answer or a document
    STOP = "stop"
    AGREE = "agree"  # to terms that were sent for confirmation
    LOOK = "look"  # nothing to record: somebody should read it


class Settled(StrEnum):
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    REOPENED = "reopened"  # a person took their decision back


@dataclass(frozen=True, slots=True)
class MailHead:
    """The head of a mail. `references` are Message-IDs with their brackets, the nearest first; addresses are bare."""

    message_id: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    sent: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a person may make of a reading. `values` are plain (dates as YYYY-MM-DD, sums as decimal text)."""

    kind: ProposalKind
    values: Mapping[str, Any]
    quotation: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """An invoice of the customer with something open: what a reply without a number speaks of."""

    number: str
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Told:
    """A reply with everything that the proposals depend on; `documents` are the ones meant, the oldest first."""

    sender: str
    channel: str = "email"
    documents: tuple[OpenDocument, ...] = field(default=())
    claimed_paid_days: int = 5
    pause_days_max: int = 30
    agreed: str = ""  # the sentence that plainly agrees to terms which wait to be confirmed


def signed_address(address: str, customer_id: int, key: bytes) -> str:
    """`accounts@firm.example` → `accounts+c12-0a1b…@firm.example`: an answer to it names its customer, and only ours does."""
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox}+c{customer_id}-{_signature(customer_id, key)}@{domain}"


def customer_of(address: str, key: bytes) -> int | None:
    """The customer that a signed address names; None for any other address and for a forged one."""
    found = SIGNED.search(address.lower())
    if found is None:
        return None
    customer_id = int(found["customer"])
    return customer_id if hmac.compare_digest(found["signature"], _signature(customer_id, key)) else None


def _signature(customer_id: int, key: bytes) -> str:
    return hmac.digest(key, str(customer_id).encode(), "sha256").hex()[:SIGNATURE_LENGTH]
