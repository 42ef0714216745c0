"""Papers for people: the folder of a visit, a talk's agenda, a proposal in parts, a notice; made as PDF, never sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.refusal import Refusal
from dunwell.run import folder
from dunwell.store.models import Customer
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk

KINDS = ("visit", "talk", "restructuring", "termination")


class Asked(forms.Form):
    """Which paper, and what it needs to be told."""

    kind = forms.choice(gettext_lazy("Paper"), forms.words("paper", list(KINDS)), initial="visit")
    parts = forms.whole(gettext_lazy("Parts of a proposal"), low=2, high=4, initial=3)
    ends_on = forms.day(gettext_lazy("A contract ends on"), required=False)
    basis = forms.text(
        gettext_lazy("What allows it to end"), required=False, help_text=gettext_lazy("The clause or the article.")
    )


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The form; filled in, the paper itself."""
    customer: Customer = deeds.found(Customer, number)
    form = Asked(request.POST or None)
    status = 200
    if request.method == "POST":
        status = answer.UNPROCESSABLE
        if form.is_valid():
            try:
                return _paper(desk, customer, form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, answer.refused(refusal))
    back = desk.url("customer", number)
    context = {"form": form, "title": _("Papers"), "button": _("Make the PDF"), "back": back, "lead": customer.name}
    return answer.page(request, desk, "form.html", {**context, "action": request.path}, status=status)


def _paper(desk: Desk, customer: Customer, said: dict[str, Any]) -> HttpResponse:
    printed = folder.pdf(
        desk.creditor,
        customer,
        said["kind"],
        on=desk.today,
        now=desk.now,
        parts=said["parts"],
        ends_on=said["ends_on"],
        basis=said["basis"],
    )
    headers = {"Content-Disposition": f'inline; filename="{said["kind"]}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(printed, content_type="application/pdf", headers=headers)
