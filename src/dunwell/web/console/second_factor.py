"""The second factor's secrets lie encrypted in the database, like all others."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter

from dunwell.store import vault


class Adapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return vault.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(encrypted_text)
