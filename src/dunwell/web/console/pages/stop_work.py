"""Work that waits for payment: a person stops it after the letter that said so, or lets it go on without the payment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.run import stop_work
from dunwell.store.models import Customer, Staff
from dunwell.web.console import deeds, forms
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk


def begin(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Let work stop from today."""
    customer: Customer = deeds.found(Customer, number)
    ours = {one.name: one.name for one in Staff.objects.exclude(email="").order_by("pk")}
    usual = [customer.owner] if customer.owner in ours else list(ours)[:1]

    class Asked(forms.Form):
        tell = forms.several(
            gettext_lazy("Tell"),
            ours,
            initial=usual,
            help_text=gettext_lazy("They get an e-mail now, and another when work goes on."),
        )
        why = forms.why()

    def do(said: dict[str, Any]) -> Done:
        stop_work.begin(desk.creditor, customer, tell=said["tell"], now=desk.now, **desk.fact(said["why"]))
        return Done(_("Work waits for the payment. When it comes, work goes on by itself."))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Stop work"), _("Let work wait"), do)


def lift(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Let work go on although it is not paid."""
    customer: Customer = deeds.found(Customer, number)

    class Asked(forms.Form):
        outcome = forms.choice(gettext_lazy("Why it goes on"), forms.words("stop_end", ["agreed", "mistaken"]))
        why = forms.why()

    def do(said: dict[str, Any]) -> Done:
        stop_work.lift(desk.creditor, customer, outcome=said["outcome"], now=desk.now, **desk.fact(said["why"]))
        return Done(_("Work goes on; those who were told are told so."))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Work goes on"), _("Let work go on"), do)


def _ask(
    request: HttpRequest, desk: Desk, customer: Customer, form: forms.Form, title: str, button: str, do: Any
) -> HttpResponse:
    back = desk.url("customer", customer.pk)
    return deeds.ask(request, desk, form, title=title, lead=customer.name, button=button, back=back, do=do)
