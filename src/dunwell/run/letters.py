"""From the plan's actions to drafts: the facts of each letter are gathered from the ledger, the engine writes it.

One letter per action. What cannot be written (a text missing in a language, an account that is not valid) is a finding, and
nothing goes out for it. The sums are those of the plan, which are the ledger's (I11).
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import polars as pl

from dunwell.core import reference
from dunwell.core.calendar import Calendar
from dunwell.core.frames import Portfolio, Proposal
from dunwell.core.ledger import CustomerKind, DocumentKind, TaskKind
from dunwell.core.message import (
    TASK_KEYS,
    BankAccount,
    Consequence,
    ContactMade,
    CreditorFacts,
    CustomerFacts,
    Draft,
    ItemFacts,
    LetterFacts,
    Message,
    OfferFacts,
    OrderFacts,
    PaymentFacts,
    ReaderFacts,
    StepFacts,
    WriterFacts,
)
from dunwell.core.money import Money, total_by_currency
from dunwell.core.offers import OfferKind
from dunwell.core.policy import Step
from dunwell.core.rates import Limitation
from dunwell.core.reasons import SEPARATOR
from dunwell.core.reference import Names
from dunwell.core.refusal import Finding
from dunwell.core.rights import Right
from dunwell.engine import mime, preflight, render
from dunwell.engine.render import Pack
from dunwell.run import deadlines, limitations, offers, packs, page_links, platforms, reply_address
from dunwell.run.page_links import Pages
from dunwell.store import load_letters
from dunwell.store.enqueue import DraftRecipient
from dunwell.store.load_letters import Details, Row
from dunwell.store.models import Creditor, Deadline, OfferGrant, Staff
from dunwell.store.pages import NewLink

MONTH_END_DAYS = 8
"""The reason "we are closing the month" is true in the last days of a month, for a day within it."""
HISTORY_MAX = 4
THREAD_MAX = 5
ASSUMED_PHONE = "+10000000000"
_BROKE = {"promise_broken", "promise_kept_in_part"}


@dataclass(frozen=True, slots=True)
class Letter:
    """One written letter with what the outbox needs to know of it; or the finding that says why there is none."""

    action: Row
    items: tuple[Row, ...]
    facts: LetterFacts
    draft: Draft | None
    message: Message | None
    mime: bytes | None  # the final bytes without `Date`, which is written at sending
    recipients: tuple[DraftRecipient, ...]
    findings: tuple[Finding, ...]
    link: NewLink | None = None  # of the page that the letter names


def write(
    creditor: Creditor,
    portfolio: Portfolio,
    proposal: Proposal,
    *,
    rehearsal: bool,
    said: Mapping[str, Any] | None = None,
    thread: tuple[str, ...] = (),
) -> Iterator[Letter]:
    """A letter for every action that is a message, and the text of every task that has one, in the order of the plan.

    `said` are facts of the letter that no ledger knows but a person named, `thread` the Message-IDs of what it answers, the
    last one nearest.
    """
    is_written = (
        pl.col("task").is_null() | pl.col("content").is_in(TASK_KEYS) | (pl.col("task") == TaskKind.LETTER.value)
    )
    actions = proposal.actions.filter(is_written)
    if actions.is_empty():
        return
    items = proposal.items.join(actions.select("action_id"), on="action_id", how="semi")
    found = load_letters.details(
        creditor.pk,
        proposal.as_of,
        customers=actions["customer_id"].unique().to_list(),
        receivables=items["receivable_id"].unique().to_list(),
        rehearsal=rehearsal,
    )
    found = replace(found, contacts={**found.contacts, **_assumed(actions)})
    desk = _desk(
        creditor, portfolio, proposal.as_of, found, page_links.of(creditor, proposal.as_of, live=not rehearsal)
    )
    by_action: dict[int, list[Row]] = {}
    for item in items.iter_rows(named=True):
        # The plan names no sum for what it gives thanks for; the outbox keeps the receivable's currency all the same.
        currency = item["currency"] or found.receivables[item["receivable_id"]]["currency"]
        by_action.setdefault(item["action_id"], []).append(item | {"currency": currency})
    for action in actions.iter_rows(named=True):
        mine = tuple(by_action.get(action["action_id"], ()))
        yield _letter(desk, action, mine, live=not rehearsal, said=said or {}, answers=thread)


def key_of(creditor_id: int, action: Row, items: tuple[Row, ...], slot: date, content_hash: str, *, live: bool) -> str:
    """The message's key: slot + step set + content hash, hashed; the same letter of the same day always has the same key.

    A rehearsed letter has another one: it was never sent, and does not stand in the way of the real one.
    """
    steps = sorted(f"{item['receivable_id']}:{item['step']}" for item in items if item["step"])
    parts = [
        str(creditor_id),
        str(action["customer_id"]),
        slot.isoformat(),
        action["purpose"],
        *steps,
        content_hash,
        "live" if live else "rehearsal",
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def account_facts(one: load_letters.BankAccount) -> BankAccount:
    """A stored account as letters and pages name it."""
    return BankAccount(
        currency=one.currency,
        holder=one.holder,
        bank_name=one.bank,
        iban=one.iban,
        bic=one.bic,
        account=one.account,
        corr_account=one.correspondent,
        inn=one.tax_id,
        kpp=one.kpp,
    )


@dataclass(frozen=True)
class _Desk:
    """What all letters of one run share."""

    creditor: Creditor
    facts: CreditorFacts
    staff: dict[str, Staff]
    usual_writer: Staff | None
    pack: Pack
    portfolio: Portfolio
    found: Details
    pages: Pages
    offers: dict[int, OfferGrant]
    deadlines: dict[int, dict[str, Deadline]]  # by request and kind
    limitation: Limitation | None
    broken: frozenset[int]  # receivables of which a promise was broken
    as_of: date


def _desk(creditor: Creditor, portfolio: Portfolio, as_of: date, found: Details, pages: Pages) -> _Desk:
    accounts = tuple(account_facts(one) for one in load_letters.bank_accounts(creditor.pk, as_of))
    staff = load_letters.staff(creditor.pk)
    overrides = load_letters.overrides(creditor.pk)
    return _Desk(
        creditor=creditor,
        facts=CreditorFacts(
            trade_name=creditor.name,
            registered_name=creditor.registered_name,
            tax_id=creditor.tax_id,
            address=creditor.address,
            accounts=accounts,
        ),
        staff={one.name: one for one in staff},
        usual_writer=staff[0] if staff else None,
        pack=_pack(tuple(sorted(overrides.items()))),
        portfolio=portfolio,
        found=found,
        pages=pages,
        offers=offers.told(creditor, list(found.receivables), as_of, rehearsal=not pages.live),
        deadlines=deadlines.told(creditor, _requests(found), as_of, rehearsal=not pages.live),
        limitation=limitations.of(creditor),
        broken=frozenset(
            portfolio.pauses.filter(pl.col("reason").is_in(("broken", "broken_in_part")))["receivable_id"].drop_nulls()
        ),
        as_of=as_of,
    )


@lru_cache(maxsize=4)
def _pack(overrides: tuple[tuple[packs.Place, tuple[str, int]], ...]) -> Pack:
    """The shipped texts with the creditor's own, cut once: a mailing asks for them again with every job."""
    return render.prepare(packs.with_overrides(packs.standard(), dict(overrides)))


def _letter(
    desk: _Desk,
    action: Row,
    items: tuple[Row, ...],
    *,
    live: bool,
    said: Mapping[str, Any],
    answers: tuple[str, ...],
) -> Letter:
    facts = replace(_facts(desk, action, items), **said)
    if link := _link(desk, action, items, facts):
        facts = replace(facts, page_link=desk.pages.address(link))
    composed = render.compose(facts, desk.pack)
    if isinstance(composed, Finding):
        return Letter(action, items, facts, None, None, None, (), (composed,))
    if action["task"]:
        return Letter(action, items, facts, composed, None, None, (), ())
    works = _calendar(desk, action).is_business_day
    findings = preflight.preflight(composed, facts, works, live=live)
    if findings:
        return Letter(action, items, facts, composed, None, None, (), findings)
    key = key_of(desk.creditor.pk, action, items, desk.as_of, composed.content_hash, live=live)
    thread = answers or _thread(desk, items)
    message = Message(
        draft=composed,
        key=key,
        message_id=f"<{key[:40]}@{_domain(facts.writer.email or facts.reply_to)}>",
        in_reply_to=thread[-1] if thread else "",
        references=thread,
        unsubscribe_mailto=f"{facts.reply_to}?subject=STOP" if facts.reply_to else "",
        unsubscribe_url=desk.pages.stop_address(link),
    )
    raw = mime.assemble(message)[len(mime.DATE_SLOT) :] if facts.channel == "email" else None
    return Letter(action, items, facts, composed, message, raw, _recipients(desk, action), (), link)


def _link(desk: _Desk, action: Row, items: tuple[Row, ...], facts: LetterFacts) -> NewLink | None:
    recipients = _recipients(desk, action)
    return desk.pages.link(
        action,
        items,
        look=facts.step.look,
        readers=[reader.role for reader in (facts.reader, *facts.copies)],
        person_key=recipients[0].person_key if recipients else "",
        is_person=facts.customer.kind == "person" and not facts.copies,
    )


def _assumed(actions: pl.DataFrame) -> dict[int, Row]:
    """The contacts that a rehearsal assumes, by their negative numbers: nobody's address, so that the letter can be looked at."""
    nameless = dict.fromkeys(("given_name", "family_name", "patronymic", "gender", "role"), "")
    return {
        row["contact_id"]: {
            **nameless,
            "points": [
                {
                    "channel": row["channel"],
                    "address": f"customer-{row['customer_id']}@assumed.example"
                    if row["channel"] == "email"
                    else ASSUMED_PHONE,
                    "person_key": f"assumed {row['customer_id']}",
                }
            ],
        }
        for row in actions.filter(pl.col("contact_id") < 0).iter_rows(named=True)
    }


def _recipients(desk: _Desk, action: Row) -> tuple[DraftRecipient, ...]:
    named = [(action["contact_id"], False), *((one, True) for one in action["copies"] or ())]
    points = {
        contact: point
        for contact, _ in named
        if contact in desk.found.contacts
        for point in reversed(desk.found.contacts[contact]["points"])
        if point["channel"] == action["channel"]
    }
    return tuple(
        DraftRecipient(
            contact if contact > 0 else None, points[contact]["person_key"], points[contact]["address"], copy
        )
        for contact, copy in named
        if contact in points
    )


def _facts(desk: _Desk, action: Row, items: tuple[Row, ...]) -> LetterFacts:
    found, customer = desk.found, desk.found.customers[action["customer_id"]]
    asked = tuple(_item(desk, item, action["level"]) for item in items if item["part"] in ("asked", "listed", "told"))
    later = tuple(_item(desk, item, 0) for item in items if item["part"] == "not_due")
    thanked = tuple(desk.found.receivables[item["receivable_id"]] for item in items if item["part"] == "thanked")
    totals = total_by_currency(item.balance for item in asked)
    credit = total_by_currency(
        Money(item["credit"], item["currency"])
        for item in items
        if item["credit"] and item["part"] in ("asked", "listed")
    )
    writer = _writer(desk, customer, action["locale"])
    reply_to = reply_address.of(desk.creditor, action["customer_id"], writer.email)
    is_told_of = thanked or any(item["part"] == "told" for item in items)
    payment = _settled_by(found, items) if is_told_of else found.payments.get(action["customer_id"])
    step = _step(desk, action)
    pay_by = action["pay_by"]
    to_pay = tuple(total - credit[code] if code in credit else total for code, total in totals.items())
    return LetterFacts(
        as_of=desk.as_of,
        locale=action["locale"],
        channel=_channel(action),
        creditor=desk.facts,
        writer=writer,
        customer=CustomerFacts(
            name=customer["name"], kind=customer["kind"], country=customer["country"], number=customer["external_id"]
        ),
        reader=_reader(found.contacts.get(action["contact_id"])),
        step=StepFacts(
            content_key=action["content"],
            level=action["level"],
            tone=step.tone if step else "",
            look=str(step.look) if step else "",
        ),
        items=asked,
        not_due=later,
        totals=tuple(totals.values()),
        credit=tuple(credit.values()),
        to_pay=to_pay,
        pay_by=pay_by,
        history=_history(desk, items),
        last_payment=_payment(payment, thanked),
        reason="month_end" if _closes_month(desk.as_of, pay_by) else "",
        # The ladder stops at once when money comes: said where there is a chase that could stop.
        benefit="no_more_letters" if any(item.days_overdue for item in asked) else "",
        consequence=_consequence(desk, action, step),
        offer=_offer(desk, action, items, to_pay),
        promised_for=_broken_promise(desk, action, items),
        promise_kept_in_part="promise_kept_in_part" in (action["reasons"] or "").split(SEPARATOR),
        order=_order(desk, items),
        reply_to=reply_to,
        unsubscribe="",
        reference=_reference(desk, action["customer_id"], items),
        copies=tuple(_reader(found.contacts.get(one)) for one in action["copies"] or ()),
        rights=_rights(desk, action, items),
        interest_basis=str(found.agreed.get(action["customer_id"], {}).get("late_payment_ref", "")),
    )


def _step(desk: _Desk, action: Row) -> Step | None:
    """The policy's step that gives the text; a thank-you and news have none."""
    if action["policy"] is None:
        return None
    policy = desk.portfolio.policies[action["policy"]]
    return next((one for one in (*policy.steps, policy.wake_up) if one and one.name == action["step"]), None)


def _channel(action: Row) -> str:
    """How the words are set: a letter to print like a letter, a script of another task for our own people."""
    if action["task"] == TaskKind.LETTER:
        return TaskKind.LETTER.value
    return "task" if action["task"] else str(action["channel"])


def _item(desk: _Desk, item: Row, level: int) -> ItemFacts:
    row = desk.found.receivables[item["receivable_id"]]
    due = row["due_date"] or row["valid_until"] or row["issue_date"]
    is_request = row["kind"] == "request"
    balance, original = Money(item["amount"], row["currency"]), Money(row["amount"], row["currency"])
    return ItemFacts(
        number=row["number"],
        issue_date=row["issue_date"],
        due_date=due,
        balance=balance,
        original=original,
        what_for=row["what_for"],
        days_overdue=0 if is_request else max(0, (desk.as_of - due).days),
        level=level,
        state="part_paid" if balance < original else "open",
        charges=Money(row["charges"], row["currency"]) if row["charges"] > 0 else None,
    )


def _rights(desk: _Desk, action: Row, items: tuple[Row, ...]) -> frozenset[Right]:
    """What the letter may say the creditor is entitled to, for every document in it; of a natural person nothing.

    A penalty: charged already, or agreed, wanted by the policy, and in time. Stopping work: agreed. Court is the claim's word.
    """
    rows = [desk.found.receivables[item["receivable_id"]] for item in items if item["part"] in ("asked", "listed")]
    if desk.found.customers[action["customer_id"]]["kind"] == CustomerKind.PERSON or not rows:
        return frozenset()
    terms = desk.found.agreed.get(action["customer_id"], {})
    in_time = all(_in_time(desk, row) for row in rows)
    held = set()
    if in_time and (
        any(row["charges"] > 0 for row in rows)
        or (terms.get("late_payment") and desk.portfolio.policies[action["policy"]].interest)
    ):
        held.add(Right.INTEREST)
    if terms.get("stop_work"):
        held.add(Right.STOP_WORK)
    return frozenset(held)


def _in_time(desk: _Desk, row: Row) -> bool:
    """After the limitation nobody speaks of interest; an unknown one is taken as over."""
    if row["due_date"] is None or row["kind"] != DocumentKind.INVOICE:
        return False
    return desk.limitation is not None and desk.as_of <= desk.limitation.last_day(
        row["due_date"], row["acknowledged_on"]
    )


def _writer(desk: _Desk, customer: Row, locale: str) -> WriterFacts:
    staff = desk.staff.get(customer["owner"]) or desk.usual_writer
    if staff is None:
        return WriterFacts(name=desk.creditor.name, email=desk.creditor.reply_address)
    spelled = staff.names_by_locale.get(locale, {})
    return WriterFacts(
        name=spelled.get("name", staff.name),
        email=staff.email or desk.creditor.reply_address,
        phone=staff.phone,
        gender=staff.gender,
        photo=bytes(staff.photo or b""),
        role=spelled.get("title", staff.title if locale == desk.creditor.locale else ""),
    )


def _reader(contact: Row | None) -> ReaderFacts:
    if contact is None:
        return ReaderFacts()
    points = {point["channel"]: point["address"] for point in contact["points"] if point["channel"]}
    return ReaderFacts(
        email=points.get("email", ""),
        phone=points.get("sms", points.get("call", "")),
        given_name=contact["given_name"],
        family_name=contact["family_name"],
        patronymic=contact["patronymic"],
        gender=contact["gender"],
        role=contact["role"],
    )


def _history(desk: _Desk, items: tuple[Row, ...]) -> tuple[ContactMade, ...]:
    made = {
        ContactMade(entry["on"], entry["channel"])
        for item in items
        if item["part"] == "asked"
        for entry in desk.found.history.get(item["receivable_id"], ())
        if entry["on"] < desk.as_of
    }
    return tuple(sorted(made, key=lambda one: one.on)[-HISTORY_MAX:])


def _thread(desk: _Desk, items: tuple[Row, ...]) -> tuple[str, ...]:
    """Message-IDs of earlier letters about the same invoices, oldest first."""
    earlier = {
        entry["message_id"]: entry["on"]
        for item in items
        for entry in desk.found.history.get(item["receivable_id"], ())
        if entry["message_id"]
    }
    return tuple(sorted(earlier, key=lambda one: (earlier[one], one))[-THREAD_MAX:])


def _settled_by(found: Details, items: tuple[Row, ...]) -> Row | None:
    """The payment that a thank-you is for: the newest of those that settled what it names."""
    rows = [found.settling[item["receivable_id"]] for item in items if item["receivable_id"] in found.settling]
    return max(rows, key=lambda row: (row["on"], row["id"]), default=None)


def _payment(row: Row | None, thanked: tuple[Row, ...]) -> PaymentFacts | None:
    if row is None:
        return None
    return PaymentFacts(
        paid_on=row["on"],
        amount=Money(row["amount"], row["currency"]),
        in_time=row["in_time"],
        as_promised=row.get("as_promised", False),
        invoice_numbers=tuple(one["number"] for one in thanked),
    )


def _broken_promise(desk: _Desk, action: Row, items: tuple[Row, ...]) -> date | None:
    """The day that the promise named which the plan says was broken since the last letter."""
    if not _BROKE & set((action["reasons"] or "").split(SEPARATOR)):
        return None
    days = desk.found.promised
    asked = {item["receivable_id"] for item in items if item["part"] == "asked"}
    return max((days[one] for one in asked & desk.broken & days.keys()), default=None)


def _consequence(desk: _Desk, action: Row, step: Step | None) -> Consequence | None:
    """What the policy does next where that is a call: said beforehand, with its day (I16)."""
    if step is None or action["pay_by"] is None:
        return None
    steps = desk.portfolio.policies[action["policy"]].steps
    following = next((after for one, after in pairwise(steps) if one is step), None)
    if following is None or following.task != TaskKind.CALL or following.anchor != step.anchor:
        return None
    on = desk.as_of + timedelta(following.offset_days - step.offset_days)
    starts_on = preflight.working_day_on_or_after(on, _calendar(desk, action).is_business_day)
    return Consequence("person_calls", starts_on) if starts_on > action["pay_by"] else None


def _offer(desk: _Desk, action: Row, items: tuple[Row, ...], to_pay: tuple[Money, ...]) -> OfferFacts | None:
    """The offer that ends first among those on what is asked for."""
    asked = {item["receivable_id"] for item in items if item["part"] in ("asked", "listed")}
    found = min((desk.offers[one] for one in asked & desk.offers.keys()), key=lambda one: one.last_day, default=None)
    if found is None:
        return None
    amount = Money(found.amount, found.currency)
    pay = next((one - amount for one in to_pay if one.currency == amount.currency and amount < one), None)
    number = desk.found.receivables[found.receivable_id]["number"]
    where = platforms.every()[found.offer.platform].name[action["locale"]] if found.offer.platform else ""
    is_off_this = found.offer.kind == OfferKind.DISCOUNT
    if is_off_this and pay is None:
        return None
    return OfferFacts(found.offer.kind, amount, found.last_day, number, pay if is_off_this else None, where)


def _order(desk: _Desk, items: tuple[Row, ...]) -> OrderFacts | None:
    rows = [desk.found.receivables[item["receivable_id"]] for item in items if item["part"] == "asked"]
    requests = [row for row in rows if row["kind"] == "request" and row["valid_until"]]
    if not requests:
        return None
    first = min(requests, key=lambda row: row["valid_until"])
    told = desk.deadlines.get(first["invoice_id"], {})
    place, price = told.get("place"), told.get("price")
    is_alone = len(requests) == 1
    return OrderFacts(
        valid_until=first["valid_until"],
        start_if_paid=place.starts_on if place and is_alone else None,
        next_free_start=place.later_start if place and is_alone else None,
        price_until=price.last_day if price and is_alone else None,
        price_after=Money(price.new_total or 0, first["currency"]) if price and is_alone else None,
        price_reason=price.evidence if price and is_alone else "",
    )


def _requests(found: Details) -> list[int]:
    return [row["invoice_id"] for row in found.receivables.values() if row["kind"] == DocumentKind.REQUEST]


def _reference(desk: _Desk, customer_id: int, items: tuple[Row, ...]) -> str:
    """What the payer is asked to quote: what the document itself asks for, else our own reference of the invoice; of several
    invoices that of the customer.
    """
    rows = [desk.found.receivables[item["receivable_id"]] for item in items if item["part"] in ("asked", "listed")]
    own = {row["reference"] or reference.written(Names.INVOICE, row["invoice_id"]) for row in rows}
    if len(own) > 1:
        return reference.written(Names.CUSTOMER, customer_id)
    return own.pop() if own else ""


def _closes_month(as_of: date, pay_by: date | None) -> bool:
    last = calendar.monthrange(as_of.year, as_of.month)[1]
    in_time = pay_by is not None and (pay_by.year, pay_by.month) == (as_of.year, as_of.month)
    return in_time and last - as_of.day < MONTH_END_DAYS


def _calendar(desk: _Desk, action: Row) -> Calendar:
    country = desk.found.customers[action["customer_id"]]["country"] or desk.creditor.country
    return desk.portfolio.calendars[country]


def _domain(mailbox: str) -> str:
    return mailbox.rpartition("@")[2].lower() or "dunwell.invalid"
