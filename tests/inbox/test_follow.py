"""What follows from a reading: one proposal per thing said, and nothing by itself."""

from __future__ import annotations

from datetime import date

import pytest

from dunwell.core.calendar import Calendar
from dunwell.core.inbox import OpenDocument, ProposalKind, Told, customer_of, signed_address
from dunwell.core.reading import OpenInvoice, ReplyContext
from dunwell.engine import follow
from dunwell.plugins.readers import READERS

ON = date(2026, 3, 4)  # a Wednesday
TOLD = Told(sender="anna@client.example", documents=(OpenDocument("INV-77", 60_000, "EUR"),))
LOCAL = READERS["local"]()


def said(text: str, lang: str = "en") -> list[tuple[str, dict]]:
    context = ReplyContext(ON, lang, invoices=(OpenInvoice("INV-77", 600, "EUR"),))
    return [(one.kind.value, dict(one.values)) for one in follow.proposals(LOCAL.read(text, context), TOLD, ON)]


def test_a_dated_promise_names_day_and_documents() -> None:
    assert said("We will pay on Friday.") == [("promise", {"until": "2026-03-06", "invoices": ["INV-77"]})]


def test_a_part_promised_keeps_its_sum() -> None:
    ((kind, values),) = said("Обещаю перевести 200 евро в пятницу.", "ru")
    assert kind == "promise"
    assert values["amount"] == "200"


def test_a_report_of_payment_waits_for_the_ledger() -> None:
    ((kind, values),) = said("We paid this invoice on Monday.")
    assert (kind, values["paid_on"], values["until"]) == ("claimed_paid", "2026-03-02", "2026-03-09")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("The goods never arrived, we will not pay until they do.", "not_delivered"),
        ("We never ordered this.", "not_ordered"),
    ],
)
def test_a_dispute_has_a_cause_of_the_ledger(text: str, cause: str) -> None:
    found = dict(said(text))
    assert found["dispute"]["cause"] == cause


def test_a_request_is_owed_by_our_side() -> None:
    assert ("answer", {"what": "document", "topic": "request_document"}) in said(
        "Please send me a copy of the invoice."
    )


def test_an_insult_is_read_by_somebody() -> None:
    assert [kind for kind, _ in said("You are a bunch of thieves and idiots!")] == ["look"]


def test_thanks_alone_propose_nothing() -> None:
    assert said("Thank you, received.") == []


def test_a_signed_address_names_its_customer_and_a_forged_one_nobody() -> None:
    address = signed_address("accounts@firm.example", 12, b"key")
    assert address.startswith("accounts+c12-") and address.endswith("@firm.example")
    assert customer_of(address.upper(), b"key") == 12
    assert customer_of(address.replace("c12", "c13"), b"key") is None
    assert customer_of(address, b"other key") is None


def test_a_doubtful_demand_to_stop_does_not_work_by_itself() -> None:
    reading = LOCAL.read("We will pay on Friday.", ReplyContext(ON, "en"))
    assert follow.demands_stop(reading) is None
    assert all(one.kind != ProposalKind.STOP for one in follow.proposals(reading, TOLD, ON))


def test_after_the_holidays_is_by_the_customers_calendar() -> None:
    own = Calendar("BG", holidays=frozenset({date(2026, 4, 15), date(2026, 4, 16)}))
    context = ReplyContext(date(2026, 4, 8), "bg", calendar=own)
    found = LOCAL.read("Ще платим след празниците.", context)
    assert found.promised_date is not None
    assert found.promised_date.value == date(2026, 4, 17)
