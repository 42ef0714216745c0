"""The way in: to the first creditor of the person; and how the console looks and speaks to them."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dunwell.run import founding
from dunwell.web.console import doors

THEMES = ("light", "dark")
YEAR_S = 365 * 24 * 3600


def home(request: HttpRequest) -> HttpResponse:
    """To the desk of the first creditor; in an empty installation to the making of one. Who belongs to none is told so."""
    user = cast(User, request.user)
    mine = doors.memberships(user)
    if not mine and founding.may_found(user):
        return redirect("console:start")
    if not mine:
        raise PermissionDenied
    return redirect("console:today", mine[0].creditor.slug)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on."""
    return _remembered(request, settings.LANGUAGE_COOKIE_NAME, "language", [code for code, _ in settings.LANGUAGES])


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Look light or dark from now on; without a choice the console follows the machine."""
    return _remembered(request, "theme", "theme", THEMES)


def _remembered(request: HttpRequest, cookie: str, field: str, known: list[str] | tuple[str, ...]) -> HttpResponse:
    response = HttpResponseRedirect(_back(request))
    value = request.POST.get(field, "")
    if value in known:
        response.set_cookie(cookie, value, max_age=YEAR_S, samesite="Lax", secure=settings.IS_TLS, httponly=True)
    return response


def _back(request: HttpRequest) -> str:
    """Where the person was, if that is a page of ours."""
    there = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(there, allowed_hosts=None, require_https=request.is_secure())
    return there if is_ours else "/"
