"""Papers for people: the folder of a visit, a talk's agenda, a proposal in parts, a notice; made as PDF, the last two sent on approval."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.refusal import Refusal
from dunwell.core.roles import DeskRole
from dunwell.run import day, folder, freshness, news
from dunwell.run.folder import Wanted
from dunwell.run.news import NotNow, Prepared
from dunwell.store.models import Customer
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.pages import write

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
    """The form; filled in, the paper itself, or the letter that brings it to be looked at and sent."""
    customer: Customer = deeds.found(Customer, number)
    form = Asked(request.POST or None)
    prepared: Prepared | None = None
    if request.method == "POST" and form.is_valid():
        wanted = Wanted(**form.cleaned_data)
        try:
            if "mail" not in request.POST:
                return _paper(desk, customer, wanted)
            prepared = folder.letter(desk.creditor, customer, wanted, on=desk.today, now=desk.now)
            if request.POST.get("hash") == prepared.draft.content_hash:
                return _sent(request, desk, customer, wanted, prepared)
        except NotNow as refusal:
            form.add_error(None, write.not_now(desk, refusal))
        except Refusal as refusal:
            form.add_error(None, answer.refused(refusal))
    context = {
        "section": "customers",
        "customer": customer,
        "form": form,
        "prepared": prepared,
        "may_send": desk.role.includes(DeskRole.APPROVER),
        "sources": freshness.sources(desk.creditor, desk.now),
        "back": desk.url("customer", number),
    }
    return answer.page(request, desk, "papers.html", context, status=answer.UNPROCESSABLE if form.errors else 200)


def _paper(desk: Desk, customer: Customer, wanted: Wanted) -> HttpResponse:
    printed = folder.pdf(desk.creditor, customer, wanted, on=desk.today, now=desk.now)
    headers = {"Content-Disposition": f'inline; filename="{wanted.kind}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(printed, content_type="application/pdf", headers=headers)


def _sent(request: HttpRequest, desk: Desk, customer: Customer, wanted: Wanted, prepared: Prepared) -> HttpResponse:
    if not desk.role.includes(DeskRole.APPROVER):
        raise PermissionDenied
    news.send(desk.creditor, prepared, by=desk.by, why=wanted.kind)
    if desk.is_rehearsal:
        day.rehearse_rest(desk.creditor, desk.today, folder=desk.folder / "rehearsal")
    return answer.done(request, _("The letter is on its way."), desk.url("customer", customer.pk))
