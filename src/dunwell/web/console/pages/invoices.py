"""Placeholder."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    return answer.page(request, desk, "today.html", {"rows": []})
