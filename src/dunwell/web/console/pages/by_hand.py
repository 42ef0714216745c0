"""The books by hand: customers, contacts, documents, payments; the letter that takes a reminder back; one's own messenger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.ledger import CustomerKind, DocumentKind, Role
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import books, check_ins, freshness, letters_preview, news, people
from dunwell.run.news import Prepared
from dunwell.store.models import ContactPoint, Customer, Invoice, Payment, Receivable
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

TERM_DAYS = 14
LANGUAGES = {"ru": "Русский", "bg": "Български", "en": "English"}


class CustomerForm(forms.Form):
    name = forms.text(gettext_lazy("Name"))
    kind = forms.choice(gettext_lazy("Kind"), forms.words("customer_kind", list(CustomerKind)))
    locale = forms.choice(gettext_lazy("Letters in"), LANGUAGES)
    country = forms.text(gettext_lazy("Country"), max_length=2, required=False)
    tax_id = forms.text(gettext_lazy("Tax number"), required=False)
    address = forms.text(gettext_lazy("Address"), required=False)
    owner = forms.text(gettext_lazy("Owner"), required=False, help_text=gettext_lazy("Who of us looks after them."))
    segment = forms.text(gettext_lazy("Segment"), required=False)


class NewCustomerForm(CustomerForm):
    external_id = forms.text(gettext_lazy("Id of your own"), required=False)
    contact = forms.text(gettext_lazy("Contact person"), required=False)
    email = forms.email(gettext_lazy("E-mail"), required=False)
    phone = forms.text(gettext_lazy("Telephone"), required=False)


def new_customer(request: HttpRequest, desk: Desk) -> HttpResponse:
    initial = {"kind": "business", "locale": desk.creditor.locale, "country": desk.creditor.country, "owner": desk.by}

    def do(said: dict[str, Any]) -> Done:
        contact, email, phone = said.pop("contact"), said.pop("email"), said.pop("phone")
        made = books.add_customer(desk.creditor, on=desk.today, by=desk.by, **said)
        if email or phone:
            books.add_contact(
                desk.creditor,
                made,
                name=contact,
                role=Role.PAYABLE,
                email=email,
                phone=phone,
                on=desk.today,
                by=desk.by,
            )
        return Done(_("{name} is a customer now.").format(name=made.name))

    form = NewCustomerForm(request.POST or None, initial=initial)
    return deeds.ask(request, desk, form, title=_("New customer"), button=_("Add"), back=desk.url("customers"), do=do)


def change_customer(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    customer: Customer = deeds.found(Customer, number)
    form = _with_why(CustomerForm)(
        request.POST or None, initial={name: getattr(customer, name) for name in CustomerForm.base_fields}
    )

    def do(said: dict[str, Any]) -> Done:
        count = books.change_customer(desk.creditor, customer, **desk.fact(said.pop("why")), **said)
        return Done(_("{count} facts changed; the old ones are kept.").format(count=count))

    return _of_customer(request, desk, customer, form, _("Change customer"), _("Save"), do)


class ContactForm(forms.Form):
    name = forms.text(gettext_lazy("Name"))
    role = forms.choice(gettext_lazy("Role"), forms.words("contact", list(Role)))
    email = forms.email(gettext_lazy("E-mail"), required=False)
    phone = forms.text(gettext_lazy("Telephone"), required=False)


def new_contact(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    customer: Customer = deeds.found(Customer, number)

    def do(said: dict[str, Any]) -> Done:
        books.add_contact(desk.creditor, customer, on=desk.today, by=desk.by, **said)
        return Done(_("{name} can be written to from the next run on.").format(name=said["name"]))

    form = ContactForm(request.POST or None, initial={"role": Role.PAYABLE})
    return _of_customer(request, desk, customer, form, _("New contact"), _("Add"), do)


class DocumentForm(forms.Form):
    kind = forms.choice(gettext_lazy("Kind"), forms.words("document", list(DocumentKind)))
    number = forms.text(gettext_lazy("Number"), max_length=60)
    issued = forms.day(gettext_lazy("Issued"))
    due = forms.day(gettext_lazy("Due (of a request: valid until)"))
    what_for = forms.text(gettext_lazy("What for"), required=False)
    credits_number = forms.text(gettext_lazy("Credits invoice"), required=False, help_text=gettext_lazy("Of a credit note alone."))  # fmt: skip


def new_document(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """An invoice, a request before work or a credit note; `?credits=` is the invoice that a credit note reduces."""
    customer: Customer = deeds.found(Customer, number)
    credited = request.GET.get("credits", "")
    initial = {"kind": "credit_note" if credited else "invoice", "credits_number": credited, "issued": desk.today, "due": desk.today + timedelta(TERM_DAYS)}  # fmt: skip

    def do(said: dict[str, Any]) -> Done:
        made = books.add_document(desk.creditor, customer, on=desk.today, by=desk.by, **said)
        return Done(_("{number} stands in the books; the next run plans with it.").format(number=made.number))

    form = _with_money(DocumentForm, "total", desk.creditor.currency)(request.POST or None, initial=initial)
    return _of_customer(request, desk, customer, form, _("New document"), _("Add"), do)


class DocumentChangeForm(forms.Form):
    due = forms.day(gettext_lazy("Due date"))
    what_for = forms.text(gettext_lazy("What for"), required=False)
    order_number = forms.text(gettext_lazy("Order number"), required=False)
    note = forms.text(gettext_lazy("Note"), required=False, rows=2)


def change_document(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    invoice, owed = _owed(number)
    initial = {name: getattr(invoice, name) for name in ("what_for", "order_number", "note")}
    initial |= {"due": owed.due_date or invoice.valid_until, "total": str(Money(owed.amount, owed.currency).decimal)}

    def do(said: dict[str, Any]) -> Done:
        count = books.change_document(desk.creditor, invoice, **desk.fact(said.pop("why")), **said)
        return Done(_("{count} facts changed; the old ones are kept.").format(count=count))

    form = _with_why(_with_money(DocumentChangeForm, "total", invoice.currency))(request.POST or None, initial=initial)
    return _of_customer(
        request, desk, invoice.customer, form, _("Change {number}").format(number=invoice.number), _("Save"), do
    )


class WhyForm(forms.Form):
    why = forms.why()


def cancel_document(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    invoice: Invoice = deeds.found(Invoice, number)

    def do(said: dict[str, Any]) -> Done:
        books.cancel(desk.creditor, invoice, **desk.fact(said["why"]))
        return Done(_("{number} is cancelled; it is asked for no more.").format(number=invoice.number))

    title = _("Cancel {number}").format(number=invoice.number)
    return _of_customer(
        request, desk, invoice.customer, WhyForm(request.POST or None), title, _("Cancel the document"), do
    )


class PaymentForm(forms.Form):
    paid_on = forms.day(gettext_lazy("Came on"))
    remittance = forms.text(gettext_lazy("What it says"), required=False, help_text=gettext_lazy("Invoice numbers in it are found."))  # fmt: skip


def new_payment(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    customer: Customer = deeds.found(Customer, number)

    def do(said: dict[str, Any]) -> Done:
        amount = said.pop("total")
        books.add_payment(desk.creditor, customer, amount=amount, on=desk.today, by=desk.by, **said)
        return Done(_("Noted; the next run sets it against what it is for."))

    form = _with_money(PaymentForm, "total", desk.creditor.currency)(
        request.POST or None, initial={"paid_on": desk.today}
    )
    return _of_customer(request, desk, customer, form, _("Payment received"), _("Note it"), do)


def reverse_payment(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    payment: Payment = deeds.found(Payment, number)
    back = desk.url("customer", payment.customer_id) if payment.customer_id else desk.url("today")

    def do(said: dict[str, Any]) -> Done:
        books.reverse_payment(desk.creditor, payment, **desk.fact(said["why"]))
        return Done(_("The payment is taken back; what it had paid is open again."))

    return deeds.ask(request, desk, WhyForm(request.POST or None), title=_("Take a payment back"), button=_("Take it back"), back=back, do=do)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _NewsLetter:
    """A letter that a person decides on: how it is prepared from what was typed, how it is queued, and what the page says."""

    prepare: Callable[[dict[str, str]], Prepared]
    send: Callable[..., int]
    title: str
    lead: str
    button: str
    done: str


def apology(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """We were wrong: the letter that takes a reminder back."""
    invoice: Invoice = deeds.found(Invoice, number)
    letter = _NewsLetter(
        prepare=lambda said: news.apology(desk.creditor, f"{invoice.number}@{invoice.issue_date}", on=desk.today),
        send=news.send,
        title=_("We were wrong"),
        lead=_("To whom the reminder went. Exactly this letter is queued, once."),
        button=_("Send the apology"),
        done=_("The apology is queued."),
    )
    return _decided(request, desk, invoice.customer, WhyForm(request.POST or None), letter)


class CheckInForm(forms.Form):
    words = forms.text(
        gettext_lazy("A line of your own"),
        rows=2,
        required=False,
        help_text=gettext_lazy("What you last did together, or what is new. Change it, and look at the letter again."),
    )


def check_in(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A note between invoices, which asks how they are and for nothing else."""
    customer: Customer = deeds.found(Customer, number)
    letter = _NewsLetter(
        prepare=lambda said: check_ins.letter(desk.creditor, customer, said.get("words", ""), on=desk.today),
        send=check_ins.send,
        title=_("Ask how they are"),
        lead=_("It asks for nothing. Exactly this letter is queued, once."),
        button=_("Send it"),
        done=_("The letter is queued."),
    )
    return _decided(request, desk, customer, CheckInForm(request.POST or None), letter)


def _decided(
    request: HttpRequest, desk: Desk, customer: Customer, form: forms.Form, letter: _NewsLetter
) -> HttpResponse:
    """The letter is looked at first; exactly what was looked at is queued."""
    back = desk.url("customer", customer.pk)
    is_valid = request.method == "POST" and form.is_valid()
    said: dict[str, str] = form.cleaned_data if is_valid else {}
    try:
        prepared = letter.prepare(said)
        if is_valid and request.POST.get("hash") == prepared.draft.content_hash:
            letter.send(desk.creditor, prepared, by=desk.by, why=said.get("why", ""))
            return answer.done(request, letter.done, back)
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    context = {
        "section": "customers",
        "form": form,
        "letter": letter,
        "prepared": prepared,
        "customer": customer,
        "back": back,
        "sources": freshness.sources(desk.creditor, desk.now),
    }
    status = answer.UNPROCESSABLE if request.method == "POST" else 200
    return answer.page(request, desk, "news_letter.html", context, status=status)


def messenger(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A message by one's own telephone: the text is made ready, sent by hand, noted, and counts like one of ours."""
    customer: Customer = deeds.found(Customer, number)
    points = list(ContactPoint.objects.filter(contact__customer=customer, channel="sms").select_related("contact"))
    said = request.POST or request.GET
    to = said.get("to") or (points[0].address if points else "")
    if request.method == "POST" and said.get("text"):
        made = people.contacted(
            desk.creditor, customer, channel="sms", address=to, note=said["text"], on=desk.today, by=desk.by
        )
        noted = _("Noted as sent by hand; it counts for the limits of contact.")
        undo = desk.url("undo", "touch", made.pk)
        return answer.done(request, noted, desk.url("customer", number), undo=undo)
    drafts = [one.draft for one in _of_today(desk, customer) if one.draft] if "text" not in said else []
    text = said.get("text") or (drafts[0].text if drafts else "")
    context = {"section": "customers", "customer": customer, "points": points, "to": to, "text": text, "links": _links(to, text), "is_due": bool(drafts)}  # fmt: skip
    return answer.page(request, desk, "messenger.html", context)


def _of_today(desk: Desk, customer: Customer) -> list[Any]:
    return letters_preview.look(
        desk.creditor, desk.today, rehearsal=desk.is_rehearsal, customers=(customer.pk,)
    ).letters


def _links(to: str, text: str) -> list[tuple[str, str]]:
    """Addresses that open a messenger with the text ready; nothing is sent by them."""
    digits, said = "".join(filter(str.isdigit, to)), quote(text)
    of_phone = (
        [("SMS", f"sms:{quote(to)}?body={said}"), ("WhatsApp", f"https://wa.me/{digits}?text={said}")] if digits else []
    )
    return [
        *of_phone,
        ("Telegram", f"https://t.me/share/url?url=%20&text={said}"),
        ("Viber", f"viber://forward?text={said}"),
    ]


def _owed(number: int) -> tuple[Invoice, Receivable]:
    invoice: Invoice = deeds.found(Invoice, number)
    owed = Receivable.objects.filter(invoice=invoice).order_by("instalment").first()
    if owed is None:
        raise Http404
    return invoice, owed


def _with_money(form: type[forms.Form], name: str, currency: str) -> type[forms.Form]:
    return type(form.__name__, (form,), {name: forms.MoneyField(gettext_lazy("Sum"), currency=currency)})


def _with_why(form: type[forms.Form]) -> type[forms.Form]:
    return type(form.__name__, (form,), {"why": forms.why()})


def _of_customer(
    request: HttpRequest, desk: Desk, customer: Customer, form: forms.Form, title: str, button: str, do: Any
) -> HttpResponse:
    return deeds.ask(request, desk, form, title=title, lead=customer.name, button=button, back=desk.url("customer", customer.pk), do=do)  # fmt: skip
