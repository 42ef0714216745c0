"""Documents from the console: whoever may look may have them; only what they all carry is for an administrator."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from pypdf import PdfReader

from dunwell.run import creditors, einvoices
from dunwell.store import scope
from dunwell.store.models import Customer, Invoice, VatRule
from regressions.world import World

DAY = date(2026, 3, 2)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def found(world: World, model: Any, **which: Any) -> Any:
    with scope.of(world.creditor.pk):
        return model.objects.get(**which)


def test_the_console_gives_them_and_says_why_not(world: World, client_as: Callable[..., Any]) -> None:
    creditors.change(world.creditor, by="anna", tax_id="BG175074752")
    (number,) = world.owing("2026-03-16")
    invoice = found(world, Invoice, number=number)
    viewer = client_as("viewer", language="bg")
    home = f"/c/{world.creditor.slug}"
    page = viewer.get(f"{home}/invoices/{invoice.pk}/documents")
    assert "Още не може да стане електронна фактура" in page.content.decode()
    made = viewer.get(f"{home}/invoices/{invoice.pk}/documents", {"form": "pdf", "languages": "bg,en"})
    assert made["Content-Type"] == "application/pdf" and number in text_of(made.content)
    assert viewer.get(f"{home}/invoices/{invoice.pk}/documents", {"form": "ubl"}).status_code == 422
    einvoices.set_vat(world.creditor, "20", on=DAY, by="anna")
    assert viewer.get(f"{home}/invoices/{invoice.pk}/documents", {"form": "ubl"})["Content-Type"] == "application/xml"
    customer = found(world, Customer, external_id="C1")
    asked = {"kind": "reconciliation", "since": "2026-01-01", "until": "2026-03-02", "languages": "ru"}
    made = viewer.get(f"{home}/customers/{customer.pk}/documents", asked)
    assert "Акт сверки" in text_of(made.content)


def test_an_administrator_says_what_documents_carry(world: World, client_as: Callable[..., Any]) -> None:
    admin = client_as("admin")
    home = f"/c/{world.creditor.slug}"
    assert admin.post(f"{home}/settings/documents", {"vat": "exempt"}).status_code == 422
    assert admin.post(f"{home}/settings/documents", {"vat": "exempt art. 113"}).status_code == 302
    rule = found(world, VatRule, category="E")
    assert rule.reason == "art. 113"
    assert client_as("collector").get(f"{home}/settings/documents").status_code == 403
