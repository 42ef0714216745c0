"""The client's pages: the payment itself, and one small page for each thing to be said.

A GET shows and writes at most that the link was opened; every answer is a POST with the form's mark. A view decides nothing.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dunwell.core.page import AnswerKind
from dunwell.core.refusal import Refusal
from dunwell.run import (
    autopay,
    online,
    people,
    portal,
    portal_answers,
    portal_offers,
    portal_papers,
    portal_plan,
    portal_terms,
    portal_video,
)
from dunwell.run.portal import Visit
from dunwell.run.portal_answers import Said
from dunwell.run.portal_speech import Speech
from dunwell.store.autopay import Standing
from dunwell.web.portal import forms, robots, words
from dunwell.web.portal.doors import drawn, of_link

NEEDS_SOMETHING_OPEN = (AnswerKind.ACCEPT, AnswerKind.PAID, AnswerKind.PROMISE, AnswerKind.DISPUTE, AnswerKind.HARDSHIP)
ONE_CLICK = "One-Click"


@of_link
@require_safe
def main(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """What is owed and how to pay it."""
    if request.method == "GET":
        portal.opened(seen, is_robot=robots.is_robot(request))
    if seen.is_closed:
        return closed(request, seen, locale)
    return payment(request, seen, locale)


@of_link
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, seen: Visit, locale: str, kind: str) -> HttpResponse:
    """One answer: its form, and what became of it."""
    wanted = AnswerKind(kind)
    if seen.is_closed and wanted not in portal_answers.WHILE_CLOSED:
        return closed(request, seen, locale)
    shown = portal.page(seen, locale)
    if wanted in NEEDS_SOMETHING_OPEN and not shown.payable and request.method != "POST":
        return redirect("portal:main", seen.token, locale)
    if wanted in (AnswerKind.PLAN, AnswerKind.ASK_PLAN):
        return redirect("portal:plan", seen.token, locale)
    if wanted is AnswerKind.NEW_LINK and (request.method != "POST" or not seen.is_closed):
        return main(request, seen.token, locale)
    if request.method != "POST":
        return _form(request, seen, locale, wanted)
    try:
        forms.refuse_foreign(request)
        portal_answers.answer(seen, forms.said(request, wanted, seen, shown))
    except Refusal as refusal:
        if wanted is AnswerKind.NEW_LINK:
            return closed(request, seen, locale, refusal)
        return _form(request, seen, locale, wanted, refusal)
    return redirect("portal:done", seen.token, locale, wanted.value)


@of_link
@require_safe
def done(request: HttpRequest, seen: Visit, locale: str, kind: str) -> HttpResponse:
    """Thanks for an answer, with what happens next; says what the books say, whoever opens it."""
    if kind == AnswerKind.NEW_LINK:
        return shown(request, "done", seen, locale, kind=kind, title="closed.done_title", text="closed.done_text")
    return shown(request, "done", seen, locale, kind=kind, title=f"{kind}.done_title", text=f"{kind}.done_text")


@of_link
@require_safe
def statement(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """All that is open on one sheet, to print."""
    if seen.is_closed:
        return closed(request, seen, locale)
    return shown(request, "statement", seen, locale, day=portal.speech(seen, locale).brief(seen.on))


@of_link
@require_safe
def statement_pdf(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """The same sheet to keep."""
    if seen.is_closed:
        return closed(request, seen, locale)
    return pdf(portal_papers.statement(seen, locale, partial(words.say, locale)), "statement")


@of_link
@require_safe
def invoice_pdf(request: HttpRequest, seen: Visit, locale: str, receivable: int) -> HttpResponse:
    """One invoice of the link to keep."""
    if seen.is_closed:
        return closed(request, seen, locale)
    printed = portal_papers.invoice(seen, locale, receivable)
    return pdf(printed, f"invoice-{receivable}") if printed else HttpResponse(status=404)


@of_link
@require_safe
def photo(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """The contact person's picture."""
    picture = portal.photo(seen)
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return HttpResponse(picture, content_type=f"image/{kind}", status=200 if picture else 404)


@of_link
@require_safe
def logo(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """The creditor's picture."""
    picture = portal.logo(seen)
    return HttpResponse(picture, content_type="image/png", status=200 if picture else 404)


@of_link
@require_safe
def code(request: HttpRequest, seen: Visit, locale: str, currency: str) -> HttpResponse:
    """The pay-QR as a picture of its own, so that the page stays small and the picture can be saved."""
    drawn = "" if seen.is_closed else portal.code(seen, locale, currency)
    return HttpResponse(drawn, content_type="image/svg+xml", status=200 if drawn else 404)


@of_link
@require_safe
def offer(request: HttpRequest, seen: Visit, locale: str, number: int) -> HttpResponse:
    """How to pay with an offer; after its last second, that it has ended."""
    if seen.is_closed:
        return closed(request, seen, locale)
    try:
        card, transfer = portal_offers.card(seen, number, locale)
    except Refusal as refusal:
        return shown(request, "offer", seen, locale, status=410, refusal=refused(refusal, seen, locale))
    currency = transfer.currency if transfer else seen.creditor.currency
    way = online.offered(seen, [currency]).get(currency, "")
    return shown(request, "offer", seen, locale, offer=card, transfer=transfer, way=way, currency=currency)


@of_link
@require_safe
def offer_code(request: HttpRequest, seen: Visit, locale: str, number: int) -> HttpResponse:
    """The pay-QR of what is enough with an offer."""
    try:
        drawn = "" if seen.is_closed else portal_offers.code(seen, number, locale)
    except Refusal:
        drawn = ""
    return HttpResponse(drawn, content_type="image/svg+xml", status=200 if drawn else 404)


@of_link
@require_POST
def unsubscribe(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """The one click of RFC 8058: sent by the reader's mail program, which has no form of ours; the link itself is the key."""
    if request.POST.get("List-Unsubscribe") != ONE_CLICK:
        return redirect("portal:say", seen.token, locale, AnswerKind.STOP.value)
    try:
        portal_answers.answer(seen, Said(AnswerKind.STOP, form_id=f"{seen.link.pk}-one-click-{seen.on}"))
    except portal_answers.CannotStop:
        return HttpResponse(status=403)
    return HttpResponse("OK", content_type="text/plain")


def refused(refusal: Refusal, seen: Visit, locale: str) -> str:
    """A refusal in the page's own words."""
    speech = portal.speech(seen, locale)
    spoken = {name: speech.of(value) for name, value in refusal.values.items()}
    return words.say(locale, f"errors.{type(refusal).__name__}", **spoken)


def payment(request: HttpRequest, seen: Visit, locale: str, refusal: Refusal | None = None) -> HttpResponse:
    """The main page, with what stood in the way of paying online."""
    page = portal.page(seen, locale)
    titles = online.offered(seen, page.currencies)
    sums = zip(page.currencies, page.totals, strict=True)
    autos = autopay.of_page(seen)
    kept = {one.most.currency for one in autos}
    ways = [
        (currency, amount, titles[currency], "" if currency in kept else agreement(locale, amount))
        for currency, amount in sums
        if currency in titles
    ]
    speech = portal.speech(seen, locale)
    said = refused(refusal, seen, locale) if refusal else ""
    schedules = portal_plan.schedules(seen, locale)
    return shown(
        request,
        "main",
        seen,
        locale,
        status=422 if refusal else 200,
        page=page,
        ways=ways,
        schedules=schedules,
        asks_terms=portal_terms.waiting(seen, locale) is not None,
        refusal=said,
        autos=[_auto(one, speech) for one in autos],
        offers=portal_offers.cards(seen, locale),
        video=portal_video.of_page(seen),
    )


def agreement(locale: str, amount: str) -> str:
    """What is agreed to by a tick: later invoices are charged, at most so much at a time."""
    return words.say(locale, "auto.agree", amount=amount, days=autopay.NOTICE_DAYS)


def _auto(one: Standing, speech: Speech) -> dict[str, Any]:
    charge = speech.money(one.charge) if one.charge else ""
    return {
        "number": one.number,
        "most": speech.money(one.most),
        "charge": charge,
        "day": speech.brief(one.charge_on) if one.charge_on else "",
    }


def shown(request: HttpRequest, name: str, seen: Visit, locale: str, *, status: int = 200, **more: Any) -> HttpResponse:
    values = {
        "page": more.get("page") or portal.page(seen, locale),
        "mark": forms.mark(seen),
        "locale": locale,
        "token": seen.token,
        "languages": [(code, title, _in(request, code)) for code, title in settings.LANGUAGES],
        "host": request.get_host(),
        "today": seen.on,
        **more,
    }
    return drawn(name, status, values)


def _form(
    request: HttpRequest, seen: Visit, locale: str, kind: AnswerKind, refusal: Refusal | None = None
) -> HttpResponse:
    speech = portal.speech(seen, locale)
    sent = QueryDict() if isinstance(refusal, forms.TooLarge) else request.POST
    more: dict[str, Any] = {
        "kind": kind.value,
        "sent": sent,
        "heading": "stop.link" if kind is AnswerKind.STOP else f"{kind.value}.title",
        "send": f"{kind.value}.send",
        "day_today": seen.on.isoformat(),
        "chosen": sent.getlist("item"),
    }
    if refusal:
        more["refusal"] = refused(refusal, seen, locale)
    if kind is AnswerKind.PROMISE:
        allowed = portal_answers.bounds(seen)
        if allowed.last is None:
            return _form(request, seen, locale, AnswerKind.HARDSHIP, refusal or portal_answers.TrustSpent())
        more |= {
            "allowed": allowed,
            "last": speech.brief(allowed.last),
            "near": [(one, speech.day(one)) for one in allowed.near],
        }
    if kind is AnswerKind.SURVEY:
        more["scores"] = [str(one) for one in portal_answers.SCORES]
    if kind is AnswerKind.DISPUTE:
        more["causes"] = [(cause, words.say(locale, f"causes.{cause}")) for cause in people.DISPUTE_CAUSES]
    return shown(request, f"say_{kind.value}", seen, locale, status=422 if refusal else 200, **more)


def pdf(printed: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(printed, content_type="application/pdf", headers=headers)


def closed(request: HttpRequest, seen: Visit, locale: str, refusal: Refusal | None = None) -> HttpResponse:
    said = refused(refusal, seen, locale) if refusal else ""
    return shown(request, "closed", seen, locale, status=410, refusal=said)


def _in(request: HttpRequest, locale: str) -> str:
    """This very page in another language."""
    match = request.resolver_match
    assert match is not None
    name = "portal:main" if match.url_name == "short" else f"portal:{match.url_name}"
    return reverse(name, kwargs={**match.kwargs, "locale": locale})
