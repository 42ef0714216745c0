"""YooKassa: payments with a redirect; its notifications are unsigned, so each is asked for again at the source.

yookassa.ru/developers/api. Sums are decimal text. What a notification says is never believed: its number is looked up with our own
keys, and what YooKassa answers counts.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

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

NUMBER = re.compile(r"[0-9a-f-]{10,64}")
STATES = {
    "succeeded": PaymentEventKind.PAID,
    "waiting_for_capture": PaymentEventKind.PENDING,
    "canceled": PaymentEventKind.FAILED,
}


@dataclass(frozen=True, slots=True)
class Config:
    """Shop number and secret key from the YooKassa account."""

    shop_id: str
    secret_key: str = field(metadata={"secret": True}, repr=False)
    api: str = "https://api.yookassa.ru"


@dataclass(frozen=True)
class YooKassa:
    config: Config

    title = "ЮKassa"
    currencies = frozenset({"RUB"})

    def link(self, request: PaymentRequest) -> PaymentLink:
        asked = {
            "amount": {"value": f"{request.amount.decimal:.2f}", "currency": request.amount.currency},
            "capture": True,
            "confirmation": {"type": "redirect", "return_url": request.return_url},
            "description": request.description[:128],
            "metadata": {"reference": request.reference},
            **({"save_payment_method": True} if request.keeps else {}),
        }
        made = self._call("/v3/payments", json.dumps(asked).encode(), idempotence_key=request.reference)
        return PaymentLink(str(made["confirmation"]["confirmation_url"]), str(made["id"]))

    def parse(self, delivery: WebhookDelivery) -> list[PaymentEvent]:
        told = self._told(delivery)
        name, number = str(told["event"]), str(told["object"].get("id", ""))
        if not NUMBER.fullmatch(number):
            raise WebhookForged(provider=self.title, reason="it names no payment")
        kind, _, _ = name.partition(".")
        if kind == "payment":
            return self._payment(number)
        return self._refund(number) if kind == "refund" else []

    def charge(self, charge: Charge) -> PaymentEvent:
        """yookassa.ru/developers/payment-acceptance/scenario-extensions/recurring-payments: by the saved method."""
        asked = {
            "amount": {"value": f"{charge.amount.decimal:.2f}", "currency": charge.amount.currency},
            "capture": True,
            "payment_method_id": charge.method,
            "description": charge.description[:128],
            "metadata": {"reference": charge.reference},
        }
        made = self._call("/v3/payments", json.dumps(asked).encode(), idempotence_key=charge.reference)
        number, status = str(made["id"]), str(made["status"])
        kind = STATES.get(status, PaymentEventKind.PENDING)
        return PaymentEvent(f"{number}:{status}", kind, number, charge.amount, charge.reference)

    def check(self) -> str:
        self._call("/v3/me", None)
        return "the keys are accepted"

    def _payment(self, number: str) -> list[PaymentEvent]:
        found = self._looked_up(f"/v3/payments/{number}")
        meaning = STATES.get(str(found["status"]))
        if meaning is None:
            return []
        reference = str((found.get("metadata") or {}).get("reference") or "")
        kept = found.get("payment_method") or {}
        method = str(kept.get("id", "")) if kept.get("saved") else ""
        return [PaymentEvent(f"{number}:{found['status']}", meaning, number, _money(found), reference, method)]

    def _refund(self, number: str) -> list[PaymentEvent]:
        found = self._looked_up(f"/v3/refunds/{number}")
        if found["status"] != "succeeded":
            return []
        return [PaymentEvent(number, PaymentEventKind.REFUNDED, str(found["payment_id"]), _money(found))]

    def _looked_up(self, path: str) -> dict[str, Any]:
        try:
            return self._call(path, None)
        except ProviderDown as down:
            # A number that YooKassa does not know is a lie; silence is not, and the notification comes again.
            if "answered 404" in str(down) or "answered 400" in str(down):
                raise WebhookForged(provider=self.title, reason="it does not know that payment") from down
            raise

    def _told(self, delivery: WebhookDelivery) -> dict[str, Any]:
        try:
            told = json.loads(delivery.body)
        except ValueError:
            raise WebhookForged(provider=self.title, reason="it is not JSON") from None
        if not (isinstance(told, dict) and isinstance(told.get("object"), dict) and "event" in told):
            raise WebhookForged(provider=self.title, reason="it is no notification")
        return told

    def _call(self, path: str, body: bytes | None, *, idempotence_key: str = "") -> dict[str, Any]:
        key = base64.b64encode(f"{self.config.shop_id}:{self.config.secret_key}".encode()).decode()
        headers = {"Authorization": f"Basic {key}"}
        if idempotence_key:
            headers |= {"Idempotence-Key": idempotence_key, "Content-Type": "application/json"}
        return http.call(self.title, self.config.api + path, headers, body)


def _money(found: dict[str, Any]) -> Money:
    return Money.parse(str(found["amount"]["value"]), str(found["amount"]["currency"]))
