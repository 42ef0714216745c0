"""Terms at the desk: recorded from a contract that there is, or proposed with a letter that is looked at; nothing is agreed by asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.refusal import Refusal
from dunwell.run import agreements, freshness, news, proposals, retainers, rights
from dunwell.run.news import Prepared
from dunwell.store.models import Customer
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk


def terms(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Terms for the client to confirm on their page or by a reply; terms left empty stay as they were agreed."""
    customer: Customer = deeds.found(Customer, number)
    now = agreements.whole(desk.creditor, customer, {}, desk.today)
    form = TermsForm(request.POST or None, initial=now)

    def prepare() -> Prepared:
        said = _said(form)
        rights.check(desk.creditor, said)
        return proposals.terms_letter(desk.creditor, customer, said, desk.today)

    def record() -> None:
        agreements.propose(desk.creditor, customer, _said(form), on=desk.today, by=desk.by)

    return _look_and_send(request, desk, customer, form, _("Propose terms"), prepare, record)


def recorded(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The next version of what was agreed, from a contract, brief, mail or chat that shows it; an emptied term is agreed no more."""
    customer: Customer = deeds.found(Customer, number)
    before = rights.agreed(desk.creditor, customer, desk.today)
    form = RecordedForm(request.POST or None, initial={**before, "agreed_on": desk.today})

    def do(said: dict[str, Any]) -> Done:
        terms = {name: said[name] for name in rights.TERMS if said[name] or before.get(name)}
        agreed_on, evidence = said["agreed_on"], said["evidence"]
        rights.agree(desk.creditor, customer, terms, agreed_on=agreed_on, evidence=evidence, on=desk.today, by=desk.by)
        return Done(_("The terms are recorded; the version before stays in the books."))

    return deeds.ask(
        request,
        desk,
        form,
        title=_("Terms that were agreed"),
        lead=customer.name,
        button=_("Record it"),
        back=desk.url("customer", number),
        do=do,
    )


def retainer(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A retainer computed from the last twelve months, with the rule printed in the letter."""
    customer: Customer = deeds.found(Customer, number)

    def prepare() -> Prepared:
        return retainers.letter(desk.creditor, customer, desk.today)

    form = forms.Form({"looked": "yes"})
    return _look_and_send(request, desk, customer, form, _("Propose a retainer"), prepare, lambda: None)


class TermsForm(forms.Form):
    """The terms that a client confirms, in the words of `dunwell agreement`."""

    contract = forms.text(gettext_lazy("Contract"), required=False)
    net_days = forms.text(gettext_lazy("Days to pay"), required=False)
    counted_from = forms.choice(
        gettext_lazy("Counted from"),
        forms.words("counted_from", ["issue", "receipt", "acceptance", "delivery"]),
        required=False,
    )
    prepayment = forms.text(
        gettext_lazy("Before the work"), required=False, help_text=gettext_lazy("A share, such as 30%.")
    )
    early_discount = forms.text(
        gettext_lazy("Discount for paying early"), required=False, help_text=gettext_lazy("Such as 2% within 10 days.")
    )
    late_payment = forms.text(
        gettext_lazy("For late payment"), required=False, help_text=gettext_lazy("Such as 0.1% a day, cap 10%.")
    )
    stop_work = forms.text(gettext_lazy("Clause that lets work stop"), required=False)


class RecordedForm(TermsForm):
    """All terms that an agreement may have, with what shows them."""

    month_end = forms.choice(
        gettext_lazy("Counted from the end of the month"),
        {"": "–", "yes": gettext_lazy("yes"), "no": gettext_lazy("no")},
        required=False,
    )
    pay_day = forms.text(
        gettext_lazy("Paid on a day of the month"), required=False, help_text=gettext_lazy("From 1 to 31.")
    )
    late_payment_ref = forms.text(
        gettext_lazy("Where the late-payment clause stands"), required=False, help_text=gettext_lazy("Such as § 5.2.")
    )
    work = forms.choice(
        gettext_lazy("Work that may stop"),
        {"": "–", "running": gettext_lazy("running: it pauses"), "not_begun": gettext_lazy("not begun: it waits")},
        required=False,
    )
    credit_limit = forms.text(
        gettext_lazy("Open at once, at most"), required=False, help_text=gettext_lazy("Such as 5000.00 EUR.")
    )
    agreed_on = forms.day(gettext_lazy("Agreed on"))
    evidence = forms.text(
        gettext_lazy("What shows it"),
        help_text=gettext_lazy("The signed contract, the e-mail, the chat, with its day."),
    )


def _said(form: forms.Form) -> dict[str, str]:
    return {name: value for name, value in form.cleaned_data.items() if value}


def _look_and_send(
    request: HttpRequest,
    desk: Desk,
    customer: Customer,
    form: forms.Form,
    title: str,
    prepare: Callable[[], Prepared],
    record: Callable[[], Any],
) -> HttpResponse:
    """The letter is shown; exactly what was looked at is queued, with the record of what it proposes."""
    back, prepared = desk.url("customer", customer.pk), None
    if form.is_bound and form.is_valid():
        try:
            prepared = prepare()
            if request.method == "POST" and request.POST.get("hash") == prepared.draft.content_hash:
                record()
                news.send(desk.creditor, prepared, by=desk.by, why=title)
                return answer.done(request, _("The letter is queued."), back)
        except Refusal as refusal:
            form.add_error(None, answer.refused(refusal))
    sources = freshness.sources(desk.creditor, desk.now)
    context = {
        "section": "customers", "form": form, "prepared": prepared, "customer": customer, "title": title, "back": back,
        "sources": sources,
    }  # fmt: skip
    status = answer.UNPROCESSABLE if form.errors else 200
    return answer.page(request, desk, "propose.html", context, status=status)
