"""Agreed schedules at the desk: agree one with a client, decide about what a client asks for, keep the paper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as term
from django.views.decorators.http import require_POST

from dunwell.core.instalments import PARTS_MAX, Every, Wish
from dunwell.core.ledger import DocumentKind
from dunwell.core.refusal import Refusal
from dunwell.run import instalments, instalments_standing, news, proposals
from dunwell.run.instalments import Fact
from dunwell.run.instalments_standing import Standing
from dunwell.store import customer_view
from dunwell.store.models import Customer, Invoice, PaymentPlan, PaymentPlanPaper
from dunwell.web.console import deeds, forms, look
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk
from dunwell.web.console.templatetags.look import locale

FIRST_DAYS = 7
EVERY = {
    Every.WEEK: term("every", "every week"),
    Every.TWO_WEEKS: term("every", "every two weeks"),
    Every.MONTH: term("every", "every month"),
}


def agree(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Divide what a client owes, or agree a later day, as it was agreed with them elsewhere."""
    customer: Customer = deeds.found(Customer, number)
    rows = customer_view.owed(number, as_of=desk.today, rehearsal=desk.is_rehearsal)
    owed = [row for row in rows if row.kind == DocumentKind.INVOICE]
    choices = {str(row.invoice): f"{row.number} · {look.money(row.balance, locale())}" for row in owed}
    currency = owed[0].balance.currency if owed else desk.creditor.currency

    class Asked(forms.Form):
        invoices = forms.several(
            gettext_lazy("Invoices"), choices, initial=[str(row.invoice) for row in owed if row.late]
        )
        parts = forms.whole(gettext_lazy("Payments"), low=1, high=PARTS_MAX, initial=2)
        first = forms.day(
            gettext_lazy("Day of the first one"),
            attrs=forms.not_before(desk.today),
            initial=desk.today + timedelta(FIRST_DAYS),
        )
        every = forms.choice(
            gettext_lazy("How often"), {one.value: said for one, said in EVERY.items()}, initial="month"
        )
        now = forms.MoneyField(
            gettext_lazy("A part at once"),
            currency=currency,
            required=False,
            help_text=gettext_lazy("The rest is divided equally."),
        )
        evidence = forms.text(
            gettext_lazy("How it was agreed"),
            help_text=gettext_lazy("For example: e-mail of 3 March, call with Ms Evans."),
        )
        allow = forms.flag(
            gettext_lazy("Allow more than the policy gives"),
            help_text=gettext_lazy("It counts where your role has the right."),
        )

    def do(said: dict[str, Any]) -> Done:
        documents: list[str | Invoice] = [deeds.found(Invoice, int(pk)) for pk in said["invoices"]]
        found = instalments.of_invoices(desk.creditor, documents, desk.today)
        wish = Wish(said["parts"], said["first"], Every(said["every"]), said["now"])
        plan = instalments.agree(
            found,
            instalments.parts_of(found, wish, desk.today),
            _fact(desk),
            locale=customer.locale or desk.creditor.locale,
            evidence=said["evidence"],
            allows=desk.role if said["allow"] else None,
        )
        return Done(_("The schedule is agreed; reminders wait for it."), undo=("plan", plan.pk))

    back = desk.url("customer", customer.pk)
    return deeds.ask(
        request,
        desk,
        Asked(request.POST or None),
        title=_("Pay in parts or later"),
        lead=customer.name,
        button=_("Agree the schedule"),
        back=back,
        do=do,
    )


@require_POST
def decide(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Allow or decline what a client asks for beyond the policy."""
    plan: PaymentPlan = deeds.found(PaymentPlan, number)
    back = desk.url("customer", plan.customer_id)
    allow, why = "allow" in request.POST, request.POST.get("why", "").strip()
    try:
        instalments.decide(desk.creditor, number, Fact(desk.today, desk.by, why), allow=allow, role=desk.role)
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    said = _("The schedule is agreed; reminders wait for it.") if allow else _("Declined.")
    if not allow and not why:
        return answer.done(request, _("Declined; please tell the client why."), back)
    try:
        letter = proposals.plan_letter(desk.creditor, plan, desk.today, allowed=allow, why=why)
        news.send(desk.creditor, letter, by=desk.by, why=why)
    except Refusal as refusal:
        return answer.failed(request, [said, _("The client was not written to."), answer.refused(refusal)], back)
    told = _("The client is told by a letter.")
    return answer.done(request, f"{said} {told}", back)


def paper(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The agreement as it was accepted."""
    found = PaymentPlanPaper.objects.filter(plan_id=number).first()
    if found is None:
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="schedule-{number}.pdf"'}
    return HttpResponse(bytes(found.content), content_type="application/pdf", headers=headers)


def standing(desk: Desk, customer: int, invoice: int | None = None) -> list[Standing]:
    """The schedules of a customer, or those that cover one of their documents."""
    every = instalments_standing.standing(desk.creditor.pk, customer, desk.today, rehearsal=desk.is_rehearsal)
    if invoice is None:
        return every
    covered = {one for row in every for one in row.plan.receivables}
    mine = set(Invoice.objects.filter(pk=invoice, receivables__in=covered).values_list("receivables", flat=True))
    return [one for one in every if mine & set(one.plan.receivables)]


def _fact(desk: Desk) -> Fact:
    return Fact(desk.today, desk.by)
