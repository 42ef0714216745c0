"""The evidence file of a claim: an archive of everything that was agreed, invoiced, said and paid, its list, and how to verify both.

The same facts give the same bytes. Replies lie in it word for word, mails as they came; rehearsals are no evidence.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from dunwell.core.claims import EvidenceItem
from dunwell.engine import claim as composed
from dunwell.engine.claim import Claimed
from dunwell.run import printing, subjects
from dunwell.run.interest import values
from dunwell.store import load_claims, load_evidence
from dunwell.store.load_evidence import Evidence, SentMessage, Word
from dunwell.store.models import Claim, Creditor

CHECKER = "verify.py"
CHAIN = ("sequence", "at", "actor", "kind", "subject", "count", "digest", "previous", "chained")
OWN_ALONE = ("actor", "kind", "subject", "count")
"""Of links about others only the hashes are given: they hold the chain together and tell nothing."""


def file(
    creditor: Creditor,
    number: str,
    claim: Claim,
    claimed: Claimed,
    letter: bytes,
    words: Mapping[str, Any],
    *,
    until: date,
) -> tuple[bytes, bytes]:
    """The list as PDF, and the archive that holds it."""
    receivables = subjects.receivables_of(creditor, number)
    customer_id = receivables[0].customer_id
    found = load_evidence.evidence(
        creditor.pk,
        customer_id,
        [one.pk for one in receivables],
        claim.pk,
        since=receivables[0].invoice.issue_date,
        until=until,
    )
    inside = dict(_inside(creditor, claim, claimed, letter, found, customer_id=customer_id))
    inside["README.txt"] = _readme(words, claimed)
    inside[CHECKER] = _checker()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in inside.items()}
    listing = printing.pdf(creditor, composed.evidence(claimed, _items(claim, claimed, found), sums, words))
    sums["evidence.pdf"] = hashlib.sha256(listing).hexdigest()
    inside |= {"evidence.pdf": listing, "SHA256SUMS": _sums(sums)}
    return listing, _zip(inside, until)


def _inside(
    creditor: Creditor, claim: Claim, claimed: Claimed, letter: bytes, found: Evidence, *, customer_id: int
) -> Iterator[tuple[str, bytes]]:
    """Each file by its name."""
    yield "claim.pdf", letter
    yield "invoices.json", _json(found.invoices)
    yield "interest.json", _json(values(claimed.interest))
    yield "facts.json", _json([{"on": str(on), "event": event, "details": said} for on, event, said in found.facts])
    yield (
        "payments.json",
        _json([{"on": str(one.on), "kind": one.kind, "amount": str(one.amount)} for one in claimed.facts.reductions]),
    )
    own = {claim.number, *found.subjects}
    yield "audit.json", _json([_link(row, own) for row in found.chain])
    if agreed := load_claims.agreement(creditor.pk, customer_id, claim.effective_on):
        yield "agreement.json", _json(agreed)
    for one in found.messages:
        yield _message_file(one), one.mime if one.mime is not None else _text_of(one)
        yield f"{_message_stem(one)}.delivery.txt", _delivery(one)
    for word in found.words:
        yield _word_file(word), word.raw if word.raw is not None else f"{word.said}\n".encode()


def _items(claim: Claim, claimed: Claimed, found: Evidence) -> list[EvidenceItem]:
    """The timeline: facts, money, messages and what was answered, by day."""
    items = [EvidenceItem(on, event, said, "facts.json") for on, event, said in found.facts]
    items += [
        EvidenceItem(one.on, "payment" if one.kind == "payment" else "credit", "", "payments.json", one.amount)
        for one in claimed.facts.reductions
    ]
    items += [
        EvidenceItem(one.on, "message", f"{one.subject or one.channel}\n{one.to}", _message_file(one))
        for one in found.messages
    ]
    items += [EvidenceItem(one.on, one.event, one.shown, _word_file(one)) for one in found.words]
    items.append(EvidenceItem(claim.effective_on, "claim", claim.number, "claim.pdf"))
    return sorted(items, key=lambda one: (one.on, one.event, one.details))


def _link(row: tuple[Any, ...], own: set[str]) -> dict[str, str]:
    link = dict(zip(CHAIN, map(str, row), strict=True))
    return link if link["subject"] in own else {name: said for name, said in link.items() if name not in OWN_ALONE}


def _message_stem(one: SentMessage) -> str:
    return f"messages/{one.on}-{one.message_id}"


def _message_file(one: SentMessage) -> str:
    return f"{_message_stem(one)}.{'eml' if one.mime is not None else 'txt'}"


def _word_file(one: Word) -> str:
    return f"{one.folder}/{one.on}-{one.number}.{'eml' if one.raw is not None else 'txt'}"


def _text_of(one: SentMessage) -> bytes:
    return f"To: {one.to}\nSubject: {one.subject}\n\n{one.text}\n".encode()


def _delivery(one: SentMessage) -> bytes:
    """Each attempt with its instant and the other side's own words."""
    return "".join(
        f"{at.isoformat()} {outcome} {detail}".rstrip() + "\n" for at, outcome, detail in one.attempts
    ).encode()


def _readme(words: Mapping[str, Any], claimed: Claimed) -> bytes:
    title = str(words["evidence_title"]).replace("{number}", claimed.facts.number)
    return f"{title}\n\n{words['evidence_readme'].strip()}\n".encode()


@cache
def _checker() -> bytes:
    return (files("dunwell") / "content" / "claims" / CHECKER).read_bytes()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _sums(sums: Mapping[str, str]) -> bytes:
    """The hash list in the form that `sha256sum -c` reads."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


def _zip(inside: Mapping[str, bytes], on: date) -> bytes:
    """An archive whose bytes follow from its contents: names in order, one day as every file's time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(inside):
            entry = zipfile.ZipInfo(name, (on.year, on.month, on.day, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, inside[name])
    return held.getvalue()
