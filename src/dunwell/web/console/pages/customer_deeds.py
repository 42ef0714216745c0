"""What is done with a customer in place: each deed is a form in a drawer and a dated fact."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.ledger import CustomerState, HoldReason, OurDebt
from dunwell.core.money import Money
from dunwell.run import allocations, autopay, creditors, people, policies
from dunwell.store import customer_view
from dunwell.store.models import Customer, Invoice, Payment
from dunwell.web.console import deeds, forms, labels, look
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk
from dunwell.web.console.templatetags.look import locale

HOLD_REASONS = [
    HoldReason.ASKED_FOR_TIME,
    HoldReason.HARDSHIP,
    HoldReason.RELATIONSHIP,
    HoldReason.OUR_SIDE,
    HoldReason.OTHER,
]
BY_HAND = ["call", "email", "sms", "visit", "letter"]


def hold(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Stop contact with a customer."""
    customer: Customer = deeds.found(Customer, number)

    class Asked(forms.Form):
        reason = forms.choice(gettext_lazy("Reason"), forms.words("hold", [*HOLD_REASONS]))
        until = forms.day(
            gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty: until somebody lifts it.")
        )
        why = forms.why()

    def do(said: dict[str, Any]) -> Done:
        fact = desk.fact(said["why"])
        (made,) = people.hold(desk.creditor, customer_name=customer, reason=said["reason"], until=said["until"], **fact)
        return Done(_("Contact is on hold."), undo=("hold", made.pk))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Hold"), _("Hold contact"), do)


def promise(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The client promised to pay one or several invoices by a day."""
    customer: Customer = deeds.found(Customer, number)
    open_ = _open(desk, number)

    class Asked(forms.Form):
        invoices = forms.several(
            gettext_lazy("Invoices"), _invoices(open_), initial=[pk for pk, late in _late(open_) if late]
        )
        by_day = forms.day(gettext_lazy("Will pay by"), attrs=forms.not_before(desk.today))
        why = forms.text(gettext_lazy("In their words"), rows=2)

    def do(said: dict[str, Any]) -> Done:
        made = []
        for pk in said["invoices"]:
            made += people.promise(
                desk.creditor,
                deeds.found(Invoice, int(pk)),
                promised_date=said["by_day"],
                amount=None,
                **desk.fact(said["why"]),
            )
        day = look.day(said["by_day"], desk.today, locale())
        undo = ("promise", made[0].pk) if len(made) == 1 else None
        return Done(_("Promised by {day}; reminders wait for it.").format(day=day), undo=undo)

    return _ask(request, desk, customer, Asked(request.POST or None), _("Promise"), _("Record the promise"), do)


def dispute(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The client contests an invoice, whole or in part."""
    customer: Customer = deeds.found(Customer, number)
    open_ = _open(desk, number)

    class Asked(forms.Form):
        invoice = forms.choice(gettext_lazy("Invoice"), _invoices(open_), initial=request.GET.get("invoice"))
        cause = forms.choice(gettext_lazy("Cause"), forms.words("cause", list(people.DISPUTE_CAUSES)))
        amount = forms.text(
            gettext_lazy("Disputed sum"),
            required=False,
            help_text=gettext_lazy("Empty: all of it. The rest is still asked for."),
        )
        why = forms.text(gettext_lazy("In their words"), rows=3)

    def do(said: dict[str, Any]) -> Done:
        invoice: Invoice = deeds.found(Invoice, int(said["invoice"]))
        amount = forms.money(said["amount"], invoice.currency)
        made = people.dispute(desk.creditor, invoice, cause=said["cause"], amount=amount, **desk.fact(said["why"]))
        undo = ("dispute", made[0].pk) if len(made) == 1 else None
        return Done(
            _("{number} is disputed; what is contested is not asked for.").format(number=invoice.number), undo=undo
        )

    return _ask(request, desk, customer, Asked(request.POST or None), _("Dispute"), _("Record the dispute"), do)


def note(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A word to the colleagues."""
    customer: Customer = deeds.found(Customer, number)

    class Asked(forms.Form):
        text = forms.text(
            gettext_lazy("Note"), rows=5, help_text=gettext_lazy("For colleagues; never put into a letter.")
        )

    def do(said: dict[str, Any]) -> Done:
        people.note(desk.creditor, customer, said["text"], **desk.fact())
        return Done(_("Noted."))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Note"), _("Keep the note"), do)


def contacted(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Somebody of ours spoke with them by hand; it counts like one of our messages."""
    customer: Customer = deeds.found(Customer, number)
    found = customer_view.people(number)
    ways = {one.address: f"{one.name or one.address}, {one.address}" for one in found if one.address}

    class Asked(forms.Form):
        channel = forms.choice(gettext_lazy("How"), forms.words("channel", BY_HAND))
        address = forms.choice(gettext_lazy("With whom"), {"": gettext_lazy("somebody there"), **ways}, required=False)
        outcome = forms.text(
            gettext_lazy("What came of it"),
            rows=3,
            help_text=gettext_lazy("It counts for the days between two contacts."),
        )

    def do(said: dict[str, Any]) -> Done:
        made = people.contacted(
            desk.creditor,
            customer,
            channel=said["channel"],
            address=said["address"],
            note=said["outcome"],
            **desk.fact(),
        )
        return Done(_("The contact is recorded."), undo=("touch", made.pk))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Contact by hand"), _("Record the contact"), do)


def allocate(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Set unmatched money of the customer against one of their invoices."""
    customer: Customer = deeds.found(Customer, number)
    open_ = _open(desk, number)
    payments = {
        str(
            one.pk
        ): f"{look.day(one.date, desk.today, locale())} · {look.money(left, locale())} · {one.remittance or one.reference}"
        for one, left in customer_view.unapplied(number)
    }

    class Asked(forms.Form):
        payment = forms.choice(gettext_lazy("Payment"), payments)
        invoice = forms.choice(gettext_lazy("Invoice"), _invoices(open_))
        amount = forms.text(
            gettext_lazy("Sum"), required=False, help_text=gettext_lazy("Empty: as much as is open on both.")
        )
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        payment: Payment = deeds.found(Payment, int(said["payment"]))
        invoice: Invoice = deeds.found(Invoice, int(said["invoice"]))
        amount = forms.money(said["amount"], payment.currency)
        set_ = allocations.allocate(desk.creditor, payment.pk, invoice, amount=amount, **desk.fact(said["why"]))
        told = look.money(Money(set_, payment.currency), locale())
        return Done(_("{sum} is set against {number}.").format(sum=told, number=invoice.number))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Set money"), _("Set it"), do)


def policy(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Another ladder for this customer from today on."""
    customer: Customer = deeds.found(Customer, number)

    class Asked(forms.Form):
        policy = forms.choice(gettext_lazy("Policy"), {name: name for name in policies.load_all()})

    def do(said: dict[str, Any]) -> Done:
        creditors.assign(
            desk.creditor, said["policy"], customer=customer, invoice="", segment="", on=desk.today, by=desk.by
        )
        return Done(_("From the next run on the policy is “{name}”.").format(name=said["policy"]))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Policy"), _("Change the policy"), do)


def auto_end(request: HttpRequest, desk: Desk, number: int, place: int) -> HttpResponse:
    """Nothing is charged by itself any more; the client can agree again on their page."""
    customer: Customer = deeds.found(Customer, number)

    class Asked(forms.Form):
        why = forms.why()

    def do(said: dict[str, Any]) -> Done:
        autopay.end(desk.creditor, place, customer=number, **desk.fact(said["why"]))
        return Done(_("The automatic payment is ended; what was announced is not charged."))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Automatic payment"), _("End it"), do)


def state(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A state that stops everything, or its end."""
    customer: Customer = deeds.found(Customer, number)

    class Asked(forms.Form):
        state = forms.choice(gettext_lazy("State"), forms.words("customer_state", [*CustomerState]))
        ended = django_forms.BooleanField(label=gettext_lazy("no longer so"), required=False)
        why = forms.text(gettext_lazy("How we know"), rows=2)

    def do(said: dict[str, Any]) -> Done:
        people.state(desk.creditor, customer, said["state"], ended=said["ended"], **desk.fact(said["why"]))
        return Done(
            labels.word("customer_state", said["state"]).capitalize()
            + (f" – {_('no longer so')}" if said["ended"] else "")
        )

    return _ask(request, desk, customer, Asked(request.POST or None), _("State"), _("Record the state"), do)


def silence(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Somebody does not want to be written to at an address, or does again; it holds wherever that address is known."""
    customer: Customer = deeds.found(Customer, number)
    known = dict.fromkeys(one.address for one in customer_view.people(number) if one.address)

    class Asked(forms.Form):
        address = forms.choice(
            gettext_lazy("Address"), {one: one for one in known}, initial=request.GET.get("address", "")
        )
        channel = forms.choice(gettext_lazy("By which way"), forms.words("channel", [*people.OPT_OUT_CHANNELS]))
        wanted = django_forms.BooleanField(label=gettext_lazy("messages are welcome again"), required=False)
        why = forms.text(gettext_lazy("In their words"), rows=2)

    def do(said: dict[str, Any]) -> Done:
        people.opt_out(
            desk.creditor, said["address"], channel=said["channel"], wanted=said["wanted"], **desk.fact(said["why"])
        )
        if said["wanted"]:
            return Done(_("{address} may be written to again.").format(address=said["address"]))
        return Done(
            _("Nothing is sent to {address} any more; what is owed stays owed.").format(address=said["address"])
        )

    return _ask(request, desk, customer, Asked(request.POST or None), _("No messages"), _("Record it"), do)


def owes(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Our side owes them an answer or a document, or has given it."""
    customer: Customer = deeds.found(Customer, number)

    class Asked(forms.Form):
        what = forms.choice(gettext_lazy("We owe them"), forms.words("owes", [*OurDebt]))
        done = django_forms.BooleanField(label=gettext_lazy("it was given now"), required=False)
        why = forms.text(gettext_lazy("What exactly"), rows=2)

    def do(said: dict[str, Any]) -> Done:
        people.our_side(desk.creditor, customer, said["what"], done=said["done"], **desk.fact(said["why"]))
        return Done(_("Recorded as given.") if said["done"] else _("Firm letters wait until it is given."))

    return _ask(request, desk, customer, Asked(request.POST or None), _("Our side"), _("Record it"), do)


def _ask(
    request: HttpRequest, desk: Desk, customer: Customer, form: forms.Form, title: str, button: str, do: Any
) -> HttpResponse:
    back = desk.url("customer", customer.pk)
    return deeds.ask(request, desk, form, title=title, lead=customer.name, button=button, back=back, do=do)


def _open(desk: Desk, number: int) -> list[customer_view.Owed]:
    return customer_view.owed(number, as_of=desk.today, rehearsal=desk.is_rehearsal)


def _invoices(rows: list[customer_view.Owed]) -> dict[str, forms.Words]:
    """Open documents as choices, with what is left on each."""
    left: dict[int, tuple[str, int, str]] = {}
    for row in rows:
        _number, before, _currency = left.get(row.invoice, (row.number, 0, ""))
        left[row.invoice] = (row.number, before + row.balance.minor, row.balance.currency)
    return {
        str(pk): f"{number} · {look.money(Money(minor, currency), locale())}"
        for pk, (number, minor, currency) in left.items()
    }


def _late(rows: list[customer_view.Owed]) -> list[tuple[str, int]]:
    return [(str(row.invoice), row.late) for row in rows]
