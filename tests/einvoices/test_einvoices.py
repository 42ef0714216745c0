"""E-invoices out: whatever sum, lines and VAT the ledger holds, the official rules accept what is written, and reading gives it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.core import documents_json
from dunwell.core.claims import Party
from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.core.vat import Vat, VatUnclear
from dunwell.engine import einvoice
from dunwell.engine.einvoice import Issued
from dunwell.plugins import einvoices
from dunwell.plugins.importers import cii, ubl
from einvoices import rules

READERS = {"ubl": ubl.read, "cii": cii.read}
ACCOUNT = BankAccount("EUR", "„Пример“ ЕООД", "ОББ", "BG80BNBG96611020345678", "BNBGBGSD")
ISSUED = Issued(
    number="0000001042",
    is_credit=False,
    issue_date=date(2026, 3, 31),
    due_date=date(2026, 4, 14),
    total=Money(124_000, "EUR"),
    seller=Party("„Пример“ ЕООД", "175074752", "BG175074752", "ул. „Шипка“ 5\n1504 София", "BG"),
    buyer=Party("Daisy & Sons <Ltd>", "09876543", "DE136695976", "1 High Street", "DE"),
    lines=(("Визуална идентичност", Money(100_000, "EUR")), ("Print", Money(24_000, "EUR"))),
    contact_name="Мария Колева",
    contact_email="maria@example.test",
    purpose="1042 DW-7K3M",
    account=ACCOUNT,
    vat=Vat.parse("20"),
)
VATS = (
    "20",
    "9.5",
    "zero",
    "exempt чл. 44 от ЗДДС",
    "reverse чл. 21, ал. 2 от ЗДДС",
    "export чл. 28 от ЗДДС",
    "none Not registered for VAT",
)


@pytest.mark.parametrize("syntax", einvoices.WRITERS)
@pytest.mark.parametrize("is_credit", [False, True])
@pytest.mark.parametrize("vat", VATS)
def test_the_official_rules_accept_it(syntax: str, is_credit: bool, vat: str) -> None:
    document = einvoice.document(
        replace(ISSUED, vat=Vat.parse(vat), is_credit=is_credit, credits_number="1040" if is_credit else "")
    )
    assert not einvoice.objections(document)
    written = einvoices.WRITERS[syntax](document)
    assert rules.conforms(written)
    assert not rules.broken(syntax, written)


@pytest.mark.parametrize("syntax", einvoices.WRITERS)
def test_the_rules_would_object(syntax: str) -> None:
    """The net that does not follow from the lines is noticed: the schematron is really asked."""
    document = einvoice.document(ISSUED)
    wrong = replace(document, totals=replace(document.totals, net=document.totals.payable))
    assert any("BR-CO-13" in one for one in rules.broken(syntax, einvoices.WRITERS[syntax](wrong)))
    assert [one.code for one in einvoice.objections(replace(wrong, totals=replace(wrong.totals, lines=None)))] == [
        "totals_differ"
    ]


@settings(max_examples=25, deadline=None)
@given(
    sums=st.lists(st.integers(-50_000, 5_000_000).filter(bool), min_size=1, max_size=8),
    vat=st.sampled_from(["20", "9", "5.5", "19", "24", "0", "none small business"]),
    are_net=st.booleans(),
)
def test_any_sums_add_up(sums: list[int], vat: str, are_net: bool) -> None:
    stands = Vat.parse(vat)
    entered = sum(sums)
    total = entered + int(entered * stands.percent / 100) if are_net else entered
    if total <= 0:
        return
    lines = tuple((f"Line {place}", Money(one, "EUR")) for place, one in enumerate(sums))
    document = einvoice.document(replace(ISSUED, total=Money(total, "EUR"), lines=lines, vat=stands))
    assert not einvoice.objections(document)
    assert document.totals.payable == Money(total, "EUR").decimal
    for syntax, write in einvoices.WRITERS.items():
        assert not rules.broken(syntax, write(document))


@pytest.mark.parametrize("syntax", einvoices.WRITERS)
@given(text=st.text(max_size=60), cents=st.integers(1, 10**11))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(syntax: str, text: str, cents: int) -> None:
    issued = replace(
        ISSUED,
        total=Money(cents, "EUR"),
        lines=(),
        what_for=f"work {text}",
        seller=replace(ISSUED.seller, registration_number=""),
    )
    document = einvoice.document(issued)
    found = READERS[syntax](einvoices.WRITERS[syntax](document)).documents[0]
    assert (found.number, found.kind, found.issue_date, found.due_date) == (
        document.number,
        document.kind,
        document.issue_date,
        document.due_date,
    )
    assert found.totals == document.totals
    assert found.taxes == document.taxes
    assert found.payment_means == document.payment_means
    assert (found.seller.name, found.buyer.name) == (document.seller.name, document.buyer.name)
    assert [line.net for line in found.lines] == [line.net for line in document.lines]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"vat": None}, "vat_unknown"),
        ({"account": None}, "account_missing"),
        ({"account": replace(ACCOUNT, iban="BG81BNBG96611020345678")}, "account_missing"),
        ({"buyer": replace(ISSUED.buyer, country="")}, "country_missing"),
        ({"buyer": replace(ISSUED.buyer, tax_id="DE136695975")}, "tax_number_wrong"),
        ({"seller": replace(ISSUED.seller, tax_id="175074752")}, "tax_number_missing"),
        ({"vat": Vat.parse("reverse art. 196"), "buyer": replace(ISSUED.buyer, tax_id="")}, "tax_number_missing"),
        ({"due_date": None}, "due_date_missing"),
    ],
)
def test_what_is_not_known_is_a_finding(changed: dict, code: str) -> None:
    assert code in [one.code for one in einvoice.objections(einvoice.document(replace(ISSUED, **changed)))]


def test_lines_that_make_up_no_sum_are_not_printed_as_if_they_did() -> None:
    document = einvoice.document(replace(ISSUED, total=Money(99_999, "EUR"), what_for="Identity"))
    assert [(line.name, str(line.net)) for line in document.lines] == [("Identity", "833.33")]
    assert str(document.totals.rounding) == "-0.01"  # no net makes 999.99 with its VAT: the cent is named, not lost


def test_a_document_survives_its_keeping() -> None:
    document = einvoice.document(ISSUED)
    assert documents_json.loads(documents_json.dumps(document)) == document


@pytest.mark.parametrize("text", ["", "exempt", "twenty", "20 because", "120", "none"])
def test_vat_is_never_supposed(text: str) -> None:
    with pytest.raises(VatUnclear):
        Vat.parse(text)


@pytest.mark.parametrize("text", [*VATS, "0"])
def test_vat_is_said_and_read_alike(text: str) -> None:
    assert Vat.parse(str(Vat.parse(text))) == Vat.parse(text)
