"""Deeds: a form asks, `run` does, a toast says so and offers to take it back.

A deed's page is a whole page by itself; a link with `data-drawer` opens it in the drawer of the page it belongs to. A refusal
is shown where it was asked for, with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from dunwell.core.refusal import Refusal
from dunwell.run import inbox, people
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.forms import Form, Words

TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Done:
    """What a deed has to say, and how it is taken back: the kind and number of its record, nothing where it stays."""

    said: str
    undo: tuple[str, int] | None = None


def ask(
    request: HttpRequest,
    desk: Desk,
    form: Form,
    *,
    title: Words,
    button: Words,
    back: str,
    do: Callable[[dict[str, Any]], Done],
    lead: Words = "",
) -> HttpResponse:
    """Ask with a form; when it is filled in, do the deed and go back to the page it belongs to."""
    status = 200
    if request.method == "POST":
        status = answer.UNPROCESSABLE
        if form.is_valid():
            try:
                with transaction.atomic():
                    done = do(form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, answer.refused(refusal))
            else:
                undo = desk.url("undo", *done.undo) if done.undo else ""
                return answer.done(request, done.said, back, undo=undo)
    context = {"form": form, "title": title, "button": button, "back": back, "lead": lead, "action": request.path}
    return answer.page(request, desk, "form.html", context, status=status)


def undo(request: HttpRequest, desk: Desk, what: str, number: int) -> HttpResponse:
    """Take a promise, a dispute, a hold, an allocation or the word about a reply back by its counter-record."""
    if request.method != "POST" or what not in ("promise", "dispute", "hold", "allocation", "reply"):
        raise Http404
    back = answer.here(request, request.POST.get("next", ""), desk)
    try:
        if what == "reply":
            inbox.reopen(desk.creditor, number, **desk.fact(_("taken back at once")))
        elif what == "allocation":
            people.undo_allocation(desk.creditor, number, **desk.fact(_("taken back at once")))
        else:
            people.end(desk.creditor, what, number, outcome=TAKEN_BACK, **desk.fact(_("taken back at once")))
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    return answer.done(request, _("Taken back."), back)


def found(model: type[models.Model], number: int) -> Any:
    """The object of that number, if it is this creditor's."""
    row = model._default_manager.filter(pk=number).first()
    if row is None:
        raise Http404
    return row
