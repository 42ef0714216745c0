"""The documents, the newest first, with what is left of each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dunwell.store import lists
from dunwell.web.console import paging
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    text, wanted = request.GET.get("q", "").strip(), request.GET.get("show", "open")
    found = lists.invoices(text=text, open_only=wanted == "open" and not text, after=paging.after(request))
    context = {"section": "invoices", "page": paging.page(found), "text": text, "wanted": wanted}
    return answer.page(request, desk, "invoices.html", context)
