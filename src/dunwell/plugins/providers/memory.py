"""A provider for the demo and for rehearsals: its page is one of ours, its news is signed like real news, no money moves."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field

from dunwell.core.money import Money
from dunwell.core.payment import (
    Charge,
    PaymentEvent,
    PaymentEventKind,
    PaymentLink,
    PaymentRequest,
    WebhookDelivery,
    WebhookForged,
)

SIGNATURE = "x-memory-signature"


@dataclass(frozen=True, slots=True)
class Config:
    secret: str = field(default="memory", metadata={"secret": True}, repr=False)


@dataclass(frozen=True)
class Memory:
    config: Config = Config()

    title = "Demo"
    currencies = None

    def link(self, request: PaymentRequest) -> PaymentLink:
        return PaymentLink(f"{request.return_url}/stand-in", f"memory-{request.reference}")

    def parse(self, delivery: WebhookDelivery) -> list[PaymentEvent]:
        if not hmac.compare_digest(
            delivery.headers.get(SIGNATURE, "").encode(), self._signature(delivery.body).encode()
        ):
            raise WebhookForged(provider=self.title, reason="its signature is not right")
        told = json.loads(delivery.body)
        return [
            PaymentEvent(
                event_id=f"{told['reference']}:{told['kind']}",
                kind=PaymentEventKind(told["kind"]),
                payment_id=f"memory-{told['reference']}",
                amount=Money(told["minor"], told["currency"]),
                reference=told["reference"],
                method="memory-card",
            )
        ]

    def charge(self, charge: Charge) -> PaymentEvent:
        kind = PaymentEventKind.PAID
        number = f"memory-{charge.reference}"
        return PaymentEvent(f"{charge.reference}:{kind.value}", kind, number, charge.amount, charge.reference)

    def check(self) -> str:
        return "memory"

    def news(self, reference: str, kind: PaymentEventKind, amount: Money) -> tuple[bytes, dict[str, str]]:
        """The webhook that this provider would send: body and headers."""
        told = {"reference": reference, "kind": kind.value, "minor": amount.minor, "currency": amount.currency}
        body = json.dumps(told).encode()
        return body, {SIGNATURE: self._signature(body)}

    def _signature(self, body: bytes) -> str:
        return hmac.new(self.config.secret.encode(), body, hashlib.sha256).hexdigest()
