"""Automatic payment: a client agrees once, is told the sum and the day before each charge, and ends it by one tap.

Nothing is charged without its notice having gone out in time, nothing above what was agreed, and nothing that a letter might not ask
for on that day. An announced charge holds the chase; if it fails, the ladder goes on where it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dunwell.core.ledger import Purpose
from dunwell.core.message import ChargeFacts
from dunwell.core.money import Money
from dunwell.core.payment import Charge, PaymentEvent, PaymentEventKind, ProviderDown
from dunwell.core.refusal import Refusal
from dunwell.run import calendars, deliver, news, online
from dunwell.run.portal import Visit
from dunwell.store import audit, autopay, scope, vault
from dunwell.store.autopay import Standing
from dunwell.store.load_news import LetterReader
from dunwell.store.models import AutoCharge, AutoConsent, AutoEnd, Creditor, Message, OnlinePayment

NOTICE_DAYS = 3
"""Between the notice and the charge: long enough to object, and to have money ready."""
AHEAD_DAYS = 7
BY = "autopay"


class NothingToEnd(Refusal):
    """No automatic payment of this number holds."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a day did: charges announced, made, and failed."""

    announced: int = 0
    charged: int = 0
    failed: int = 0


def of_page(seen: Visit) -> list[Standing]:
    """What the customer of a link agreed to, with the next charge."""
    with scope.of(seen.creditor.pk):
        return autopay.standing(seen.link.customer_id, rehearsal=seen.link.rehearsal)


def end(creditor: Creditor, number: int, *, customer: int, on: date, by: str, why: str) -> None:
    """Nothing is charged any more, what was announced neither; ended twice is ended once."""
    with scope.of(creditor.pk):
        consent = AutoConsent.objects.filter(pk=number, customer_id=customer).first()
        if consent is None:
            raise NothingToEnd
        fact = {"creditor": creditor, "effective_on": on, "by": by, "why": why}
        _row, is_new = AutoEnd.objects.get_or_create(consent=consent, defaults=fact)
        if is_new:
            audit.link(creditor.pk, actor=by, kind="auto_end", subject=str(number), content={"why": why})


def run(creditor: Creditor, as_of: date, *, now: datetime, rehearsal: bool) -> Done:
    """Make the charges whose day has come, then announce those that come next; a second run of a day finds nothing more."""
    with scope.of(creditor.pk):
        consents = autopay.consents(rehearsal=rehearsal)
        due = [one for one in autopay.open_charges([one.pk for one in consents]) if one.charge_on <= as_of]
    if not consents:
        return Done()
    calendar = calendars.around(creditor.country, as_of.year)
    told = [_charge(creditor, one, as_of, covered_min=deliver.covered_min(creditor, now, calendar)) for one in due]
    announced = sum(_announce(creditor, one, as_of) for one in consents)
    return Done(announced, told.count(PaymentEventKind.PAID), told.count(PaymentEventKind.FAILED))


def _announce(creditor: Creditor, consent: AutoConsent, as_of: date) -> bool:
    """Tell the client the sum and the day; where the letter cannot go today, there is no charge either."""
    with scope.of(creditor.pk):
        chosen = _within(consent, autopay.chargeable(consent, as_of=as_of, ahead=as_of + timedelta(AHEAD_DAYS)))
        if not chosen or consent.link.contact_id is None:
            return False
        earliest = max(as_of + timedelta(NOTICE_DAYS), min(due for _, _, due in chosen))
        calendar = calendars.around(creditor.country, as_of.year)
        charge_on = earliest if calendar.is_business_day(earliest) else calendar.next_business_day(earliest)
        amount = Money(sum(minor for _, minor, _ in chosen), consent.currency)
        numbers = [number for number, _, _ in chosen]
        reader = LetterReader(consent.customer_id, consent.customer.name, consent.link.contact_id, consent.link.channel)
    try:
        prepared = news.prepare(
            creditor,
            Purpose.AUTO_NOTICE,
            reader,
            [(number, consent.currency) for number in numbers],
            on=as_of,
            rehearsal=consent.rehearsal,
            said={"charge": ChargeFacts(amount, charge_on), "last_payment": None},
        )
    except (news.NotNow, news.NotWritten):
        return False
    with scope.of(creditor.pk):
        if not news.send(creditor, prepared, by=BY, why=f"{amount} on {charge_on}"):
            return False
        _record(creditor, consent, amount, numbers, charge_on, prepared.draft.key, as_of)
    return True


def _within(consent: AutoConsent, found: Sequence[tuple[int, int, date]]) -> list[tuple[int, int, date]]:
    """The first ones whose sum the client agreed to; what is above it is asked for like any other invoice."""
    chosen: list[tuple[int, int, date]] = []
    for one in found:
        if sum(minor for _, minor, _ in chosen) + one[1] <= consent.most:
            chosen.append(one)
    return chosen


def _record(
    creditor: Creditor, consent: AutoConsent, amount: Money, numbers: list[int], charge_on: date, key: str, on: date
) -> None:
    fact: dict[str, Any] = {"creditor": creditor, "effective_on": on, "by": BY, "why": "agreed on the pay page"}
    reference = f"dw-{secrets.token_hex(12)}"
    payment = OnlinePayment.objects.create(
        **fact,
        reference=reference,
        link=consent.link,
        customer_id=consent.customer_id,
        form_id=reference,
        provider=consent.provider,
        currency=amount.currency,
        amount=amount.minor,
        receivables=numbers,
        rehearsal=consent.rehearsal,
    )
    notice = Message.objects.exclude(state="withdrawn").get(key=key)
    AutoCharge.objects.create(
        **fact, payment=payment, consent=consent, notice=notice, charge_on=charge_on, rehearsal=consent.rehearsal
    )


def _charge(creditor: Creditor, one: AutoCharge, as_of: date, *, covered_min: date) -> PaymentEventKind | None:
    """One charge, or the reason why not: too soon after its notice waits, what has changed since is not charged at all."""
    payment = one.payment
    with scope.of(creditor.pk):
        notice = Message.objects.get(pk=one.notice_id)
        if one.charge_on + timedelta(autopay.GRACE_DAYS) < as_of:
            return None
        if notice.sent_on is None or notice.sent_on + timedelta(NOTICE_DAYS) > as_of:
            return None
        if autopay.objection(notice.pk, payment.receivables, covered_min):
            return None
        is_as_told = autopay.open_of(payment.receivables, rehearsal=payment.rehearsal) == payment.amount
        method = vault.unseal(one.consent.method.sealed)
    if not is_as_told:
        event = PaymentEvent(
            f"{payment.reference}:changed", PaymentEventKind.FAILED, payment.reference,
            Money(payment.amount, payment.currency), payment.reference,
        )  # fmt: skip
    else:
        found = online.provider(creditor, payment.currency, rehearsal=payment.rehearsal)
        if found is None or found[0] != payment.provider:  # it was taken off: nobody else knows the method
            return None
        wish = Charge(payment.reference, Money(payment.amount, payment.currency), creditor.name, method)
        try:
            event = found[1].charge(wish)
        except ProviderDown:
            return None  # tomorrow it is asked again, under the same reference
    online.take(creditor, payment.provider, event, b"", as_of)
    return event.kind
