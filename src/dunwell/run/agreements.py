"""Terms sent to a customer for confirmation: proposed, read on a page, confirmed with one click, and from then on agreed.

Whoever confirms confirms what they read: the form carries the document's hash. Terms recorded from a contract or a mail need no
proposal (`run.rights.agree`). A newer proposal takes the place of an older one; confirming makes a new version.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from dunwell.core.claims import Party
from dunwell.core.page import LINK_DAYS
from dunwell.core.paper import Document
from dunwell.core.refusal import Refusal
from dunwell.engine import terms_paper
from dunwell.engine.terms_paper import TermsFacts
from dunwell.run import page_links, printing, rights, subjects
from dunwell.store import audit, load_claims, pages, scope, switches
from dunwell.store.models import Agreement, Creditor, Customer, TermsConfirmed, TermsProposal
from dunwell.store.pages import NewLink


class NothingProposed(Refusal):
    """There are no terms that wait to be confirmed."""


class TermsChanged(Refusal):
    """The terms have changed since they were read; here they are as they stand now."""


class WhoConfirms(Refusal):
    """The name of whoever confirms is needed."""


class NoPageAddress(Refusal):
    """Clients cannot open pages yet: set the public address with `dunwell page` first."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal to be read: the document, what confirming means, and the hash of what is read."""

    number: int
    document: Document
    confirmation: str
    digest: str


def propose(
    creditor: Creditor, customer: str | Customer, terms: Mapping[str, str], *, on: date, by: str, why: str = ""
) -> TermsProposal:
    """Write the next version down for confirmation; terms not named stay as they were agreed."""
    rights.check(creditor, terms)
    who = subjects.customer(creditor, customer)
    said = whole(creditor, who, terms, on)
    with scope.of(creditor.pk):
        made = TermsProposal.objects.create(
            creditor_id=creditor.pk,
            effective_on=on,
            by=by,
            why=why,
            customer=who,
            terms=said,
            locale=who.locale or creditor.locale,
            rehearsal=not switches.is_live(creditor.pk),
        )
        audit.link(creditor.pk, actor=by, kind="terms_proposed", subject=who.external_id, content=said)
    return made


def whole(creditor: Creditor, customer: Customer, terms: Mapping[str, str], on: date) -> dict[str, Any]:
    """Terms with those that stand already and are not named."""
    return load_claims.agreement(creditor.pk, customer.pk, on) | dict(terms)


def facts_of(creditor: Creditor, customer: Customer, terms: Mapping[str, Any], on: date) -> TermsFacts:
    """What a document of these terms says, in the customer's language."""
    return TermsFacts(_creditor(creditor), _customer(customer), terms, on, customer.locale or creditor.locale)


def address(creditor: Creditor, proposal: TermsProposal, *, by: str) -> str:
    """The link of the page where a proposal is read and confirmed, to be sent to the client."""
    base = page_links.base(creditor, live=not proposal.rehearsal)
    if not base:
        raise NoPageAddress
    link = NewLink(
        token=page_links.token(creditor.pk, "terms", proposal.pk),
        customer_id=proposal.customer_id,
        contact_id=None,
        person_key="",
        channel="email",
        receivables=(),
        later=(),
        shows_all=False,
        is_shared=True,
        locale=proposal.locale,
        look="plain",
        level=0,
        pay_by=None,
        last_day=proposal.effective_on + timedelta(LINK_DAYS),
        rehearsal=proposal.rehearsal,
    )
    pages.add(creditor.pk, [link], on=proposal.effective_on, by=by)
    return f"{base}/p/{link.token}/{proposal.locale}/terms"


def waiting(creditor: Creditor, customer_id: int, locale: str, *, rehearsal: bool) -> Proposed | None:
    """The newest proposal of a customer while nobody has confirmed it; call inside `scope.of`."""
    proposal = _waiting(customer_id, rehearsal=rehearsal)
    if proposal is None:
        return None
    facts = _facts(creditor, proposal, locale, proposal.effective_on)
    found = terms_paper.document(facts, words(locale))
    return Proposed(proposal.pk, found, terms_paper.confirmation(facts, words(locale)), _digest(found))


def confirm(
    creditor: Creditor, customer_id: int, locale: str, *, name: str, digest: str, on: date, rehearsal: bool
) -> TermsConfirmed:
    """A client confirms what they have read: it is agreed from this day, with the paper kept. In rehearsal nothing is agreed."""
    if not name.strip():
        raise WhoConfirms
    with scope.of(creditor.pk):
        found = waiting(creditor, customer_id, locale, rehearsal=rehearsal)
        if found is None:
            raise NothingProposed
        if found.digest != digest:
            raise TermsChanged
        proposal = TermsProposal.objects.get(pk=found.number)
        evidence = words_of(locale, "plan")["on_page"].format(name=name.strip())
        return _confirmed(creditor, proposal, locale, evidence, on=on, by="page", rehearsal=rehearsal)


def waits(customer_id: int, *, rehearsal: bool) -> bool:
    """Whether terms wait for a customer's word; call inside `scope.of`."""
    return _waiting(customer_id, rehearsal=rehearsal) is not None


def confirm_by_reply(creditor: Creditor, customer: Customer, *, words: str, on: date, by: str) -> TermsConfirmed:
    """A person read in a reply that the client agrees to the terms that wait: the same as if they had pressed the button."""
    rehearsal = not switches.is_live(creditor.pk)
    with scope.of(creditor.pk):
        proposal = _waiting(customer.pk, rehearsal=rehearsal)
        if proposal is None:
            raise NothingProposed
        return _confirmed(creditor, proposal, proposal.locale, f"e-mail: “{words}”", on=on, by=by, rehearsal=rehearsal)


def take_back(creditor: Creditor, customer: Customer, number: int, *, on: date, by: str, why: str) -> None:
    """It was not agreed after all: the terms of before stand again, as a new version."""
    with scope.of(creditor.pk):
        confirmed = TermsConfirmed.objects.select_related("agreement").get(pk=number)
        if confirmed.agreement is None:
            return
        before = Agreement.objects.filter(customer=customer, pk__lt=confirmed.agreement.pk).order_by("pk").last()
        old = dict(before.terms) if before else {}
        terms = {name: str(old.get(name, "")) for name in confirmed.agreement.terms}
        rights.agree(creditor, customer, terms, agreed_on=on, evidence=why or "taken back", on=on, by=by, why=why)


def printed(creditor: Creditor, customer: str, on: date) -> bytes:
    """The terms in force as PDF."""
    who = subjects.customer(creditor, customer)
    terms = load_claims.agreement(creditor.pk, who.pk, on)
    if not terms:
        raise NothingProposed
    facts = facts_of(creditor, who, terms, on)
    return printing.pdf(creditor, terms_paper.document(facts, words(facts.locale)))


def words(locale: str) -> Mapping[str, Any]:
    return words_of(locale, "terms")


@cache
def words_of(locale: str, table: str) -> Mapping[str, Any]:
    text = (files("dunwell") / "content" / "agreements" / f"{locale}.toml").read_text("utf-8")
    found: Mapping[str, Any] = tomllib.loads(text)[table]
    return found


def _confirmed(
    creditor: Creditor, proposal: TermsProposal, locale: str, evidence: str, *, on: date, by: str, rehearsal: bool
) -> TermsConfirmed:
    """The proposal is agreed from this day, with the paper kept. In rehearsal nothing is agreed."""
    agreement = None
    if not rehearsal:
        agreement = rights.agree(
            creditor,
            Customer.objects.get(pk=proposal.customer_id),
            proposal.terms,
            agreed_on=on,
            evidence=evidence,
            on=on,
            by=by,
            why=f"proposal {proposal.pk}",
        )
    printed = printing.pdf(
        creditor, terms_paper.document(_facts(creditor, proposal, locale, on, evidence), words(locale))
    )
    return TermsConfirmed.objects.create(
        creditor_id=creditor.pk,
        effective_on=on,
        by=by,
        proposal=proposal,
        agreement=agreement,
        evidence=evidence,
        sha256=hashlib.sha256(printed).hexdigest(),
        content=printed,
    )


def _waiting(customer_id: int, *, rehearsal: bool) -> TermsProposal | None:
    rows = TermsProposal.objects.filter(customer_id=customer_id).order_by("-pk")
    newest = (rows if rehearsal else rows.filter(rehearsal=False)).first()
    return newest if newest and not TermsConfirmed.objects.filter(proposal=newest).exists() else None


def _facts(creditor: Creditor, proposal: TermsProposal, locale: str, on: date, evidence: str = "") -> TermsFacts:
    customer = Customer.objects.get(pk=proposal.customer_id)
    return TermsFacts(_creditor(creditor), _customer(customer), proposal.terms, on, locale, evidence)


def _creditor(creditor: Creditor) -> Party:
    name = creditor.registered_name or creditor.name
    return Party(name, creditor.registration_number, creditor.tax_id, creditor.address)


def _customer(customer: Customer) -> Party:
    return Party(customer.name, customer.registration_number, customer.tax_id, customer.address)


def _digest(found: Document) -> str:
    return hashlib.sha256(repr(found).encode()).hexdigest()
