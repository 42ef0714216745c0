"""How a page answers: rendered at once, while its creditor's rows are in sight; after a deed, sent on to where it can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from dunwell.core.refusal import Refusal
from dunwell.web.console import nav
from dunwell.web.console.desk import Desk

UNPROCESSABLE = 422


def page(
    request: HttpRequest, desk: Desk, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A whole page in its frame. `{% extends frame %}` in the template: asked for by htmx it comes without side bar."""
    frame = "console/frame_part.html" if _is_htmx(request) else "console/frame.html"
    whole = {"desk": desk, "nav": nav.entries(desk), "frame": frame, **(context or {})}
    response = render(request, f"console/{template}", whole, status=status)
    response["Vary"] = "HX-Request"
    return response


def part(
    request: HttpRequest, desk: Desk, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A part of a page that htmx puts in its place."""
    return render(request, f"console/{template}", {"desk": desk, **(context or {})}, status=status)


def done(request: HttpRequest, said: str, address: str, *, undo: str = "") -> HttpResponse:
    """A deed is done: the page it belongs to is read anew; a toast says what happened and how to take it back."""
    messages.success(request, said, extra_tags=undo)
    return sent_on(request, address)


def failed(request: HttpRequest, said: str | list[str], address: str) -> HttpResponse:
    """A deed without a form was refused: a toast for each reason says why."""
    for one in [said] if isinstance(said, str) else said:
        messages.error(request, one)
    return sent_on(request, address)


def here(request: HttpRequest, address: str, desk: Desk) -> str:
    """The page that a form names as its own, if that is a page of ours; else Today."""
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None, require_https=request.is_secure())
    return address if is_ours else desk.url("today")


def sent_on(request: HttpRequest, address: str) -> HttpResponse:
    """Elsewhere, by whatever way the page was asked for."""
    if _is_htmx(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def refused(refusal: Refusal) -> str:
    """What a refusal says, in the person's language."""
    sentence = gettext(" ".join((type(refusal).__doc__ or "").split()))
    return sentence.format(**refusal.values) if refusal.values else sentence


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
