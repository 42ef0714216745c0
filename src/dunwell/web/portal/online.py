"""Paying online: the last look before the provider's page, the way back from it, and the demo provider's own page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dunwell.core.payment import PaymentEventKind
from dunwell.core.refusal import Refusal
from dunwell.run import autopay, online, page_links, portal
from dunwell.run.portal import Visit
from dunwell.web.portal import forms
from dunwell.web.portal.doors import now, of_link
from dunwell.web.portal.views import agreement, payment, shown


@of_link
@require_POST
def begin(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """Ask the provider for a page; the payer goes there by a link that names the provider."""
    try:
        forms.refuse_foreign(request)
        reference = online.start(
            seen,
            locale,
            request.POST.get("currency", ""),
            form_id=forms.form_id(request, seen),
            base=page_links.base(seen.creditor, live=not seen.link.rehearsal),
            offer=_number(request.POST.get("offer", "")),
            agreed=_agreed(request, seen, locale),
        )
    except Refusal as refusal:
        return payment(request, seen, locale, refusal)
    return redirect("portal:online", seen.token, locale, reference)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


@of_link
@require_POST
def end_auto(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """One tap: nothing is charged by itself any more. Whoever holds a link of the customer may, since ending harms nobody."""
    forms.refuse_foreign(request)
    forms.form_id(request, seen)
    number = request.POST.get("number", "")
    if number.isdecimal():
        try:
            autopay.end(
                seen.creditor,
                int(number),
                customer=seen.link.customer_id,
                on=seen.on,
                by="page",
                why="ended on the pay page",
            )
        except autopay.NothingToEnd:
            return redirect("portal:main", seen.token, locale)
    return redirect("portal:main", seen.token, locale)


@of_link
@require_safe
def show(request: HttpRequest, seen: Visit, locale: str, reference: str) -> HttpResponse:
    """An online payment as it stands: on its way to the provider, or back from there."""
    found = online.started(seen, reference)
    if found is None:
        return redirect("portal:main", seen.token, locale)
    amount = portal.speech(seen, locale).money(found.amount)
    return shown(request, "online", seen, locale, online=found, amount=amount)


def _agreed(request: HttpRequest, seen: Visit, locale: str) -> str:
    """The sentence that was agreed to by its box, as it stood beside it."""
    if request.POST.get("keep") != "yes":
        return ""
    page = portal.page(seen, locale)
    sums = dict(zip(page.currencies, page.totals, strict=True))
    return agreement(locale, sums.get(request.POST.get("currency", ""), ""))


@of_link
@require_http_methods(["GET", "HEAD", "POST"])
def stand_in(request: HttpRequest, seen: Visit, locale: str, reference: str) -> HttpResponse:
    """The demo provider's page: in its place a real provider's would open."""
    found = online.started(seen, reference)
    if found is None or not found.url.endswith("/stand-in"):
        return redirect("portal:main", seen.token, locale)
    if request.method == "POST":
        forms.refuse_foreign(request)
        forms.form_id(request, seen)
        kind = PaymentEventKind.PAID if "pay" in request.POST else PaymentEventKind.FAILED
        online.stand_in(seen, reference, kind, now())
        return redirect("portal:online", seen.token, locale, reference)
    amount = portal.speech(seen, locale).money(found.amount)
    return shown(request, "stand_in", seen, locale, online=found, amount=amount, mark=forms.mark(seen))
