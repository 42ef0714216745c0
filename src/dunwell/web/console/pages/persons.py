"""What a natural person may ask for: a copy of everything that is known of them, and its erasure."""

from __future__ import annotations

import json
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.run import persons
from dunwell.store import customer_view
from dunwell.store.models import Customer
from dunwell.web.console import deeds, forms, look
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk
from dunwell.web.console.templatetags.look import locale


def copy(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Everything that is known of a person as one file; a look asks, the press of the button gives it and is recorded."""
    customer, who = _who(request, number)
    if request.method == "POST":
        found = persons.export(desk.creditor, who, on=desk.today, by=desk.by)
        body = json.dumps(found, ensure_ascii=False, indent=2, default=str)
        response = HttpResponse(body, content_type="application/json; charset=utf-8")
        response.headers["Content-Disposition"] = content_disposition_header(True, "personal-data.json") or "attachment"
        return response
    context = {"customer": customer, "address": who, "back": desk.url("customer", customer.pk)}
    return answer.page(request, desk, "person_copy.html", context)


def erase(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Their names, addresses and words are replaced by a tombstone."""
    customer, who = _who(request, number)

    class Asked(forms.Form):
        address = forms.choice(gettext_lazy("Person"), {who: who}, initial=who)
        sure = django_forms.BooleanField(
            label=gettext_lazy("I have understood that nobody can bring it back"),
            widget=django_forms.CheckboxInput({"class": "check"}),
        )
        why = forms.why()

    def do(said: dict[str, Any]) -> Done:
        done = persons.erase(desk.creditor, said["address"], **desk.fact(said["why"]))
        if done.books_until is None:
            return Done(_("Their data are erased; nobody writes to them any more."))
        day = look.day(done.books_until, desk.today, locale())
        return Done(_("Their data are erased. The name stays on documents and payments until {day}.").format(day=day))

    return deeds.ask(
        request,
        desk,
        Asked(request.POST or None),
        title=_("Erase their data"),
        lead=_("Names, addresses and words go. Sums, days and the audit chain stay."),
        button=_("Erase"),
        back=desk.url("customer", customer.pk),
        do=do,
    )


def _who(request: HttpRequest, number: int) -> tuple[Customer, str]:
    """The address that was pointed at, if it is one of this customer's; else their first."""
    customer: Customer = deeds.found(Customer, number)
    known = [one.address for one in customer_view.people(number) if one.address]
    asked = request.POST.get("address") or request.GET.get("address", "")
    return customer, asked if asked in known else next(iter(known), customer.external_id)
