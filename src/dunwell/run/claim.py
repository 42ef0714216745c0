"""The errand of a claim: prepared, allowed by a person, sent, handed over. Each is a fact with who and when; the letter is one hash.

The pack is a folder: the letter, the list of evidence, and the evidence file with the hashes of all that lies in it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dunwell.core.refusal import Refusal
from dunwell.core.toml_text import suggest
from dunwell.engine import claim as composed
from dunwell.engine.claim import Claimed
from dunwell.run import claim_facts, evidence, facts, people, printing, rates, subjects
from dunwell.run.claim_facts import Asked
from dunwell.run.interest import plain, values
from dunwell.store import audit, scope
from dunwell.store.models import Claim, ClaimEvent, Creditor

LOCALES = ("ru", "bg", "en")
FOLDER = "claims"


class NoSuchClaim(Refusal):
    """No claim on {number} is being prepared: `dunwell claim {number} --locale …` prepares one."""


class ClaimChanged(Refusal):
    """What claim {claim} says is no longer so: the ledger has changed since it was prepared. Prepare it again, and look at it again."""


class ClaimNotApproved(Refusal):
    """Claim {claim} waits for approval: look at it, then `dunwell claim {number} --approve`."""


class ClaimDone(Refusal):
    """Claim {claim} is {event} already."""


class ClaimLocale(Refusal):
    """Claims are written in ru, bg and en, not in {locale!r}. {suggestion}"""


@dataclass(frozen=True, slots=True)
class Pack:
    """A claim with its files: what it says and how it stands."""

    claim: Claim
    claimed: Claimed
    folder: Path
    state: str
    warnings: tuple[str, ...]

    def values(self) -> dict[str, Any]:
        facts = self.claimed.facts
        return {
            "claim": self.claim.number,
            "state": self.state,
            "law": facts.law,
            "currency": facts.principal.currency,
            "principal": plain(facts.principal),
            "interest": values(self.claimed.interest),
            "compensation": plain(self.claimed.compensation),
            "total": plain(self.claimed.total),
            "pay_by": str(facts.pay_by),
            "court_from": str(facts.court_from),
            "sha256": self.claim.content_hash,
            "files": [str(one) for one in sorted(self.folder.iterdir())],
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class Desk:
    """Where claims are written and by whom: the data folder, the instant, the creditor's day, the person."""

    creditor: Creditor
    data: Path
    now: datetime
    on: date
    by: str
    why: str = ""


def prepare(desk: Desk, number: str, asked: Asked, *, folder: Path | None = None) -> Pack:
    """Write the pack of a claim as a draft; the same facts asked the same way are the same claim."""
    if asked.locale not in LOCALES:
        raise ClaimLocale(locale=asked.locale, suggestion=suggest(asked.locale, LOCALES))
    claim_facts.refuse_objection(desk.creditor, number, on=desk.on, now=desk.now)
    last = _last(desk.creditor, number)
    claimed = _gather(desk, number, asked, last.number if last else _name(number), desk.on)
    if last is not None and last.content_hash == _hash(desk.creditor, claimed) and state_of(last) != "withdrawn":
        return _written(desk, number, last, claimed, folder)
    if last is not None:
        claimed = _gather(desk, number, asked, _name(number, last.number), desk.on)
    return _written(desk, number, _record(desk, number, asked, claimed), claimed, folder)


def approve(desk: Desk, number: str, *, folder: Path | None = None) -> Pack:
    """Allow exactly the letter that was prepared; refused where the ledger says another thing by now."""
    claim = _found(desk.creditor, number)
    claim_facts.refuse_objection(desk.creditor, number, on=desk.on, now=desk.now)
    claimed = _again(desk, number, claim)
    if _hash(desk.creditor, claimed) != claim.content_hash or claim.effective_on != desk.on:
        raise ClaimChanged(claim=claim.number)
    _happened(desk, claim, "approved", detail=desk.why)
    return _written(desk, number, claim, claimed, folder)


def sent(desk: Desk, number: str, tracking: str) -> Pack:
    """Record that the approved letter was posted, with the number that proves it."""
    claim = _found(desk.creditor, number)
    _refuse_unapproved(claim, number)
    _happened(desk, claim, "sent", detail=tracking)
    return _written(desk, number, claim, _again(desk, number, claim), None)


def hand_over(desk: Desk, number: str, to: str, *, folder: Path | None = None) -> Pack:
    """Give the approved claim with its evidence to a lawyer or an agency: contact by us stops, the pack is their export."""
    claim = _found(desk.creditor, number)
    _refuse_unapproved(claim, number)
    _happened(desk, claim, "handed_over", detail=to)
    people.hold(
        desk.creditor,
        number=number,
        customer_name="",
        reason="other",
        until=None,
        on=desk.on,
        by=desk.by,
        why=f"claim {claim.number} was handed over to {to}",
    )
    return _written(desk, number, claim, _again(desk, number, claim), folder)


def withdraw(desk: Desk, number: str) -> Claim:
    """Take a claim back: it is asked no more."""
    claim = _found(desk.creditor, number)
    _happened(desk, claim, "withdrawn", detail=desk.why)
    return claim


@cache
def words(locale: str) -> Mapping[str, Any]:
    """The words of claims in a language, as lawyers wrote them."""
    return tomllib.loads((files("dunwell") / "content" / "claims" / f"{locale}.toml").read_text("utf-8"))


def state_of(claim: Claim) -> str:
    """The last thing that happened to a claim; prepared where nothing did."""
    with scope.of(claim.creditor_id):
        last = ClaimEvent.objects.filter(claim=claim).order_by("-pk").first()
    return last.event if last else "prepared"


# --- the claim -------------------------------------------------------------------------------------------------------


def _gather(desk: Desk, number: str, asked: Asked, name: str, as_of: date) -> Claimed:
    return claim_facts.gather(desk.creditor, number, asked, name, as_of=as_of, own_rates=desk.data / rates.FOLDER)


def _again(desk: Desk, number: str, claim: Claim) -> Claimed:
    """The claim as it was prepared, from the facts of its day."""
    return _gather(desk, number, Asked(**claim.asked), claim.number, claim.effective_on)


def _hash(creditor: Creditor, claimed: Claimed) -> str:
    return hashlib.sha256(_letter(creditor, claimed, is_draft=False)).hexdigest()


def _letter(creditor: Creditor, claimed: Claimed, *, is_draft: bool) -> bytes:
    return printing.pdf(creditor, composed.letter(claimed, words(claimed.facts.locale), is_draft=is_draft))


def _name(number: str, last: str = "") -> str:
    """1042/1, 1042/2: the invoice's number and a running one."""
    running = int(last.rpartition("/")[2]) if last else 0
    return f"{number.partition('@')[0]}/{running + 1}"


def _last(creditor: Creditor, number: str) -> Claim | None:
    """The newest claim on an invoice that was not taken back."""
    invoice = subjects.receivables_of(creditor, number)[0].invoice_id
    with scope.of(creditor.pk):
        return Claim.objects.filter(invoice_id=invoice).order_by("-pk").first()


def _found(creditor: Creditor, number: str) -> Claim:
    claim = _last(creditor, number)
    if claim is None or state_of(claim) == "withdrawn":
        raise NoSuchClaim(number=number)
    return claim


def _refuse_unapproved(claim: Claim, number: str) -> None:
    with scope.of(claim.creditor_id):
        approved = ClaimEvent.objects.filter(claim=claim, event="approved", content_hash=claim.content_hash).exists()
    if not approved:
        raise ClaimNotApproved(claim=claim.number, number=number)


def _record(desk: Desk, number: str, asked: Asked, claimed: Claimed) -> Claim:
    facts, creditor = claimed.facts, desk.creditor
    with scope.of(creditor.pk):
        row = Claim.objects.create(
            creditor_id=creditor.pk,
            effective_on=desk.on,
            by=desk.by,
            why=desk.why,
            invoice=subjects.receivables_of(creditor, number)[0].invoice,
            number=facts.number,
            locale=facts.locale,
            law=facts.law,
            currency=facts.principal.currency,
            principal=facts.principal.minor,
            interest=claimed.interest.total.minor,
            compensation=claimed.compensation.minor,
            pay_by=facts.pay_by,
            court_from=facts.court_from,
            content_hash=_hash(creditor, claimed),
            asked=asked.values(),
        )
        content = {"sha256": row.content_hash, "total": str(claimed.total), "why": desk.why}
        audit.link(creditor.pk, actor=desk.by, kind="claim", subject=row.number, content=content)
    return row


def _happened(desk: Desk, claim: Claim, event: str, *, detail: str) -> None:
    creditor = desk.creditor
    with scope.of(creditor.pk):
        if ClaimEvent.objects.filter(claim=claim, event__in=(event, "withdrawn")).exists():
            raise ClaimDone(claim=claim.number, event=event.replace("_", " "))
        values = {"event": event, "content_hash": claim.content_hash, "detail": detail}
        ClaimEvent.objects.create(
            creditor_id=creditor.pk, effective_on=desk.on, by=desk.by, why=desk.why, claim=claim, **values
        )
        audit.link(creditor.pk, actor=desk.by, kind="claim", subject=claim.number, content=values)


# --- the pack --------------------------------------------------------------------------------------------------------


def _written(desk: Desk, number: str, claim: Claim, claimed: Claimed, folder: Path | None) -> Pack:
    """The pack's files; a draft is marked on its face until somebody allowed it."""
    state = state_of(claim)
    letter = _letter(desk.creditor, claimed, is_draft=state == "prepared")
    # What happened after the claim was made belongs to its evidence as well: the sending, an answer, a call.
    until = max(desk.on, claim.effective_on)
    listing, archive = evidence.file(desk.creditor, number, claim, claimed, letter, words(claim.locale), until=until)
    place = folder or desk.data / FOLDER / desk.creditor.slug / facts.file_name(claim.number)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in {
        "claim.pdf": letter,
        "evidence.pdf": listing,
        "evidence.zip": archive,
    }.items():
        (place / name).write_bytes(content)
    return Pack(claim, claimed, place, state, tuple(_warnings(claimed)))


def _warnings(claimed: Claimed) -> list[str]:
    """What a lawyer would ask before sending."""
    facts = claimed.facts
    found = [f"the {side}'s {what} is not known: the letter goes without it"
             for side, party in (("creditor", facts.creditor), ("debtor", facts.debtor))
             for what, value in (("registration or tax number", party.registration_number or party.tax_id), ("address", party.address))
             if not value]  # fmt: skip
    return [*found, *(f"check this rate before you rely on it: {one}" for one in claimed.interest.uncertain)]
