"""Every page of a link has the same door: the link is found, the language chosen from the address, the headers set.

No cookie is read or written. What a link does not open is the same polite page whether it never was, or is of another creditor.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.translation import get_language_from_request
from django.views.decorators.csrf import csrf_exempt

from dunwell.run import portal
from dunwell.web.portal import limits, words

HEADERS = {
    "Referrer-Policy": "no-referrer",  # the address is the key: nobody else may learn it
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_misses = limits.Misses()
View = Callable[..., HttpResponse]


def of_link(view: View) -> View:
    """A page of a link: `view(request, seen, locale)`. Forms carry a mark of their own (`forms.mark`) instead of Django's cookie."""

    @csrf_exempt
    @wraps(view)
    def door(request: HttpRequest, token: str, locale: str = "", **values: Any) -> HttpResponse:
        at = now()
        seen = portal.visit(token.lower(), at)
        if seen is None:
            return dressed(_missing(request, locale, at), locale or _locale(request))
        spoken = locale or (seen.link.locale if seen.link.locale in words.LOCALES else "en")
        return dressed(view(request, seen, spoken, **values), spoken)

    return door


def dressed(response: HttpResponse, locale: str) -> HttpResponse:
    for name, value in HEADERS.items():
        response[name] = value
    response["Content-Language"] = locale
    return response


def drawn(name: str, status: int, values: dict[str, Any]) -> HttpResponse:
    """A template without its request: nothing of sessions, users or cookies can slip into a client's page."""
    return HttpResponse(render_to_string(f"portal/{name}.html", values), status=status)


def now() -> datetime:
    found: datetime = import_string(settings.CLOCK)()
    return found


def _missing(request: HttpRequest, locale: str, at: datetime) -> HttpResponse:
    is_busy = _misses.is_too_many(request.META.get("REMOTE_ADDR", ""), at.timestamp())
    values = {"locale": locale or _locale(request), "what": "busy" if is_busy else "missing"}
    return drawn("missing", 429 if is_busy else 404, values)


def _locale(request: HttpRequest) -> str:
    asked = get_language_from_request(request)
    return asked if asked in words.LOCALES else "en"
