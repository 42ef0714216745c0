"""Looking after people: a dispute and its answer, a talk with somebody in trouble, credit notes that are still to be issued."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.ledger import HoldReason
from dunwell.core.refusal import Refusal
from dunwell.run import calls, credits, disputes, news, talks
from dunwell.run.disputes import Answer
from dunwell.run.talks import Talk
from dunwell.store.models import CreditDue, Customer, Dispute
from dunwell.web.console import deeds, forms, look
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk
from dunwell.web.console.templatetags.look import locale

LANGUAGES = ("ru", "bg", "en")


def dispute_owner(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Who answers a dispute, and until when."""
    dispute = _dispute(number)
    care = disputes.care(desk.creditor, dispute)

    class Asked(forms.Form):
        owner = forms.text(gettext_lazy("Who answers"), initial=care.owner)
        due_on = forms.day(gettext_lazy("Answer by"), initial=care.due_on, attrs=forms.not_before(desk.today))

    def do(said: dict[str, Any]) -> Done:
        disputes.assign(desk.creditor, number, owner=said["owner"], due_on=said["due_on"], on=desk.today, by=desk.by)
        day = look.day(said["due_on"], desk.today, locale())
        return Done(_("{owner} answers by {day}.").format(owner=said["owner"], day=day))

    invoice = dispute.receivable.invoice
    back = desk.url("customer", invoice.customer_id)
    return deeds.ask(
        request,
        desk,
        Asked(request.POST or None),
        title=_("Who answers"),
        lead=invoice.number,
        button=_("Record it"),
        back=back,
        do=do,
    )


class AnswerForm(forms.Form):
    outcome = forms.choice(
        gettext_lazy("What you found"),
        {"accepted": gettext_lazy("They are right"), "rejected": gettext_lazy("The invoice is right")},
    )
    amount = forms.text(
        gettext_lazy("Taken off"),
        required=False,
        help_text=gettext_lazy("Empty: all that is contested. A smaller sum: the rest is asked for again."),
    )
    words = forms.text(
        gettext_lazy("What you write to them"),
        rows=4,
        help_text=gettext_lazy("The client reads this, in their language: what you checked and what came of it."),
    )
    told = forms.flag(gettext_lazy("They know already: end it without a letter"))


def dispute_answer(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """End a dispute: what is granted becomes a credit note, and the letter is looked at before it is queued."""
    dispute = _dispute(number)
    invoice = dispute.receivable.invoice
    back, form, prepared = desk.url("customer", invoice.customer_id), AnswerForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            found = Answer(said["outcome"], forms.money(said["amount"], invoice.currency), said["words"])
            if not said["told"]:
                prepared = disputes.letter(desk.creditor, number, found, on=desk.today)
            if prepared is None or request.POST.get("hash") == prepared.draft.content_hash:
                disputes.resolve(desk.creditor, number, found, on=desk.today, by=desk.by)
                if prepared is not None:
                    news.send(desk.creditor, prepared, by=desk.by, why=said["words"])
                return answer.done(request, _("The dispute is answered."), back)
        except Refusal as refusal:
            form.add_error(None, answer.refused(refusal))
    context = {
        "section": "customers",
        "form": form,
        "prepared": prepared,
        "invoice": invoice,
        "back": back,
        "contested": disputes.contested(dispute),
        "dispute": dispute,
        "care": disputes.care(desk.creditor, dispute),
    }
    status = answer.UNPROCESSABLE if form.errors else 200
    return answer.page(request, desk, "dispute_answer.html", context, status=status)


def talk(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Somebody is in trouble or not happy with us: what to ask, and a place for what they answer."""
    customer: Customer = deeds.found(Customer, number)
    language = next((one for one in (customer.locale, desk.creditor.locale) if one in LANGUAGES), "en")
    script, causes = calls.script(language), talks.pending(desk.creditor, customer)
    asked = {HoldReason.HARDSHIP: script.hardship, HoldReason.SURVEY: script.survey}
    questions = [question for cause in causes or (HoldReason.HARDSHIP,) for question in asked[cause]]
    fields: dict[str, django_forms.Field] = {
        f"answer_{place}": forms.text(question, rows=2, required=False) for place, question in enumerate(questions)
    }
    until = forms.day(
        gettext_lazy("Pause until"),
        required=False,
        attrs=forms.not_before(desk.today),
        help_text=gettext_lazy("Empty: the pause ends with this talk, and the next run goes on."),
    )
    form = type("Asked", (forms.Form,), {**fields, "until": until})(request.POST or None)

    def do(said: dict[str, Any]) -> Done:
        answers = [(question, said[f"answer_{place}"]) for place, question in enumerate(questions)]
        talks.record(desk.creditor, customer, Talk(answers, said["until"]), on=desk.today, by=desk.by)
        return Done(_("What was said is kept; the next person reads it first."))

    written = " ".join(talks.words(desk.creditor, customer))
    lead = f"{customer.name}: “{written}”" if written else customer.name
    back = desk.url("customer", customer.pk)
    return deeds.ask(
        request, desk, form, title=_("Ask and listen"), lead=lead, button=_("Keep what was said"), back=back, do=do
    )


def credit(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A credit note that we owe: accounting issued it, or there will be none."""
    due: CreditDue = deeds.found(CreditDue, number)

    class Asked(forms.Form):
        number = forms.text(
            gettext_lazy("Number of the credit note"),
            required=False,
            help_text=gettext_lazy(
                "As it stands in the books; an imported one that names the invoice is found by itself."
            ),
        )
        refused = forms.flag(gettext_lazy("There will be none: ask for the sum again"))
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        if said["refused"]:
            credits.refuse(desk.creditor, number, on=desk.today, by=desk.by, why=said["why"])
            return Done(_("No credit note: the sum is asked for again."))
        credits.issued(desk.creditor, number, said["number"], on=desk.today, by=desk.by)
        return Done(_("The credit note is in the books."))

    invoice = due.receivable.invoice
    return deeds.ask(
        request,
        desk,
        Asked(request.POST or None),
        title=_("Credit note to issue"),
        lead=f"{invoice.number}: {look.money(credits.amount(due), locale())}",
        button=_("Record it"),
        back=desk.url("customer", invoice.customer_id),
        do=do,
    )


def _dispute(number: int) -> Dispute:
    deeds.found(Dispute, number)
    return disputes.of(number)
