"""A payment online as tests tell of it: the moment it is, a checkout session, and the provider's news of it."""

from __future__ import annotations

from datetime import UTC, datetime

from regressions import world

MONDAY = world.DAY
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def session(reference: str, **changed) -> dict:
    return {
        "id": "cs_1",
        "payment_intent": "pi_1",
        "payment_status": "paid",
        "amount_total": 10000,
        "currency": "eur",
        "client_reference_id": reference,
        **changed,
    }


def tell(firm, reader, body, headers, name="stripe"):
    """Deliver news to the webhook."""
    return reader.client.post(
        f"/p/hooks/{firm.creditor.slug}/{name}", body, content_type="application/json", headers=headers
    )


def news(provider, kind, thing, event_id="evt_1", at=NOW):
    return provider.stripe_event(kind, thing, event_id=event_id, at=int(at.timestamp()))
