"""Pages of figures over all the books: those of big books are counted beside the page, which opens by itself when they are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from dunwell.run import summaries
from dunwell.run.summaries import Summary
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk

AGAIN_S = 2


def of(
    request: HttpRequest, desk: Desk, key: str, make: Callable[[], Any], *, once_a_day: bool = False
) -> Summary | None:
    """The newest summary of that key; `?anew=yes` counts what was recorded since."""
    anew = request.GET.get("anew") == "yes"
    whole_key = f"{key}-{'rehearsal' if desk.is_rehearsal else 'live'}"
    return summaries.of(
        desk.creditor, whole_key, make, on=desk.today, now=desk.now, anew=anew, once_a_day=once_a_day and not anew
    )


def waiting(request: HttpRequest, desk: Desk, section: str) -> HttpResponse:
    """It is being counted: the browser asks again by itself."""
    response = answer.page(request, desk, "counting.html", {"section": section})
    response["Refresh"] = str(AGAIN_S)
    return response
