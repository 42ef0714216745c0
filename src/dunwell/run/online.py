"""Paying online: the wish is written, the provider asked; its news is recorded once and becomes a payment, a hold or a refund.

Facts first: what a client started stands in the books before the provider hears of it, and news is a fact before anything follows from
it. News may come twice, late or in any order: a payment has the provider's number and exists once, a refund of it has its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dunwell.core.ledger import HoldReason
from dunwell.core.money import Money
from dunwell.core.payment import (
    PaymentEvent,
    PaymentEventKind,
    PaymentProvider,
    PaymentRequest,
    WebhookDelivery,
)
from dunwell.core.refusal import Refusal
from dunwell.plugins.providers import PROVIDERS
from dunwell.plugins.providers.memory import Config, Memory
from dunwell.run import facts, portal, portal_offers, portal_transfer, ways
from dunwell.run.portal import Visit
from dunwell.run.portal_answers import NothingOpen, PageClosed
from dunwell.store import audit, bulk, pages, scope, switches, vault
from dunwell.store.models import (
    Allocation,
    AutoConsent,
    AutoMethod,
    Creditor,
    Ending,
    Hold,
    OnlineEvent,
    OnlineNews,
    OnlinePayment,
    OnlineStart,
    Payment,
)

PENDING_DAYS = 7
"""A debit that takes longer than this has failed without a word."""
STRONGEST = (PaymentEventKind.REFUNDED, PaymentEventKind.PAID, PaymentEventKind.FAILED, PaymentEventKind.PENDING)
"""Of several pieces of news about one payment, whichever came last, the first of these says how it stands."""
MEMORY = "memory"
BY = "online"


class NoProvider(Refusal):
    """No way of paying {currency} online is set: `dunwell provider stripe --set api_key=… --set webhook_secret=…`."""


@dataclass(frozen=True, slots=True)
class Started:
    """An online payment and where it goes on; `state` is started, paid, pending or failed."""

    reference: str
    amount: Money
    title: str
    url: str
    state: str


def provider(creditor: Creditor, currency: str, *, rehearsal: bool) -> tuple[str, PaymentProvider] | None:
    """Who takes this currency online. In rehearsal nobody's money moves: the page of the demo provider stands in."""
    if not creditor.providers and not creditor.is_demo:
        return None
    if rehearsal:
        return MEMORY, _stand_in()
    every = ((name, ways.made(PROVIDERS, settings)) for name, settings in creditor.providers.items())
    return next(((name, one) for name, one in every if one.currencies is None or currency in one.currencies), None)


def offered(seen: Visit, currencies: Sequence[str]) -> dict[str, str]:
    """Currency → the provider's title, where it can be paid online."""
    found = {currency: provider(seen.creditor, currency, rehearsal=seen.link.rehearsal) for currency in currencies}
    return {currency: one[1].title for currency, one in found.items() if one}


def start(
    seen: Visit, locale: str, currency: str, *, form_id: str, base: str, agreed: str = "", offer: int | None = None
) -> str:
    """Write that a client pays what is open in a currency and ask the provider for a page; gives our reference.

    `base` is the public address of the pages, to which the payer comes back. The same form again gives the same payment. `agreed` is
    the sentence by which the payer lets later invoices be charged, empty where they do not. With an `offer` what is enough with
    it is paid, and its own invoice alone; after its last second it is refused.
    """
    if seen.is_closed:
        raise PageClosed
    chosen = provider(seen.creditor, currency, rehearsal=seen.link.rehearsal)
    if chosen is None:
        raise NoProvider(currency=currency)
    name, asked = chosen
    row = _begun(seen, currency, name, form_id, agreed, offer)
    if not hasattr(row, "start"):
        link = asked.link(
            PaymentRequest(
                reference=row.reference,
                amount=Money(row.amount, row.currency),
                description=_description(seen, locale, currency),
                locale=locale,
                return_url=f"{base}/p/{seen.token}/{locale}/online/{row.reference}",
                keeps=bool(agreed),
            )
        )
        with scope.of(seen.creditor.pk):
            OnlineStart.objects.get_or_create(
                payment=row,
                defaults={**_fact(seen.creditor, seen.on), "provider_id": link.provider_id, "url": link.url},
            )
    return row.reference


def started(seen: Visit, reference: str) -> Started | None:
    """An online payment of this very link, and how it stands."""
    with scope.of(seen.creditor.pk):
        row = OnlinePayment.objects.filter(link=seen.link, reference=reference).select_related("start").first()
        if row is None or not hasattr(row, "start"):
            return None
        kinds = set(OnlineEvent.objects.filter(reference=reference).values_list("kind", flat=True))
    found = provider(seen.creditor, row.currency, rehearsal=row.rehearsal)
    state = next((kind.value for kind in STRONGEST if kind.value in kinds), "started")
    title = found[1].title if found else row.provider
    return Started(row.reference, Money(row.amount, row.currency), title, row.start.url, state)


def receive(slug: str, name: str, body: bytes, headers: Mapping[str, str], now: datetime) -> int | None:
    """Take one delivery of a provider; gives how many news were new, None where nobody is asked for under this address.

    Raises `WebhookForged` where the sender is not certain, `ProviderDown` where that could not be found out.
    """
    creditor = Creditor.objects.filter(slug=slug).first()
    if creditor is None or name not in (*creditor.providers, MEMORY):
        return None
    source: PaymentProvider = _stand_in() if name == MEMORY else ways.made(PROVIDERS, creditor.providers[name])
    if name == MEMORY and switches.is_live(creditor.pk):
        return None
    events = source.parse(WebhookDelivery(body, {key.lower(): value for key, value in headers.items()}, now))
    on = now.astimezone(ZoneInfo(creditor.timezone)).date()
    return sum(take(creditor, name, event, body, on) for event in events)


def stand_in(seen: Visit, reference: str, kind: PaymentEventKind, now: datetime) -> None:
    """What the demo provider's page does when its button is pressed: it sends its news like any other."""
    found = started(seen, reference)
    if found is not None and found.url.endswith("/stand-in"):
        body, headers = _stand_in().news(reference, kind, found.amount)
        receive(seen.creditor.slug, MEMORY, body, headers, now)


def _stand_in() -> Memory:
    """The demo provider, whose signature is this installation's secret."""
    return Memory(Config(secret=vault.key_for("demo provider").hex()))


def _begun(seen: Visit, currency: str, name: str, form_id: str, agreed: str, offer: int | None) -> OnlinePayment:
    with scope.of(seen.creditor.pk):
        bulk.rows("SELECT pg_advisory_xact_lock(hashtextextended('dunwell.page', %s))", seen.link.customer_id)
        known = OnlinePayment.objects.filter(form_id=form_id).select_related("start").first()
        if known is not None:
            return known
        amount, receivables = _with_offer(seen, offer) if offer else _all_of(seen, currency)
        row = OnlinePayment.objects.create(
            **_fact(seen.creditor, seen.on),
            reference=f"dw-{secrets.token_hex(12)}",
            link=seen.link,
            customer_id=seen.link.customer_id,
            form_id=form_id,
            provider=name,
            currency=amount.currency,
            amount=amount.minor,
            receivables=receivables,
            rehearsal=seen.link.rehearsal,
        )
        if agreed:
            AutoConsent.objects.create(
                **_fact(seen.creditor, seen.on),
                link=seen.link,
                customer_id=seen.link.customer_id,
                payment=row,
                provider=name,
                currency=currency,
                most=amount.minor,
                words=agreed,
                rehearsal=seen.link.rehearsal,
            )
        return row


def _all_of(seen: Visit, currency: str) -> tuple[Money, list[int]]:
    owed = portal.owed_by(seen.link, seen.on)
    to_pay, _ = portal_transfer.sums(owed, pages.credit(seen.link.customer_id))
    amount = next((one for one in to_pay if one.currency == currency), None)
    if amount is None:
        raise NothingOpen
    return amount, [one.receivable_id for one in owed if one.asked and one.currency == currency]


def _with_offer(seen: Visit, offer: int) -> tuple[Money, list[int]]:
    amount, receivable = portal_offers.to_pay(seen, offer)
    return amount, [receivable]


def _description(seen: Visit, locale: str, currency: str) -> str:
    with scope.of(seen.creditor.pk):
        owed = portal.owed_by(seen.link, seen.on)
    return f"{seen.creditor.name}: {portal_transfer.purpose(owed, currency, locale)}"


def take(creditor: Creditor, name: str, event: PaymentEvent, body: bytes, on: date) -> bool:
    """Record one piece of news with what follows from it; False where it was known."""
    with scope.of(creditor.pk):
        # Allocating locks the creditor's money anyway; taken first, it also puts two deliveries of one payment in a row.
        bulk.rows("SELECT pg_advisory_xact_lock(hashtextextended('dunwell.allocation', %s))", creditor.pk)
        if OnlineEvent.objects.filter(provider=name, event_id=event.event_id).exists():
            return False
        begun = _of(name, event)
        if begun is None and event.kind is not PaymentEventKind.REFUNDED:
            return False  # the same account of the provider sells elsewhere too: that is none of ours
        if begun is not None and begun.rehearsal:
            on = begun.effective_on  # a rehearsal lives on its own day
        row = OnlineEvent.objects.create(
            **_fact(creditor, on),
            provider=name,
            event_id=event.event_id,
            kind=event.kind.value,
            provider_payment=event.payment_id,
            reference=begun.reference if begun else "",
            currency=event.amount.currency,
            amount=event.amount.minor,
        )
        if begun is None:
            return True  # a refund of a payment that is still to be told of: it finds this
        OnlineNews.objects.create(creditor=creditor, event=row, body=body)
        if event.kind is PaymentEventKind.PAID and event.method:
            _keep(creditor, begun, event.method)
        _follow(creditor, name, event, begun, on)
        audit.link(
            creditor.pk,
            actor=name,
            kind="online_payment",
            subject=event.kind.value,
            content={"event": event.event_id, "payment": event.payment_id, "amount": str(event.amount)},
        )
    return True


def _keep(creditor: Creditor, begun: OnlinePayment, method: str) -> None:
    """What the payer agreed to on the page holds from now on."""
    consent = AutoConsent.objects.filter(payment=begun).first()
    if consent is not None:
        AutoMethod.objects.get_or_create(consent=consent, defaults={"creditor": creditor, "sealed": vault.seal(method)})


def _of(name: str, event: PaymentEvent) -> OnlinePayment | None:
    """What was started here and is spoken of; a refund names its payment alone."""
    rows = OnlinePayment.objects.filter(provider=name)
    if event.reference:
        return rows.filter(reference=event.reference).first()
    told = OnlineEvent.objects.filter(provider=name, provider_payment=event.payment_id).exclude(reference="").first()
    return rows.filter(reference=told.reference).first() if told else None


def _follow(creditor: Creditor, name: str, event: PaymentEvent, begun: OnlinePayment, on: date) -> None:
    # In rehearsal no money is real: what is paid there holds the chase and settles nothing. The demo never goes live.
    is_certain = event.kind is PaymentEventKind.PAID and (not begun.rehearsal or creditor.is_demo)
    paid = Payment.objects.filter(source=name, external_id=event.payment_id).first()
    if event.kind is PaymentEventKind.REFUNDED:
        if paid is not None:
            _refund(creditor, name, paid, event.event_id, event.amount.minor, on)
    elif event.kind is PaymentEventKind.FAILED or is_certain:
        _lift(creditor, begun, on)
        if is_certain and paid is None:
            _pay(creditor, name, event, begun, on)
    elif paid is None and not _has_failed(begun):
        _hold(creditor, begun, on)


def _has_failed(begun: OnlinePayment) -> bool:
    """News may come late: what has failed is not under way any more."""
    return OnlineEvent.objects.filter(reference=begun.reference, kind=PaymentEventKind.FAILED.value).exists()


def _pay(creditor: Creditor, name: str, event: PaymentEvent, begun: OnlinePayment, on: date) -> None:
    """The money is here: set against what was to be paid, as far as it is still open; the rest waits for a person."""
    payment = Payment.objects.create(
        creditor=creditor,
        source=name,
        external_id=event.payment_id,
        customer_id=begun.customer_id,
        date=on,
        currency=event.amount.currency,
        amount=event.amount.minor,
        reference=event.reference,
        recorded_on=on,
    )
    if begun.currency == event.amount.currency:
        _set(creditor, payment, event.amount.minor, begun.receivables, on, begun.rehearsal)
    told = {"provider": name, "provider_payment": event.payment_id, "kind": PaymentEventKind.REFUNDED.value}
    for early in OnlineEvent.objects.filter(**told):
        _refund(creditor, name, payment, early.event_id, early.amount, on)


def _set(creditor: Creditor, payment: Payment, minor: int, receivables: list[int], on: date, rehearsal: bool) -> None:
    sql = "SELECT r.id, r.currency, o.balance, o.is_cancelled FROM receivable r, dunwell_owed(r.id, %s) o WHERE r.id = ANY(%s)"
    found = {row[0]: row for row in bulk.rows(sql, rehearsal, receivables)}
    for number in receivables:
        _, currency, balance, is_cancelled = found[number]
        part = 0 if is_cancelled else min(minor, balance)
        if part > 0:
            Allocation.objects.create(
                **_fact(creditor, on),
                payment=payment,
                receivable_id=number,
                currency=currency,
                amount=part,
                basis="online",
            )
            minor -= part


def _refund(creditor: Creditor, name: str, payment: Payment, event_id: str, minor: int, on: date) -> None:
    """Money that was given back: first what was set against nothing, then what it had paid is open again, the last set first."""
    set_ = sum(Allocation.objects.filter(payment=payment).values_list("amount", flat=True))
    given_back = sum(Payment.objects.filter(reverses=payment).values_list("amount", flat=True))
    unapplied = payment.amount + given_back - set_
    Payment.objects.create(
        creditor=creditor,
        source=name,
        external_id=f"{payment.external_id}:{event_id}",
        customer_id=payment.customer_id,
        date=on,
        currency=payment.currency,
        amount=-minor,
        reverses=payment,
        recorded_on=on,
    )
    left = minor - unapplied
    for row in Allocation.objects.filter(payment=payment, amount__gt=0, allocation=None).order_by("-pk"):
        if left <= 0:
            break
        values = {"payment": payment, "receivable_id": row.receivable_id, "currency": row.currency}
        Allocation.objects.create(**_fact(creditor, on), **values, amount=-row.amount, basis="undo", undoes=row)
        if row.amount > left:
            Allocation.objects.create(**_fact(creditor, on), **values, amount=row.amount - left, basis="online")
        left -= row.amount


def _hold(creditor: Creditor, begun: OnlinePayment, on: date) -> None:
    for number in begun.receivables:
        Hold.objects.create(
            **_fact(creditor, on),
            receivable_id=number,
            reason=HoldReason.CLAIMED_PAID.value,
            until_date=on + timedelta(PENDING_DAYS),
            rehearsal=begun.rehearsal,
        )


def _lift(creditor: Creditor, begun: OnlinePayment, on: date) -> None:
    for hold in Hold.objects.filter(receivable_id__in=begun.receivables, by=BY, ending=None):
        Ending.objects.create(**_fact(creditor, on), hold=hold, outcome="lifted")


def _fact(creditor: Creditor, on: date) -> dict[str, object]:
    return facts.fact(creditor, on, BY, "paid online")
