"""What a turn means lies in the turns around it: whether a reason was heard, an objection answered, a next step confirmed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dunwell.core.reading import CallContext, CallReview, OpenInvoice, Turn
from dunwell.plugins.readers import calls

INVOICE = OpenInvoice("INV-118", Decimal(900), "EUR", date(2026, 5, 29))


def reviewed(lang: str, *turns: str) -> CallReview:
    """Turns in their order, the manager's first."""
    said = [Turn("client" if at % 2 else "manager", text) for at, text in enumerate(turns)]
    return calls.review(said, CallContext(date(2026, 6, 10), lang, INVOICE))


def kept(review: CallReview, point: str) -> bool | None:
    found = review.checklist[point]
    return found.value if found else None


@pytest.mark.parametrize(
    ("lang", "answer", "is_heard"),
    [
        ("en", "I see. What would help you most right now?", True),
        ("en", "When are you paying?", False),
        ("en", "Not my problem. When are you paying?", False),
    ],
)
def test_a_reason_met_with_nothing_but_the_next_demand_was_not_heard(lang: str, answer: str, is_heard: bool) -> None:
    opening = "Hello, this is Vera from Ledgerby about INV-118 for nine hundred, due on the 29th of May."
    review = reviewed(lang, opening, "We have no money, our client hasn't paid us.", answer, "On Friday.")
    assert kept(review, "listened_to_reason") is is_heard


def test_where_no_reason_came_up_none_was_heard() -> None:
    review = reviewed(
        "en", "Hello, this is Vera from Ledgerby about INV-118.", "Yes?", "When will you pay it?", "Friday."
    )
    assert kept(review, "listened_to_reason") is False


def test_an_offer_after_a_brusque_word_makes_up_for_it() -> None:
    turns = (
        "Hello, Vera from Ledgerby, about INV-118.", "I'm in a meeting, can't talk.",
        "I have heard it all before, just tell me the date.", "I can't right now.",
        "All right, shall I call back on Monday at nine?", "Monday at nine.",
        "Monday at nine it is.", "Bye.",
    )  # fmt: skip
    review = reviewed("en", *turns)
    assert kept(review, "objection_handled") is True
    assert kept(review, "confirmed_next_step") is True


def test_a_mailbox_in_the_talk_is_no_voicemail() -> None:
    turns = (
        "Hi, Owen at Ledgerby about INV-118.", "Never seen it.",
        "It went to the info mailbox. Shall I send it to you directly?", "Yes please.",
        "Sent. What day can you get it paid?", "Tuesday.",
    )  # fmt: skip
    assert kept(reviewed("en", *turns), "offered_option") is True
