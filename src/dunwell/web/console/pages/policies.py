"""Policies: each ladder drawn around the due date; a text is checked, tried on the past, then saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from dunwell.core import policy_writing
from dunwell.core.refusal import Refusal
from dunwell.run import own_policies, policies, simulate, subjects
from dunwell.store.models import Customer, Invoice
from dunwell.web.console import changed, ladder
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.policy_form import PolicyForms

QUARTER_DAYS, AHEAD_DAYS = 91, 28
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
    return _edited(request, desk, "policy_edit.html", {"name": name, "text": text})


def form(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """The same by filling in: what is filled in becomes the file, and is checked, tried and saved as that."""
    try:
        asked = PolicyForms(policies.load(name), request)
    except policies.UnknownPolicy:
        raise Http404 from None
    is_filled_in = request.method == "POST"
    if is_filled_in and not asked.is_valid():
        return answer.page(
            request, desk, "policy_form.html", {"section": "policies", "name": name, "forms": asked}, status=answer.UNPROCESSABLE
        )  # fmt: skip
    text = policy_writing.written(asked.policy()) if is_filled_in else own_policies.text_of(name)
    return _edited(request, desk, "policy_form.html", {"name": name, "text": text, "forms": asked})


def _edited(request: HttpRequest, desk: Desk, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page with what is to be said of its text; or, where it was saved, the policy."""
    text = context["text"].replace("\r\n", "\n")
    found, findings = own_policies.check(text)
    context |= {
        "section": "policies",
        "findings": findings,
        "ladder": ladder.drawn(found) if found else None,
        "customer": request.POST.get("customer", ""),
        "why": request.POST.get("why", ""),
    }
    if request.method == "POST" and found:
        try:
            if "save" in request.POST:
                own_policies.save(desk.creditor, found, text, by=desk.by, why=context["why"])
                return answer.done(request, _("Saved; the next run plans by it."), desk.url("policy", found.name))
            if "try" in request.POST:
                context["tried"] = _tried(desk, found, context["customer"])
        except Refusal as refusal:
            context["refused"] = answer.refused(refusal)
    is_wrong = request.method == "POST" and (findings or "refused" in context)
    return answer.page(request, desk, template, context, status=answer.UNPROCESSABLE if is_wrong else 200)


def version(request: HttpRequest, desk: Desk, name: str, number: int) -> HttpResponse:
    """A former text of a policy, beside what it is now."""
    found = own_policies.version(name, number)
    if found is None:
        raise Http404
    context = {
        "section": "policies",
        "name": name,
        "version": found,
        "changes": changed.lines(found.text, own_policies.text_of(name)),
    }
    return answer.page(request, desk, "policy_version.html", context)


def _tried(desk: Desk, policy: Any, customer: str) -> dict[str, Any]:
    """The last quarter as it would have been; of one customer, message by message."""
    since = desk.today - timedelta(QUARTER_DAYS)
    seen = simulate.draft(desk.creditor, policy, since=since, until=desk.today)
    sent = []
    if customer:
        number = subjects.customer(desk.creditor, customer).pk
        sent = [row for row in seen.sent.iter_rows(named=True) if row["customer_id"] == number][:SENT_SHOWN]
    coming = simulate.draft_ahead(desk.creditor, policy, desk.today, days=AHEAD_DAYS)
    return {
        "counts": seen.counts(), "since": since, "sent": sent, "customer": customer,
        "coming": coming.counts(), "until": coming.until,
    }  # fmt: skip


def _users(name: str) -> list[tuple[str, str]]:
    """Scope and name of whoever has chosen the policy."""
    return [(scope, _named(scope, target)) for scope, target in own_policies.users_of(name)]


def _named(scope: str, target: str) -> str:
    if scope == "customer":
        return Customer.objects.get(pk=target).name
    if scope == "invoice":
        return Invoice.objects.get(pk=target).number
    return target
