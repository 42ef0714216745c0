"""The audit chain: each batch of facts leaves one link; each link holds the digest of the one before.

A link's digest is the SHA-256 of a salt and the batch's canonical content. The salt and the content lie in a table of their own,
so that personal content can be erased while the chain still verifies: the digest of what was there stays.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from django.db import connection

from dunwell.store.models import Audit, AuditContent, AuditHead

ROOT = "0" * 64


@dataclass(frozen=True, slots=True)
class Verification:
    links: int
    erased: int
    broken: tuple[str, ...]
    head: str  # of the last link: kept outside, it proves later that this is still the same chain


def link(creditor_id: int, *, actor: str, kind: str, subject: str = "", content: Any, count: int = 1) -> str:
    """Add one link for a batch, inside the transaction that writes the batch; gives its chained digest."""
    body = canonical(content)
    salt = secrets.token_hex(16)
    with connection.cursor() as cursor:
        # One link after the other: two at once would both continue from the same predecessor.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('dunwell.audit', %s))", [creditor_id])
    last = Audit.objects.filter(creditor_id=creditor_id).order_by("-sequence").first()
    previous = last.chained if last else ROOT
    digest = _sha256(salt + body)
    row = Audit.objects.create(
        creditor_id=creditor_id,
        sequence=(last.sequence if last else 0) + 1,
        actor=actor,
        kind=kind,
        subject=subject,
        count=count,
        digest=digest,
        previous=previous,
        chained=_sha256(f"{previous}:{kind}:{actor}:{subject}:{count}:{digest}"),
    )
    AuditContent.objects.create(creditor_id=creditor_id, audit=row, salt=salt, body=body)
    AuditHead.objects.create(creditor_id=creditor_id, sequence=row.sequence, chained=row.chained)
    return row.chained


def verify(creditor_id: int) -> Verification:
    """Walk the chain from its root to the head that was noted: a link that does not follow from the one before, whose content was
    altered, or that is missing at the end is named.
    """
    previous, sequence, erased, broken = ROOT, 0, 0, []
    for row in (
        Audit.objects.filter(creditor_id=creditor_id).select_related("auditcontent").order_by("sequence").iterator()
    ):
        sequence += 1
        place = f"link {row.sequence} ({row.kind} {row.subject}, {row.recorded_at:%Y-%m-%d %H:%M})"
        if row.sequence != sequence or row.previous != previous:
            broken.append(f"{place} does not follow from the one before")
            sequence = row.sequence
        expected = _sha256(f"{row.previous}:{row.kind}:{row.actor}:{row.subject}:{row.count}:{row.digest}")
        if row.chained != expected:
            broken.append(f"{place} was altered")
        content = getattr(row, "auditcontent", None)
        if content is None or content.body is None:
            erased += 1
        elif _sha256(content.salt + content.body) != row.digest:
            broken.append(f"{place}: its content was altered")
        previous = row.chained
    head = AuditHead.objects.filter(creditor_id=creditor_id).order_by("-sequence").first()
    if head is not None and head.sequence > sequence:
        broken.append(f"the last {head.sequence - sequence} links are missing: the chain once had {head.sequence}")
    elif head is not None and head.sequence == sequence and head.chained != previous:
        broken.append(f"link {sequence} is not the one that was noted as the last")
    return Verification(links=sequence, erased=erased, broken=tuple(broken), head=previous)


def sha256_of(content: bytes) -> str:
    """The digest of a batch too large to keep as one content."""
    return hashlib.sha256(content).hexdigest()


def canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _sha256(text: str) -> str:
    return sha256_of(text.encode())
