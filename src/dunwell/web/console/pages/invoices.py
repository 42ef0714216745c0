"""The documents, the newest first, with what is left of each, what happens to it and when its money is expected."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dunwell.store import lists
from dunwell.web.console import paging
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    text, wanted = request.GET.get("q", "").strip(), request.GET.get("show", "open")
    found = lists.invoices(text=text, open_only=wanted == "open" and not text, after=paging.after(request))
    page = paging.page(found)
    standing = lists.standing([row.pk for row in page.rows if row.balance.minor], rehearsal=desk.is_rehearsal)
    rows = [(row, standing.get(row.pk), _late(row, desk)) for row in page.rows]
    context = {"section": "invoices", "page": page, "rows": rows, "text": text, "wanted": wanted}
    return answer.page(request, desk, "invoices.html", context)


def _late(row: lists.InvoiceRow, desk: Desk) -> int:
    """Days past the due date; a request before work is never overdue."""
    is_owed = row.kind == "invoice" and row.balance.minor > 0 and row.due is not None
    return max(0, (desk.today - row.due).days) if is_owed and row.due else 0
