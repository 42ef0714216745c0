"""The page of a link: what it shows in which language, what can be kept of it, and what a look at it does to the plan."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import segno
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from dunwell.run import allocations, creditors, people
from dunwell.store import balances, bulk, pages, scope
from dunwell.store.models import Customer
from portal.clients import BROWSER, Reader, link_in
from regressions import world

MONDAY = world.DAY
PIXEL = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def text_of(printed: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages).replace("\u00a0", " ")


def test_it_shows_what_is_owed_for_what_and_how_to_pay(reader):
    page = reader.read()
    for shown in ("€100.00", "Design", "Invoice C1-1", "BG80 BNBG 9661 1020 3456 78", "Maria Ivanova", "C1 Ltd"):
        assert shown in page, shown


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("ru", "Срок был в пятницу, 20 февраля"),
        ("bg", "Падежът беше в петък, 20 февруари"),
        ("en", "Was due on Friday"),
    ],
)
def test_the_language_stands_in_the_address(reader, locale, said):
    page = Reader(reader.path, locale).get()
    assert said.lower() in page.content.decode().replace("\u00a0", " ").lower()
    assert page.headers["Content-Language"] == locale and f'<html lang="{locale}"'.encode() in page.content
    others = {"ru", "bg", "en"} - {locale}
    assert all(f'href="{reader.path}/{other}"'.encode() in page.content for other in others)


def test_without_a_language_it_speaks_the_letters(firm):
    firm.client("R1", language="ru")
    firm.invoices("R1,invoice,7,2026-01-30,2026-02-20,100.00,EUR,")
    firm.day()
    path = link_in(world.only(firm.sent()))
    answer = Reader(path).client.get(path, headers={"Accept-Language": "en"})
    assert answer.headers["Content-Language"] == "ru"


def test_the_code_pays_exactly_what_is_shown(reader):
    """An independent decoder reads what a banking app would."""
    drawn = reader.get("code-EUR.svg").content.decode()
    assert drawn.startswith("<svg") and 'xmlns="http://www.w3.org/2000/svg"' in drawn
    wanted = (
        "BCD\n002\n1\nSCT\nBNBGBGSD\n„Пример“ ООД\nBG80BNBG96611020345678\nEUR100.00\n\n\nInvoice C1-1 of 30 Jan 2026"
    )
    same = segno.make_qr(wanted.encode(), mode="byte", error="m", mask=0, boost_error=False)
    assert same.svg_inline(border=4).split('d="')[1].split('"')[0] in drawn
    out = io.BytesIO()
    same.save(out, kind="png", scale=4, border=4)
    assert zxingcpp.read_barcode(Image.open(out)).bytes == wanted.encode()


def test_what_stands_to_the_clients_credit_is_taken_off(firm, reader):
    firm.paid("2026-03-02,30.00,EUR,C1 Ltd,advance")
    with scope.of(firm.creditor.pk):
        ((payment,),) = bulk.rows("SELECT id FROM payment")
    allocations.on_account(firm.creditor, payment, "C1", on=MONDAY, by="anna", why="advance")
    page = reader.read()
    assert "€70.00" in page and "Your credit of €30.00" in page
    with scope.of(firm.creditor.pk):
        customer = Customer.objects.get()
        everywhere = bulk.rows(f"SELECT currency, amount FROM ({balances.credit_sql(as_of=None)}) c")
        assert pages.credit(customer.pk) == dict(everywhere) == {"EUR": 3000}


def test_money_that_nobody_has_matched_yet_is_said(firm, reader):
    firm.paid("2026-03-02,55.00,EUR,C1 Ltd,something")
    firm.plan()
    assert "We have received a payment from you" in reader.read()


def test_what_is_paid_is_thanked_for_and_offers_nothing_to_pay(firm, reader):
    firm.paid("2026-03-02,100.00,EUR,C1 Ltd,C1-1")
    firm.day()
    page = reader.read()
    assert "Nothing to pay" in page and "BG80" not in page


def test_a_disputed_invoice_is_not_asked_for(firm, reader):
    people.dispute(firm.creditor, "C1-1", cause="quality", amount=None, on=MONDAY, by="anna", why="")
    page = reader.read()
    assert "Under review" in page and "BG80" not in page


def test_the_statement_and_the_invoice_can_be_kept(firm, reader):
    printed = reader.get("statement.pdf")
    assert printed.headers["Content-Type"] == "application/pdf"
    said = text_of(printed.content)
    for shown in ("Statement of account", "C1-1", "€100.00", "BG80 BNBG 9661 1020 3456 78"):
        assert shown in said, shown
    (address,) = {part for part in reader.read().split('"') if "/invoice-" in part}
    said = text_of(reader.client.get(address).content)
    assert "Invoice C1-1" in said and "A copy to pay by" in said
    other = address.replace("/invoice-", "/invoice-9")
    assert reader.client.get(other).status_code == 404


def test_the_contact_person_has_a_face(firm, reader):
    assert reader.client.get(f"{reader.path}/photo").status_code == 404
    values = {"email": "maria@firm.example", "phone": "", "gender": "f", "title": "", "by": "anna"}
    creditors.add_staff(firm.creditor, "Maria Ivanova", **values, photo=PIXEL)
    assert f'src="{reader.path}/photo"' in reader.read()
    picture = reader.client.get(f"{reader.path}/photo")
    assert (picture.content, picture.headers["Content-Type"]) == (PIXEL, "image/png")
    with pytest.raises(creditors.PhotoUnfit):
        creditors.add_staff(firm.creditor, "Maria Ivanova", **values, photo=b"<svg/>")


@pytest.mark.parametrize(("agent", "asked"), [(BROWSER["User-Agent"], False), ("WhatsApp/2.23", True)])
def test_only_a_person_who_opened_the_page_is_spared_the_question_whether_it_arrived(firm, agent, asked):
    """An ordinary ladder: after the letter of the due day the next step asks "did it reach you?", where all was silent."""
    firm.customers(
        "C1,C1 Ltd,business,BG,en,Anna Brown,accounts payable,c1@client.example",
    )
    firm.invoices("C1,invoice,A-1,2026-02-20,2026-03-09,100.00,EUR,", on=date(2026, 2, 20))
    firm.day(date(2026, 3, 9))
    reader = Reader(link_in(firm.sent()[-1]))
    reader.client.get(reader.path, headers={"User-Agent": agent})
    firm.days(date(2026, 3, 10), date(2026, 3, 13))
    assert ("reached" in firm.steps("A-1")) == asked


def test_a_letter_with_copies_offers_no_stop_for_the_others(firm):
    firm.customers(
        "C1,C1 Ltd,business,BG,en,Anna Brown,accounts payable,c1@client.example",
        "C1,C1 Ltd,business,BG,en,Ivan Black,requester,ivan@client.example",
    )
    firm.invoices("C1,invoice,A-1,2026-01-30,2026-02-20,100.00,EUR,")
    for later in range(0, 22, 7):
        firm.day(MONDAY + timedelta(later))
    with scope.of(firm.creditor.pk):
        copied = [one for one in firm.sent() if one.recipients.filter(copy=True).exists()]
    assert copied, "the firm step has a copy"
    page = Reader(link_in(copied[0]))
    assert "several people" in page.read("stop").lower()
    assert page.say("stop").status_code == 422
    mime = bytes(copied[0].content_row.mime)
    assert b"/unsubscribe>" not in mime


def test_a_sum_in_another_currency_stands_apart(firm):
    firm.client("C1")
    firm.invoices("C1,invoice,A-1,2026-01-30,2026-02-20,100.00,EUR,", "C1,invoice,A-2,2026-01-30,2026-02-20,70.00,GBP,")
    firm.day()
    page = Reader(link_in(world.only(firm.sent()))).read()
    assert "€100.00" in page and "£70.00" in page and "170" not in page


def test_what_is_not_due_yet_stands_apart_from_the_sum(firm):
    firm.client("C1")
    firm.invoices("C1,invoice,A-1,2026-01-30,2026-02-20,100.00,EUR,", "C1,invoice,A-2,2026-02-20,2026-03-20,70.00,EUR,")
    firm.day()
    reader = Reader(link_in(world.only(firm.sent())))
    page = reader.read()
    assert "€170.00" not in page and "Not due yet" in page and "€70.00" in page
    assert "Invoice A-1 of" in page and "A-2 of" not in page.partition("Reference")[2][:200]
    firm.day(date(2026, 3, 20))
    assert "€170.00" in reader.read(), "its day has come"
