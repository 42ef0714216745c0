"""Documents of account: what they say is what the books say, in three languages and in two at once, to whoever may see it."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.plugins.importers import facturx
from dunwell.run import books, creditors, einvoices, ingest_documents, papers
from dunwell.store import customer_view, load_papers, scope
from dunwell.store.models import Creditor, Customer, Invoice, IssuedDocument, Payment, Receivable, WriteOff
from einvoices import rules
from regressions import world as worlds
from regressions.world import World

DAY = date(2026, 3, 2)
PERIOD = {"since": date(2026, 1, 1), "until": DAY}


@pytest.fixture
def firm(creditor: Creditor, tmp_path: Path) -> World:
    world = worlds.fresh(creditor, tmp_path)
    registered = {"registered_name": "„Пример“ ЕООД", "tax_id": "BG175074752", "country": "BG"}
    creditors.change(creditor, by="anna", address="ул. „Шипка“ 5\n1504 София", **registered)
    return world


def text_of(pdf: bytes) -> str:
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "\n".join(pages).replace("\u00a0", " ").replace("\u202f", " ")


def found(creditor: Creditor, model: Any, **which: Any) -> Any:
    with scope.of(creditor.pk):
        rows = model.objects.select_related("customer") if model is Invoice else model.objects
        return rows.get(**which)


# --- invoices --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("languages", "words"),
    [("ru", "К оплате"), ("bg", "За плащане"), ("en", "To pay"), ("bg,en", "За плащане / To pay")],
)
@pytest.mark.parametrize("look", ["warm", "plain", "formal"])
def test_an_invoice_says_its_sum_its_day_and_how_to_pay(firm: World, languages: str, words: str, look: str) -> None:
    (number,) = firm.owing("2026-03-16")
    said = text_of(papers.invoice(firm.creditor, number, on=DAY, languages=languages, look=look))
    account = einvoices.account_for(firm.creditor, "EUR", DAY)
    assert account is not None
    assert words in said and number in said and account.iban[-4:] in said.replace(" ", "")
    assert ("100.00" if languages == "en" else "100,00") in said
    assert "2026" in said


def test_what_was_paid_is_off_and_a_settled_one_says_thanks(firm: World) -> None:
    (number,) = firm.owing("2026-02-16")
    firm.paid(f"2026-02-20,40.00,EUR,C1 Ltd,{number}")
    firm.plan(DAY)
    part = text_of(papers.invoice(firm.creditor, number, on=DAY, languages="en"))
    assert "€40.00" in part and "Left to pay" in part and "€60.00" in part and "Was due on 16 February 2026" in part
    firm.paid(f"2026-03-01,60.00,EUR,C1 Ltd,{number}")
    firm.plan(DAY + timedelta(1))
    whole = text_of(papers.invoice(firm.creditor, number, on=DAY + timedelta(1), languages="en"))
    assert "Paid in full" in whole and "Scan the code" not in whole


def test_a_cancelled_one_asks_for_nothing(firm: World) -> None:
    (number,) = firm.owing("2026-02-16")
    books.cancel(firm.creditor, found(firm.creditor, Invoice, number=number), on=DAY, by="anna", why="twice")
    said = text_of(papers.invoice(firm.creditor, number, on=DAY, languages="bg"))
    assert "анулиран" in said and "Сканирайте" not in said


def test_the_same_facts_give_the_same_bytes(firm: World) -> None:
    (number,) = firm.owing("2026-03-16")
    made = [papers.invoice(firm.creditor, number, on=DAY, languages="ru") for _ in range(2)]
    assert made[0] == made[1]


def test_a_credit_note_names_what_it_reduces(firm: World) -> None:
    (number,) = firm.owing("2026-03-16")
    firm.invoices(f"C1,credit note,CN-1,2026-02-25,2026-02-25,30.00,EUR,{number}")
    said = text_of(papers.invoice(firm.creditor, "CN-1", on=DAY, languages="ru"))
    assert "Кредит-нота № CN-1" in said and number in said and "30,00" in said


def test_without_vat_it_does_not_look_like_a_tax_document(firm: World) -> None:
    (number,) = firm.owing("2026-03-16")
    assert "copy to pay by" in text_of(papers.invoice(firm.creditor, number, on=DAY, languages="en"))
    einvoices.set_vat(firm.creditor, "20", on=DAY, by="anna")
    said = text_of(papers.invoice(firm.creditor, number, on=DAY, languages="en"))
    assert "copy to pay by" not in said and "VAT 20%" in said and "€83.33" in said and "€16.67" in said


def test_a_logo_stands_at_its_head_and_is_drawn_anew(firm: World) -> None:
    from PIL import Image

    (number,) = firm.owing("2026-03-16")
    picture = io.BytesIO()
    Image.new("RGBA", (900, 300), "#23665a").save(picture, "PNG")
    papers.set_logo(firm.creditor, picture.getvalue(), on=DAY, by="anna")
    printed = PdfReader(io.BytesIO(papers.invoice(firm.creditor, number, on=DAY)))
    assert len(printed.pages[0].images) == 1
    papers.set_logo(firm.creditor, b"", on=DAY, by="anna")
    assert not PdfReader(io.BytesIO(papers.invoice(firm.creditor, number, on=DAY))).pages[0].images
    with pytest.raises(Refusal):
        papers.set_logo(firm.creditor, b"%PDF-1.7", on=DAY, by="anna")


@pytest.mark.parametrize("wrong", [{"languages": "de"}, {"languages": "ru,bg,en"}, {"look": "alarm"}])
def test_what_does_not_exist_is_refused(firm: World, wrong: dict[str, str]) -> None:
    (number,) = firm.owing("2026-03-16")
    with pytest.raises(Refusal):
        papers.invoice(firm.creditor, number, on=DAY, **wrong)


# --- e-invoices ------------------------------------------------------------------------------------------------------


def test_an_e_invoice_needs_what_is_not_known(firm: World) -> None:
    (number,) = firm.owing("2026-03-16")
    with pytest.raises(einvoices.NotAnEInvoice, match="VAT"):
        einvoices.write(firm.creditor, number, "ubl")


@pytest.mark.parametrize("syntax", einvoices.SYNTAXES)
def test_with_it_the_rules_accept_what_is_written(firm: World, syntax: str) -> None:
    (number,) = firm.owing("2026-03-16")
    einvoices.set_vat(firm.creditor, "20", on=DAY, by="anna")
    written = einvoices.write(firm.creditor, number, syntax)
    assert rules.conforms(written) and not rules.broken(syntax, written)


def test_the_nearest_word_about_vat_counts(firm: World) -> None:
    (first, second) = firm.owing("2026-03-16", "2026-03-18")
    for text, more in (("20", {}), ("9", {"customer": "C1"}), ("zero", {"invoice": first})):
        einvoices.set_vat(firm.creditor, text, on=DAY, by="anna", **more)
    percents = [
        einvoices.document(firm.creditor, found(firm.creditor, Invoice, number=one)).taxes[0].percent
        for one in (first, second)
    ]
    assert percents == [0, Decimal(9)]
    assert str(einvoices.vat_of_all(firm.creditor)) == "20"


def test_a_pdf_carries_its_e_invoice(firm: World) -> None:
    (number,) = firm.owing("2026-03-16")
    einvoices.set_vat(firm.creditor, "20", on=DAY, by="anna")
    printed = papers.facturx(firm.creditor, number, on=DAY, languages="bg,en")
    inside = facturx.read(printed).documents[0]
    assert (inside.number, inside.totals.payable) == (number, Decimal("100.00"))
    reader = PdfReader(io.BytesIO(printed))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert reader.trailer["/Root"]["/AF"][0]["/AFRelationship"] == "/Alternative"
    library = pytest.importorskip("facturx")
    pdfa = pytest.importorskip("papers.pdfa", reason="pikepdf is not installed: `make install-dev`")
    assert pdfa.breaches(printed) == []
    name, xml = library.get_facturx_xml_from_pdf(printed, check_xsd=True)
    assert name == "factur-x.xml" and not rules.broken("cii", xml)


def test_an_imported_e_invoice_keeps_its_lines_and_vat(firm: World) -> None:
    """What the issuer wrote comes out as it went in: quantities and rates that the ledger has no columns for."""
    from dataclasses import replace

    from dunwell.core.claims import Party
    from dunwell.core.vat import Vat
    from dunwell.engine import einvoice
    from dunwell.plugins import einvoices as written
    from einvoices.test_einvoices import ISSUED

    issued = replace(
        ISSUED, number="E-7", seller=Party("„Пример“ ЕООД", "", "BG175074752", "", "BG"), vat=Vat.parse("9")
    )
    document = einvoice.document(issued)
    path = firm.folder / "e7.xml"
    path.write_bytes(written.WRITERS["ubl"](document))
    for _ in range(2):
        ingest_documents.file(firm.creditor, path, as_of=DAY, by="anna")
    row = found(firm.creditor, Invoice, number="E-7")
    with scope.of(firm.creditor.pk):
        assert IssuedDocument.objects.filter(invoice=row).count() == 1
    again = einvoices.document(firm.creditor, row)
    assert (again.lines, again.taxes, again.totals) == (document.lines, document.taxes, document.totals)
    assert not rules.broken("cii", einvoices.write(firm.creditor, "E-7", "cii"))
    books.change_document(
        firm.creditor, row, due=date(2026, 4, 20), total=Money(90_000, "EUR"), on=DAY, by="anna", why="less"
    )
    assert einvoices.document(firm.creditor, found(firm.creditor, Invoice, number="E-7")).totals.payable == 900


# --- receipts --------------------------------------------------------------------------------------------------------


def test_a_receipt_says_what_the_money_was_set_against(firm: World) -> None:
    (number,) = firm.owing("2026-02-16")
    firm.paid(f"2026-02-20,130.00,EUR,C1 Ltd,{number}")
    firm.plan(DAY)
    payment = found(firm.creditor, Payment, amount=13_000)
    said = text_of(papers.receipt(firm.creditor, payment.pk, on=DAY, languages="en"))
    assert number in said and "€130.00" in said and "€100.00" in said and "€30.00" in said


def test_there_is_no_receipt_for_nobody(firm: World) -> None:
    firm.paid("2026-02-20,77.00,EUR,Somebody,who knows")
    payment = found(firm.creditor, Payment, amount=7_700)
    with pytest.raises(papers.PayerUnknown):
        papers.receipt(firm.creditor, payment.pk, on=DAY)
    with pytest.raises(papers.NoSuchPayment):
        papers.receipt(firm.creditor, payment.pk + 1000, on=DAY)


# --- statement and reconciliation ------------------------------------------------------------------------------------


def _busy(firm: World) -> str:
    """A customer with a history: invoices, a payment too much, a credit note, a cancelled one, a write-off, another's payment."""
    (first, second, third) = firm.owing("2026-01-20", "2026-02-16", "2026-03-16")
    firm.paid(f"2026-01-25,100.00,EUR,C1 Ltd,{first}", f"2026-02-20,40.00,EUR,C1 Ltd,{second}")
    firm.invoices(f"C1,credit note,CN-1,2026-02-25,2026-02-25,15.00,EUR,{second}")
    (other,) = firm.owing("2026-02-10", client="C2")
    firm.paid(f"2026-02-26,120.00,EUR,C2 Ltd,{other}")
    books.cancel(firm.creditor, found(firm.creditor, Invoice, number=third), on=DAY, by="anna", why="twice")
    firm.plan(DAY)
    with scope.of(firm.creditor.pk):
        owed = Receivable.objects.get(invoice__number=second)
        WriteOff.objects.create(
            creditor=firm.creditor, effective_on=DAY, by="anna", why="", receivable=owed, currency="EUR", amount=500
        )
    return first


def test_the_account_closes_with_what_is_open(firm: World) -> None:
    _busy(firm)
    for name in ("C1", "C2"):
        customer = found(firm.creditor, Customer, external_id=name)
        moved = sum(row[3] for row in load_papers.movements(firm.creditor.pk, customer.pk, DAY))
        with scope.of(firm.creditor.pk):
            rows = customer_view.owed(customer.pk, as_of=DAY, rehearsal=True)
            credit = sum(one.credit.minor for one in customer_view.ages(rows, customer.pk, as_of=DAY))
        assert moved == sum(row.balance.minor for row in rows) - credit, name


def test_a_statement_lists_every_movement_and_what_is_open(firm: World) -> None:
    first = _busy(firm)
    period = {"since": date(2025, 12, 1), "until": DAY}
    said = text_of(papers.statement(firm.creditor, "C1", **period, languages="en"))
    for words in (first, "CN-1", "Payment", "Written off", "Open items", "40.00", "15.00", "5.00"):
        assert words in said, words
    assert "€40.00" in said  # what is left: 200 − 140 − 15 − 5
    assert "C2" not in said


def test_what_came_before_the_period_is_its_opening_balance(firm: World) -> None:
    _busy(firm)
    said = text_of(papers.statement(firm.creditor, "C1", since=date(2026, 2, 1), until=DAY, languages="ru"))
    assert "Сальдо на 1 февраля 2026 г." in said
    with pytest.raises(papers.PeriodReversed):
        papers.statement(firm.creditor, "C1", since=DAY, until=DAY - timedelta(1))


@pytest.mark.parametrize(
    ("language", "title", "signed"),
    [
        ("ru", "Акт сверки взаимных расчётов", "Подпись, дата"),
        ("bg", "Потвърждение на салда", "Подпис, дата"),
        ("en", "Reconciliation of accounts", "Signature, date"),
    ],
)
def test_a_reconciliation_has_room_for_both(firm: World, language: str, title: str, signed: str) -> None:
    _busy(firm)
    said = text_of(papers.reconciliation(firm.creditor, "C1", **PERIOD, languages=language))
    assert title in said and said.count(signed) == 2
    assert "C1 Ltd" in said and "„Пример“ ЕООД" in said
