"""Offers made, told, earned and ended. What is earned becomes a credit note that we owe (`run.credits`); I18: what was told is kept.

A run grants an offer to every invoice it fits before letters are written, so that letter and page tell the same; after
money was applied it looks who has earned what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from dunwell.core import offers as rules
from dunwell.core.ledger import CustomerKind
from dunwell.core.money import Money
from dunwell.core.offers import OfferKind
from dunwell.core.page import AnswerKind
from dunwell.core.refusal import Refusal
from dunwell.run import credits, facts, platforms, subjects
from dunwell.store import audit, bulk, pages, scope
from dunwell.store.models import (
    Creditor,
    GrantEnd,
    Offer,
    OfferEnd,
    OfferGrant,
    PageAnswer,
    Receivable,
)

POSTING_DAYS = 5
"""Money dated within the time may stand in the books so many days later."""


class OfferExists(Refusal):
    """There is an offer {name!r} already: another one needs another name, because clients keep what they were told."""


class NoSuchOffer(Refusal):
    """There is no running offer {name!r}: `dunwell offers list` shows them."""


class OfferPassed(Refusal):
    """An offer until {until} would be told to nobody: that day has passed."""


class OfferEnded(Refusal):
    """This offer ended on {day}."""


def make(
    creditor: Creditor,
    name: str,
    terms: rules.Offer,
    *,
    customer_name: str = "",
    segment: str = "",
    on: date,
    by: str,
    why: str = "",
) -> Offer:
    """Decide on an offer; from the next run it is told to those whom it fits."""
    if terms.until < on:
        raise OfferPassed(until=terms.until)
    if terms.platform:
        platforms.fit(terms.platform, on)
    with scope.of(creditor.pk):
        if Offer.objects.filter(name=name).exists():
            raise OfferExists(name=name)
        made = Offer.objects.create(
            **facts.fact(creditor, on, by, why),
            name=name,
            kind=terms.kind.value,
            share=terms.share,
            days=terms.days,
            until=terms.until,
            margin=terms.margin,
            floor=terms.floor,
            currency=terms.budget.currency if terms.budget else creditor.currency,
            budget=terms.budget.minor if terms.budget else None,
            excluded=list(terms.excluded),
            platform=terms.platform,
            segment=segment,
            customer=subjects.customer(creditor, customer_name) if customer_name else None,
        )
        _note(creditor, by, "offer", name, {"kind": made.kind, "share": made.share, "until": made.until, "why": why})
    return made


def end(creditor: Creditor, name: str, *, on: date, by: str, why: str = "") -> OfferEnd:
    """Make an offer to nobody else; those who were told of it keep it until their day."""
    with scope.of(creditor.pk):
        offer = running(creditor, on).filter(name=name).first()
        if offer is None:
            raise NoSuchOffer(name=name)
        row = OfferEnd.objects.create(**facts.fact(creditor, on, by, why), offer=offer)
        _note(creditor, by, "offer_ended", name, {"why": why})
    return row


def running(creditor: Creditor, on: date) -> QuerySet[Offer]:
    """Offers that are still made to clients on a day."""
    return Offer.objects.filter(creditor_id=creditor.pk, end=None, until__gte=on, effective_on__lte=on).order_by("pk")


def grant(creditor: Creditor, on: date, *, rehearsal: bool) -> int:
    """Make the running offers to every open invoice they fit and that nobody has made them for, within their budgets."""
    made = 0
    with scope.of(creditor.pk):
        for offer in running(creditor, on):
            left = None if offer.budget is None else offer.budget - spent(offer, rehearsal=rehearsal)
            for one in _fitting(offer, on, rehearsal=rehearsal):
                if left is not None and one.worth.minor > left:
                    continue
                _grant(creditor, offer, one, on, rehearsal=rehearsal)
                left = None if left is None else left - one.worth.minor
                made += 1
    return made


def spent(offer: Offer, *, rehearsal: bool) -> int:
    """Minor units of the budget that are told or earned; what expired is free again."""
    rows = offer.grants.filter(rehearsal=rehearsal).exclude(end__outcome__in=("expired", "withdrawn"))
    return sum(rows.values_list("amount", flat=True))


def judge(creditor: Creditor, on: date, *, rehearsal: bool, by: str) -> int:
    """Look who has earned an offer by now, and whose day has passed; gives how many were earned."""
    earned = 0
    with scope.of(creditor.pk):
        rows = OfferGrant.objects.filter(end=None, rehearsal=rehearsal, effective_on__lte=on)
        for one in rows.select_related("offer", "receivable__invoice__customer"):
            if _is_earned(one):
                _end(creditor, one, "earned", on=on, by=by)
                earned += 1
            elif on > one.last_day + timedelta(POSTING_DAYS) and not _reviews(one, pages.REOPENED).exists():
                _end(creditor, one, "expired", on=on, by=by)
        _credit_bonuses(creditor, on, rehearsal=rehearsal, by=by)
    return earned


def told(creditor: Creditor, receivables: list[int], on: date, *, rehearsal: bool) -> dict[int, OfferGrant]:
    """What letters of a day say: by receivable the offer that still runs, the one that ends first."""
    found: dict[int, OfferGrant] = {}
    with scope.of(creditor.pk):
        rows = OfferGrant.objects.filter(
            # One array: a list of thousands of parameters costs more to put together than to answer.
            RawSQL("offer_grant.receivable_id = ANY(%s)", [receivables], BooleanField()),
            rehearsal=rehearsal,
            last_day__gte=on,
            end=None,
        ).select_related("offer")
        for one in rows.order_by("last_day", "pk"):
            found.setdefault(one.receivable_id, one)
    return found


def live(
    creditor: Creditor, number: int, receivables: list[int], at: datetime, on: date, *, rehearsal: bool
) -> OfferGrant:
    """A grant of some receivables as a client uses it now; after its last second it is refused. A rehearsal lives by days."""
    with scope.of(creditor.pk):
        rows = OfferGrant.objects.filter(pk=number, receivable_id__in=receivables, rehearsal=rehearsal)
        found = rows.select_related("offer", "receivable").first()
        if found is None:
            raise NoSuchOffer(name=str(number))
        is_over = found.last_day < on if rehearsal else at > found.ends_at
        if is_over or hasattr(found, "end"):
            raise OfferEnded(day=found.last_day)
    return found


def has_review(creditor: Creditor, one: OfferGrant) -> bool:
    """Whether the client has told us of their review."""
    with scope.of(creditor.pk):
        return _reviews(one, pages.REOPENED, "done").exists()


@dataclass(frozen=True, slots=True)
class _Fit:
    receivable_id: int
    worth: Money
    last_day: date


def _fitting(offer: Offer, on: date, *, rehearsal: bool) -> Iterator[_Fit]:
    """Invoices that are not late, of customers for whom it is, and whom we may offer something."""
    terms = terms_of(offer)
    rows = bulk.rows(FITTING, offer.pk, rehearsal, rehearsal, offer.currency, on, offer.segment, offer.segment,
                     offer.customer_id, offer.customer_id)  # fmt: skip
    for number, invoice, issued, due, minor, kind, has_consent in rows:
        # A price for paying early is part of the invoice; anything beyond it is advertising, and a person must have agreed.
        if kind == CustomerKind.PERSON and terms.kind is not OfferKind.DISCOUNT and not has_consent:
            continue
        last_day = rules.last_day(terms, issued, due)
        worth = rules.worth(terms, Money(minor, offer.currency), pages.lines([invoice]).get(invoice, []))
        if last_day >= on and worth:
            yield _Fit(number, worth, last_day)


def terms_of(offer: Offer) -> rules.Offer:
    return rules.Offer(
        kind=OfferKind(offer.kind),
        share=offer.share,
        days=offer.days,
        until=offer.until,
        margin=offer.margin,
        floor=offer.floor,
        budget=None if offer.budget is None else Money(offer.budget, offer.currency),
        excluded=tuple(offer.excluded),
        platform=offer.platform,
    )


def _grant(creditor: Creditor, offer: Offer, one: _Fit, on: date, *, rehearsal: bool) -> None:
    end_of_day = datetime.combine(one.last_day + timedelta(1), time(), ZoneInfo(creditor.timezone))
    OfferGrant.objects.create(
        **facts.fact(creditor, on, "plan", offer.name),
        offer=offer,
        receivable_id=one.receivable_id,
        currency=one.worth.currency,
        amount=one.worth.minor,
        last_day=one.last_day,
        ends_at=end_of_day - timedelta(seconds=1),
        rehearsal=rehearsal,
    )


def _is_earned(one: OfferGrant) -> bool:
    ((owed,),) = bulk.rows(OWED, one.receivable_id)
    came = [(on, minor) for on, minor in bulk.rows(CAME, one.receivable_id)]
    discount = one.amount if one.offer.kind == OfferKind.DISCOUNT else 0
    if rules.came_by(came, one.last_day) < owed - discount:
        return False
    return one.offer.kind != OfferKind.CASHBACK or _reviews(one, "done").exists()


def _reviews(one: OfferGrant, *words: str) -> QuerySet[PageAnswer]:
    """Reviews that were told of in time, with what a person said of each; a person looks at each."""
    return pages.answers(*words).filter(
        kind=AnswerKind.REVIEW.value,
        receivables__contains=[one.receivable_id],
        effective_on__lte=one.last_day,
        rehearsal=one.rehearsal,
    )


def _end(creditor: Creditor, one: OfferGrant, outcome: str, *, on: date, by: str) -> None:
    GrantEnd.objects.create(**facts.fact(creditor, on, by, ""), grant=one, outcome=outcome)
    _note(creditor, by, f"offer_{outcome}", one.offer.name, {"grant": one.pk, "amount": one.amount})
    if outcome == "earned" and one.offer.kind != OfferKind.BONUS:
        _owe(creditor, one, one.receivable, on=on, by=by)


def _credit_bonuses(creditor: Creditor, on: date, *, rehearsal: bool, by: str) -> None:
    """A bonus that was earned comes off the next invoice of the customer, once there is one."""
    waiting = OfferGrant.objects.filter(offer__kind=OfferKind.BONUS.value, end__outcome="earned", creditdue=None)
    for one in waiting.filter(rehearsal=rehearsal).select_related("offer", "receivable", "end"):
        following = Receivable.objects.filter(
            customer_id=one.receivable.customer_id,
            currency=one.currency,
            invoice__kind="invoice",
            invoice__issue_date__gte=one.end.effective_on,
            invoice__issue_date__lte=on,
            invoice__cancellation=None,
        )
        if (found := following.exclude(pk=one.receivable_id).order_by("invoice__issue_date", "pk").first()) is not None:
            _owe(creditor, one, found, on=on, by=by)


def _owe(creditor: Creditor, one: OfferGrant, receivable: Receivable, *, on: date, by: str) -> None:
    ((left,),) = bulk.rows(
        "SELECT greatest(balance - disputed, 0) FROM dunwell_owed(%s, %s)", receivable.pk, one.rehearsal
    )
    credits.owe(
        creditor,
        receivable,
        Money(one.amount, one.currency),
        cause=one.offer.kind,
        left=Money(left, one.currency),
        grant=one,
        rehearsal=one.rehearsal,
        on=on,
        by=by,
        why=one.offer.name,
    )


def _note(creditor: Creditor, by: str, kind: str, subject: str, content: dict[str, Any]) -> None:
    audit.link(creditor.pk, actor=by, kind=kind, subject=subject, content=content)


FITTING = """
SELECT r.id, i.id, i.issue_date, r.due_date, least(r.amount, o.balance), c.kind,
  EXISTS (SELECT FROM contact t JOIN contact_point p ON p.contact_id = t.id WHERE t.customer_id = c.id AND p.consent_on IS NOT NULL)
FROM receivable r JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id
LEFT JOIN offer_grant g ON g.offer_id = %s AND g.receivable_id = r.id AND g.rehearsal = %s
CROSS JOIN LATERAL dunwell_owed(r.id, %s) o
WHERE r.currency = %s AND i.kind = 'invoice' AND r.due_date >= %s AND g.id IS NULL AND (%s = '' OR c.segment = %s)
  AND (%s::bigint IS NULL OR c.id = %s) AND o.balance > 0 AND o.disputed = 0 AND NOT o.is_cancelled
ORDER BY r.due_date, r.id
"""
OWED = """
SELECT r.amount + coalesce((SELECT sum(amount) FROM charge WHERE receivable_id = r.id), 0)
  - coalesce((SELECT sum(amount) FROM write_off WHERE receivable_id = r.id), 0)
  - coalesce((SELECT sum(amount) FROM allocation WHERE receivable_id = r.id AND credit_note_id IS NOT NULL), 0)
FROM receivable r WHERE r.id = %s
"""
CAME = """
SELECT p.date, a.amount FROM allocation a JOIN payment p ON p.id = a.payment_id WHERE a.receivable_id = %s
"""
