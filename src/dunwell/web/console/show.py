"""How a page answers: rendered at once, while its creditor's rows are in sight; after a deed, sent on to where it can be seen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dunwell.web.console.desk import Desk

UNPROCESSABLE = 422


def page(request: HttpRequest, desk: Desk, template: str, *, status: int = 200, **context: object) -> HttpResponse:
    """A whole page, or (asked for by htmx, in a template that says so) the part of it that changes."""
    return render(request, f"console/{template}", {"desk": desk, **context}, status=status)


def done(request: HttpRequest, said: str, address: str) -> HttpResponse:
    """A deed is done: the page it belongs to is read anew and a toast says what happened."""
    messages.success(request, said)
    return redirect(address)
