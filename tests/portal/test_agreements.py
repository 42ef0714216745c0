"""Terms proposed, read and confirmed by the client: agreed from that day, with the paper; rehearsal agrees nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest

from dunwell.core.paper import Bullets
from dunwell.run import agreements, rights
from dunwell.store import scope
from dunwell.store.models import Agreement, Customer, TermsConfirmed
from portal.clients import Reader

DAY = date(2026, 3, 2)
TERMS = {
    "net_days": "30",
    "month_end": "yes",
    "prepayment": "30%",
    "early_discount": "2% within 10 days",
    "late_payment": "0.1% a day, cap 10%",
    "stop_work": "clause 5.3",
    "credit_limit": "5000.00 EUR",
}


@pytest.fixture
def asked(firm):
    """A live firm's client with terms to confirm, and their browser at the link."""
    firm.client()
    firm.creditor.public_url = "https://pay.example.org"
    firm.creditor.save(update_fields=["public_url"])
    made = agreements.propose(firm.creditor, "C1", TERMS, on=DAY, by="anna")
    address = agreements.address(firm.creditor, made, by="anna")
    path = re.sub(r"^https?://[^/]+", "", address).rpartition("/en/")[0]
    return Reader(path)


def confirm(reader: Reader, **typed):
    source = reader.get("terms").content.decode()
    found = dict(re.findall(r'name="(mark|digest)" value="([^"]*)"', source))
    return reader.client.post(f"{reader.path}/en/terms", {**found, "name": "Anna Brown", **typed})


def test_the_document_says_everything_but_our_own_limit(firm, asked) -> None:
    with scope.of(firm.creditor.pk):
        found = agreements.waiting(firm.creditor, asked_customer(firm), "en", rehearsal=True)
    assert found is not None
    (rules,) = [block for block in found.document.blocks if isinstance(block, Bullets)]
    text = " ".join(rules.items).replace("\N{NO-BREAK SPACE}", " ")
    assert "within 30 days of the end of the month in which the day of issue falls" in text
    assert "30% of the sum" in text and "Paid within 10 days, the sum is 2% less" in text
    assert "0.1% a day" in text and "clause 5.3" in text and "5000" not in text


def test_in_rehearsal_confirming_agrees_nothing(firm, asked) -> None:
    assert confirm(asked).status_code == 302
    with scope.of(firm.creditor.pk):
        (said,) = TermsConfirmed.objects.all()
        assert said.agreement is None and bytes(said.content).startswith(b"%PDF")
        assert not Agreement.objects.exists()
    assert "Confirmed, thank you" in asked.read("terms")


def test_live_it_is_agreed_with_its_evidence_and_once(firm, asked) -> None:
    firm.go_live()
    made = agreements.propose(firm.creditor, "C1", {"net_days": "14"}, on=DAY, by="anna")
    customer = asked_customer(firm)
    with scope.of(firm.creditor.pk):
        found = agreements.waiting(firm.creditor, customer, "bg", rehearsal=False)
    assert found is not None and found.number == made.pk
    told = {"name": "Anna Brown", "on": DAY, "rehearsal": False}
    agreements.confirm(firm.creditor, customer, "bg", digest=found.digest, **told)
    assert rights.agreed(firm.creditor, "C1", DAY)["net_days"] == "14"
    with scope.of(firm.creditor.pk):
        agreement = Agreement.objects.get()
        assert agreement.evidence == "На страницата за плащане, Anna Brown"
        assert agreement.confirmed_on == DAY
    with pytest.raises(agreements.NothingProposed):
        agreements.confirm(firm.creditor, customer, "bg", digest=found.digest, **told)
    assert agreements.printed(firm.creditor, "C1", DAY).startswith(b"%PDF")


@pytest.mark.parametrize("typed", [{"name": " "}, {"digest": "0" * 64}, {"mark": "forged"}])
def test_what_is_no_confirmation_changes_nothing(firm, asked, typed) -> None:
    said = confirm(asked, **typed)
    assert said.status_code == 422 and b'role="alert"' in said.content
    with scope.of(firm.creditor.pk):
        assert not TermsConfirmed.objects.exists()


def asked_customer(firm) -> int:
    with scope.of(firm.creditor.pk):
        return Customer.objects.get().pk
