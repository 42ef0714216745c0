"""The morning mail of whoever is signed in: whether it comes, where to, and in which language. Each one's own; nobody sets another's here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.run import digest
from dunwell.web.console import deeds, forms
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk


class MorningForm(forms.Form):
    wanted = forms.flag(gettext_lazy("Send me a mail each working morning"))
    address = forms.email(gettext_lazy("To"), required=False)
    language = forms.choice(gettext_lazy("Language"), dict(settings.LANGUAGES))


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What goes out, what waits, what was paid and what looks wrong; quiet when there is nothing to say."""
    who = desk.user.get_username()
    own = next(one for one in digest.readers(desk.creditor, desk.today) if one.who == who)
    initial = {"wanted": own.wanted and bool(own.address), "address": own.address, "language": own.locale}
    form = MorningForm(request.POST if request.method == "POST" else None, initial=initial)

    def do(said: dict[str, Any]) -> Done:
        wanted = said["wanted"]
        told = {"address": said["address"], "locale": said["language"]}
        digest.choose(desk.creditor, who, wanted=wanted, **told, on=desk.today, by=desk.by)
        return Done(_("It comes each working morning.") if wanted else _("It comes no more."))

    lead = _(
        "What goes out today, what waits for you, what was paid and what looks wrong. When there is nothing to say, nothing comes."
    )
    return deeds.ask(
        request, desk, form, title=_("Morning mail"), button=_("Save"), back=desk.url("today"), do=do, lead=lead
    )
