"""Offers for paying in time: which run, what of their budgets is told, what was earned; made and ended here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.money import Money
from dunwell.core.offers import Offer as Terms
from dunwell.core.offers import OfferKind, points
from dunwell.run import offers, platforms
from dunwell.store.models import Offer
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every offer, those that run first."""
    running = set(offers.running(desk.creditor, desk.today).values_list("pk", flat=True))
    rows = [
        {
            "offer": one,
            "share": one.share / 100,
            "runs": one.pk in running,
            "spent": Money(offers.spent(one, rehearsal=desk.is_rehearsal), one.currency),
            "budget": None if one.budget is None else Money(one.budget, one.currency),
            "told": one.grants.filter(rehearsal=desk.is_rehearsal).count(),
            "earned": one.grants.filter(rehearsal=desk.is_rehearsal, end__outcome="earned").count(),
        }
        for one in Offer.objects.order_by("-pk")
    ]
    rows.sort(key=lambda row: not row["runs"])
    return answer.page(request, desk, "offers.html", {"section": "policies", "rows": rows})


def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Decide on an offer."""
    allowed = {one.code: one.name["en"] for one in platforms.every().values() if one.rewarded}

    class Asked(forms.Form):
        name = forms.text(gettext_lazy("Name"), help_text=gettext_lazy("For us; clients keep what they were told."))
        kind = forms.choice(gettext_lazy("What is given"), forms.words("offer", [*OfferKind]))
        share = forms.text(gettext_lazy("Percent of the invoice"))
        days = forms.whole(gettext_lazy("Paid within so many days after issue"), low=1, high=365)
        until = forms.day(gettext_lazy("Last day of the offer"), attrs=forms.not_before(desk.today))
        margin = forms.text(gettext_lazy("Your margin, percent"))
        floor = forms.text(gettext_lazy("What must remain of it, percent"))
        budget = forms.MoneyField(gettext_lazy("At most in all"), currency=desk.creditor.currency, required=False)
        excluded = forms.text(
            gettext_lazy("Lines that earn nothing"),
            required=False,
            help_text=gettext_lazy("Words of invoice lines, with commas: hosting, licences."),
        )
        platform = forms.choice(
            gettext_lazy("Where the review is left"),
            {"": "–", **allowed},
            required=False,
            help_text=gettext_lazy("Of a cashback. Places that forbid rewarded reviews are not offered."),
        )
        segment = forms.text(gettext_lazy("Only for the segment"), required=False)

    def do(said: dict[str, Any]) -> Done:
        terms = Terms(
            kind=OfferKind(said["kind"]),
            share=points(said["share"]),
            days=said["days"],
            until=said["until"],
            margin=points(said["margin"]),
            floor=points(said["floor"]),
            budget=said["budget"],
            excluded=tuple(word.strip() for word in said["excluded"].split(",") if word.strip()),
            platform=said["platform"],
        )
        offers.make(desk.creditor, said["name"], terms, segment=said["segment"], on=desk.today, by=desk.by)
        return Done(_("From the next run on it is told to everybody whom it fits."))

    back = desk.url("offers")
    form = Asked(request.POST or None)
    return deeds.ask(request, desk, form, title=_("New offer"), button=_("Make the offer"), back=back, do=do)


def end(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Make it to nobody else."""
    offer: Offer = deeds.found(Offer, number)

    class Asked(forms.Form):
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        offers.end(desk.creditor, offer.name, on=desk.today, by=desk.by, why=said["why"])
        return Done(_("It is made to nobody else; whoever was told of it keeps it until their day."))

    back = desk.url("offers")
    form = Asked(request.POST or None)
    return deeds.ask(
        request, desk, form, title=_("End the offer"), lead=offer.name, button=_("End the offer"), back=back, do=do
    )
