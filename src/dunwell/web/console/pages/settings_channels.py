"""Settings: the ways by which messages leave, answers and money come in, each with a button that tries it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dunwell.core.refusal import Refusal
from dunwell.run import connections, ways
from dunwell.web.console import forms, settings_frame
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

SECURITY = {
    "starttls": gettext_lazy("STARTTLS (port 587)"),
    "tls": gettext_lazy("TLS (port 465)"),
    "none": gettext_lazy("none: this machine or a private net"),
}


def channels(request: HttpRequest, desk: Desk) -> HttpResponse:
    """By which ways messages leave and money and answers come in when live; passwords are never shown."""
    mail = ways.shown(desk.creditor.channels.get("email", {}))
    others = [(name, one["kind"]) for name, one in desk.creditor.channels.items() if name != "email"]
    inbox = {name: value for name, value in desk.creditor.inbox.items() if name in ("host", "username", "folder")}
    context = {"mail": mail, "others": others, "providers": list(desk.creditor.providers), "inbox": inbox}
    return settings_frame.page(request, desk, "channels", context)


@require_POST
def check(request: HttpRequest, desk: Desk, kind: str, name: str) -> HttpResponse:
    """Ask a way out, a payment provider or the mailbox whether it answers; nothing is sent, charged or read."""
    back = desk.url("settings-channels")
    try:
        said = connections.check(desk.creditor, kind, name)
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    return answer.done(request, _("It answers: {said}.").format(said=said), back)


class MailForm(forms.Form):
    host = forms.text(gettext_lazy("Server"), help_text=gettext_lazy("Such as smtp.example.org."))
    port = forms.whole(gettext_lazy("Port"), low=1, high=65535)
    security = forms.choice(gettext_lazy("Security"), SECURITY)
    username = forms.text(gettext_lazy("User"), required=False)
    password = forms.secret(
        gettext_lazy("Password"), help_text=gettext_lazy("Empty: the old one stays. Stored encrypted.")
    )


def mail(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The mail server of this creditor."""
    now = desk.creditor.channels.get("email", {})
    initial = {"port": 587, "security": "starttls", **{name: now[name] for name in ("host", "port", "security", "username") if name in now}}  # fmt: skip

    def do(said: dict[str, Any]) -> Done:
        ways.configure_mail(desk.creditor, {name: str(value or "") for name, value in said.items()}, by=desk.by)
        return Done(_("Saved. Now send yourself a test letter."))

    return settings_frame.ask(request, desk, MailForm(request.POST or None, initial=initial), _("Mail server"), _("Save"), do, back="settings-channels")  # fmt: skip


class TrialForm(forms.Form):
    to = forms.email(gettext_lazy("To"))


def trial(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A test letter to somebody of ours: the whole way that letters go."""

    def do(said: dict[str, Any]) -> Done:
        subject = _("Test letter of {creditor}").format(creditor=desk.creditor.name)
        text = _("The mail server is set up: this letter came the way that letters to clients will go.")
        heard = ways.try_mail(desk.creditor, said["to"], subject=subject, text=text, now=desk.now)
        return Done(_("The test letter left: {heard}.").format(heard=heard))

    form = TrialForm(request.POST or None, initial={"to": desk.user.email or desk.creditor.reply_address})
    return settings_frame.ask(request, desk, form, _("Test letter"), _("Send it"), do, back="settings-channels")
