"""Settings: which law and calendar count for whom, and which sources of payments have to be complete."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.calendar import Calendar
from dunwell.run import calendars, freshness, jurisdictions, people
from dunwell.store.models import Customer
from dunwell.web.console import forms, settings_frame
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

DAYS_AHEAD = 60


def law(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Which law and calendar count for whom, what is not known of the coming year, and up to when payments are entered."""
    laws, corrections = jurisdictions.load_all(), calendars.load_corrections()
    countries, years = _countries(desk), [desk.today.year, desk.today.year + 1]
    known = calendars.load(countries, range(years[0] - 1, years[1] + 2), laws, corrections)
    context = {
        "law": jurisdictions.of_country(desk.creditor.country, laws),
        "countries": [
            (country, jurisdictions.of_country(country, laws), _days_off(known[country], desk.today))
            for country in countries
        ],
        "corrections": [(country, corrections[country]) for country in countries if country in corrections],
        "unknown": calendars.unknowns(countries, years, laws, corrections),
        "sources": [(one.name, one.until, not one.is_late) for one in freshness.sources(desk.creditor, desk.now)],
    }
    return settings_frame.page(request, desk, "law", context)


def correct(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A day off that the calendar does not know, or a working day that it takes for one."""
    asked: dict[str, Any] = {
        "country": forms.choice(gettext_lazy("Country"), {one: one for one in _countries(desk)}),
        "day": forms.day(gettext_lazy("Day")),
        "is": forms.choice(
            gettext_lazy("It is"), {"off": gettext_lazy("a day off"), "work": gettext_lazy("a working day")}
        ),
    }
    form = type("CorrectionForm", (forms.Form,), asked)(
        request.POST or None, initial={"country": desk.creditor.country}
    )

    def do(said: dict[str, Any]) -> Done:
        calendars.correct(desk.creditor, said["country"], said["day"], is_off=said["is"] == "off", by=desk.by)
        return Done(_("Noted: the next run counts with it."))

    lead = _("It holds for all companies of this installation. The last word about a day counts.")
    return settings_frame.ask(
        request, desk, form, _("Correct the calendar"), _("Note it"), do, lead=lead, back="settings-law"
    )


def _countries(desk: Desk) -> list[str]:
    """The creditor's own first, then those of the customers."""
    theirs = Customer.objects.exclude(country="").values_list("country", flat=True).order_by("country").distinct()
    return list(dict.fromkeys([desk.creditor.country, *theirs]))


def _days_off(calendar: Calendar, today: date) -> list[date]:
    ahead = [today + timedelta(days) for days in range(DAYS_AHEAD)]
    return [on for on in ahead if not calendar.is_business_day(on) and on.weekday() < 5]


class CoverForm(forms.Form):
    source = forms.text(gettext_lazy("Source of payments"), help_text=gettext_lazy("A bank account, a till: every source you name is required from then on."))  # fmt: skip
    until = forms.day(gettext_lazy("All payments are entered up to"))


def cover(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A person's word that all payments of a source are entered."""

    def do(said: dict[str, Any]) -> Done:
        people.cover(desk.creditor, said["source"], said["until"], on=desk.today, by=desk.by)
        return Done(_("Noted: payments of {source} are entered up to {until}.").format(**said))

    form = CoverForm(request.POST or None, initial={"source": request.GET.get("source", "bank"), "until": desk.today})
    return settings_frame.ask(request, desk, form, _("Payments are entered"), _("Note it"), do, back="settings-law")


def end_source(request: HttpRequest, desk: Desk) -> HttpResponse:
    """An account that was closed, a till that is no more: nobody waits for its payments."""
    form = SourceForm(request.POST or None, initial={"source": request.GET.get("source", "")})

    def do(said: dict[str, Any]) -> Done:
        people.end_source(desk.creditor, said["source"], **desk.fact(said["why"]))
        return Done(_("{source} is not required any more.").format(source=said["source"]))

    lead = _("Reminders no longer wait for it. As soon as something of it is entered again, it is required again.")
    title = _("No longer a source of payments")
    return settings_frame.ask(request, desk, form, title, _("Note it"), do, lead=lead, back="settings-law")


class SourceForm(forms.Form):
    source = forms.text(gettext_lazy("Source of payments"))
    why = forms.why()
