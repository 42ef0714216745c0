"""Where programs come: payment providers with their news, gateways with replies, and our own doctor asking for the pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dunwell.core.payment import ProviderDown, WebhookForged
from dunwell.run import inbox_hook, online, page_links
from dunwell.web.portal.doors import now

BODY_BYTES_MAX = 1_000_000
MAIL_BYTES_MAX = 25_000_000


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


@csrf_exempt
@require_POST
def replies(request: HttpRequest, creditor: str) -> HttpResponse:
    """Take one reply. 2xx: never bring it again; 429: bring it later."""
    length = int(request.headers.get("Content-Length") or 0)
    if length > MAIL_BYTES_MAX:
        return HttpResponse(status=413)
    try:
        taken = inbox_hook.receive(creditor, request.read(length), request.headers, now())
    except inbox_hook.ReplyForged:
        return HttpResponse(status=401)
    except inbox_hook.MessageUnfit:
        return HttpResponse(status=422)
    except inbox_hook.TooOften:
        return HttpResponse(status=429, headers={"Retry-After": "600"})
    return HttpResponse(status=404 if taken is None else 204)
