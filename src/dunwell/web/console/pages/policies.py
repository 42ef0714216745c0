"""Policies: each ladder drawn around the due date; a text is checked, tried on the past, then saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from dunwell.core.refusal import Refusal
from dunwell.run import own_policies, policies, simulate, subjects
from dunwell.store.models import Customer, Invoice
from dunwell.web.console import ladder
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk

QUARTER_DAYS = 91
SENT_SHOWN = 60


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every policy with its ladder and who uses it."""
    rows = [(ladder.drawn(one), _users(name)) for name, one in policies.load_all().items()]
    return answer.page(request, desk, "policies.html", {"section": "policies", "rows": rows})


def one(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """One policy: its steps in words, its file, its versions."""
    try:
        found = policies.load(name)
    except policies.UnknownPolicy:
        raise Http404 from None
    context = {
        "section": "policies",
        "ladder": ladder.drawn(found),
        "policy": found,
        "text": own_policies.text_of(name),
        "versions": own_policies.versions(name),
        "users": _users(name),
    }
    return answer.page(request, desk, "policy.html", context)


def edit(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """The file, checked and drawn at each look; tried on the last quarter; saved under the name that it gives itself."""
    try:
        text = request.POST.get("text") or own_policies.text_of(name)
    except policies.UnknownPolicy:
        raise Http404 from None
    found, findings = own_policies.check(text.replace("\r\n", "\n"))
    context: dict[str, Any] = {
        "section": "policies",
        "name": name,
        "text": text,
        "findings": findings,
        "ladder": ladder.drawn(found) if found else None,
        "customer": request.POST.get("customer", ""),
        "why": request.POST.get("why", ""),
    }
    if request.method == "POST" and found:
        try:
            if "save" in request.POST:
                own_policies.save(desk.creditor, found, text.replace("\r\n", "\n"), by=desk.by, why=context["why"])
                return answer.done(request, _("Saved; the next run plans by it."), desk.url("policy", found.name))
            if "try" in request.POST:
                context["tried"] = _tried(desk, found, context["customer"])
        except Refusal as refusal:
            context["refused"] = answer.refused(refusal)
    is_wrong = request.method == "POST" and (findings or "refused" in context)
    return answer.page(request, desk, "policy_edit.html", context, status=answer.UNPROCESSABLE if is_wrong else 200)


def _tried(desk: Desk, policy: Any, customer: str) -> dict[str, Any]:
    """The last quarter as it would have been; of one customer, message by message."""
    since = desk.today - timedelta(QUARTER_DAYS)
    seen = simulate.draft(desk.creditor, policy, since=since, until=desk.today)
    sent = []
    if customer:
        number = subjects.customer(desk.creditor, customer).pk
        sent = [row for row in seen.sent.iter_rows(named=True) if row["customer_id"] == number][:SENT_SHOWN]
    return {"counts": seen.counts(), "since": since, "sent": sent, "customer": customer}


def _users(name: str) -> list[tuple[str, str]]:
    """Scope and name of whoever has chosen the policy."""
    return [(scope, _named(scope, target)) for scope, target in own_policies.users_of(name)]


def _named(scope: str, target: str) -> str:
    if scope == "customer":
        return Customer.objects.get(pk=target).name
    if scope == "invoice":
        return Invoice.objects.get(pk=target).number
    return target
