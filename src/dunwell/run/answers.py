"""A draft of the answer to a reply, in the client's language: words from content, sums from the ledger alone (I11).

It is shown to a person, who reads, changes and sends it; the program answers nobody by itself.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from dunwell.core.inbox import ProposalKind
from dunwell.core.money import Money, total_by_currency
from dunwell.engine import terms
from dunwell.store import inbox, load_letters, scope
from dunwell.store.models import ContactPoint, Creditor, ReplyProposal, Staff

LANGUAGES = ("ru", "bg", "en")
# The text for each thing that was asked of us.
TOPICS = {
    "request_document": "document",
    "request_payment_details": "payment_details",
    "request_instalments": "instalments",
    "request_extension": "extension",
}
UNANSWERED = (ProposalKind.STOP, ProposalKind.LOOK)
"""Who asks for silence gets it, and what no rule understands is answered by a person's own words."""


def draft(creditor: Creditor, number: int, *, on: date) -> str:
    """The answer to the reply that a proposal comes from, signed by whoever is there that day; empty where a person must find
    the words themselves.
    """
    with scope.of(creditor.pk):
        proposal = inbox.proposal(number)
        locale = _locale(creditor, proposal)
        words = _words(locale)
        text = _body(creditor, proposal)
        closing = f"{words['closing']}\n{_signature(creditor, proposal.customer.owner, locale, on)}"
        return "\n\n".join((_greeting(proposal, words), text, closing)) if text else ""


def body(creditor: Creditor, number: int) -> str:
    """The same without salutation and signature: what a letter frames by itself."""
    with scope.of(creditor.pk):
        return _body(creditor, inbox.proposal(number))


def _body(creditor: Creditor, proposal: ReplyProposal) -> str:
    kind = ProposalKind(proposal.kind)
    if kind in UNANSWERED:
        return ""
    locale = _locale(creditor, proposal)
    key = TOPICS.get(proposal.values.get("topic", ""), "question") if kind == ProposalKind.ANSWER else kind.value
    return _words(locale)[key].strip().format(**_values(proposal, locale))


def _locale(creditor: Creditor, proposal: ReplyProposal) -> str:
    wished = (proposal.customer.locale, creditor.locale, "en")
    return next(one for one in wished if one in LANGUAGES)


def _values(proposal: ReplyProposal, locale: str) -> dict[str, str]:
    """Numbers and sums as the ledger has them now; the day and the sum promised as the customer gave them."""
    opened = inbox.open_invoices(proposal.customer_id)
    named = set(proposal.values.get("invoices") or [one.number for one in opened])
    meant = [one for one in opened if one.number in named]
    sums = list(total_by_currency(Money(one.minor, one.currency) for one in meant).values())
    if proposal.values.get("amount") and meant:
        sums = [Money.parse(str(proposal.values["amount"]), meant[0].currency)]
    until = proposal.values.get("until")
    return {
        "invoices": ", ".join(one.number for one in meant),
        "sum": terms.moneys(sums, locale, ", ") if sums else "",
        "date": terms.long_date(date.fromisoformat(until), locale) if until else "",
        "address": str(proposal.values.get("address", "")),
    }


def _greeting(proposal: ReplyProposal, words: dict[str, str]) -> str:
    """By name only where we know who writes: an address book entry, never the name in the mail's own head."""
    point = ContactPoint.objects.filter(
        address__iexact=proposal.mail.content.sender, contact__customer=proposal.customer
    ).first()
    name = point.contact.given_name if point else ""
    return words["greeting"].format(name=name) if name else words["greeting_unknown"]


def _signature(creditor: Creditor, owner: str, locale: str, on: date) -> str:
    """As letters are signed: whoever looks after the customer, or who stands in and for whom."""
    found = load_letters.looks_after(creditor.pk, owner, on)
    if found is None:
        return creditor.name
    writer, absent = found
    stands_in = _words(locale)["stands_in"].format(name=_spelled(absent, locale)) if absent else ""
    return "\n".join(filter(None, (_spelled(writer, locale), stands_in, creditor.name)))


def _spelled(staff: Staff, locale: str) -> str:
    return str(staff.names_by_locale.get(locale, {}).get("name", staff.name))


@cache
def _words(locale: str) -> dict[str, str]:
    return tomllib.loads(files("dunwell.content.answers").joinpath(f"{locale}.toml").read_text("utf-8"))
