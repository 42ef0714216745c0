"""Putting off in three pages: choose, read the document, accept it. Nothing is recorded before the last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from dunwell.core.instalments import Every, Wish
from dunwell.core.money import Money
from dunwell.core.page import AnswerKind
from dunwell.core.refusal import Refusal
from dunwell.run import instalments, portal, portal_answers, portal_plan
from dunwell.run.portal import Page, Visit
from dunwell.run.portal_answers import Said
from dunwell.web.portal import forms, words
from dunwell.web.portal.doors import of_link
from dunwell.web.portal.views import closed, payment, pdf, refused, shown

ASK = "ask"


@of_link
@require_safe
def choose(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """What may be chosen: how many payments, from which day, something now."""
    if seen.is_closed:
        return closed(request, seen, locale)
    return _choose(request, seen, locale)


@of_link
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """The document of what was chosen, with what accepting it means."""
    if seen.is_closed:
        return closed(request, seen, locale)
    if request.method != "POST":  # the page in another language
        return redirect("portal:plan", seen.token, locale)
    page = portal.page(seen, locale)
    try:
        forms.refuse_foreign(request)
        forms.form_id(request, seen)
        return _read(request, seen, locale, page)
    except Refusal as refusal:
        return _choose(request, seen, locale, refusal)


@of_link
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """Accept the document that was read, or ask for what goes beyond the policy."""
    if seen.is_closed:
        return closed(request, seen, locale)
    if request.method != "POST":  # the page in another language
        return redirect("portal:plan", seen.token, locale)
    page = portal.page(seen, locale)
    kind = AnswerKind.ASK_PLAN if ASK in request.POST else AnswerKind.PLAN
    try:
        forms.refuse_foreign(request)
        said = Said(
            kind=kind,
            form_id=forms.form_id(request, seen),
            receivables=forms.chosen(request, page),
            name=request.POST.get("name", "").strip()[: forms.NAME_MAX],
            wish=_wish(request, page),
            locale=locale,
            digest=request.POST.get("digest", ""),
        )
        portal_answers.answer(seen, said)
    except (portal_plan.NameMissing, instalments.PlanChanged) as refusal:
        return _read(request, seen, locale, page, refusal)
    except Refusal as refusal:
        return _choose(request, seen, locale, refusal)
    return redirect("portal:done", seen.token, locale, kind.value)


@of_link
@require_safe
def printed(request: HttpRequest, seen: Visit, locale: str, number: int) -> HttpResponse:
    """The paper of an agreed schedule."""
    found = b"" if seen.is_closed else portal_plan.printed(seen, number)
    return pdf(found, f"schedule-{number}") if found else HttpResponse(status=404)


def _choose(request: HttpRequest, seen: Visit, locale: str, refusal: Refusal | None = None) -> HttpResponse:
    try:
        choice = portal_plan.choice(seen)
    except Refusal as none:
        return payment(request, seen, locale, none)
    speech = portal.speech(seen, locale)
    more: dict[str, Any] = {
        "choice": choice,
        "last": speech.brief(choice.last),
        "every": [(one.value, words.say(locale, f"plan.every_{one}")) for one in Every],
        "counts": [
            (number, words.say(locale, f"plan.parts_{min(number, 4)}", number=number)) for number in choice.parts
        ],
        "sent": request.POST,
        "chosen": {int(one) for one in request.POST.getlist("item") if one.isdecimal()},
    }
    if refusal:
        more["refusal"] = refused(refusal, seen, locale)
    return shown(request, "plan", seen, locale, status=422 if refusal else 200, **more)


def _read(request: HttpRequest, seen: Visit, locale: str, page: Page, refusal: Refusal | None = None) -> HttpResponse:
    found = portal_plan.read(seen, _wish(request, page), forms.chosen(request, page), locale)
    more: dict[str, Any] = {
        "read": found,
        "blocks": [(block.kind, block) for block in found.document.blocks if block.kind != "title"],
        "sent": request.POST,
        "items": forms.chosen(request, page),
        "beyond": refused(found.refusal, seen, locale) if found.refusal else "",
    }
    if refusal:
        more["refusal"] = refused(refusal, seen, locale)
    return shown(request, "plan_read", seen, locale, status=422 if refusal else 200, page=page, **more)


def _wish(request: HttpRequest, page: Page) -> Wish:
    sent = request.POST
    currency = next((item.currency for item in page.payable), "EUR")
    now = Money.typed(sent["now"], currency) if sent.get("now", "").strip() else None
    parts = int(sent["parts"]) if sent.get("parts", "").isdecimal() else 1
    return portal_plan.wish_of(parts, forms.day(sent.get("first", "")), sent.get("every", ""), now)
