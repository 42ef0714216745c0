"""Keys for other programs: shown once, kept as a digest, bound to a creditor and a role, revoked by a counter-record.

A token says which creditor's it is, so that it can be looked up where only that creditor's rows exist.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import date

from dunwell.core.refusal import Refusal
from dunwell.core.roles import DeskRole
from dunwell.run import facts
from dunwell.run.users import RoleUnknown
from dunwell.store import scope
from dunwell.store.models import ApiToken, ApiTokenRevoked, Creditor

SECRET_BYTES = 32
WRITTEN = re.compile(r"dunwell_([0-9]{1,12})_([A-Za-z0-9_-]{20,})")


class NoSuchToken(Refusal):
    """There is no token number {number} that still opens anything."""


def create(creditor: Creditor, name: str, *, role: str, on: date, by: str) -> tuple[ApiToken, str]:
    """A new token and its text, which nobody can show a second time."""
    if role not in list(DeskRole):
        raise RoleUnknown(role=role, roles=", ".join(DeskRole))
    text = f"dunwell_{creditor.pk}_{secrets.token_urlsafe(SECRET_BYTES)}"
    with scope.of(creditor.pk):
        row = ApiToken.objects.create(
            **facts.fact(creditor, on, by, ""), name=name, role=role, token_hash=_digest(text)
        )
        facts.link(creditor, by, "api_token", name, {"token": row.pk, "role": role})
    return row, text


def revoke(creditor: Creditor, number: int, *, on: date, by: str, why: str) -> None:
    with scope.of(creditor.pk):
        row = ApiToken.objects.filter(pk=number, revoked=None).first()
        if row is None:
            raise NoSuchToken(number=number)
        ApiTokenRevoked.objects.create(**facts.fact(creditor, on, by, why), token=row)
        facts.link(creditor, by, "api_token_revoked", row.name, {"token": row.pk, "why": why})


def found(text: str) -> ApiToken | None:
    """The token of that text with its creditor, as long as it is not revoked."""
    parts = WRITTEN.fullmatch(text)
    if parts is None:
        return None
    with scope.of(int(parts[1])):
        return ApiToken.objects.select_related("creditor").filter(token_hash=_digest(text), revoked=None).first()


def _digest(text: str) -> str:
    """Random enough to need no salt."""
    return hashlib.sha256(text.encode()).hexdigest()
