"""Documents of account to look at and to give away: an invoice on paper or as data, a receipt, a statement, a reconciliation.

Nothing is recorded by making one, so that each is asked for by its address; only what they carry (logo, VAT) is a deed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dunwell.core.ledger import DocumentKind
from dunwell.core.message import LOOKS
from dunwell.core.refusal import Refusal
from dunwell.run import einvoices, facts, papers, pictures
from dunwell.store.models import Customer, Invoice, Payment
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

LANGUAGES = {
    "": gettext_lazy("the customer's"),
    "ru": "русский",
    "bg": "български",
    "en": "English",
    "bg,en": "български / English",
    "ru,en": "русский / English",
}
FORMS = {
    "pdf": gettext_lazy("PDF to read and pay by"),
    "facturx": gettext_lazy("PDF with the e-invoice inside (Factur-X)"),
    "ubl": gettext_lazy("e-invoice, UBL"),
    "cii": gettext_lazy("e-invoice, CII"),
}
PERIOD_PAPERS = {
    "statement": gettext_lazy("statement of account"),
    "reconciliation": gettext_lazy("reconciliation, for both to sign"),
}


class InvoiceForm(forms.Form):
    form = forms.choice(gettext_lazy("As"), FORMS, initial="pdf")
    languages = forms.choice(gettext_lazy("Language"), LANGUAGES, required=False)
    look = forms.choice(
        gettext_lazy("Look"),
        {"": gettext_lazy("by how late it is"), **forms.words("look", list(LOOKS))},
        required=False,
    )


class PeriodForm(forms.Form):
    kind = forms.choice(gettext_lazy("Document"), PERIOD_PAPERS, initial="statement")
    since = forms.day(pgettext_lazy("day", "From"))
    until = forms.day(pgettext_lazy("day", "To"))
    languages = forms.choice(gettext_lazy("Language"), LANGUAGES, required=False)


def of_invoice(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What is to be made of a document, and what keeps it from being an e-invoice; with an answer, the file."""
    invoice: Invoice = deeds.found(Invoice, number)
    form = InvoiceForm(request.GET if "form" in request.GET else None)
    lacks = einvoices.lacks(desk.creditor, invoice)
    if lacks or invoice.kind == DocumentKind.REQUEST:
        form.fields["form"] = forms.choice(gettext_lazy("As"), {"pdf": FORMS["pdf"]}, initial="pdf")
    name = facts.file_name("invoice", invoice.number)

    def make(said: dict[str, Any]) -> HttpResponse:
        if said["form"] in einvoices.SYNTAXES:
            return _file(einvoices.write(desk.creditor, invoice, said["form"]), f"{name}.xml", "application/xml")
        writer = papers.facturx if said["form"] == "facturx" else papers.invoice
        made = writer(desk.creditor, invoice, on=desk.today, languages=said["languages"], look=said["look"])
        return _file(made, f"{name}.pdf", "application/pdf")

    return _asked(request, desk, form, make, title=invoice.number, back=desk.url("invoice", number), lacks=lacks)


def of_customer(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A statement or a reconciliation of a period."""
    customer: Customer = deeds.found(Customer, number)
    usual = {"kind": "statement", "since": papers.year_before(desk.today), "until": desk.today}
    form = PeriodForm(request.GET if "kind" in request.GET else None, initial=usual)

    def make(said: dict[str, Any]) -> HttpResponse:
        writer = {"statement": papers.statement, "reconciliation": papers.reconciliation}[said["kind"]]
        period = {"since": said["since"], "until": said["until"]}
        made = writer(desk.creditor, customer, **period, languages=said["languages"])
        return _file(made, f"{facts.file_name(said['kind'], customer.external_id)}.pdf", "application/pdf")

    return _asked(request, desk, form, make, title=customer.name, back=desk.url("customer", number))


def receipt(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """That a payment arrived."""
    payment: Payment = deeds.found(Payment, number)
    try:
        made = papers.receipt(desk.creditor, payment.pk, on=desk.today)
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), desk.url("payment", number))
    return _file(made, f"receipt-{number}.pdf", "application/pdf")


class CarriedForm(forms.Form):
    vat = forms.text(
        gettext_lazy("VAT on what you issue"),
        required=False,
        help_text=gettext_lazy(
            "The rate, such as 20; or zero, exempt, reverse, export or none, and then the reason. "
            "Without it no document names VAT, and none becomes an e-invoice."
        ),
    )
    logo = forms.file(
        gettext_lazy("Logo"),
        accept="image/jpeg,image/png,image/webp",
        required=False,
        help_text=gettext_lazy(
            "Stands at the head of letters, invoices, statements and of the client’s page. Empty: as it is."
        ),
    )


def carried(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What all documents carry."""
    known = einvoices.vat_of_all(desk.creditor)
    usual = {"vat": str(known) if known else ""}

    def do(said: dict[str, Any]) -> Done:
        if said["vat"] and said["vat"] != usual["vat"]:
            einvoices.set_vat(desk.creditor, said["vat"], on=desk.today, by=desk.by)
        if said["logo"]:
            uploaded = said["logo"].read(pictures.UPLOAD_BYTES_MAX + 1)
            papers.set_logo(desk.creditor, uploaded, on=desk.today, by=desk.by)
        return Done(_("Saved; documents carry it from now on."))

    form = CarriedForm(request.POST or None, request.FILES or None, initial=usual)
    return deeds.ask(request, desk, form, title=_("Documents"), button=_("Save"), back=desk.url("settings"), do=do)


def _asked(
    request: HttpRequest,
    desk: Desk,
    form: forms.Form,
    make: Callable[[dict[str, Any]], HttpResponse],
    *,
    title: str,
    back: str,
    **more: Any,
) -> HttpResponse:
    """The form; answered, the file itself, or why there is none."""
    status = 200
    if form.is_bound:
        status = answer.UNPROCESSABLE
        if form.is_valid():
            try:
                return make(form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, answer.refused(refusal))
    context = {"form": form, "title": _("Documents"), "lead": title, "back": back, "action": request.path, **more}
    return answer.page(request, desk, "documents.html", context, status=status)


def _file(made: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(made, content_type=kind, headers=headers)
