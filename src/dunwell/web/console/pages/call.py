"""The call screen: whom, when and about what; what to say and how to answer; and what came of it."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.money import total_by_currency
from dunwell.core.playbook import SCORES, CallOutcome, Playbook
from dunwell.core.refusal import Refusal
from dunwell.run import calls, people
from dunwell.run.calls import Said
from dunwell.store import call_view, customer_view
from dunwell.store.call_view import Phone
from dunwell.store.customer_view import Event, Owed
from dunwell.store.models import Customer, Invoice, Task
from dunwell.web.console import deeds, forms, labels, look
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.pages.customer import next_step
from dunwell.web.console.templatetags.look import locale
from dunwell.web.console.timeline import told

LANGUAGES = ("ru", "bg", "en")
# Which fields an outcome needs; the page hides the others.
ASKS = {
    "invoices": "promised already_paid disputed",
    "amount": "promised disputed",
    "day": "promised asked_for_time call_back no_answer",
    "cause": "disputed",
}
LATEST = (("message",), ("touch", "task"), ("payment", "promise"))
"""The history in three lines: the last letter, the last conversation, the last word or deed of theirs about money."""


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    customer: Customer = deeds.found(Customer, number)
    rows = customer_view.owed(number, as_of=desk.today, rehearsal=desk.is_rehearsal)
    phones = call_view.phones(number)
    task = _task(request, customer)
    form = _form(rows, phones, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                if deeds.is_repeated(request, desk):
                    return answer.done(request, _("This was done already."), desk.url("customer", number))
                said = _said(form.cleaned_data, task)
                undo = calls.record(desk.creditor, customer, said, on=desk.today, by=desk.by)
        except Refusal as refusal:
            form.add_error(None, answer.refused(refusal))
        else:
            back = f"{desk.url('today')}?kind=task" if task else desk.url("customer", number)
            words = _("The call is recorded: {outcome}.").format(outcome=labels.word("call", said.outcome))
            return answer.done(request, words, back, undo=desk.url("undo", *undo) if undo else "")
    status = answer.UNPROCESSABLE if form.errors else 200
    context = _context(request, desk, customer, rows, phones, task)
    return answer.page(
        request, desk, "call.html", {**context, "form": form, "once": deeds.once(request)}, status=status
    )


def _context(
    request: HttpRequest, desk: Desk, customer: Customer, rows: list[Owed], phones: list[Phone], task: Task | None
) -> dict[str, Any]:
    who = _who(phones, task)
    language = _language(request, desk, customer, who)
    there = calls.there(desk.creditor, customer, timezone=who.timezone if who else "", now=desk.now)
    return {
        "section": "today" if task else "customers",
        "customer": customer,
        "task": task,
        "phones": phones,
        "who": who,
        "there": there,
        "local_time": look.moment(there.at, locale()),
        "rows": rows,
        "overdue": total_by_currency(row.balance for row in rows if row.late).values(),
        "open": total_by_currency(row.balance for row in rows).values(),
        "documents": call_view.documents([row.invoice for row in rows]),
        "history": told(desk, _history(customer_view.timeline(customer.pk, before=None))),
        "pauses": customer_view.pauses(customer.pk, rehearsal=desk.is_rehearsal),
        "next": next_step(rows),
        "language": language,
        "languages": LANGUAGES,
        "playbook": calls.script(language),
        "opening": _opening(calls.script(language), desk),
    }


def _form(rows: list[Owed], phones: list[Phone], data: Any) -> forms.Form:
    left: dict[str, forms.Words] = {}
    for row in rows:
        left.setdefault(str(row.invoice), f"{row.number} · {look.money(row.balance, locale())}")
    late = [str(row.invoice) for row in rows if row.late]

    class Asked(forms.Form):
        outcome = django_forms.ChoiceField(
            label=gettext_lazy("What came of it"),
            choices=list(forms.words("call", [*CallOutcome]).items()),
            widget=django_forms.RadioSelect({"data-outcome": ""}),
        )
        invoices = forms.several(gettext_lazy("Invoices"), left, initial=late, required=False)
        day = forms.day(gettext_lazy("Day"), required=False)
        amount = forms.text(
            gettext_lazy("Sum"), required=False, help_text=gettext_lazy("Empty: all that is open on the invoice.")
        )
        cause = forms.choice(
            gettext_lazy("Cause"), {"": "–", **forms.words("cause", list(people.DISPUTE_CAUSES))}, required=False
        )
        address = forms.choice(
            gettext_lazy("Number called"),
            {
                "": gettext_lazy("another number"),
                **{one.address: f"{one.name} {one.address}".strip() for one in phones},
            },
            required=False,
            initial=phones[0].address if phones else "",
        )
        note = forms.text(
            gettext_lazy("In their words"),
            rows=3,
            required=False,
            help_text=gettext_lazy("For colleagues; never put into a letter."),
        )
        score = forms.choice(
            gettext_lazy("Their answer from 1 to 10"),
            {"": "–", **{str(one): str(one) for one in SCORES}},
            required=False,
        )

    return Asked(data)


def _said(given: dict[str, Any], task: Task | None) -> Said:
    outcome = CallOutcome(given["outcome"])
    asked = {name for name, outcomes in ASKS.items() if outcome in outcomes.split()}
    invoices = [deeds.found(Invoice, int(pk)) for pk in given["invoices"]] if "invoices" in asked else []
    return Said(
        outcome,
        note=given["note"],
        invoices=tuple(invoices),
        day=given["day"] if "day" in asked else None,
        amount=forms.money(given["amount"], invoices[0].currency) if "amount" in asked and invoices else None,
        cause=given["cause"] if "cause" in asked else "",
        address=given["address"],
        score=int(given["score"]) if given["score"] else None,
        task=task,
    )


def _task(request: HttpRequest, customer: Customer) -> Task | None:
    """The open task that the call is for, where the address names one of this customer."""
    number = forms.number(request.GET.get("task", ""))
    found: Task | None = Task.objects.filter(pk=number, customer=customer, outcome=None).first()
    return found


def _who(phones: list[Phone], task: Task | None) -> Phone | None:
    """The person whom the task names if they can be called, else the first who can."""
    usable = [one for one in phones if not one.is_closed]
    named = [one for one in usable if task and one.contact == task.contact_id]
    return next(iter([*named, *usable]), None)


def _language(request: HttpRequest, desk: Desk, customer: Customer, who: Phone | None) -> str:
    """What is spoken with them, unless the caller chose another language."""
    wishes = (request.GET.get("speak", ""), who.locale if who else "", customer.locale, desk.creditor.locale)
    return next((one for one in wishes if one in LANGUAGES), "en")


def _opening(playbook: Playbook, desk: Desk) -> str:
    return playbook.opening.format(caller=desk.by, creditor=desk.creditor.name)


def _history(events: list[Event]) -> list[Event]:
    """The newest event of each of the three sorts."""
    found = []
    for kinds in LATEST:
        of_kind = (one for one in events if one.kind in kinds and one.state != "open")
        found += [one] if (one := next(of_kind, None)) else []
    return found
