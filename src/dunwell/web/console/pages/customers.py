"""The customers, in the order of their names, with what each owes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dunwell.store import lists
from dunwell.web.console import paging
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    text, owner = request.GET.get("q", "").strip(), request.GET.get("owner", "")
    found = lists.customers(
        text=text, owner=owner, after=paging.after(request), as_of=desk.today, rehearsal=desk.is_rehearsal
    )
    return answer.page(
        request,
        desk,
        "customers.html",
        {"section": "customers", "page": paging.page(found), "text": text, "owner": owner},
    )
