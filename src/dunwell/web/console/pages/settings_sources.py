"""Settings: where answers and money come in – the mailbox of the replies and the payment providers; what is secret is typed, never shown."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.run import mailboxes, payment_providers
from dunwell.web.console import forms, settings_frame
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

BACK = "settings-channels"
STAYS = gettext_lazy("Empty: the old one stays. Stored encrypted.")
SECURITY = {
    "tls": gettext_lazy("TLS (port 993)"),
    "starttls": gettext_lazy("STARTTLS (port 143)"),
    "none": gettext_lazy("none: this machine or a private net"),
}


class MailboxForm(forms.Form):
    host = forms.text(gettext_lazy("Server"), help_text=gettext_lazy("Such as imap.example.org."))
    port = forms.whole(gettext_lazy("Port"), low=1, high=65535)
    security = forms.choice(gettext_lazy("Security"), SECURITY)
    username = forms.text(gettext_lazy("User"))
    password = forms.secret(gettext_lazy("Password"), help_text=STAYS)
    folder = forms.text(gettext_lazy("Folder"))
    plus = forms.choice(
        gettext_lazy("Answers tell their customer by the address"),
        {"no": gettext_lazy("no"), "yes": gettext_lazy("yes: the server delivers mailbox+customer@domain")},
    )


def mailbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The mailbox in which clients answer; it is opened once before it is kept, and only ever read."""
    now = mailboxes.settings(desk.creditor)
    usual = {"port": 993, "security": "tls", "folder": "INBOX", "plus": "no"}
    form = MailboxForm(request.POST or None, initial={**usual, **now})
    form.fields["password"].required = not now

    def do(said: dict[str, Any]) -> Done:
        mailboxes.connect(desk.creditor, {name: str(value or "") for name, value in said.items()}, by=desk.by)
        return Done(_("The mailbox answers; what clients write is read from now on."))

    lead = _("Mail is read and left as it is: nothing is marked, moved or deleted.")
    return settings_frame.ask(
        request, desk, form, _("Mailbox for replies"), _("Try and save"), do, lead=lead, back=BACK
    )


def mailbox_off(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Read no mailbox any more."""

    def do(said: dict[str, Any]) -> Done:
        mailboxes.disconnect(desk.creditor, by=desk.by)
        return Done(_("No mailbox is read any more."))

    lead = _(
        "What was taken stays. Answers that come from now on are not seen, and reminders go on as if nobody had answered."
    )
    return settings_frame.ask(request, desk, settings_frame.sure(request), _("Read no mailbox"), _("Read it no more"), do, lead=lead, back=BACK)  # fmt: skip


class StripeForm(forms.Form):
    api_key = forms.secret(gettext_lazy("Secret key"), help_text=gettext_lazy("Begins with sk_ or rk_. Empty: the old one stays. Stored encrypted."))  # fmt: skip
    webhook_secret = forms.secret(gettext_lazy("Signing secret of the webhook"), help_text=gettext_lazy("Begins with whsec_. Empty: the old one stays. Stored encrypted."))  # fmt: skip


class YooKassaForm(forms.Form):
    shop_id = forms.text(gettext_lazy("Shop number (shopId)"))
    secret_key = forms.secret(gettext_lazy("Secret key"), help_text=STAYS)


PROVIDERS: dict[str, tuple[str, type[forms.Form], tuple[str, ...]]] = {
    "stripe": ("Stripe", StripeForm, ("api_key", "webhook_secret")),
    "yookassa": ("ЮKassa", YooKassaForm, ("secret_key",)),
}
"""Who can take payments online: the name, what is asked, what of it is secret."""


def provider(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """The keys with which a payment provider is asked."""
    title, asked, secrets = _known(kind)
    now = payment_providers.shown(desk.creditor, kind)
    form = asked(request.POST or None, initial=now)
    for name in secrets:
        form.fields[name].required = not now

    def do(said: dict[str, Any]) -> Done:
        payment_providers.configure(desk.creditor, kind, said, by=desk.by)
        return Done(_("Saved. Now test whether {name} answers.").format(name=title))

    lead = _("Enter this address there for webhooks: {address}").format(address=payment_providers.hook_address(desk.creditor, kind))  # fmt: skip
    return settings_frame.ask(request, desk, form, title, _("Save"), do, lead=lead, back=BACK)


def provider_off(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """Let nobody pay by a provider any more."""
    title, *_asked = _known(kind)

    def do(said: dict[str, Any]) -> Done:
        payment_providers.take_off(desk.creditor, kind, by=desk.by)
        return Done(_("{name} is offered to nobody any more.").format(name=title))

    lead = _(
        "What was paid stays. Payments that are under way there will not be heard of: wait until they are through."
    )
    return settings_frame.ask(request, desk, settings_frame.sure(request), _("Take {name} off").format(name=title), _("Take it off"), do, lead=lead, back=BACK)  # fmt: skip


def _known(kind: str) -> tuple[str, type[forms.Form], tuple[str, ...]]:
    if kind not in PROVIDERS:
        raise Http404
    return PROVIDERS[kind]
