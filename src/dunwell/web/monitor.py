"""What a machine asks: is the process alive, can it serve, how does everything stand. Nobody is named, nothing is written."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from dunwell.run import measures

PLAIN = "text/plain; charset=utf-8"


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """The process answers; whether the database does is another question."""
    return HttpResponse("alive\n", content_type=PLAIN)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Requests can be served: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM creditor")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type=PLAIN)
    return HttpResponse("ready\n", content_type=PLAIN)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Everything in figures, for whoever knows the token; to all others, and without a token set, no such page exists."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=404)
    now = import_string(settings.CLOCK)()
    text = measures.as_text(measures.of_installation(now))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


urlpatterns = [path("health", health), path("ready", ready), path("metrics", figures)]
