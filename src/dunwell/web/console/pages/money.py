"""Money: the payments, what each was set against, and what could still be done with the rest."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import allocations, reconcile
from dunwell.store import money_view, today
from dunwell.store.models import Customer, Invoice, Payment
from dunwell.web.console import deeds, forms, look, paging
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk
from dunwell.web.console.templatetags.look import locale

UNMATCHED_MAX = 200


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All payments, the newest first, or what waits to be matched."""
    waiting = today.unmatched(desk.creditor.pk)
    is_waiting = request.GET.get("only") == "unmatched"
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"section": "money", "count": len(waiting), "is_waiting": is_waiting, "text": text}
    if is_waiting:
        context["waiting"] = [(one, Money(one.left, one.currency)) for one in waiting[:UNMATCHED_MAX]]
    else:
        context["page"] = paging.page(money_view.payments(text=text, before=paging.after(request)))
    return answer.page(request, desk, "money.html", context)


def payment(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """One payment: where its money went, and where the rest could belong."""
    row = money_view.payment(number)
    if row is None:
        raise Http404
    context = {
        "section": "money",
        "row": row,
        "payment": deeds.found(Payment, number),
        "sets": money_view.sets(number),
        "suggestions": money_view.suggestions(number, currency=row.left.currency) if row.left else [],
    }
    return answer.page(request, desk, "payment.html", context)


class SetForm(forms.Form):
    invoice = forms.text(
        gettext_lazy("Invoice number"),
        help_text=gettext_lazy("As it stands on the document; number@issue-date where two have the same."),
    )
    amount = forms.text(
        gettext_lazy("Sum"), required=False, help_text=gettext_lazy("Empty: as much as is open on both.")
    )
    why = forms.why(required=False)


def allocate(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Set the payment, or a part of it, against an invoice."""
    row: Payment = deeds.found(Payment, number)

    def do(said: dict[str, Any]) -> Done:
        amount = forms.money(said["amount"], row.currency)
        set_ = allocations.allocate(
            desk.creditor, number, said["invoice"].strip(), amount=amount, **desk.fact(said["why"])
        )
        return _set(desk, number, Money(set_, row.currency), said["invoice"].strip())

    form = SetForm(request.POST or None, initial={"invoice": request.GET.get("invoice", "")})
    return _ask(request, desk, row, form, _("Set the payment"), _("Set it"), do)


@require_POST
def take(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Set the payment against the invoice that was suggested."""
    row: Payment = deeds.found(Payment, number)
    invoice: Invoice = deeds.found(Invoice, forms.number(request.POST.get("invoice", "")))
    try:
        set_ = allocations.allocate(desk.creditor, number, invoice, amount=None, **desk.fact(_("as suggested")))
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), desk.url("payment", number))
    done = _set(desk, number, Money(set_, row.currency), invoice.number)
    undo = desk.url("undo", *done.undo) if done.undo else ""
    return answer.done(request, done.said, desk.url("payment", number), undo=undo)


class AccountForm(forms.Form):
    customer = forms.text(gettext_lazy("Customer"), help_text=gettext_lazy("External id or exact name."))
    why = forms.why(required=False)


def on_account(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Keep what is left on account for a customer: it holds nobody, letters deduct it."""
    row: Payment = deeds.found(Payment, number)
    payer = Customer.objects.filter(pk=row.customer_id).first() if row.customer_id else None

    def do(said: dict[str, Any]) -> Done:
        allocations.on_account(desk.creditor, number, said["customer"].strip(), **desk.fact(said["why"]))
        return Done(_("It is kept on account; letters deduct it from what is due."), undo=("on_account", number))

    form = AccountForm(request.POST or None, initial={"customer": payer.external_id if payer else ""})
    return _ask(request, desk, row, form, _("Keep on account"), _("Keep it"), do)


@require_POST
def match(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Apply all unmatched money now, as the day's run does."""
    done = reconcile.run(desk.creditor, desk.today, by=desk.by)
    said = ngettext("%(count)d allocation made.", "%(count)d allocations made.", done.allocations)
    return answer.done(request, said % {"count": done.allocations}, f"{desk.url('money')}?only=unmatched")


def _set(desk: Desk, number: int, amount: Money, invoice: str) -> Done:
    made = [one for one in money_view.sets(number) if not one.is_undone]
    said = _("{sum} is set against {number}.").format(sum=look.money(amount, locale()), number=invoice)
    # What was spread over several instalments is taken back on the payment's page, one by one.
    return Done(said, undo=("allocation", made[-1].pk) if made[-1].amount == amount else None)


def _ask(
    request: HttpRequest, desk: Desk, row: Payment, form: forms.Form, title: str, button: str, do: Any
) -> HttpResponse:
    lead = f"{look.money(Money(row.amount, row.currency), locale())} · {row.payer_name or row.remittance}"
    back = desk.url("payment", row.pk)
    return deeds.ask(request, desk, form, title=title, lead=lead, button=button, back=back, do=do)
