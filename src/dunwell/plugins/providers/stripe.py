"""Stripe: Checkout Sessions, and webhooks signed with HMAC-SHA256 over time and body.

docs.stripe.com/api/checkout/sessions, docs.stripe.com/webhooks. Sums are integers in the currency's minor units.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from dunwell.core.money import Money
from dunwell.core.payment import (
    Charge,
    PaymentEvent,
    PaymentEventKind,
    PaymentLink,
    PaymentRequest,
    ProviderDown,
    WebhookDelivery,
    WebhookForged,
)
from dunwell.plugins.providers import http

TOLERANCE_S = 300
"""A delivery older than this may have been caught and sent again (Stripe's own default)."""
PAID, PENDING, FAILED = PaymentEventKind.PAID, PaymentEventKind.PENDING, PaymentEventKind.FAILED

INTENTS = {"payment_intent.succeeded": PAID, "payment_intent.payment_failed": FAILED}
"""News of charges without the payer; of a payer's own payment the session tells, and a sum is booked once in any order."""


@dataclass(frozen=True, slots=True)
class Config:
    """Keys from the Stripe dashboard; the webhook's secret is shown where the webhook's address was entered."""

    api_key: str = field(metadata={"secret": True}, repr=False)
    webhook_secret: str = field(metadata={"secret": True}, repr=False)
    api: str = "https://api.stripe.com"


@dataclass(frozen=True)
class Stripe:
    config: Config

    title = "Stripe"
    currencies = None

    def link(self, request: PaymentRequest) -> PaymentLink:
        values = {
            "mode": "payment",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": request.amount.currency.lower(),
            "line_items[0][price_data][unit_amount]": str(request.amount.minor),
            "line_items[0][price_data][product_data][name]": request.description[:250],
            "client_reference_id": request.reference,
            "metadata[reference]": request.reference,
            "payment_intent_data[metadata][reference]": request.reference,
            "success_url": request.return_url,
            "cancel_url": request.return_url,
            "locale": request.locale,
        }
        if request.keeps:
            values |= {"customer_creation": "always", "payment_intent_data[setup_future_usage]": "off_session"}
        made = self._call("/v1/checkout/sessions", urlencode(values).encode(), idempotency_key=request.reference)
        return PaymentLink(str(made["url"]), str(made["id"]))

    def parse(self, delivery: WebhookDelivery) -> list[PaymentEvent]:
        self._refuse_forged(delivery)
        event = json.loads(delivery.body)
        known = _event(event["type"], event["data"]["object"])
        return [PaymentEvent(**{"event_id": str(event["id"]), **known})] if known else []

    def charge(self, charge: Charge) -> PaymentEvent:
        """docs.stripe.com/payments/save-during-payment: off-session, by the method that the first payment used."""
        customer, _, first = charge.method.partition("/")
        used = self._call(f"/v1/payment_intents/{first}", None)
        values = {
            "amount": str(charge.amount.minor),
            "currency": charge.amount.currency.lower(),
            "customer": customer,
            "payment_method": str(used["payment_method"]),
            "off_session": "true",
            "confirm": "true",
            "description": charge.description[:250],
            "metadata[reference]": charge.reference,
        }
        try:
            made = self._call(
                "/v1/payment_intents", urlencode(values).encode(), idempotency_key=f"charge-{charge.reference}"
            )
        except ProviderDown as down:
            if "answered 402" not in str(down):
                raise
            return PaymentEvent(
                f"{charge.reference}:declined", FAILED, charge.reference, charge.amount, charge.reference
            )
        kind = {"succeeded": PAID, "processing": PENDING}.get(str(made["status"]), FAILED)
        number = str(made["id"])
        return PaymentEvent(f"{number}:{kind.value}", kind, number, charge.amount, charge.reference)

    def check(self) -> str:
        self._call("/v1/balance", None)
        return "the keys are accepted"

    def _call(self, path: str, body: bytes | None, *, idempotency_key: str = "") -> dict[str, Any]:
        key = base64.b64encode(f"{self.config.api_key}:".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Stripe-Version": "2024-06-20"}
        if idempotency_key:
            headers |= {"Idempotency-Key": idempotency_key, "Content-Type": "application/x-www-form-urlencoded"}
        return http.call(self.title, self.config.api + quote(path), headers, body)

    def _refuse_forged(self, delivery: WebhookDelivery) -> None:
        pairs = [part.partition("=") for part in delivery.headers.get("stripe-signature", "").split(",")]
        times = [value for name, _, value in pairs if name.strip() == "t" and value.isdecimal()]
        if not times:
            raise WebhookForged(provider=self.title, reason="it is not signed")
        signed = f"{times[0]}.".encode() + delivery.body
        wanted = hmac.new(self.config.webhook_secret.encode(), signed, hashlib.sha256).hexdigest()
        if not any(
            name.strip() == "v1" and hmac.compare_digest(value.encode(), wanted.encode()) for name, _, value in pairs
        ):
            raise WebhookForged(provider=self.title, reason="its signature is not right")
        if abs(delivery.received_at.timestamp() - int(times[0])) > TOLERANCE_S:
            raise WebhookForged(provider=self.title, reason="it is too old")


def _event(kind: str, thing: dict[str, Any]) -> dict[str, Any] | None:
    """What an event of Stripe means here, or nothing."""
    if kind.startswith("checkout.session."):
        meaning = {
            "checkout.session.completed": PAID if thing.get("payment_status") == "paid" else PENDING,
            "checkout.session.async_payment_succeeded": PAID,
            "checkout.session.async_payment_failed": FAILED,
            "checkout.session.expired": FAILED,
        }.get(kind)
        payment = thing.get("payment_intent") or thing["id"]
        if meaning is None:
            return None
        method = f"{thing['customer']}/{payment}" if thing.get("customer") and thing.get("payment_intent") else ""
        return {**_values(meaning, payment, thing, thing["amount_total"]), "method": method}
    if kind in INTENTS:
        return _values(INTENTS[kind], thing["id"], thing, thing["amount"])
    if kind in ("refund.created", "refund.updated") and thing.get("status") == "succeeded":
        # Several events speak of one refund: its own number makes it one.
        return {
            "event_id": str(thing["id"]),
            **_values(PaymentEventKind.REFUNDED, thing["payment_intent"], thing, thing["amount"]),
        }
    return None


def _values(kind: PaymentEventKind, payment: str, thing: dict[str, Any], minor: int) -> dict[str, Any]:
    return {
        "kind": kind,
        "payment_id": str(payment),
        "amount": Money(int(minor), str(thing["currency"]).upper()),
        "reference": str(thing.get("client_reference_id") or (thing.get("metadata") or {}).get("reference") or ""),
    }
