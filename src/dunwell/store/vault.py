"""Secrets at rest: passwords of mail servers lie in the database encrypted; the key lies apart, in the installation's secrets.

Fernet (AES-128-CBC with HMAC-SHA256) of the `cryptography` package.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from dunwell.core.refusal import Refusal

MARK = "sealed:"


class SecretUnreadable(Refusal):
    """A stored secret cannot be opened with this installation's key: restore the folder `secrets`, or enter the secret again."""


def seal(text: str) -> str:
    return MARK + _fernet().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """The secret in clear; what was never sealed is given back as it is."""
    if not text.startswith(MARK):
        return text
    try:
        return _fernet().decrypt(text.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def key_for(use: str) -> bytes:
    """A key of its own for one use, derived from the installation's: what is known of one says nothing of another."""
    return hmac.digest(settings.VAULT_KEY.encode(), use.encode(), "sha256")


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.VAULT_KEY.encode()).digest()))
