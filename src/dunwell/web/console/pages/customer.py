"""A customer: everything on one page, and what is done with them in place."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.ledger import HoldReason
from dunwell.run import people
from dunwell.store.models import Customer
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

HOLD_REASONS = [
    HoldReason.ASKED_FOR_TIME,
    HoldReason.HARDSHIP,
    HoldReason.RELATIONSHIP,
    HoldReason.OUR_SIDE,
    HoldReason.OTHER,
]


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    customer: Customer = deeds.found(Customer, number)
    return answer.page(request, desk, "customer.html", {"section": "customers", "customer": customer})


class HoldForm(forms.Form):
    reason = forms.choice(gettext_lazy("Reason"), forms.words("hold", [*HOLD_REASONS]))
    until = forms.day(gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty: until somebody lifts it."))
    why = forms.why()


def hold(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Stop contact with a customer."""
    customer: Customer = deeds.found(Customer, number)

    def do(said: dict[str, Any]) -> Done:
        until: date | None = said["until"]
        made = people.hold(
            desk.creditor,
            customer_name=customer.external_id,
            reason=said["reason"],
            until=until,
            **desk.fact(said["why"]),
        )
        return Done(_("Contact is on hold."), undo=("hold", made[0].pk))

    form = HoldForm(request.POST or None)
    return deeds.ask(
        request,
        desk,
        form,
        title=_("Hold"),
        lead=customer.name,
        button=_("Hold contact"),
        back=desk.url("customer", number),
        do=do,
    )
