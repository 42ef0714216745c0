"""Requests before work at the desk: how each stands, a new one, its acceptance, the invoice that it becomes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core import agreed_terms
from dunwell.core.ledger import DocumentKind
from dunwell.run import before_work, before_work_invoice, numbers
from dunwell.store import load_claims
from dunwell.store.models import Customer, Invoice
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

LISTED = 100


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The newest ones."""
    rows = before_work.lives(desk.creditor, desk.today, rehearsal=desk.is_rehearsal, most=LISTED)
    return answer.page(request, desk, "requests.html", {"section": "invoices", "rows": rows})


def new(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Ask for an order before it begins, whole or by a deposit."""
    customer: Customer = deeds.found(Customer, number)
    agreed = agreed_terms.read(load_claims.agreement(desk.creditor.pk, customer.pk, desk.today)).prepayment_percent
    has_numbers = bool(numbers.pattern(desk.creditor, DocumentKind.REQUEST))

    class Asked(forms.Form):
        what_for = forms.text(gettext_lazy("What for"))
        total = forms.MoneyField(gettext_lazy("The whole order"), currency=desk.creditor.currency)
        deposit_percent = django_forms.DecimalField(
            label=gettext_lazy("Before the work, percent"),
            initial=agreed or 100,
            decimal_places=2,
            widget=django_forms.NumberInput({"class": "form-control num", "step": "any"}),
            help_text=gettext_lazy("100: all of it. Less: a deposit, the first instalment of the later invoice."),
        )
        valid_until = forms.day(gettext_lazy("Valid until"), attrs=forms.not_before(desk.today))
        number = forms.text(
            gettext_lazy("Number"),
            required=not has_numbers,
            max_length=60,
            help_text=gettext_lazy("Empty: the next one of the range.") if has_numbers else "",
        )

    def do(said: dict[str, Any]) -> Done:
        wanted = before_work.Wanted(
            said["what_for"], said["total"], said["valid_until"], Decimal(said["deposit_percent"]), said["number"]
        )
        made = before_work.ask(desk.creditor, customer, wanted, on=desk.today, by=desk.by)
        return Done(_("{number} goes out with the next run.").format(number=made.number))

    form = Asked(request.POST or None)
    return deeds.ask(
        request, desk, form, title=_("New request before work"), lead=customer.name, button=_("Ask for it"),
        back=desk.url("customer", number), do=do,
    )  # fmt: skip


class AcceptForm(forms.Form):
    name = forms.text(gettext_lazy("Who of the client"))
    evidence = forms.text(
        gettext_lazy("What shows it"), help_text=gettext_lazy("The e-mail, the call, the signed order.")
    )


def accept(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The client accepted it by other means than their page."""
    asked: Invoice = deeds.found(Invoice, number)

    def do(said: dict[str, Any]) -> Done:
        before_work.accept(desk.creditor, asked, **said, rehearsal=desk.is_rehearsal, on=desk.today, by=desk.by)
        return Done(_("Noted: the order stands."), ("acceptance", number))

    return _ask(request, desk, asked, AcceptForm(request.POST or None), _("The order is accepted"), do)


def become(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Issue the invoice of the order; what was paid is carried over."""
    asked: Invoice = deeds.found(Invoice, number)
    has_numbers = bool(numbers.pattern(desk.creditor, DocumentKind.INVOICE))

    class Asked(forms.Form):
        as_number = forms.text(
            gettext_lazy("Number of the invoice"),
            required=not has_numbers,
            max_length=60,
            help_text=gettext_lazy("Empty: the next one of the range.") if has_numbers else "",
        )
        due = forms.day(
            gettext_lazy("What is left is due on"),
            required=False,
            attrs=forms.not_before(desk.today),
            help_text=gettext_lazy("Empty: by the agreed terms."),
        )
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        made = before_work_invoice.become(
            desk.creditor, asked, as_number=said["as_number"], due=said["due"], **desk.fact(said["why"])
        )
        return Done(
            _("Invoice {number} is issued; what was paid is carried over.").format(number=made.number),
            ("became", number),
        )

    return _ask(request, desk, asked, Asked(request.POST or None), _("Turn it into an invoice"), do)


def _ask(request: HttpRequest, desk: Desk, asked: Invoice, form: forms.Form, title: str, do: Any) -> HttpResponse:
    lead = f"{asked.number}: {asked.what_for}"
    return deeds.ask(
        request, desk, form, title=title, lead=lead, button=title, back=desk.url("invoice", asked.pk), do=do
    )
