"""Offers on the client's page: what runs now, what is enough to pay with one, and the review that a cashback wants.

An offer ends to the second: whoever comes later is told so and pays what is owed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from dunwell.core.money import Money
from dunwell.core.offers import OfferKind
from dunwell.engine import payqr
from dunwell.run import offers, platforms, portal, portal_transfer
from dunwell.run.portal import Visit
from dunwell.run.portal_transfer import Transfer
from dunwell.store import load_letters, pages, scope
from dunwell.store.models import OfferGrant
from dunwell.store.pages import Owed


@dataclass(frozen=True, slots=True)
class Card:
    """An offer as the page shows it; `pay` is empty where all is paid as usual."""

    number: int
    kind: str
    amount: str
    pay: str
    until: str
    ends_at: datetime
    invoice: str
    where: str
    has_review: bool


def cards(seen: Visit, locale: str) -> list[Card]:
    """The offers that run at this moment, the one that ends first in front."""
    with scope.of(seen.creditor.pk):
        owed = {one.receivable_id: one for one in pages.owed(seen.link, seen.on)}
    told = offers.told(seen.creditor, list(owed), seen.on, rehearsal=seen.link.rehearsal)
    alive = [
        one
        for one in told.values()
        # The review of a cashback may come after the payment; all else is for what is open.
        if (owed[one.receivable_id].open or one.offer.kind == OfferKind.CASHBACK)
        and (seen.link.rehearsal or seen.at <= one.ends_at)
    ]
    return [_card(seen, one, owed[one.receivable_id], locale) for one in sorted(alive, key=lambda one: one.ends_at)]


def card(seen: Visit, number: int, locale: str) -> tuple[Card, Transfer | None]:
    """One offer with how to pay with it. Raises `OfferEnded` after its last second."""
    found, owed = _live(seen, number)
    shown = _card(seen, found, owed, locale)
    accounts = load_letters.bank_accounts(seen.creditor.pk, seen.on)
    amount = enough(found, owed)
    with scope.of(seen.creditor.pk):
        transfer = portal_transfer.transfer_of(amount, accounts, [owed], portal.speech(seen, locale))
    return shown, transfer


def code(seen: Visit, number: int, locale: str) -> str:
    """The pay-QR of what is enough with an offer, as an SVG file; empty where there is none."""
    found, owed = _live(seen, number)
    amount = enough(found, owed)
    account = portal_transfer.account_of(amount, load_letters.bank_accounts(seen.creditor.pk, seen.on))
    data = payqr.payload(account, amount, portal_transfer.purpose([owed], amount.currency, locale)) if account else None
    return payqr.svg_file(data) if data else ""


def to_pay(seen: Visit, number: int) -> tuple[Money, int]:
    """What is enough with an offer at this moment, and the receivable it is for."""
    found, owed = _live(seen, number)
    return enough(found, owed), owed.receivable_id


def enough(grant: OfferGrant, owed: Owed) -> Money:
    off = grant.amount if grant.offer.kind == OfferKind.DISCOUNT else 0
    return Money(max(0, owed.open - off), owed.currency)


def _live(seen: Visit, number: int) -> tuple[OfferGrant, Owed]:
    with scope.of(seen.creditor.pk):
        opened = {one.receivable_id: one for one in pages.owed(seen.link, seen.on) if one.open}
    found = offers.live(seen.creditor, number, list(opened), seen.at, seen.on, rehearsal=seen.link.rehearsal)
    # The offer is for what is open of its invoice, today or later.
    return found, replace(opened[found.receivable_id], is_later=False)


def _card(seen: Visit, grant: OfferGrant, owed: Owed, locale: str) -> Card:
    said = portal.speech(seen, locale)
    kind = grant.offer.kind
    where = platforms.every()[grant.offer.platform].name[locale] if grant.offer.platform else ""
    return Card(
        number=grant.pk,
        kind=kind,
        amount=said.money(Money(grant.amount, grant.currency)),
        pay=said.money(enough(grant, owed)) if kind == OfferKind.DISCOUNT else "",
        until=said.until(grant.last_day),
        ends_at=grant.ends_at,
        invoice=said.number(owed.number),
        where=where,
        has_review=offers.has_review(seen.creditor, grant),
    )
