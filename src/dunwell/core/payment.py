"""Paying online: what a provider is asked for, and what it tells. A provider needs two verbs, and plain values go in and out.

`link` asks for a page on which one sum can be paid; the same request again gives the same payment (its `reference` is the
idempotency key). `parse` turns one delivery of the provider's webhook into events, after it has made sure who sent it. Nothing is
acted upon there: an event is recorded first, and a repeated, late or forged one changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal


class ProviderDown(Refusal):
    """{provider} cannot be reached just now: {reason}"""


class WebhookForged(Refusal):
    """This delivery was not sent by {provider}: {reason}"""


class PaymentEventKind(StrEnum):
    PAID = "paid"
    PENDING = "pending"  # under way; the money is not certain yet
    FAILED = "failed"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """One sum to be paid once. `return_url` is where the payer's browser comes back to, whatever came of it.

    `keeps`: the payer agreed that later sums are charged by the same means.
    """

    reference: str
    amount: Money
    description: str
    locale: str
    return_url: str
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """Where the payer goes, and the provider's own number of it."""

    url: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One delivery as it came; header names in small letters."""

    body: bytes
    headers: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """What happened at the provider. `payment_id` is the provider's number of the payment, `event_id` of this very news.

    `reference` is ours, empty where the provider does not say it (a refund names its payment alone). `method` is by what later
    sums can be charged, where the payer agreed to it.
    """

    event_id: str
    kind: PaymentEventKind
    payment_id: str
    amount: Money
    reference: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A later sum, charged without the payer: `method` is what an event said; the same `reference` again is the same charge."""

    reference: str
    amount: Money
    description: str
    method: str


class PaymentProvider(Protocol):
    @property
    def title(self) -> str:
        """As payers know it."""

    @property
    def currencies(self) -> frozenset[str] | None:
        """What can be paid by it; None: anything."""

    def link(self, request: PaymentRequest) -> PaymentLink:
        """Raises `ProviderDown`."""

    def parse(self, delivery: WebhookDelivery) -> list[PaymentEvent]:
        """Raises `WebhookForged`; news that is about something else gives no event."""

    def charge(self, charge: Charge) -> PaymentEvent:
        """Charge a payer who agreed to it; a refusal of their bank is a failed event. Raises `ProviderDown`."""

    def check(self) -> str:
        """Says that the provider answers with these keys; raises `ProviderDown`."""
