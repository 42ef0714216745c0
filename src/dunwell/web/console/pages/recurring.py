"""Recurring documents at the desk: which run, what they issue next, and how they are agreed, changed, paused and ended."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dunwell.core.ledger import DocumentKind
from dunwell.core.recurring import MONTHS, Rhythm, Wanted
from dunwell.core.refusal import Refusal
from dunwell.run import numbers, recurring, recurring_turns
from dunwell.store.models import Customer, Recurring
from dunwell.web.console import deeds, forms, labels, look
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk
from dunwell.web.console.templatetags.look import locale

PREVIEWED = 3
KINDS = (DocumentKind.INVOICE, DocumentKind.REQUEST)


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Each that runs with the next three documents as they will be issued."""
    stopped = recurring_turns.stopped(desk.creditor, desk.today)
    rows = [
        {
            "row": row,
            "paused": recurring_turns.paused_until(row, desk.today),
            "stands_still": row.customer_id in stopped,
            "coming": recurring_turns.preview(desk.creditor, row, desk.today, PREVIEWED),
            "issued": len(row.issued.all()),
        }
        for row in recurring_turns.standing(desk.creditor)
    ]
    patterns = [(kind, numbers.pattern(desk.creditor, kind)) for kind in KINDS]
    context = {"section": "invoices", "rows": rows, "patterns": patterns, "for_good": date.max}
    return answer.page(request, desk, "recurring.html", context)


def new(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Agree on one: the next three documents are looked at before it begins."""
    customer: Customer = deeds.found(Customer, number)
    form = _form(desk)(request.POST or None)
    back, coming, digest = desk.url("recurring"), [], ""
    if request.method == "POST" and form.is_valid():
        try:
            wanted = _wanted(form.cleaned_data)
            recurring.check(desk.creditor, wanted, desk.today)
            digest = hashlib.sha256(repr(wanted).encode()).hexdigest()
            if request.POST.get("looked") == digest and not deeds.is_repeated(request, desk):
                recurring.begin(desk.creditor, customer, wanted, on=desk.today, by=desk.by)
                return answer.done(request, _("The run of its first day issues it."), back)
            coming = recurring_turns.preview_of(desk.creditor, customer, wanted, desk.today - timedelta(1), PREVIEWED)
        except Refusal as refusal:
            form.add_error(None, answer.refused(refusal))
    context = {
        "section": "customers", "form": form, "title": _("New recurring document"), "lead": customer.name, "back": back,
        "button": _("Begin") if coming else _("Look at the next three"), "action": request.path, "once": deeds.once(request),
        "coming": coming, "looked": digest if coming else "",
    }  # fmt: skip
    status = answer.UNPROCESSABLE if form.errors else 200
    return answer.page(request, desk, "recurring_new.html", context, status=status)


def price(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Another price from a day on."""
    row: Recurring = deeds.found(Recurring, number)

    class Asked(forms.Form):
        amount = forms.MoneyField(gettext_lazy("Each comes to"), currency=row.currency)
        since = forms.day(gettext_lazy("From this day on"), attrs=forms.not_before(desk.today))
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        recurring.change_price(desk.creditor, number, said["amount"], since=said["since"], **desk.fact(said["why"]))
        day = look.day(said["since"], desk.today, locale())
        return Done(_("{amount} from {day} on.").format(amount=look.money(said["amount"], locale()), day=day))

    return _ask(request, desk, row, Asked(request.POST or None), _("Change the price"), do)


def pause(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Issue nothing for a while."""
    row: Recurring = deeds.found(Recurring, number)

    class Asked(forms.Form):
        since = forms.day(pgettext_lazy("day", "From"), initial=desk.today, attrs=forms.not_before(desk.today))
        until = forms.day(
            gettext_lazy("Until"),
            required=False,
            attrs=forms.not_before(desk.today),
            help_text=gettext_lazy(
                "Empty: until somebody lets it go on. What falls into a pause is left out, not caught up."
            ),
        )
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        recurring.pause(desk.creditor, number, since=said["since"], until=said["until"], **desk.fact(said["why"]))
        return Done(_("Nothing is issued in the pause."))

    return _ask(request, desk, row, Asked(request.POST or None), _("Pause it"), do)


def resume(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Let it go on today."""
    row: Recurring = deeds.found(Recurring, number)

    def do(said: dict[str, Any]) -> Done:
        recurring.resume(desk.creditor, number, **desk.fact(said["why"]))
        return Done(_("It goes on; the pause is not caught up."))

    return _ask(request, desk, row, WhyForm(request.POST or None), _("Let it go on"), do)


def end(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Issue it no more."""
    row: Recurring = deeds.found(Recurring, number)

    def do(said: dict[str, Any]) -> Done:
        recurring.end(desk.creditor, number, **desk.fact(said["why"]))
        return Done(_("It is issued no more."), ("recurring", number))

    return _ask(request, desk, row, WhyForm(request.POST or None), _("End it"), do)


def pattern(request: HttpRequest, desk: Desk) -> HttpResponse:
    """How documents that Dunwell issues are numbered."""
    now = {kind.value: numbers.pattern(desk.creditor, kind) for kind in KINDS}

    class Asked(forms.Form):
        invoice = forms.text(
            labels.WORDS["document"]["invoice"],
            initial=now["invoice"],
            required=False,
            help_text=gettext_lazy(
                "Such as {year}-{number}, or {number:010} for ten digits. Goes on after the highest in the books."
            ),
        )
        request = forms.text(
            labels.WORDS["document"]["request"],
            initial=now["request"],
            required=False,
            help_text=gettext_lazy("Empty: somebody else numbers them, and Dunwell issues none."),
        )

    def do(said: dict[str, Any]) -> Done:
        for kind in KINDS:
            if said[kind.value] != now[kind.value]:
                numbers.set_pattern(desk.creditor, kind, said[kind.value], on=desk.today, by=desk.by)
        return Done(_("Numbers are given in a row, without gaps."))

    form = Asked(request.POST or None)
    back = desk.url("recurring")
    return deeds.ask(request, desk, form, title=_("Number ranges"), button=_("Save"), back=back, do=do)


class WhyForm(forms.Form):
    why = forms.why(required=False)


def _form(desk: Desk) -> type[forms.Form]:
    class Asked(forms.Form):
        kind = forms.choice(
            gettext_lazy("Kind"), forms.words("document", [*KINDS]), initial=DocumentKind.INVOICE.value,
            help_text=gettext_lazy("A request opens the work of its months when it is paid: a retainer paid in advance."),
        )  # fmt: skip
        what_for = forms.text(
            gettext_lazy("What for"),
            help_text=gettext_lazy("{month} becomes the months that it is for: Support, {month}"),
        )
        amount = forms.MoneyField(gettext_lazy("Each comes to"), currency=desk.creditor.currency)
        first = forms.day(gettext_lazy("First one on"), attrs=forms.not_before(desk.today))
        every = forms.choice(
            gettext_lazy("How often"),
            {str(months): labels.WORDS["every_months"][str(months)] for months in MONTHS},
            initial="1",
        )
        day_of_month = forms.whole(
            gettext_lazy("Day of the month"), low=0, high=31, initial=0,
            help_text=gettext_lazy("0: as the first one. 31: the last day of each month."),
        )  # fmt: skip
        last = forms.day(gettext_lazy("None after"), required=False, attrs=forms.not_before(desk.today))
        is_ahead = forms.flag(gettext_lazy("For the months after its own"))
        days = forms.whole(
            gettext_lazy("Days to pay"), low=0, high=recurring.DAYS_MAX, initial=14,
            help_text=gettext_lazy("Where no terms are agreed with the client. Of a request: how long it is valid."),
        )  # fmt: skip

    return Asked


def _wanted(said: dict[str, Any]) -> Wanted:
    rhythm = Rhythm(said["first"], int(said["every"]), said["day_of_month"], said["last"], said["is_ahead"])
    return Wanted(DocumentKind(said["kind"]), said["what_for"], said["amount"], rhythm, said["days"])


def _ask(request: HttpRequest, desk: Desk, row: Recurring, form: forms.Form, title: str, do: Any) -> HttpResponse:
    lead = f"{row.customer.name}: {row.what_for}"
    return deeds.ask(request, desk, form, title=title, lead=lead, button=title, back=desk.url("recurring"), do=do)
