"""Papers for people, from the ledger: what a visit shows, what a talk decides, a proposal in parts, the end of a contract."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from dunwell.core.claims import Party
from dunwell.core.ledger import CustomerKind
from dunwell.core.message import LOCALES, Attachment
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.core.retainer import SeveralCurrencies as SeveralMonies
from dunwell.core.retainer import TooLittleHistory
from dunwell.core.toml_text import suggest
from dunwell.engine import claim as composed
from dunwell.engine import folder
from dunwell.engine.folder import FolderFacts, Gift, OpenInvoice
from dunwell.run import deliver, own_letter, printing, retainers, subjects
from dunwell.run.claim_facts import OBJECTIONS, calendar_of
from dunwell.run.news import NobodyToWrite, Prepared
from dunwell.run.own_letter import Words
from dunwell.run.signing import writer_of
from dunwell.store import load_claims, load_folder, scope, switches
from dunwell.store.models import Creditor, Customer

PUBLIC_SEGMENT = "public"
"""Customers of this segment are public bodies: nothing is given to them."""
YEAR = timedelta(days=365)
NOTICE_DAYS_MIN = 14
PARTS = range(2, 5)


class PaperUnknown(Refusal):
    """There is no paper {kind!r}. {suggestion}"""


class PaperForPerson(Refusal):
    """{customer} is a natural person: nobody is visited at home, and a contract with a consumer ends by consumer law. Ask a lawyer."""


class PartsOutside(Refusal):
    """A proposal has from {least} to {most} parts, not {parts}: a longer one is a payment plan, agreed on the client's page."""


class NothingOpen(Refusal):
    """{customer} owes nothing that could be paid in parts."""


class SeveralCurrencies(Refusal):
    """{customer} owes in {currencies}: a proposal in parts is of one currency."""


class ContractUnknown(Refusal):
    """Which contract with {customer} would end is not recorded: `dunwell agreement {customer} --set contract=… --evidence …`."""


class BasisMissing(Refusal):
    """Say with --basis what allows the contract to end: the clause or the article."""


class NoticeTooShort(Refusal):
    """A contract is not ended within {days} days: name a later day with --on."""


class PaperForUs(Refusal):
    """The paper {kind!r} is for our own people: it is taken along, not sent. A proposal in parts and the end of a contract can be sent."""


class PaperObjected(Refusal):
    """This paper cannot be made for {customer} now: {reason}."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which paper, and what it needs to be told; a contract that names no day ends in 30 days."""

    kind: str
    parts: int = 3
    ends_on: date | None = None
    basis: str = ""


def pdf(creditor: Creditor, name: str | Customer, wanted: Wanted, *, on: date, now: datetime) -> bytes:
    """The paper as PDF, for a person to take along or to sign."""
    facts = _facts(creditor, subjects.customer(creditor, name), wanted, on, now)
    return printing.pdf(creditor, folder.document(facts, words(facts.locale)))


def letter(creditor: Creditor, name: str | Customer, wanted: Wanted, *, on: date, now: datetime) -> Prepared:
    """The e-mail that brings a proposal or a notice, with the very paper in it; looked at first, nothing is queued."""
    customer = subjects.customer(creditor, name)
    if wanted.kind not in folder.LETTERS:
        raise PaperForUs(kind=wanted.kind)
    with scope.of(creditor.pk):
        point = next((one for one in own_letter.addresses(customer) if one.channel == "email"), None)
    if point is None:
        raise NobodyToWrite(customer=customer.name)
    facts = _facts(creditor, customer, wanted, on, now)
    said = words(facts.locale)
    subject = folder.subject(facts, said, is_person=customer.kind == CustomerKind.PERSON)
    sheet = Attachment(f"{subject}.pdf", "application/pdf", printing.pdf(creditor, folder.document(facts, said)))
    text = folder.covering(facts, said)
    return own_letter.prepare(creditor, customer, Words(point, subject, text, files=(sheet,)), on=on)


@cache
def words(locale: str) -> Mapping[str, Any]:
    return tomllib.loads((files("dunwell") / "content" / "folder" / f"{locale}.toml").read_text("utf-8"))


def _facts(creditor: Creditor, customer: Customer, wanted: Wanted, on: date, now: datetime) -> FolderFacts:
    kind = wanted.kind
    if kind not in folder.KINDS:
        raise PaperUnknown(kind=kind, suggestion=suggest(kind, folder.KINDS))
    if wanted.parts not in PARTS:
        raise PartsOutside(parts=wanted.parts, least=PARTS[0], most=PARTS[-1])
    if customer.kind == CustomerKind.PERSON and kind != "restructuring":
        raise PaperForPerson(customer=customer.name)
    facts = _with_parts(_of_ledger(creditor, customer, kind, on), creditor, wanted.parts)
    if kind in folder.LETTERS:
        _refuse_objection(creditor, customer, on, now)
    if kind == "restructuring" and not facts.open:
        raise NothingOpen(customer=customer.name)
    if kind == "termination":
        return _ending(facts, creditor, customer, wanted.ends_on or on + timedelta(days=30), wanted.basis)
    return facts


def _of_ledger(creditor: Creditor, customer: Customer, kind: str, on: date) -> FolderFacts:
    locale = customer.locale if customer.locale in LOCALES else creditor.locale if creditor.locale in LOCALES else "en"
    since = on - YEAR
    found = load_folder.history(
        creditor.pk, customer.pk, since=since, on=on, rehearsal=not switches.is_live(creditor.pk)
    )
    return FolderFacts(
        kind=kind,
        on=on,
        locale=locale,
        sender=Party(creditor.registered_name, "", creditor.tax_id, creditor.address, creditor.country),
        writer=writer_of(creditor, customer, on),
        customer=customer.name,
        address=(customer.name, *composed.address_lines(customer.address)),
        since=since,
        results=found.results,
        open=tuple(OpenInvoice(*one) for one in found.open),
        retainer=_retainer(creditor, customer, on),
        gift=_gift(creditor, customer, locale) if kind == "visit" else None,
    )


def _with_parts(facts: FolderFacts, creditor: Creditor, parts: int) -> FolderFacts:
    """The open sum in equal parts, each due on a working day, the first two weeks from now."""
    currencies = sorted({one.left.currency for one in facts.open})
    if len(currencies) > 1 and facts.kind == "restructuring":
        raise SeveralCurrencies(customer=facts.customer, currencies=" and ".join(currencies))
    if len(currencies) != 1:
        return facts
    days = calendar_of(creditor.country, facts.on)
    total = Money(sum(one.left.minor for one in facts.open), currencies[0])
    due = folder.monthly(facts.on + timedelta(days=14), parts)
    sums = folder.split(total, parts)
    return replace(
        facts,
        parts=tuple((days.next_business_day(day), part) for day, part in zip(due, sums, strict=True)),
        answer_by=days.next_business_day(facts.on + timedelta(days=7)),
    )


def _ending(facts: FolderFacts, creditor: Creditor, customer: Customer, ends_on: date, basis: str) -> FolderFacts:
    contract = str(load_claims.agreement(creditor.pk, customer.pk, facts.on).get("contract", ""))
    if not contract:
        raise ContractUnknown(customer=customer.name)
    if not basis.strip():
        raise BasisMissing
    if ends_on < facts.on + timedelta(days=NOTICE_DAYS_MIN):
        raise NoticeTooShort(days=NOTICE_DAYS_MIN)
    return replace(facts, contract=contract, basis=basis.strip(), ends_on=ends_on)


def _retainer(creditor: Creditor, customer: Customer, on: date) -> Money | None:
    """What a retainer would come to, where the last year gives one."""
    try:
        return retainers.compute(creditor, customer, on).sum
    except (TooLittleHistory, SeveralMonies):
        return None


def _gift(creditor: Creditor, customer: Customer, locale: str) -> Gift | None:
    row = _gifts().get(creditor.country)
    if row is None or customer.segment == PUBLIC_SEGMENT:
        return None
    amount, currency = re.split(r"\s+", row["limit"])
    return Gift(Money.parse(amount, currency), row[locale])


@cache
def _gifts() -> Mapping[str, Any]:
    return tomllib.loads((files("dunwell") / "content" / "folder" / "gifts.toml").read_text("utf-8"))


def _refuse_objection(creditor: Creditor, customer: Customer, on: date, now: datetime) -> None:
    """A paper that a client is to sign is asked what every firm letter is asked."""
    with scope.of(creditor.pk):
        receivables = list(customer.receivable_set.values_list("pk", flat=True))
    reason = load_claims.objection(
        creditor,
        customer.pk,
        receivables,
        on=on,
        at=now,
        covered_min=deliver.covered_min(creditor, now, calendar_of(creditor.country, on)),
        rehearsal=not switches.is_live(creditor.pk),
    )
    # A pause is what such a talk leads to: it does not stand in the way of what was agreed in it.
    if reason and reason != "held":
        raise PaperObjected(customer=customer.name, reason=OBJECTIONS.get(reason, reason))
