"""The first hour: a company, its open items, a policy, tomorrow's messages, and then, when everything is in place, live."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast

from babel import Locale
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from dunwell.core.refusal import Refusal
from dunwell.run import calendars, creditors, founding, jurisdictions, letters_preview, policies, uploads
from dunwell.store.models import Customer, PolicyChoice
from dunwell.web.console import first_steps, forms, labels, ladder
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.pages.messages import LETTER_POLICY

FAMILIES = {
    "gentle": gettext_lazy("Gentle: few, kind messages; for clients who are friends."),
    "standard": gettext_lazy("Standard: friendly first, clear later. Right for most."),
    "firm": gettext_lazy("Firm: shorter distances and an earlier final notice."),
}
PERSONS = "-person"
LETTERS_SHOWN = 5
REASONS_SHOWN = 5


class CompanyForm(forms.Form):
    name = forms.text(gettext_lazy("Company, as clients know it"))
    country = forms.choice(gettext_lazy("Country"), [])
    registered_name = forms.text(gettext_lazy("Registered name"), required=False, help_text=gettext_lazy("As the bank and the register write it, where it differs."))  # fmt: skip
    tax_id = forms.text(gettext_lazy("Tax number"), required=False)
    address = forms.text(gettext_lazy("Address"), required=False)
    writer = forms.text(gettext_lazy("Who signs letters"))
    email = forms.email(gettext_lazy("Letters come from, and are answered to"))
    phone = forms.text(gettext_lazy("Telephone in letters"), required=False)
    iban = forms.text("IBAN", required=False, help_text=gettext_lazy("Where clients pay."))
    account = forms.text(gettext_lazy("Account (Russia, 20 digits)"), required=False)
    bic = forms.text(gettext_lazy("BIC"), required=False)
    correspondent = forms.text(gettext_lazy("Correspondent account (Russia)"), required=False)
    bank = forms.text(gettext_lazy("Bank"), required=False)

    def __init__(self, *said: Any, **more: Any) -> None:
        super().__init__(*said, **more)
        self.fields["country"] = forms.choice(gettext_lazy("Country"), _countries())


def company(request: HttpRequest) -> HttpResponse:
    """The company that is owed; whoever sets it up is its administrator."""
    user = cast(User, request.user)
    if not founding.may_found(user):
        raise PermissionDenied
    form = CompanyForm(request.POST or None, initial={"writer": user.get_full_name(), "email": user.email})
    status = 200
    if request.method == "POST":
        status = answer.UNPROCESSABLE
        if form.is_valid():
            now: datetime = import_string(settings.CLOCK)()
            try:
                by = user.get_full_name() or user.get_username()
                made = founding.company(user, on=now.date(), by=by, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, answer.refused(refusal))
            else:
                return redirect("console:start-file", made.slug)
    return render(request, "console/start_company.html", {"form": form, **first_steps.at("company")}, status=status)


def file(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The file of open items is handed in; how it is understood is then looked at like any import."""
    context = first_steps.at("file")
    if request.method != "POST":
        return answer.page(request, desk, "start_file.html", context)
    try:
        given = request.FILES.get("file")
        if given is None:
            raise uploads.FileEmpty
        token = uploads.keep(desk.creditor, desk.folder, given.name or "", given.chunks())
    except Refusal as refusal:
        context["refused"] = answer.refused(refusal)
        return answer.page(request, desk, "start_file.html", context, status=answer.UNPROCESSABLE)
    return redirect(desk.url("import-look", token))


def policy(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A family of policies: one ladder for businesses, a gentler one for persons."""
    loaded = policies.load_all()
    if request.method == "POST":
        family = request.POST.get("family", "")
        if family not in FAMILIES:
            raise Http404
        for name in (family, family + PERSONS):
            creditors.assign(desk.creditor, name, customer="", invoice="", segment="", on=desk.today, by=desk.by)
        return redirect(desk.url("start-letters"))
    chosen = PolicyChoice.objects.filter(scope="creditor").order_by("-pk").first()
    context = {
        **first_steps.at("policy"),
        "families": [(name, words, ladder.drawn(loaded[name])) for name, words in FAMILIES.items()],
        "chosen": chosen.policy.removesuffix(PERSONS) if chosen else "standard",
    }
    return answer.page(request, desk, "start_policy.html", context)


def letters(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The next business day as it would be: every word of the first letters, and why the other documents wait."""
    on = calendars.around(desk.creditor.country, desk.today.year).next_business_day(desk.today + timedelta(1))
    seen = letters_preview.look(desk.creditor, on, rehearsal=desk.is_rehearsal)
    written = [one for one in seen.letters if one.draft is not None]
    context = {
        **first_steps.at("letters"),
        "on": on,
        "count": len(written),
        "letters": written[:LETTERS_SHOWN],
        "unwritten": [one.findings[0] for one in seen.letters if one.findings][:REASONS_SHOWN],
        "tasks": seen.tasks,
        "waiting": [(count, " ".join(labels.sentences(code))) for code, count in seen.waiting[:REASONS_SHOWN]],
    }
    return answer.page(request, desk, "start_letters.html", context)


@xframe_options_sameorigin
def letter(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The letter that a customer would get on `?on=` (live: `&as=live`), as its reader sees it, for a frame."""
    if not Customer.objects.filter(pk=number).exists():
        raise Http404
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        raise Http404 from None
    is_rehearsed = desk.is_rehearsal and request.GET.get("as") != "live"
    seen = letters_preview.look(desk.creditor, on, rehearsal=is_rehearsed, customers=(number,))
    drafts = [one.draft for one in seen.letters if one.draft and one.draft.html]
    if not drafts:
        raise Http404
    return HttpResponse(letters_preview.standalone_html(drafts[0]), headers={"Content-Security-Policy": LETTER_POLICY})


def _countries() -> list[tuple[str, str]]:
    """Those whose law is known here, by their names; the person's own language decides who stands first."""
    locale = (get_language() or "en")[:2]
    names = Locale.parse(locale).territories
    known = {country for law in jurisdictions.load_all().values() for country in law.countries}
    first = {"bg": "BG", "ru": "RU", "en": "GB"}[locale]
    return sorted(((code, names.get(code, code)) for code in known), key=lambda one: (one[0] != first, one[1]))
