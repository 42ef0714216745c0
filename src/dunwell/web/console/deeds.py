"""Deeds: a form asks, `run` does, a toast says so and offers to take it back.

A deed's page is a whole page by itself; a link with `data-drawer` opens it in the drawer of the page it belongs to. A refusal
is shown where it was asked for, with what was typed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from dunwell.core.refusal import Refusal
from dunwell.core.roles import DeskRole
from dunwell.run import (
    allocations,
    approve,
    before_work,
    before_work_invoice,
    inbox,
    instalments,
    people,
    portal_desk,
    recurring,
)
from dunwell.store import deed_forms
from dunwell.store.models import Invoice
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.forms import Form, Words

TAKEN_BACK = "taken_back"
ONCE_BYTES, ONCE_MAX = 12, 64


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
    do: Callable[[dict[str, Any]], Done | HttpResponse],
    lead: Words = "",
) -> HttpResponse:
    """Ask with a form; when it is filled in, do the deed and go back to the page it belongs to, or show what the deed answers."""
    status = 200
    if request.method == "POST":
        status = answer.UNPROCESSABLE
        if form.is_valid():
            try:
                with transaction.atomic():
                    if is_repeated(request, desk):
                        return answer.done(request, _("This was done already."), back)
                    done = do(form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, answer.refused(refusal))
            else:
                if isinstance(done, HttpResponse):
                    return done
                undo = desk.url("undo", *done.undo) if done.undo else ""
                return answer.done(request, done.said, back, undo=undo)
    context = {"form": form, "title": title, "button": button, "back": back, "lead": lead, "action": request.path}
    return answer.page(request, desk, "form.html", {**context, "once": once(request)}, status=status)


def once(request: HttpRequest) -> str:
    """The id of a form: a fresh one, or that of the form which is shown again with what is wrong."""
    return request.POST.get("once", "") or secrets.token_hex(ONCE_BYTES)


def is_repeated(request: HttpRequest, desk: Desk) -> bool:
    """Whether the form that was sent has been carried out before; asked within the transaction of its deed."""
    return deed_forms.is_repeated(desk.creditor.pk, request.POST.get("once", "")[:ONCE_MAX])


BY_NUMBER: dict[str, Callable[..., Any]] = {
    "allocation": allocations.undo_allocation,
    "on_account": allocations.off_account,
    "recurring": recurring.take_back_end,
    "reply": inbox.reopen,
    "answer": portal_desk.reopen,
    "settlement": approve.unsettle,
}
OF_DOCUMENT: dict[str, Callable[..., Any]] = {
    "acceptance": before_work.take_back_acceptance,
    "became": before_work_invoice.take_back,
}
NEED_APPROVAL = ("recurring", "became", "settlement")
"""Whose deed needed an approver, so does its taking back."""
UNDONE = ("promise", "plan", "dispute", "hold", "touch", *BY_NUMBER, *OF_DOCUMENT)


def undo(request: HttpRequest, desk: Desk, what: str, number: int) -> HttpResponse:
    """Take back by its counter-record what was recorded in place."""
    if request.method != "POST" or what not in UNDONE:
        raise Http404
    if what in NEED_APPROVAL and not desk.role.includes(DeskRole.APPROVER):
        raise PermissionDenied
    back = answer.here(request, request.POST.get("next", ""), desk)
    fact = desk.fact(_("taken back at once"))
    try:
        if what == "plan":
            instalments.end(desk.creditor, number, instalments.Fact(**fact), outcome=TAKEN_BACK)
        elif what in BY_NUMBER:
            BY_NUMBER[what](desk.creditor, number, **fact)
        elif what in OF_DOCUMENT:
            OF_DOCUMENT[what](desk.creditor, found(Invoice, number), **fact)
        else:
            people.end(desk.creditor, what, number, outcome=TAKEN_BACK, **fact)
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    return answer.done(request, _("Taken back."), back)


def found(model: type[models.Model], number: int) -> Any:
    """The object of that number, if it is this creditor's."""
    row = model._default_manager.filter(pk=number).first()
    if row is None:
        raise Http404
    return row
