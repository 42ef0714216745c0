"""Capacity at the desk: what a week holds, the work that waits with its starts, and the deadlines that clients were told."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.run import deadlines
from dunwell.store.models import Capacity, Invoice, Job
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The week, the queue with what has its place, and what runs."""
    rows = deadlines.queue(desk.creditor, desk.today, rehearsal=desk.is_rehearsal)
    numbers = list(
        Invoice.objects.filter(kind=DocumentKind.REQUEST, deadline__last_day__gte=desk.today).values_list(
            "pk", flat=True
        )
    )
    told = deadlines.told(desk.creditor, numbers, desk.today, rehearsal=desk.is_rehearsal)
    running = sorted((one for kinds in told.values() for one in kinds.values()), key=lambda one: (one.last_day, one.pk))
    context = {
        "section": "invoices",
        "week": Capacity.objects.filter(effective_on__lte=desk.today).order_by("effective_on", "pk").last(),
        "rows": rows,
        "told": [
            (one, Money(one.new_total, one.invoice.currency) if one.new_total is not None else None) for one in running
        ],
    }
    return answer.page(request, desk, "capacity.html", context)


def week(request: HttpRequest, desk: Desk) -> HttpResponse:
    """How much a week holds from today on."""

    class Asked(forms.Form):
        units = forms.whole(
            gettext_lazy("Job-days a week"),
            low=1,
            high=100,
            help_text=gettext_lazy("5 for one pair of hands, 10 for two."),
        )
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        deadlines.set_capacity(desk.creditor, said["units"], **desk.fact(said["why"]))
        return Done(_("From the next run requests before work name their start."))

    return _ask(request, desk, Asked(request.POST or None), _("What a week holds"), do)


def job(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Work for the queue: of a request before work, or anything else that takes the same hands."""

    class Asked(forms.Form):
        number = forms.text(gettext_lazy("Request before work"), required=False, initial=request.GET.get("number", ""))
        title = forms.text(gettext_lazy("Or other work"), required=False)
        days = forms.whole(gettext_lazy("Working days"), low=1, high=250)
        starts_on = forms.day(
            gettext_lazy("Starts on"), required=False, help_text=gettext_lazy("Where its place is fixed.")
        )

    def do(said: dict[str, Any]) -> Done:
        deadlines.add_job(desk.creditor, said.pop("days"), **said, on=desk.today, by=desk.by)
        return Done(_("It stands in the queue."))

    return _ask(request, desk, Asked(request.POST or None), _("Work for the queue"), do)


def done(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The work is done or given up: its place is free."""
    row: Job = deeds.found(Job, number)

    class Asked(forms.Form):
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        deadlines.end_job(desk.creditor, number, **desk.fact(said["why"]))
        return Done(_("Its place is free."))

    lead = row.invoice.number if row.invoice else row.title
    return _ask(request, desk, Asked(request.POST or None), _("Done or given up"), do, lead=lead)


def price(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A price that rises after a day, with its evidence; told once and never moved."""
    asked: Invoice = deeds.found(Invoice, number)

    class Asked(forms.Form):
        last_day = forms.day(gettext_lazy("Last day of the old price"), attrs=forms.not_before(desk.today))
        new = forms.MoneyField(gettext_lazy("Afterwards"), currency=asked.currency)
        evidence = forms.text(
            gettext_lazy("Why"), rows=2,
            help_text=gettext_lazy("A supplier's notice, a price list, with its date. The client reads it."),
        )  # fmt: skip

    def do(said: dict[str, Any]) -> Done:
        deadlines.price(
            desk.creditor,
            f"{asked.number}@{asked.issue_date}",
            **said,
            rehearsal=desk.is_rehearsal,
            on=desk.today,
            by=desk.by,
        )
        return Done(_("Letters and the page tell it from the next run on; it is never moved."))

    form, title = Asked(request.POST or None), _("A price until a day")
    back = desk.url("invoice", asked.pk)
    return deeds.ask(request, desk, form, title=title, lead=asked.number, button=title, back=back, do=do)


def _ask(request: HttpRequest, desk: Desk, form: forms.Form, title: str, do: Any, *, lead: str = "") -> HttpResponse:
    return deeds.ask(request, desk, form, title=title, lead=lead, button=title, back=desk.url("capacity"), do=do)
