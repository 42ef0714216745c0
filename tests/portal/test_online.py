"""Paying online: what the provider is asked, and what its news does to the books, however it comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunwell.run import creditors, online, payment_providers
from dunwell.store import scope, switches
from dunwell.store.models import Hold, OnlineEvent, OnlinePayment, Payment, Switch
from portal.clients import Reader, link_in
from portal.paying import MONDAY, NOW, news, session, tell
from portal.providers import SECRET
from regressions import world


def begin(reader: Reader) -> str:
    """Press "pay online"; the reference under which it was begun."""
    form = {"mark": reader.mark(), "currency": "EUR"}
    answer = reader.client.post(f"{reader.path}/en/online", form)
    assert answer.status_code == 302, answer.content
    return answer.url.rpartition("/")[2]


def payments(firm) -> list[int]:
    with scope.of(firm.creditor.pk):
        return list(Payment.objects.order_by("pk").values_list("amount", flat=True))


def test_it_asks_the_provider_for_exactly_what_is_open(live, provider):
    reference = begin(live)
    ((path, asked, headers),) = provider.asked
    assert path == "/v1/checkout/sessions"
    assert asked["line_items[0][price_data][unit_amount]"] == "10000"
    assert asked["client_reference_id"] == headers["Idempotency-Key"] == reference
    assert asked["success_url"].startswith("https://pay.firm.example/p/"), "the Host of a request is never used"
    assert "https://checkout.stripe.example/" in live.read(f"online/{reference}")


def test_a_payment_stops_the_ladder_and_says_thank_you(firm, live, provider):
    reference = begin(live)
    assert tell(firm, live, *news(provider, "checkout.session.completed", session(reference))).status_code == 204
    assert payments(firm) == [10000]
    assert "it is paid" in live.read(f"online/{reference}")
    assert "Nothing to pay" in live.read()
    planned = firm.plan(MONDAY + timedelta(21))
    assert [message.purpose for message in firm.messages("queued")] in ([], ["thanks"]), planned.reasons


def test_the_same_news_twice_is_one_payment(firm, live, provider):
    reference = begin(live)
    first = news(provider, "checkout.session.completed", session(reference))
    again = news(provider, "checkout.session.async_payment_succeeded", session(reference), event_id="evt_2")
    for one in (first, first, again):
        assert tell(firm, live, *one).status_code == 204
    assert payments(firm) == [10000]


def test_forged_and_old_news_changes_nothing(firm, live, provider):
    reference = begin(live)
    body, headers = news(provider, "checkout.session.completed", session(reference))
    late = news(provider, "checkout.session.completed", session(reference), at=NOW - timedelta(hours=1))
    for forged in ((body, {}), (body + b" ", headers), (body, {"Stripe-Signature": "t=1,v1=00"}), late):
        assert tell(firm, live, *forged).status_code == 400
    assert tell(firm, live, body, headers, name="memory").status_code == 404, "live, the demo provider tells nothing"
    assert live.client.post("/p/hooks/nobody/stripe", body, content_type="application/json").status_code == 404
    assert payments(firm) == []
    with scope.of(firm.creditor.pk):
        assert not OnlineEvent.objects.exists()


def test_what_the_same_account_sells_elsewhere_is_none_of_ours(firm, live, provider):
    begin(live)
    for number, reference in enumerate(("", "shop-17", "dw-" + "0" * 24)):
        one = news(provider, "checkout.session.completed", session(reference), event_id=f"evt_{number}")
        assert tell(firm, live, *one).status_code == 204
    assert payments(firm) == []
    with scope.of(firm.creditor.pk):
        assert not OnlineEvent.objects.exists()


def test_a_debit_under_way_holds_the_chase_until_it_is_certain(firm, live, provider):
    reference = begin(live)
    tell(firm, live, *news(provider, "checkout.session.completed", session(reference, payment_status="unpaid")))
    assert payments(firm) == []
    with scope.of(firm.creditor.pk):
        assert Hold.objects.get().until_date == MONDAY + timedelta(online.PENDING_DAYS)
    failed = session(reference, payment_status="unpaid")
    tell(firm, live, *news(provider, "checkout.session.async_payment_failed", failed, event_id="evt_2"))
    with scope.of(firm.creditor.pk):
        assert not Hold.objects.filter(ending=None).exists()
    assert "did not go through" in live.read(f"online/{reference}")


@pytest.mark.parametrize("refund_first", [True, False])
def test_a_refund_opens_the_invoice_again_in_whatever_order_it_is_told(firm, live, provider, refund_first):
    reference = begin(live)
    paid = news(provider, "checkout.session.completed", session(reference))
    refund = {"id": "re_1", "status": "succeeded", "payment_intent": "pi_1", "amount": 4000, "currency": "eur"}
    back = news(provider, "refund.created", refund, event_id="evt_r")
    again = news(provider, "refund.updated", refund, event_id="evt_u")
    for one in [back, paid, again] if refund_first else [paid, back, again]:
        assert tell(firm, live, *one).status_code == 204
    assert sorted(payments(firm)) == [-4000, 10000]
    assert "€40.00" in live.read()


def test_giving_back_what_was_too_much_opens_nothing_again(firm, live, provider):
    reference = begin(live)
    firm.paid("2026-03-02,60.00,EUR,C1 Ltd,C1-1")
    firm.plan()
    refund = {"id": "re_1", "status": "succeeded", "payment_intent": "pi_1", "amount": 6000, "currency": "eur"}
    for kind, thing in (("checkout.session.completed", session(reference)), ("refund.created", refund)):
        assert tell(firm, live, *news(provider, kind, thing, event_id=kind)).status_code == 204
    assert sorted(payments(firm)) == [-6000, 6000, 10000]
    assert "Nothing to pay" in live.read(), "40.00 of the card settled the rest, 60.00 were paid twice"


def test_late_news_of_what_failed_holds_nothing(firm, live, provider):
    reference = begin(live)
    failed = session(reference, payment_status="unpaid")
    for kind in ("checkout.session.async_payment_failed", "checkout.session.completed"):
        assert tell(firm, live, *news(provider, kind, failed, event_id=kind)).status_code == 204
    with scope.of(firm.creditor.pk):
        assert not Hold.objects.filter(ending=None).exists()


def test_a_signature_of_odd_letters_is_a_forgery(firm, live, provider):
    body, _ = news(provider, "checkout.session.completed", session(begin(live)))
    assert tell(firm, live, body, {"Stripe-Signature": "t=1,v1=\u00e9"}).status_code == 400


def test_what_was_paid_by_bank_meanwhile_leaves_the_card_payment_to_a_person(firm, live, provider):
    reference = begin(live)
    firm.paid("2026-03-02,100.00,EUR,C1 Ltd,C1-1")
    firm.plan()
    assert tell(firm, live, *news(provider, "checkout.session.completed", session(reference))).status_code == 204
    with scope.of(firm.creditor.pk):
        card = Payment.objects.get(source="stripe")
        assert not card.allocation_set.exists()


def test_a_provider_that_does_not_answer_is_said_so_and_leaves_the_bank_transfer(live, provider):
    provider.is_down = True
    answer = live.client.post(f"{live.path}/en/online", {"mark": live.mark(), "currency": "EUR"})
    assert answer.status_code == 422
    assert b"does not answer just now" in answer.content and b"BG80" in answer.content


def test_one_form_is_one_payment(firm, live, provider):
    form = {"mark": live.mark(), "currency": "EUR"}
    answers = {live.client.post(f"{live.path}/en/online", form).url for _ in range(2)}
    assert len(answers) == 1 and len(provider.asked) == 1
    with scope.of(firm.creditor.pk):
        assert OnlinePayment.objects.count() == 1


def test_another_links_payment_is_not_shown(firm, live, provider):
    reference = begin(live)
    firm.owing("2026-02-20", client="C2")
    firm.plan(MONDAY)
    firm.deliver()
    other = Reader(link_in(firm.sent()[-1]))
    assert other.path != live.path
    assert other.get(f"online/{reference}").status_code == 302


def test_yookassas_notification_is_believed_only_after_looking_it_up(firm, provider, settings_clock):
    creditor = firm.creditor
    creditors.add_account(
        creditor,
        currency="RUB",
        on=MONDAY,
        by="anna",
        account="40702810500000002851",
        bic="044525225",
        correspondent="30101810400000000225",
    )
    payment_providers.configure(
        creditor, "yookassa", {"shop_id": "1", "secret_key": "s", "api": provider.address}, by="test"
    )
    creditor.public_url = "https://pay.firm.example"
    creditor.save()
    switches.turn(creditor.pk, Switch.PUBLIC_URL, creditor.public_url, by="check", why="", on=MONDAY)
    firm.owing("2026-02-20", sum_="48000.00", currency="RUB")
    firm.go_live()
    firm.plan()
    firm.deliver()
    reader = Reader(link_in(world.only(firm.sent())))
    reader.client.post(f"{reader.path}/en/online", {"mark": reader.mark(), "currency": "RUB"})
    ((_, asked, _),) = provider.asked
    assert asked["amount"] == {"value": "48000.00", "currency": "RUB"}
    (number,) = [made["id"] for made in provider.made.values()]
    told = {"type": "notification", "event": "payment.succeeded", "object": {"id": number}}
    assert tell(firm, reader, told, {}, "yookassa").status_code == 204
    assert payments(firm) == [], "YooKassa itself says that it is still pending"
    provider.shown[f"/v3/payments/{number}"] |= {"status": "succeeded"}
    for _ in range(2):
        assert tell(firm, reader, told, {}, "yookassa").status_code == 204
    assert payments(firm) == [4800000]
    lie = {**told, "object": {"id": "99999999-0000"}}
    assert tell(firm, reader, lie, {}, "yookassa").status_code == 400
    provider.is_down = True
    assert tell(firm, reader, told, {}, "yookassa").status_code == 503


def test_in_rehearsal_the_demo_provider_stands_in_and_no_money_is_booked(firm, provider):
    payment_providers.configure(
        firm.creditor, "stripe", {"api_key": "sk", "webhook_secret": SECRET, "api": provider.address}, by="test"
    )
    firm.owing("2026-02-20")
    firm.day()
    reader = Reader(link_in(world.only(firm.sent())))
    reference = begin(reader)
    assert "stand-in" in reader.read(f"online/{reference}")
    reader.client.post(f"{reader.path}/en/online/{reference}/stand-in", {"mark": reader.mark(), "pay": "1"})
    assert "it is paid" in reader.read(f"online/{reference}")
    assert not provider.asked and payments(firm) == []
    firm.day(MONDAY + timedelta(5))
    assert firm.outcome("C1-1").reasons.startswith("held")


def test_without_a_provider_nothing_is_offered(reader):
    assert "Pay online" not in reader.read()
