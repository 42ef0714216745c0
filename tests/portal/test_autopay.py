"""Automatic payment: agreed to on the page, told before each charge, known to the plan, ended by one tap."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.recurring import Rhythm, Wanted
from dunwell.run import autopay, numbers, online, payment_providers, people, recurring, recurring_turns
from dunwell.store import scope
from dunwell.store.models import (
    AutoCharge,
    AutoConsent,
    AutoEnd,
    MessageItem,
    OnlineEvent,
    OnlinePayment,
    Payment,
    Receivable,
)
from portal.clients import Reader, link_in
from portal.paying import news, session, tell
from regressions import world

ISSUED, TOLD, DUE = date(2026, 3, 9), date(2026, 3, 13), date(2026, 3, 20)


def agree(reader: Reader, currency: str = "EUR") -> str:
    """Pay online with the box ticked; the reference of the payment."""
    form = {"mark": reader.mark(), "currency": currency, "keep": "yes"}
    return reader.client.post(f"{reader.path}/en/online", form).url.rpartition("/")[2]


def invoice(firm, number: str = "C1-9", sum_: str = "80.00", currency: str = "EUR") -> None:
    firm.invoices(f"C1,invoice,{number},{ISSUED},{DUE},{sum_},{currency},", on=ISSUED)


def rows(firm, model) -> list:
    with scope.of(firm.creditor.pk):
        return list(model.objects.order_by("pk"))


@pytest.fixture
def agreed(firm, live, provider):
    """A live client who paid 100.00 by Stripe and agreed that later invoices are charged."""
    reference = agree(live)
    tell(firm, live, *news(provider, "checkout.session.completed", session(reference, customer="cus_1")))
    provider.shown["/v1/payment_intents/pi_1"] = {"id": "pi_1", "payment_method": "pm_1"}
    invoice(firm)
    return live


def test_the_box_is_offered_with_its_sentence_and_unticked(live):
    page = live.read()
    assert "Charge my invoices to come automatically, at most €100 at a time." in page.replace(".00", "")
    assert 'name="keep" value="yes">' in page


def test_without_the_box_nothing_is_kept(firm, live, provider):
    form = {"mark": live.mark(), "currency": "EUR"}
    reference = live.client.post(f"{live.path}/en/online", form).url.rpartition("/")[2]
    tell(firm, live, *news(provider, "checkout.session.completed", session(reference, customer="cus_1")))
    assert "customer_creation" not in provider.asked[0][1]
    assert rows(firm, AutoConsent) == []


def test_consent_holds_only_once_it_was_paid(firm, live, provider):
    agree(live)
    assert provider.asked[0][1]["payment_intent_data[setup_future_usage]"] == "off_session"
    assert "It is on" not in live.read()
    invoice(firm)
    firm.day(TOLD)
    assert rows(firm, AutoCharge) == []


def test_sum_and_day_are_told_then_charged_and_the_chase_waits(firm, agreed, provider):
    firm.day(TOLD)
    firm.deliver(TOLD)
    notice = firm.messages()[-1]
    assert notice.purpose == "auto_notice"
    assert "€80" in notice.content_row.subject and "20\u00a0March" in notice.content_row.subject
    assert firm.outcome("C1-9").reasons == "debit_pending"
    page = Reader(link_in(notice)).read()
    assert "Next: €80" in page and "20 March" in page
    asked = len(provider.asked)
    firm.day(DUE - timedelta(1))
    assert len(provider.asked) == asked, "never before the day that was named"
    for _ in range(2):
        firm.day(DUE)
    (path, told, headers) = provider.asked[-1]
    assert (path, told["amount"], told["customer"], told["payment_method"]) == (
        "/v1/payment_intents",
        "8000",
        "cus_1",
        "pm_1",
    )
    assert headers["Idempotency-Key"].startswith("charge-dw-")
    assert len(provider.asked) == asked + 1
    assert [one.amount for one in rows(firm, Payment)] == [10000, 8000]
    firm.day(DUE + timedelta(7))
    assert "request" not in [one.purpose for one in firm.messages() if one.slot_on > TOLD]


def test_one_tap_ends_it_and_the_ladder_goes_on(firm, agreed, provider):
    firm.day(TOLD)
    firm.deliver(TOLD)
    (consent,) = rows(firm, AutoConsent)
    reader = Reader(link_in(firm.messages()[-1]))
    for _ in range(2):
        form = {"mark": reader.mark(), "number": str(consent.pk)}
        assert reader.client.post(f"{reader.path}/en/auto-end", form).status_code == 302
    assert len(rows(firm, AutoEnd)) == 1
    assert "It is on" not in reader.read()
    asked = len(provider.asked)
    firm.day(DUE)
    assert len(provider.asked) == asked
    assert firm.outcome("C1-9").reasons != "debit_pending"


def test_a_declined_card_lets_the_ladder_go_on(firm, agreed, provider):
    firm.day(TOLD)
    firm.deliver(TOLD)
    provider.declines = True
    firm.day(DUE)
    assert [one.kind for one in rows(firm, OnlineEvent)] == ["paid", "failed"]
    assert firm.outcome("C1-9").reasons != "debit_pending"
    asked = len(provider.asked)
    firm.day(DUE + timedelta(3))
    assert len(provider.asked) == asked, "a refusal is not tried again"


def test_a_provider_that_is_down_is_asked_again_the_next_day(firm, agreed, provider):
    firm.day(TOLD)
    firm.deliver(TOLD)
    provider.is_down = True
    firm.day(DUE)
    provider.is_down = False
    firm.day(DUE + timedelta(3))
    assert [one.amount for one in rows(firm, Payment)] == [10000, 8000]


@pytest.mark.parametrize("what", ["paid", "promised", "disputed"])
def test_what_changed_since_the_notice_is_not_charged(firm, agreed, provider, what):
    firm.day(TOLD)
    firm.deliver(TOLD)
    fact = {"on": TOLD, "by": "anna", "why": "by phone"}
    if what == "paid":
        firm.paid(f"{TOLD},80.00,EUR,C1 Ltd,C1-9", on=TOLD)
    elif what == "promised":
        people.promise(firm.creditor, "C1-9", promised_date=DUE + timedelta(5), amount=None, **fact)
    else:
        people.dispute(firm.creditor, "C1-9", cause="quality", amount=None, **fact)
    asked = len(provider.asked)
    firm.day(DUE)
    assert len(provider.asked) == asked


def test_more_than_was_agreed_is_asked_for_as_usual(firm, agreed, provider):
    invoice(firm, "C1-10", "100.01")
    firm.day(TOLD)
    (charge,) = rows(firm, AutoCharge)
    with scope.of(firm.creditor.pk):
        assert charge.payment.amount == 8000
    assert firm.outcome("C1-10").reasons != "debit_pending"


def test_a_letter_in_the_outbox_is_withdrawn_when_a_charge_is_announced(firm, agreed):
    firm.plan(DUE - timedelta(3))
    (queued,) = [one for one in firm.messages("queued") if one.purpose == "request"]
    (consent,) = rows(firm, AutoConsent)
    with scope.of(firm.creditor.pk):
        fact = {"creditor": firm.creditor, "effective_on": DUE - timedelta(3), "rehearsal": False}
        item = MessageItem.objects.get(message=queued)
        payment = OnlinePayment.objects.create(
            **fact, reference="dw-1", form_id="dw-1", link=consent.link, customer=consent.customer, provider="stripe",
            currency="EUR", amount=item.amount, receivables=[item.receivable_id],
        )  # fmt: skip
        AutoCharge.objects.create(**fact, payment=payment, consent=consent, notice=queued, charge_on=DUE)
    firm.deliver(DUE - timedelta(3))
    (after,) = [one for one in firm.messages() if one.pk == queued.pk]
    assert (after.state, after.state_reason) == ("withdrawn", "debit_pending")


def test_yookassa_charges_by_the_saved_method(firm, provider):
    shop = online.PROVIDERS["yookassa"][0](
        online.PROVIDERS["yookassa"][1](shop_id="1", secret_key="s", api=provider.address)
    )
    event = shop.charge(autopay.Charge("dw-1", autopay.Money(480_00, "RUB"), "Studio", "pm-saved"))
    ((path, asked, headers),) = provider.asked
    assert (path, asked["payment_method_id"], asked["amount"]["value"]) == ("/v3/payments", "pm-saved", "480.00")
    assert headers["Idempotence-Key"] == "dw-1"
    assert (event.kind, event.reference) == ("pending", "dw-1")
    (number,) = [one["id"] for one in provider.made.values()]
    provider.shown[f"/v3/payments/{number}"] |= {"status": "succeeded", "payment_method": {"id": "pm-2", "saved": True}}
    told = b'{"event": "payment.succeeded", "object": {"id": "%s"}}' % number.encode()
    (news_,) = shop.parse(online.WebhookDelivery(told, {}, world.datetime(2026, 3, 20, tzinfo=world.UTC)))
    assert (news_.kind, news_.method) == ("paid", "pm-2")


def test_in_rehearsal_the_whole_way_is_walked_and_no_money_moves(firm, provider):
    payment_providers.configure(
        firm.creditor, "stripe", {"api_key": "sk", "webhook_secret": "w", "api": provider.address}, by="test"
    )
    firm.owing("2026-02-20")
    firm.day()
    reader = Reader(link_in(world.only(firm.sent())))
    reference = agree(reader)
    reader.client.post(f"{reader.path}/en/online/{reference}/stand-in", {"mark": reader.mark(), "pay": "1"})
    assert "It is on" in reader.read()
    invoice(firm)
    firm.day(TOLD)
    assert firm.messages()[-1].purpose == "auto_notice"
    firm.day(DUE)
    assert [one.kind for one in rows(firm, OnlineEvent)] == ["paid", "paid"]
    assert rows(firm, Payment) == [] and provider.asked == []


def test_a_recurring_invoice_is_announced_and_charged_and_the_list_says_where_its_price_has_outgrown_the_consent(
    firm, agreed
):
    numbers.set_pattern(firm.creditor, DocumentKind.INVOICE, "{year}-{number}", on=ISSUED, by="anna")
    wanted = Wanted(DocumentKind.INVOICE, "Support, {month}", Money(2000, "EUR"), Rhythm(TOLD), 7)
    made = recurring.begin(firm.creditor, "C1", wanted, on=ISSUED, by="anna")
    recurring.change_price(firm.creditor, made.pk, Money(10001, "EUR"), since=date(2026, 5, 1), on=ISSUED, by="anna")
    with scope.of(firm.creditor.pk):
        (row,) = recurring_turns.standing(firm.creditor)
        coming = recurring_turns.preview(firm.creditor, row, ISSUED, 3)
    assert [(one.is_charged, one.is_above_agreed) for one in coming] == [(True, False), (True, False), (False, True)]
    firm.day(TOLD)
    with scope.of(firm.creditor.pk):
        charged = {number for one in AutoCharge.objects.select_related("payment") for number in one.payment.receivables}
        issued = Receivable.objects.get(invoice__number="2026-1")
    assert issued.pk in charged
