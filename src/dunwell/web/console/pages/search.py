"""One box for everything: names, ids, tax numbers, document numbers, sums, addresses, telephones."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dunwell.store import lists
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk

HITS_MAX = 30
LETTERS_MIN = 2


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What was found; a single hit is opened at once."""
    text = request.GET.get("q", "").strip()
    found = lists.search(text, limit=HITS_MAX) if len(text) >= LETTERS_MIN else []
    if len(found) == 1:
        return redirect(desk.url(found[0].kind, found[0].pk))
    return answer.page(request, desk, "search.html", {"found": found, "text": text})
