"""Writing by hand: to a customer, or in answer to a reply; exactly the letter that was looked at goes, checked like any other."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dunwell.core.refusal import Refusal
from dunwell.run import answers, day, freshness, own_letter
from dunwell.run.news import NotNow, Prepared
from dunwell.run.own_letter import Words
from dunwell.store import scope
from dunwell.store.models import ContactPoint, Customer, Inbound
from dunwell.web.console import deeds, forms, labels, look
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.templatetags.look import locale

UNUSABLE = {
    "opted_out": gettext_lazy("They do not want to be written to at this address."),
    "bounced": gettext_lazy("Letters to this address came back."),
    "no_consent": gettext_lazy("They have not agreed to be written to in this way."),
    "no_contact": gettext_lazy("This address belongs to nobody at this customer."),
}


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The letter to be written, with a draft where it answers something, and how it will look."""
    customer: Customer = deeds.found(Customer, number)
    return _page(request, desk, customer)


@require_POST
def send(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Queue the letter that was looked at; what has changed since is shown again."""
    with scope.of(desk.creditor.pk):
        customer: Customer = deeds.found(Customer, number)
        form = _form(customer, request.POST)
        mail = _mail(customer, request.POST.get("mail", ""))
        if not form.is_valid():
            return _page(request, desk, customer)
        words = _words(form, mail)
        try:
            prepared = own_letter.prepare(desk.creditor, customer, words, on=desk.today)
            if request.POST.get("hash") != prepared.draft.content_hash:
                return _page(request, desk, customer)
            own_letter.send(desk.creditor, customer, words, prepared, on=desk.today, by=desk.by)
        except Refusal:
            return _page(request, desk, customer)
    if desk.is_rehearsal:
        day.rehearse_rest(desk.creditor, desk.today, folder=desk.folder / "rehearsal")
    back = desk.url("replies") if mail else desk.url("customer", number)
    return answer.done(request, _("The letter is on its way."), back)


def _page(request: HttpRequest, desk: Desk, customer: Customer) -> HttpResponse:
    said = request.POST or request.GET
    mail = _mail(customer, said.get("mail", ""))
    form = _form(customer, request.POST or None, mail=mail, draft=_draft(desk, mail, said.get("reply", "")))
    prepared: Prepared | None = None
    is_posted = request.method == "POST"
    if is_posted and form.is_valid():
        try:
            prepared = own_letter.prepare(desk.creditor, customer, _words(form, mail), on=desk.today)
        except Refusal as refusal:
            form.add_error(None, not_now(desk, refusal) if isinstance(refusal, NotNow) else answer.refused(refusal))
    context = {
        "section": "replies" if mail else "customers",
        "customer": customer,
        "form": form,
        "mail": mail,
        "prepared": prepared,
        "sources": freshness.sources(desk.creditor, desk.now),
        "is_again": "hash" in request.POST,
    }
    is_wrong = is_posted and prepared is None
    return answer.page(request, desk, "write.html", context, status=answer.UNPROCESSABLE if is_wrong else 200)


def _form(customer: Customer, said: Any, *, mail: Inbound | None = None, draft: str = "") -> forms.Form:
    points = {str(one.pk): _named(one) for one in own_letter.addresses(customer)}

    class Letter(forms.Form):
        to = forms.choice(gettext_lazy("To"), points, initial=_to(customer, mail))
        subject = forms.text(
            gettext_lazy("Subject"), max_length=own_letter.SUBJECT_MAX, initial=_subject(mail) if mail else ""
        )
        text = forms.text(
            gettext_lazy("Text"), rows=10, max_length=8000, initial=draft,
            help_text=gettext_lazy("Without salutation and signature: the letter has them by itself."),
        )  # fmt: skip

    return Letter(said)


def _named(point: ContactPoint) -> str:
    name = f"{point.contact.given_name} {point.contact.family_name}".strip()
    role = labels.word("contact", point.contact.role)
    return f"{name or role} · {labels.word('channel', point.channel)} · {point.address}"


def _words(form: forms.Form, mail: Inbound | None) -> Words:
    said = form.cleaned_data
    point = ContactPoint.objects.select_related("contact").get(pk=int(said["to"]))
    return Words(point, said["subject"], said["text"], mail)


def _mail(customer: Customer, number: str) -> Inbound | None:
    """What is answered: this customer's, or one that a person placed with them."""
    if not number.isdecimal():
        return None
    mail: Inbound = deeds.found(Inbound, int(number))
    if mail.customer_id != customer.pk and not mail.matches.filter(customer=customer).exists():
        raise Http404
    return mail


def _draft(desk: Desk, mail: Inbound | None, reply: str) -> str:
    """The words for one of the things that were read in the mail."""
    if mail is None or not reply.isdecimal() or not mail.proposals.filter(pk=int(reply)).exists():
        return ""
    return answers.body(desk.creditor, int(reply))


def not_now(desk: Desk, refusal: NotNow) -> str:
    """The plan's own reason, in the person's words, and the day from which it may go."""
    reason = refusal.values["reason"]
    why = str(UNUSABLE[reason]) if reason in UNUSABLE else " ".join(labels.sentences(reason))
    allowed_on = refusal.values["allowed_on"]
    if not allowed_on:
        return _("It cannot go now. {why}").format(why=why)
    return _("It can go from {day} on. {why}").format(day=look.day(allowed_on, desk.today, locale()), why=why)


def _to(customer: Customer, mail: Inbound | None) -> str:
    """Who wrote is answered; else the first address."""
    found = own_letter.addresses(customer)
    sender = mail.content.sender.lower() if mail else ""
    chosen = next((one for one in found if one.address.lower() == sender), found[0] if found else None)
    return str(chosen.pk) if chosen else ""


def _subject(mail: Inbound) -> str:
    subject = mail.content.subject
    if not subject:
        return _("Your message")
    return subject if subject[:3].lower() == "re:" else f"Re: {subject}"
