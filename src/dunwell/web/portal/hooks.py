"""Where programs come: payment providers with their news, and our own doctor asking whether the pages can be opened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dunwell.core.payment import ProviderDown, WebhookForged
from dunwell.run import online, page_links
from dunwell.web.portal.doors import now

BODY_BYTES_MAX = 1_000_000


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Whose pages these are, in a word that only this installation knows."""
    return HttpResponse(page_links.proof(), content_type="text/plain", headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_POST
def receive(request: HttpRequest, creditor: str, provider: str) -> HttpResponse:
    """Take one delivery. 2xx: never send it again; 503: send it again later."""
    if int(request.headers.get("Content-Length") or 0) > BODY_BYTES_MAX:
        return HttpResponse(status=413)
    try:
        taken = online.receive(creditor, provider, request.body, request.headers, now())
    except WebhookForged:
        return HttpResponse(status=400)
    except ProviderDown:
        return HttpResponse(status=503)
    return HttpResponse(status=404 if taken is None else 204)
