"""The facts of a letter: what the ledger, the policy and the people say about one action of a plan, and nothing else.

The sums are those of the plan, which are the ledger's (I11).
"""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date

from dunwell.core import reference
from dunwell.core.ledger import CustomerKind, TaskKind
from dunwell.core.message import (
    ContactMade,
    CustomerFacts,
    InstalmentFacts,
    ItemFacts,
    LetterFacts,
    OfferFacts,
    OrderFacts,
    PaymentFacts,
    PaymentMethod,
    ReaderFacts,
    StepFacts,
    VideoFacts,
    WriterFacts,
)
from dunwell.core.money import Money, total_by_currency
from dunwell.core.offers import OfferKind
from dunwell.core.policy import FIRM_LEVEL_MIN, INSTALMENT_STEP, Step
from dunwell.core.reasons import SEPARATOR
from dunwell.core.reference import Names
from dunwell.run import letter_rights, platforms, reply_address
from dunwell.run.letter_sources import Sources, calendar_of
from dunwell.store import load_letters
from dunwell.store.load_letters import Details, Row

MONTH_END_DAYS = 8
"""The reason "we are closing the month" is true in the last days of a month, for a day within it."""
HISTORY_MAX = 4
BROKE = {"promise_broken", "promise_kept_in_part"}


def of(known: Sources, action: Row, items: tuple[Row, ...]) -> LetterFacts:
    """What the letter of one action may say; the address of its page is not known yet."""
    found, customer = known.found, known.found.customers[action["customer_id"]]
    is_agreed = action["content"] == INSTALMENT_STEP
    spoken = [item for item in items if item["part"] in ("asked", "listed", "told")]
    asked = _agreed_payment(known, spoken) if is_agreed else tuple(_item(known, one, action["level"]) for one in spoken)
    later = tuple(_item(known, item, 0) for item in items if item["part"] == "not_due")
    thanked = tuple(known.found.receivables[item["receivable_id"]] for item in items if item["part"] == "thanked")
    totals = total_by_currency(item.balance for item in asked)
    credit = total_by_currency(
        Money(item["credit"], item["currency"])
        for item in items
        if item["credit"] and item["part"] in ("asked", "listed")
    )
    writer = _writer(known, customer, action["locale"])
    reply_to = reply_address.of(known.creditor, action["customer_id"], writer.email)
    is_told_of = thanked or any(item["part"] == "told" for item in items)
    payment = _settled_by(found, items) if is_told_of else found.payments.get(action["customer_id"])
    step = step_of(known, action)
    pay_by = action["pay_by"]
    to_pay = tuple(total - credit[code] if code in credit else total for code, total in totals.items())
    return LetterFacts(
        as_of=known.as_of,
        locale=action["locale"],
        channel=_channel(action),
        creditor=known.facts,
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
        history=_history(known, items),
        last_payment=_payment(payment, thanked),
        reason="month_end" if _closes_month(known.as_of, pay_by) else "",
        # The ladder stops at once when money comes: said where there is a chase that could stop.
        benefit="no_more_letters" if any(item.days_overdue for item in asked) else "",
        consequence=letter_rights.consequence(known, action, step),
        promised_for=_broken_promise(known, action, items),
        promise_kept_in_part="promise_kept_in_part" in (action["reasons"] or "").split(SEPARATOR),
        offer=_offer(known, action, items, to_pay),
        order=_order(known, action, items),
        instalment=_instalment(known, spoken[0]) if is_agreed else None,
        video=video(known, action),
        methods=_methods(known, customer),
        reply_to=reply_to,
        unsubscribe="",
        reference=_reference(known, action["customer_id"], items),
        copies=tuple(_reader(found.contacts.get(one)) for one in action["copies"] or ()),
        rights=letter_rights.rights(known, action, items),
        interest_basis=str(found.agreed.get(action["customer_id"], {}).get("late_payment_ref", "")),
    )


def video(known: Sources, action: Row) -> VideoFacts | None:
    """A video is for one reader, and kind: no firm letter shows it, and none that others read too."""
    found = known.videos.get(action["customer_id"])
    is_kind = (action["level"] or 0) < FIRM_LEVEL_MIN and not action["copies"]
    return VideoFacts(found.picture) if found and is_kind and action["channel"] == "email" else None


def step_of(known: Sources, action: Row) -> Step | None:
    """The policy's step that gives the text; a thank-you and news have none."""
    if action["policy"] is None:
        return None
    policy = known.portfolio.policies[action["policy"]]
    return next((one for one in (*policy.steps, policy.wake_up) if one and one.name == action["step"]), None)


def _channel(action: Row) -> str:
    """How the words are set: a letter to print like a letter, a script of another task for our own people."""
    if action["task"] == TaskKind.LETTER:
        return TaskKind.LETTER.value
    return "task" if action["task"] else str(action["channel"])


def _item(known: Sources, item: Row, level: int) -> ItemFacts:
    row = known.found.receivables[item["receivable_id"]]
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
        days_overdue=0 if is_request else max(0, (known.as_of - due).days),
        level=level,
        state="part_paid" if balance < original else "open",
        charges=Money(row["charges"], row["currency"]) if row["charges"] > 0 else None,
    )


def _agreed_payment(known: Sources, items: list[Row]) -> tuple[ItemFacts, ...]:
    """What is still to come of a schedule's next payment, laid over its documents, the earliest first; its day is the day to pay."""
    payment = known.agreed[items[0]["receivable_id"]]
    earliest_first = sorted(
        items, key=lambda item: (known.found.receivables[item["receivable_id"]]["issue_date"], item["receivable_id"])
    )
    shown, left = [], payment["left"]
    for item in earliest_first:
        row = known.found.receivables[item["receivable_id"]]
        share = Money(min(left, item["amount"]), row["currency"])
        left -= share.minor
        if share:
            shown.append(
                replace(
                    _item(known, item, 0),
                    balance=share,
                    original=share,
                    due_date=payment["day"],
                    days_overdue=0,
                    state="open",
                    charges=None,
                )
            )
    return tuple(shown)


def _instalment(known: Sources, item: Row) -> InstalmentFacts:
    payment = known.agreed[item["receivable_id"]]
    return InstalmentFacts(payment["number"], payment["parts"])


def _writer(known: Sources, customer: Row, locale: str) -> WriterFacts:
    usual = known.staff.get(customer["owner"]) or known.usual_writer
    if usual is None:
        return WriterFacts(name=known.creditor.name, email=known.creditor.reply_address)
    staff, absent = load_letters.stood_in(usual, known.away)
    spelled = staff.names_by_locale.get(locale, {})
    return WriterFacts(
        name=spelled.get("name", staff.name),
        email=staff.email or known.creditor.reply_address,
        phone=staff.phone,
        gender=staff.gender,
        photo=bytes(staff.photo or b""),
        role=spelled.get("title", staff.title if locale == known.creditor.locale else ""),
        stands_in_for=absent.names_by_locale.get(locale, {}).get("name", absent.name) if absent else "",
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


def _history(known: Sources, items: tuple[Row, ...]) -> tuple[ContactMade, ...]:
    made = {
        ContactMade(entry["on"], entry["channel"])
        for item in items
        if item["part"] == "asked"
        for entry in known.found.history.get(item["receivable_id"], ())
        if entry["on"] < known.as_of
    }
    return tuple(sorted(made, key=lambda one: one.on)[-HISTORY_MAX:])


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


def _broken_promise(known: Sources, action: Row, items: tuple[Row, ...]) -> date | None:
    """The day that the promise named which the plan says was broken since the last letter."""
    if not BROKE & set((action["reasons"] or "").split(SEPARATOR)):
        return None
    days = known.found.promised
    asked = {item["receivable_id"] for item in items if item["part"] == "asked"}
    return max((days[one] for one in asked & known.broken & days.keys()), default=None)


def _order(known: Sources, action: Row, items: tuple[Row, ...]) -> OrderFacts | None:
    rows = [known.found.receivables[item["receivable_id"]] for item in items if item["part"] == "asked"]
    requests = [row for row in rows if row["kind"] == "request" and row["valid_until"]]
    if not requests:
        return None
    ends, starts = min(row["valid_until"] for row in requests), {row["starts_on"] for row in requests}
    told = known.deadlines.get(requests[0]["invoice_id"], {}) if len(requests) == 1 else {}
    place, price = told.get("place"), told.get("price")
    return OrderFacts(
        valid_until=ends,
        start_if_paid=_start(known, action, ends, {place.starts_on} if place else starts),
        next_free_start=place.later_start if place else None,
        price_until=price.last_day if price else None,
        price_after=Money(price.new_total or 0, requests[0]["currency"]) if price else None,
        price_reason=price.evidence if price else "",
    )


def _offer(known: Sources, action: Row, items: tuple[Row, ...], to_pay: tuple[Money, ...]) -> OfferFacts | None:
    """The offer that ends first among those on what is asked for."""
    asked = {item["receivable_id"] for item in items if item["part"] in ("asked", "listed")}
    found = min((known.offers[one] for one in asked & known.offers.keys()), key=lambda one: one.last_day, default=None)
    if found is None:
        return None
    amount = Money(found.amount, found.currency)
    pay = next((one - amount for one in to_pay if one.currency == amount.currency and amount < one), None)
    number = known.found.receivables[found.receivable_id]["number"]
    where = platforms.every()[found.offer.platform].name[action["locale"]] if found.offer.platform else ""
    is_off_this = found.offer.kind == OfferKind.DISCOUNT
    if is_off_this and pay is None:
        return None
    return OfferFacts(found.offer.kind, amount, found.last_day, number, pay if is_off_this else None, where)


def _start(known: Sources, action: Row, ends: date, starts: set[date | None]) -> date | None:
    """The start of the work where it is one day for all that is asked for, still ahead once the offer has ended, and a
    working day: a start that may not be kept is not named (I18).
    """
    start = starts.pop() if len(starts) == 1 else None
    if start is None or not known.as_of <= ends < start or not calendar_of(known, action).is_business_day(start):
        return None
    return start


def _methods(known: Sources, customer: Row) -> tuple[PaymentMethod, ...]:
    """The ways to pay, that which the customer prefers first. Cards are taken on the page; cash only of natural persons, because
    the law limits it between businesses.
    """
    page, transfer = PaymentMethod("page"), PaymentMethod("transfer")
    if customer["preferred_method"] == "transfer":
        return (transfer, page)
    if customer["preferred_method"] == "cash" and customer["kind"] == CustomerKind.PERSON:
        return (PaymentMethod("cash", known.facts.address), page, transfer)
    return (page, transfer)


def _reference(known: Sources, customer_id: int, items: tuple[Row, ...]) -> str:
    """What the payer is asked to quote: what the document itself asks for, else our own reference of the invoice; of several
    invoices that of the customer.
    """
    rows = [known.found.receivables[item["receivable_id"]] for item in items if item["part"] in ("asked", "listed")]
    own = {row["reference"] or reference.written(Names.INVOICE, row["invoice_id"]) for row in rows}
    if len(own) > 1:
        return reference.written(Names.CUSTOMER, customer_id)
    return own.pop() if own else ""


def _closes_month(as_of: date, pay_by: date | None) -> bool:
    last = calendar.monthrange(as_of.year, as_of.month)[1]
    in_time = pay_by is not None and (pay_by.year, pay_by.month) == (as_of.year, as_of.month)
    return in_time and last - as_of.day < MONTH_END_DAYS
