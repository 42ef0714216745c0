"""Settings: the company with its accounts and who signs; the switches; the audit chain."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.refusal import Refusal
from dunwell.run import auditing, creditors, letters_preview, pictures
from dunwell.store.models import Audit, BankAccount, Staff
from dunwell.web.console import deeds, first_steps, forms, paging, settings_frame
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

LINKS_SHOWN = 50
LETTERS_SHOWN = 3
GENDERS = {"": gettext_lazy("not said"), "f": gettext_lazy("she"), "m": gettext_lazy("he")}


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The company: what letters carry, where money is paid, who signs."""
    context = {
        "accounts": BankAccount.objects.order_by("currency", "-since", "-pk"),
        "staff": Staff.objects.order_by("pk"),
    }
    return settings_frame.page(request, desk, "company", context)


class CompanyForm(forms.Form):
    name = forms.text(gettext_lazy("Company, as clients know it"))
    registered_name = forms.text(gettext_lazy("Registered name"))
    registration_number = forms.text(gettext_lazy("Registration number"), required=False)
    tax_id = forms.text(gettext_lazy("Tax number"), required=False)
    address = forms.text(gettext_lazy("Address"), required=False, rows=2)
    reply_address = forms.email(gettext_lazy("Letters come from, and are answered to"))
    money_max_age_days = forms.whole(
        gettext_lazy("Payments may be this many business days old"), low=0, high=10,
        help_text=gettext_lazy("Older, and no reminder leaves: somebody may have paid."),
    )  # fmt: skip


def company(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = CompanyForm(
        request.POST or None, initial={name: getattr(desk.creditor, name) for name in CompanyForm.base_fields}
    )

    def do(said: dict[str, Any]) -> Done:
        creditors.change(desk.creditor, by=desk.by, **said)
        return Done(_("Saved; letters written from now on carry it."))

    return settings_frame.ask(request, desk, form, _("Company"), _("Save"), do)


def photo(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The picture of somebody who signs."""
    row: Staff = deeds.found(Staff, number)
    picture = bytes(row.photo or b"")
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return HttpResponse(picture, content_type=f"image/{kind}", status=200 if picture else 404)


class StaffForm(forms.Form):
    name = forms.text(
        gettext_lazy("Name"), help_text=gettext_lazy("The same name again changes that person's details.")
    )
    title = forms.text(gettext_lazy("Position"), required=False)
    gender = forms.choice(gettext_lazy("Grammar"), GENDERS, required=False)
    email = forms.email(gettext_lazy("E-mail"), required=False)
    phone = forms.text(gettext_lazy("Telephone"), required=False)
    photo = forms.file(
        gettext_lazy("Photo"),
        accept="image/jpeg,image/png,image/webp",
        required=False,
        help_text=gettext_lazy("Shown in letters and on the pay page, cut to a small square. Empty: as it is."),
    )


def staff(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A person who signs letters."""
    known = (
        Staff.objects.filter(name=request.GET.get("name", ""))
        .values("name", "title", "gender", "email", "phone")
        .first()
    )

    def do(said: dict[str, Any]) -> Done:
        photo = said.pop("photo")
        drawn = pictures.portrait(photo.read(pictures.UPLOAD_BYTES_MAX + 1)) if photo else None
        creditors.add_staff(desk.creditor, by=desk.by, photo=drawn, **said)
        return Done(_("{name} signs letters.").format(name=said["name"]))

    return settings_frame.ask(
        request,
        desk,
        StaffForm(request.POST or None, request.FILES or None, initial=dict(known or {})),
        _("Who signs letters"),
        _("Save"),
        do,
    )


class AccountForm(forms.Form):
    currency = forms.text(gettext_lazy("Currency"), max_length=3)
    holder = forms.text(gettext_lazy("Holder"))
    iban = forms.text("IBAN", required=False)
    account = forms.text(gettext_lazy("Account (Russia, 20 digits)"), required=False)
    bic = forms.text(gettext_lazy("BIC"), required=False)
    correspondent = forms.text(gettext_lazy("Correspondent account (Russia)"), required=False)
    bank = forms.text(gettext_lazy("Bank"), required=False)
    tax_id = forms.text(gettext_lazy("Holder's tax number (Russia)"), required=False)
    kpp = forms.text(gettext_lazy("KPP (Russia)"), required=False)


def account(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A bank account: the first of a currency at once, another one after a second person has confirmed it."""
    initial = {"currency": desk.creditor.currency, "holder": desk.creditor.registered_name}

    def do(said: dict[str, Any]) -> Done:
        values = {name: "".join(value.split()) if name in ("iban", "account", "bic", "correspondent") else value for name, value in said.items()}  # fmt: skip
        currency = values.pop("currency").upper()
        row = creditors.add_account(desk.creditor, currency=currency, on=desk.today, by=desk.by, **values)
        if row.confirmed_by:
            return Done(_("Letters name this account from now on."))
        return Done(_("Proposed. Another person has to confirm it before letters name it."))

    lead = _("A changed account is announced to clients and needs two persons: nobody alone can redirect payments.")
    return settings_frame.ask(
        request,
        desk,
        AccountForm(request.POST or None, initial=initial),
        _("Bank account"),
        _("Propose"),
        do,
        lead=lead,
    )


def confirm(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The second person compares the account with the bank's own paper."""
    row = deeds.found(BankAccount, number)

    def do(said: dict[str, Any]) -> Done:
        creditors.confirm_account(desk.creditor, number, by=desk.by)
        return Done(_("Confirmed. Letters that name the old account are withdrawn; clients are told by another way."))

    lead = " · ".join(filter(None, (row.currency, row.iban or row.account, row.bic, row.bank, row.holder)))
    return settings_frame.ask(request, desk, settings_frame.sure(request), _("Compare it with the bank's own paper"), _("It is right"), do, lead=lead)  # fmt: skip


def mode(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Rehearsal or live: what stands against it, and what would go out first."""
    refused = ""
    if request.method == "POST":
        try:
            return _turned(request, desk)
        except Refusal as refusal:
            refused = answer.refused(refusal)
    missing = [] if desk.is_live else creditors.against_live(desk.creditor, now=desk.now)
    seen = None if desk.is_live else letters_preview.look(desk.creditor, desk.today, rehearsal=False)
    written = [one for one in seen.letters if one.draft] if seen else []
    context = {
        "steps": first_steps.STEPS if request.GET.get("first") else (),
        "step": "live",
        "missing": [answer.refused(one) for one in missing],
        "refused": refused,
        "count": len(written),
        "letters": written[:LETTERS_SHOWN],
        "on": desk.today,
        "shown_as": "live",
        "is_stopped": desk.is_stopped,
    }
    return settings_frame.page(request, desk, "mode", context, status=answer.UNPROCESSABLE if refused else 200)


def _turned(request: HttpRequest, desk: Desk) -> HttpResponse:
    why, back = request.POST.get("why", ""), desk.url("settings-mode")
    if request.POST.get("to") == "rehearsal":
        count = creditors.back_to_rehearsal(desk.creditor, today=desk.today, by=desk.by, why=why)
        return answer.done(
            request, _("Rehearsal: nothing leaves. {count} messages were withdrawn.").format(count=count), back
        )
    if request.POST.get("to") != "live":
        raise Http404
    creditors.go_live(
        desk.creditor, now=desk.now, today=desk.today, by=desk.by, why=why, folder=desk.folder / "rehearsal"
    )
    return answer.done(request, _("Live: messages leave with the next run."), desk.url("today"))


class StopForm(forms.Form):
    why = forms.why()


def stop(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Halt everything at once, or lift the stop."""

    if desk.is_stopped and not desk.may("approver"):
        raise PermissionDenied
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # In transactions of its own: the stop stands at once, whoever is writing into the books.
        waiting = creditors.stop(
            desk.creditor, is_on=not desk.is_stopped, today=desk.today, by=desk.by, why=form.cleaned_data["why"]
        )
        said = _("The stop is lifted. {count} messages are in the outbox.") if desk.is_stopped else _("Everything is stopped. {count} messages wait in the outbox.")  # fmt: skip
        return answer.done(request, said.format(count=waiting), desk.url("today"))
    if desk.is_stopped:
        context = {"title": _("Lift the stop"), "button": _("Let messages go again")}
    else:
        lead = _("No message leaves from this moment on, whoever approved it. What a server is taking right now cannot be called back.")  # fmt: skip
        context = {"title": _("Stop everything"), "button": _("Stop everything now"), "lead": lead}
    asked = {"form": form, "back": desk.url("today"), "action": request.path, **context}
    return answer.page(
        request, desk, "form.html", asked, status=answer.UNPROCESSABLE if request.method == "POST" else 200
    )


def audit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The audit chain: its last links, and on request a walk over all of it."""
    links = Audit.objects.order_by("-sequence")
    if before := paging.after(request):
        links = links.filter(sequence__lt=before)
    shown = list(links[: LINKS_SHOWN + 1])
    found = auditing.verify(desk.creditor) if request.GET.get("verify") else None
    more = shown[LINKS_SHOWN - 1].sequence if len(shown) > LINKS_SHOWN else 0
    return settings_frame.page(request, desk, "audit", {"links": shown[:LINKS_SHOWN], "found": found, "after": more})
