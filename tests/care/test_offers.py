"""Offers: whom they fit, what letters and pages tell, what is earned, and that they end to the second."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import offers as rules
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.offers import Offer, OfferKind, OfferUnfit, PercentUnreadable
from dunwell.run import credits, numbers, offers, platforms, portal, portal_desk
from dunwell.store import scope
from dunwell.store.models import CreditDue, Dispute, GrantEnd, Invoice, OfferGrant, PageAnswer
from portal.clients import Reader, link_in
from regressions.world import DAY

LATER = date(2026, 12, 31)


def terms(kind: str = "discount", share: int = 200, days: int = 10, **more) -> Offer:
    return Offer(
        **{"kind": OfferKind(kind), "share": share, "days": days, "until": LATER, "margin": 3000, "floor": 1000, **more}
    )


def make(firm, kind: str = "discount", **more) -> None:
    offers.make(firm.creditor, kind, terms(kind, **more), on=DAY, by="anna")


def issued(firm, number: str = "I-1", client: str = "C1", on: date = DAY, kind: str = "business") -> None:
    """An invoice of 100.00 of the day, due in three weeks, that the program itself sends."""
    firm.client(client, kind=kind)
    due = on + timedelta(21)
    firm.take(
        f"Customer ID,Document type,Invoice number,Invoice date,Due date,Amount,Currency\n{client},invoice,{number},{on},{due},100.00,EUR\n",
        on=on,
    )


def all_of(firm, model):
    with scope.of(firm.creditor.pk):
        return list(model.objects.order_by("pk"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"share": 2500},  # 5 % would remain of a floor of 10 %
        {"share": 0},
        {"share": 10_000, "margin": 10_000, "floor": 0},
        {"days": 0},
        {"platform": "own_site"},
        {"kind": "cashback"},
    ],
)
def test_an_offer_that_does_not_hold_together_is_refused(wrong):
    with pytest.raises(OfferUnfit):
        terms(**wrong)


@given(
    total=st.integers(1, 10**12),
    share=st.integers(1, 2000),
    lines=st.lists(st.tuples(st.sampled_from(["Hosting 2026", "Design"]), st.integers(0, 10**9)), max_size=4),
)
def test_it_never_gives_more_than_its_share_nor_anything_on_excluded_lines(total, share, lines):
    given_ = rules.worth(terms(share=share, excluded=("hosting",)), Money(total, "EUR"), lines)
    excluded = sum(amount for text, amount in lines if text.startswith("Hosting"))
    assert 0 <= given_.minor <= (max(0, total - excluded) * share + 5000) // 10_000


@pytest.mark.parametrize(("typed", "points"), [("2", 200), ("2,5 %", 250), ("100", 10_000)])
def test_percentages_are_read_as_people_type_them(typed, points):
    assert rules.points(typed) == points


@pytest.mark.parametrize("typed", ["", "two", "-1", "101", "2.555", "nan"])
def test_what_is_no_percentage_is_refused(typed):
    with pytest.raises(PercentUnreadable):
        rules.points(typed)


def test_letter_and_page_tell_the_same_offer(firm):
    make(firm)
    issued(firm)
    firm.day()
    (message,) = firm.sent()
    assert "If you pay by Thursday, 12 March, €2.00 comes off: €98.00 is then all we ask for." in plain(message)
    page = Reader(link_in(message)).read()
    assert "Pay €98.00 for invoice I-1 by Thursday, 12 March" in page


def test_paid_in_time_the_rest_waits_for_the_credit_note_and_is_never_asked_for(firm):
    make(firm)
    issued(firm)
    firm.day()
    firm.paid(f"{date(2026, 3, 12)},98.00,EUR,C1 Ltd,I-1", on=date(2026, 3, 13))
    firm.day(date(2026, 3, 13))
    (due,) = all_of(firm, CreditDue)
    assert (due.amount, due.cause) == (200, "discount")
    assert firm.outcome("I-1").reasons == "credit_awaited"
    firm.day(date(2026, 3, 25))
    assert len(firm.sent()) == 1
    with scope.of(firm.creditor.pk):
        assert not Dispute.objects.exclude(cause=credits.AWAITED).exists()


def test_paid_a_day_late_the_whole_sum_is_owed(firm):
    make(firm)
    issued(firm)
    firm.day()
    firm.paid(f"{date(2026, 3, 13)},98.00,EUR,C1 Ltd,I-1", on=date(2026, 3, 14))
    firm.day(date(2026, 3, 16))
    firm.day(date(2026, 3, 18))
    assert not all_of(firm, CreditDue)
    assert [one.outcome for one in all_of(firm, GrantEnd)] == ["expired"]


def test_where_dunwell_numbers_credit_notes_the_discount_settles_the_invoice(firm):
    numbers.set_pattern(firm.creditor, DocumentKind.CREDIT_NOTE, "CN-{number}", on=DAY, by="anna")
    firm.go_live()
    make(firm)
    issued(firm)
    firm.plan()
    offers.grant(firm.creditor, DAY, rehearsal=False)
    firm.paid(f"{DAY},98.00,EUR,C1 Ltd,I-1", on=DAY)
    firm.plan()
    offers.judge(firm.creditor, DAY, rehearsal=False, by="anna")
    with scope.of(firm.creditor.pk):
        assert Invoice.objects.get(kind="credit_note").total == 200
    assert firm.outcome("I-1") and firm.plan().proposal.outcomes.is_empty()


def test_a_bonus_comes_off_the_next_invoice(firm):
    make(firm, "bonus")
    issued(firm)
    firm.day()
    firm.paid(f"{date(2026, 3, 5)},100.00,EUR,C1 Ltd,I-1", on=date(2026, 3, 6))
    firm.day(date(2026, 3, 6))
    assert not all_of(firm, CreditDue), "there is no next invoice yet"
    issued(firm, "I-2", on=date(2026, 3, 9))
    firm.day(date(2026, 3, 9))
    (due,) = all_of(firm, CreditDue)
    with scope.of(firm.creditor.pk):
        assert (due.cause, due.receivable.invoice.number, due.amount) == ("bonus", "I-2", 200)


def test_a_cashback_needs_the_payment_and_any_review_that_a_person_has_seen(firm):
    make(firm, "cashback", platform="own_site")
    issued(firm)
    firm.day()
    (message,) = firm.sent()
    assert "say in the review that you were thanked for it" in plain(message)
    reader = Reader(link_in(message))
    firm.paid(f"{date(2026, 3, 5)},100.00,EUR,C1 Ltd,I-1", on=date(2026, 3, 6))
    firm.day(date(2026, 3, 6))
    assert not all_of(firm, CreditDue), "paid, and no review"
    assert reader.say("review", text="https://example.org/r/1: slow, but good").status_code == 302
    firm.day(date(2026, 3, 6))
    assert not all_of(firm, CreditDue), "nobody has looked yet"
    (answer,) = all_of(firm, PageAnswer)
    portal_desk.settle(firm.creditor, answer.pk, outcome="done", on=date(2026, 3, 6), by="anna")
    firm.day(date(2026, 3, 9))
    assert [one.cause for one in all_of(firm, CreditDue)] == ["cashback"]


@pytest.mark.parametrize("platform", ["google_maps", "trustpilot", "nowhere"])
def test_a_platform_that_forbids_rewarded_reviews_or_is_unknown_is_refused(firm, platform):
    with pytest.raises((platforms.PlatformForbids, platforms.PlatformUnknown)):
        make(firm, "cashback", platform=platform)


def test_what_a_platform_allows_is_looked_up_again_after_a_year():
    with pytest.raises(platforms.PlatformOutdated):
        platforms.fit("own_site", date(2027, 12, 1))


def test_advertising_needs_a_persons_consent_a_price_does_not(firm):
    make(firm)
    make(firm, "bonus")
    issued(firm, client="P1", kind="person")
    firm.day()
    with scope.of(firm.creditor.pk):
        assert list(OfferGrant.objects.values_list("offer__kind", flat=True)) == ["discount"]


def test_the_budget_is_kept_and_what_expired_is_free_again(firm):
    make(firm, budget=Money(300, "EUR"))
    issued(firm)
    issued(firm, "I-2", "C2")
    firm.day()
    assert len(all_of(firm, OfferGrant)) == 1, "two times two euros are more than three"


def test_an_ended_offer_is_made_to_nobody_else_and_kept_by_whom_it_was_told(firm):
    make(firm)
    issued(firm)
    firm.day()
    offers.end(firm.creditor, "discount", on=DAY, by="anna")
    issued(firm, "I-2", "C2")
    firm.day(date(2026, 3, 4))
    (told,) = all_of(firm, OfferGrant)
    firm.paid(f"{date(2026, 3, 5)},98.00,EUR,C1 Ltd,I-1", on=date(2026, 3, 6))
    firm.day(date(2026, 3, 6))
    assert all_of(firm, GrantEnd)[0].grant_id == told.pk


def test_an_offer_ends_on_the_page_to_the_second(firm):
    firm.go_live()
    make(firm)
    issued(firm)
    offers.grant(firm.creditor, DAY, rehearsal=False)
    (grant,) = all_of(firm, OfferGrant)
    # Midnight in Sofia, which is two hours before that of Greenwich.
    last = datetime(2026, 3, 12, 21, 59, 59, tzinfo=UTC)
    assert grant.ends_at == last
    mine = [grant.receivable_id]
    assert offers.live(firm.creditor, grant.pk, mine, last, DAY, rehearsal=False)
    with pytest.raises(offers.OfferEnded):
        offers.live(firm.creditor, grant.pk, mine, last + timedelta(seconds=1), DAY, rehearsal=False)
    with pytest.raises(offers.NoSuchOffer):
        offers.live(firm.creditor, grant.pk, [grant.receivable_id + 1], last, DAY, rehearsal=False)


def test_whoever_opens_an_offer_too_late_is_told_so_kindly(firm):
    make(firm, days=1)
    issued(firm)
    firm.day()
    (message,) = firm.sent()
    reader, (grant,) = Reader(link_in(message)), all_of(firm, OfferGrant)
    assert reader.get(f"offer-{grant.pk}").status_code == 200
    assert "<svg" in reader.get(f"offer-{grant.pk}.svg").content.decode()
    firm.day(date(2026, 3, 4))
    late = reader.get(f"offer-{grant.pk}")
    assert late.status_code == 410
    assert "It was open until 3 March." in html.unescape(late.content.decode()).replace("\u00a0", " ")
    assert reader.get(f"offer-{grant.pk}.svg").status_code == 404
    assert "Pay €98.00" not in reader.read()


def plain(message) -> str:
    return " ".join(message.content_row.text.replace("\u00a0", " ").split())


def test_a_page_knows_the_moment_it_is_looked_at(firm, reader):
    seen = portal.visit(reader.path.rpartition("/")[2], datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert seen is not None and seen.at.hour == 9
