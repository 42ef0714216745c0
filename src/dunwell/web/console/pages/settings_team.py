"""Settings: who works here, who is away and who stands in, and the keys of other programs."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dunwell.core.roles import DeskRole
from dunwell.run import api_tokens, leaves, users
from dunwell.store.models import ApiToken, Leave, Membership, Staff
from dunwell.web.console import deeds, forms, settings_frame
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk


def team(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who works here, in which role, and whether with a second factor."""
    rows = Membership.objects.filter(creditor=desk.creditor).select_related("user").order_by("user__username")
    context = {
        "people": [(one, is_mfa_enabled(one.user)) for one in rows],
        "leaves": Leave.objects.filter(ended=None, last_day__gte=desk.today)
        .select_related("staff", "substitute")
        .order_by("first_day", "pk"),
        "tokens": ApiToken.objects.filter(revoked=None).order_by("pk"),
    }
    return settings_frame.page(request, desk, "team", context)


class PersonForm(forms.Form):
    name = forms.text(gettext_lazy("Name to sign in with"), max_length=150)
    full_name = forms.text(gettext_lazy("Full name"), required=False, help_text=gettext_lazy("As records name them."))
    role = forms.choice(gettext_lazy("Role"), forms.words("role", list(DeskRole)))


def person(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Somebody may work here from now on, or in another role."""
    known = Membership.objects.filter(creditor=desk.creditor, user__username=request.GET.get("name", "")).first()
    initial = {"name": known.user.get_username(), "role": known.role, "full_name": known.user.get_full_name()} if known else {"role": "collector"}  # fmt: skip

    def do(said: dict[str, Any]) -> Done:
        made = users.invite(desk.creditor, said["name"], role=said["role"], by=desk.by, full_name=said["full_name"])
        if made.password:
            return Done(_("{name} may sign in with the password {password} – it is shown this once.").format(name=said["name"], password=made.password))  # fmt: skip
        return Done(_("{name} has the role now.").format(name=said["name"]))

    return settings_frame.ask(
        request,
        desk,
        PersonForm(request.POST or None, initial=initial),
        _("Person"),
        _("Save"),
        do,
        back="settings-team",
    )


def end_work(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Somebody works here no longer; what they did stays under their name."""
    row = deeds.found(Membership, number)
    if row.creditor_id != desk.creditor.pk:
        raise Http404

    def do(said: dict[str, Any]) -> Done:
        users.remove(desk.creditor, row.user.get_username(), by=desk.by)
        return Done(_("{name} works here no longer.").format(name=row.user.get_username()))

    lead = _("What {name} did stays recorded under that name.").format(name=row.user.get_username())
    return settings_frame.ask(request, desk, settings_frame.sure(request), _("End the work here"), _("End it"), do, lead=lead, back="settings-team")  # fmt: skip


def leave(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Somebody who signs is away; a colleague signs meanwhile, and letters name both."""
    names = {str(one.pk): one.name for one in Staff.objects.order_by("pk")}
    asked: dict[str, Any] = {
        "staff": forms.choice(gettext_lazy("Who is away"), names),
        "substitute": forms.choice(gettext_lazy("Who stands in"), names),
        "first": forms.day(gettext_lazy("First day")),
        "last": forms.day(gettext_lazy("Last day"), attrs=forms.not_before(desk.today)),
        "why": forms.why(required=False),
    }
    form = type("LeaveForm", (forms.Form,), asked)(request.POST or None, initial={"first": desk.today})

    def do(said: dict[str, Any]) -> Done:
        away, there = (Staff.objects.get(pk=said[name]) for name in ("staff", "substitute"))
        leaves.record(desk.creditor, away, there, first=said["first"], last=said["last"], **desk.fact(said["why"]))
        said_ = _("{name} stands in for {other}: letters written in these days name both.")
        return Done(said_.format(name=there.name, other=away.name))

    lead = _(
        "Letters of these days are signed by the colleague, who is named as standing in. The client’s page shows them too."
    )
    return settings_frame.ask(request, desk, form, _("Leave"), _("Note it"), do, lead=lead, back="settings-team")


def back_early(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    row: Leave = deeds.found(Leave, number)

    def do(said: dict[str, Any]) -> Done:
        leaves.end(desk.creditor, number, **desk.fact())
        return Done(_("{name} signs again.").format(name=row.staff.name))

    title = _("{name} is back").format(name=row.staff.name)
    return settings_frame.ask(
        request, desk, settings_frame.sure(request), title, _("Note it"), do, back="settings-team"
    )


class TokenForm(forms.Form):
    name = forms.text(
        pgettext_lazy("token", "What for"), help_text=gettext_lazy("The program that will use it."), max_length=100
    )
    role = forms.choice(gettext_lazy("Role"), forms.words("role", list(DeskRole)))


def token(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A key for another program, shown this once."""
    form = TokenForm(request.POST or None, initial={"role": DeskRole.VIEWER})

    def do(said: dict[str, Any]) -> HttpResponse:
        row, text = api_tokens.create(desk.creditor, said["name"], role=said["role"], on=desk.today, by=desk.by)
        return answer.page(request, desk, "settings_token.html", {"section": "settings", "row": row, "text": text})

    lead = _(
        "It opens what its role opens, until you revoke it. We keep its fingerprint alone: nobody can show it a second time."
    )
    return settings_frame.ask(request, desk, form, _("API token"), _("Create"), do, lead=lead, back="settings-team")


def revoke(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    row: ApiToken = deeds.found(ApiToken, number)

    def do(said: dict[str, Any]) -> Done:
        api_tokens.revoke(desk.creditor, number, **desk.fact(said["why"]))
        return Done(_("Revoked: the token opens nothing any more."))

    form = RevokeForm(request.POST or None)
    title = _("Revoke “{name}”").format(name=row.name)
    return settings_frame.ask(request, desk, form, title, _("Revoke"), do, back="settings-team")


class RevokeForm(forms.Form):
    why = forms.why(required=False)
