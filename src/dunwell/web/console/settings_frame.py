"""What the pages of the settings share: their frame with its tabs, and how a form of theirs asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk


def page(request: HttpRequest, desk: Desk, tab: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return answer.page(
        request, desk, f"settings_{tab}.html", {"section": "settings", "tab": tab, **context}, status=status
    )


def ask(
    request: HttpRequest, desk: Desk, form: forms.Form, title: str, button: str, do: Any, *, lead: str = "", back: str = "settings"
) -> HttpResponse:  # fmt: skip
    return deeds.ask(request, desk, form, title=title, button=button, back=desk.url(back), do=do, lead=lead)


def sure(request: HttpRequest) -> forms.Form:
    """A form that asks nothing but whether it is meant."""
    return forms.Form(request.POST if request.method == "POST" else None)
