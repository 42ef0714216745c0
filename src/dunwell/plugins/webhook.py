"""News to another program by HTTPS, signed after Standard Webhooks (standardwebhooks.com).

The receiver takes each `webhook-id` once and checks `webhook-signature`: HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import urllib.error
import urllib.request
from datetime import datetime

from dunwell.core.refusal import DeliveryFailed
from dunwell.plugins.providers.http import NO_REDIRECT, TIMEOUT_S

PREFIX = "whsec_"
GONE = 410
"""The receiver's word for "never again"; anything else may be a bad day."""
SAID_MAX = 200


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def post(address: str, secret: str, *, key: str, body: str, at: datetime) -> str:
    """Tell it once; gives what was answered. Whatever is not a 2xx is `DeliveryFailed`."""
    stamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Dunwell",
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(secret, key, stamp, body.encode()),
    }
    request = urllib.request.Request(address, data=body.encode(), headers=headers)
    try:
        with NO_REDIRECT.open(request, timeout=TIMEOUT_S) as answer:
            return f"{answer.status} {answer.read(SAID_MAX).decode(errors='replace')}".strip()
    except urllib.error.HTTPError as error:
        raise DeliveryFailed(f"it answered {error.code}", permanent=error.code == GONE) from error
    except (OSError, ValueError) as error:
        raise DeliveryFailed(str(error), permanent=False) from error


def signature(secret: str, key: str, stamp: str, body: bytes) -> str:
    found = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), f"{key}.{stamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(found).decode()
