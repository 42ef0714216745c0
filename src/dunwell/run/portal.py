"""What a client's pay page shows: the link, what is owed by it on a day, how it can be paid, and what was said already.

Everything is read anew at each look, and every sum comes from the ledger (I11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.engine import payqr, terms
from dunwell.run import deadlines, instalments_standing
from dunwell.run.portal_speech import Speech, terms_of
from dunwell.run.portal_transfer import Transfer, account_of, purpose, sums, transfer_of
from dunwell.store import load_letters, load_papers, pages, scope
from dunwell.store.models import ContactPoint, Creditor, Customer, Deadline, PageLink, Run
from dunwell.store.pages import Owed

LOCALES = ("ru", "bg", "en")
ITEMS_MAX = 100
"""More invoices than this on one page help nobody; the sums are always whole."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A link that was found, whose it is, and the day it is looked at."""

    token: str
    link: PageLink
    creditor: Creditor
    on: date
    at: datetime
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What a request before work says of its days; empty where nothing is said. `ends_at` is the last second of the first day."""

    until: str
    starts: str
    later: str
    price_until: str
    price_after: str
    reason: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One invoice or instalment as the page shows it; `state` is open, accepted, paid, promised, planned, claimed, disputed, later or cancelled."""

    receivable_id: int
    title: str
    what_for: str
    issued: str
    due: str
    due_on: str
    is_overdue: bool
    overdue: str
    open: str  # what is asked for now, where an agreed schedule asks for less than the whole
    whole: str
    original: str
    is_part_paid: bool
    disputed: str
    is_credited: bool
    state: str
    day: str  # the day that goes with the state: promised for, or checked until
    lines: tuple[tuple[str, str], ...]
    is_request: bool
    is_accepted: bool
    place: Place | None
    open_minor: int
    currency: str

    @property
    def is_payable(self) -> bool:
        return self.open_minor > 0


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers for the creditor."""

    name: str
    role: str
    phone: str
    email: str
    has_photo: bool = False
    stands_in_for: str = ""

    @property
    def initials(self) -> str:
        return "".join(word[:1] for word in self.name.split()[:2]).upper()

    @property
    def dial(self) -> str:
        return re.sub(r"[^+0-9]", "", self.phone)


@dataclass(frozen=True, slots=True)
class Page:
    """One look at a link."""

    locale: str
    look: str
    is_rehearsal: bool
    creditor: str
    registered: str
    customer: str
    is_business: bool
    person: Person
    items: tuple[Item, ...]
    more: int  # invoices that are not listed one by one
    totals: tuple[str, ...]  # to be paid now, one a currency
    currencies: tuple[str, ...]  # theirs
    credit: tuple[str, ...]
    pay_by: str  # the day the message asks for, while it has not passed
    has_money_waiting: bool
    transfers: tuple[Transfer, ...]
    has_logo: bool
    reader: str  # the reader's address, half hidden
    may_stop: bool

    @property
    def payable(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_payable)

    @property
    def payable_currency(self) -> str:
        """The currency of what is open; of several all, as `EUR / USD`."""
        return " / ".join(dict.fromkeys(item.currency for item in self.payable))

    @property
    def standing(self) -> Item | None:
        """What was agreed of the whole: the first item's state, where all that is open stands in that state."""
        states = {item.state for item in self.payable}
        return self.payable[0] if len(states) == 1 else None

    @property
    def is_settled(self) -> bool:
        return not self.payable and not any(item.state == "disputed" for item in self.items)

    @property
    def may_accept(self) -> bool:
        return any(item.is_request and not item.is_accepted for item in self.payable)

    @property
    def has_later(self) -> bool:
        return any(item.state == "later" for item in self.items)


def visit(token: str, now: datetime) -> Visit | None:
    """The link of a token; None where there is none. A closed one is still known, so that its reader can ask for another."""
    link = pages.find(token)
    if link is None:
        return None
    creditor = Creditor.objects.get(pk=link.creditor_id)
    with scope.of(creditor.pk):
        on = _day(link, creditor, now)
        return Visit(token, link, creditor, on, now, is_closed=on > link.last_day or pages.is_ended(link))


def opened(seen: Visit, *, is_robot: bool) -> None:
    pages.opened(seen.link, is_robot=is_robot, on=seen.on)


def page(seen: Visit, locale: str) -> Page:
    """All that the page of an open link shows, in one language."""
    creditor, link = seen.creditor, seen.link
    accounts = load_letters.bank_accounts(creditor.pk, seen.on)
    with scope.of(creditor.pk):
        owed = owed_by(link, seen.on)
        lines = pages.lines([one.invoice_id for one in owed])
        told = _deadlines(seen, owed)
        customer = Customer.objects.get(pk=link.customer_id)
        said = speech(seen, locale)
        to_pay, credit = sums(owed, pages.credit(customer.pk))
        return Page(
            locale=locale,
            look=link.look or "plain",
            is_rehearsal=link.rehearsal,
            creditor=creditor.name,
            registered=_registered(creditor, said),
            customer=customer.name,
            is_business=customer.kind == "business",
            person=_person(creditor, customer, locale, seen.on),
            has_logo=bool(load_papers.logo(creditor.pk)),
            items=tuple(
                _item(one, lines.get(one.invoice_id, []), told.get(one.invoice_id, {}), said)
                for one in owed[:ITEMS_MAX]
            ),
            more=max(0, len(owed) - ITEMS_MAX),
            totals=tuple(said.money(amount) for amount in to_pay),
            currencies=tuple(amount.currency for amount in to_pay),
            credit=tuple(said.money(amount) for amount in credit),
            pay_by=said.until(link.pay_by) if link.pay_by and link.pay_by >= seen.on else "",
            has_money_waiting=pages.has_unmatched_money(link),
            transfers=tuple(one for amount in to_pay if (one := transfer_of(amount, accounts, owed, said))),
            reader=_reader(link),
            may_stop=bool(link.person_key) and not link.is_shared,
        )


def owed_by(link: PageLink, on: date) -> list[Owed]:
    """What a link shows; of what an agreed schedule holds, its next payment is asked for and nothing more. Call inside `scope.of`."""
    found = pages.owed(link, on)
    payments = instalments_standing.next_payments(link.creditor_id, link.customer_id, on, rehearsal=link.rehearsal)
    left = {payment.plan: payment.left for payment in payments.values()}
    shown = []
    for one in found:
        payment = payments.get(one.receivable_id)
        if payment and one.open:
            share = min(one.open, left[payment.plan])
            left[payment.plan] -= share
            one = replace(one, payment_on=payment.on, payment_left=share, is_later=False)
        shown.append(one)
    return shown


def code(seen: Visit, locale: str, currency: str) -> str:
    """The pay-QR of what is open in a currency, as an SVG file; empty where no standard covers it or nothing is open."""
    data = _code(seen, locale, currency)
    return payqr.svg_file(data) if data else ""


def inline_code(seen: Visit, locale: str, currency: str) -> str:
    """The same as SVG to be put into a document."""
    data = _code(seen, locale, currency)
    return payqr.svg(data) if data else ""


def _code(seen: Visit, locale: str, currency: str) -> bytes | None:
    accounts = load_letters.bank_accounts(seen.creditor.pk, seen.on)
    with scope.of(seen.creditor.pk):
        owed = owed_by(seen.link, seen.on)
        to_pay, _ = sums(owed, pages.credit(seen.link.customer_id))
    amount = next((one for one in to_pay if one.currency == currency), None)
    account = account_of(amount, accounts) if amount else None
    if amount is None or account is None:
        return None
    return payqr.payload(account, amount, purpose(owed, currency, locale))


def photo(seen: Visit) -> bytes:
    """The picture of the person who looks after the link's customer; empty where there is none."""
    with scope.of(seen.creditor.pk):
        owner = Customer.objects.values_list("owner", flat=True).get(pk=seen.link.customer_id)
        found = load_letters.looks_after(seen.creditor.pk, owner, seen.on)
    return bytes(found[0].photo) if found and found[0].photo else b""


def logo(seen: Visit) -> bytes:
    """The creditor's picture as PNG; empty where there is none."""
    return load_papers.logo(seen.creditor.pk)


def speech(seen: Visit, locale: str) -> Speech:
    return Speech(terms_of(locale), seen.on)


def _day(link: PageLink, creditor: Creditor, now: datetime) -> date:
    """Live, today where the creditor is. A rehearsal lives on the day of its last run: its page must not know a later one."""
    if not link.rehearsal:
        return now.astimezone(ZoneInfo(creditor.timezone)).date()
    last = Run.objects.filter(rehearsal=True).order_by("-effective_on").values_list("effective_on", flat=True).first()
    return max(link.effective_on, last or link.effective_on)


def _deadlines(seen: Visit, owed: list[Owed]) -> dict[int, dict[str, Deadline]]:
    """What runs at this moment; live, to the second."""
    requests = [one.invoice_id for one in owed if one.kind == DocumentKind.REQUEST]
    told = deadlines.told(seen.creditor, requests, seen.on, rehearsal=seen.link.rehearsal) if requests else {}
    is_live = not seen.link.rehearsal
    return {
        invoice: {kind: one for kind, one in kinds.items() if not (is_live and seen.at > one.ends_at)}
        for invoice, kinds in told.items()
    }


def _place_of(one: Owed, told: dict[str, Deadline], speech: Speech) -> Place | None:
    place, price = told.get("place"), told.get("price")
    if not told or not one.open:
        return None
    return Place(
        until=speech.until(place.last_day) if place else "",
        starts=speech.on_day(place.starts_on) if place and place.starts_on else "",
        later=speech.brief(place.later_start) if place and place.later_start else "",
        price_until=speech.until(price.last_day) if price else "",
        price_after=speech.money(Money(price.new_total, one.currency)) if price and price.new_total else "",
        reason=terms.clean(price.evidence) if price else "",
        ends_at=min(each.ends_at for each in told.values()),
    )


def _item(one: Owed, lines: list[tuple[str, int]], told: dict[str, Deadline], speech: Speech) -> Item:
    labels = speech.terms.labels
    is_request = one.kind == DocumentKind.REQUEST
    title = f"{labels['request' if is_request else 'invoice']} {speech.number(one.number)}"
    if one.instalments > 1:
        title += f" · {one.instalment}/{one.instalments}"
    due = one.valid_until if is_request else one.payment_on or one.due_date
    late = (speech.on - due).days if due and not (is_request or one.payment_on) and one.asked else 0
    state, day = _state(one)
    return Item(
        receivable_id=one.receivable_id,
        title=title,
        what_for=terms.clean(one.what_for),
        issued=speech.brief(one.issue_date),
        due=speech.day(due) if due else "",
        due_on=speech.on_day(due) if due else "",
        is_overdue=late > 0,
        overdue=speech.days(late) if late > 0 else "",
        open=speech.money(Money(one.asked if one.payment_on else one.open, one.currency)),
        whole=speech.money(Money(one.open, one.currency)),
        original=speech.money(Money(one.amount, one.currency)),
        is_part_paid=0 < one.balance < one.amount,
        disputed=speech.money(Money(one.disputed, one.currency)) if one.disputed else "",
        is_credited=one.is_credited,
        state=state,
        day=speech.day(day) if day else "",
        lines=tuple((terms.clean(text), speech.money(Money(amount, one.currency))) for text, amount in lines),
        is_request=is_request,
        is_accepted=one.accepted_on is not None,
        place=_place_of(one, told, speech),
        open_minor=one.asked,
        currency=one.currency,
    )


def _state(one: Owed) -> tuple[str, date | None]:
    if one.is_cancelled:
        return "cancelled", None
    if one.balance <= 0:
        return "paid", None
    if not one.open:
        return "disputed", None
    if one.payment_on:
        return "planned", one.payment_on
    if one.is_later:
        return "later", None
    if one.claimed_until:
        return "claimed", one.claimed_until
    if one.promised_for:
        return "promised", one.promised_for
    return ("accepted", one.accepted_on) if one.accepted_on else ("open", None)


def _registered(creditor: Creditor, speech: Speech) -> str:
    labels, number = speech.terms.labels, terms.clean(creditor.tax_id)
    tax = labels["vat_id" if number[:2].isalpha() else "tax_id"].format(tax_id=number) if number else ""
    address = f", {terms.clean(creditor.address)}" if creditor.address else ""
    return f"{terms.clean(creditor.registered_name)}{tax}{address}"


def _person(creditor: Creditor, customer: Customer, locale: str, on: date) -> Person:
    signs = load_letters.looks_after(creditor.pk, customer.owner, on)
    if signs is None:
        return Person(creditor.name, "", "", creditor.reply_address)
    found, absent = signs
    spelled = found.names_by_locale.get(locale, {})
    return Person(
        name=spelled.get("name", found.name),
        role=spelled.get("title", found.title if locale == creditor.locale else ""),
        phone=found.phone,
        email=found.email or creditor.reply_address,
        has_photo=found.photo is not None,
        stands_in_for=absent.names_by_locale.get(locale, {}).get("name", absent.name) if absent else "",
    )


def _reader(link: PageLink) -> str:
    """`a…@client.example`: enough for its owner to know it, too little for anybody else."""
    point = ContactPoint.objects.filter(contact=link.contact_id, person_key=link.person_key).order_by("pk").first()
    if link.contact_id is None or point is None:
        return ""
    box, _, domain = point.address.rpartition("@")
    return f"{box[:1]}…@{domain}" if box else f"…{point.address[-3:]}"
