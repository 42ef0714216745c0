"""Texts: every message by content, channel and language, with a live preview and the tact check while one types."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from dunwell.core.message import Draft
from dunwell.core.refusal import Refusal
from dunwell.run import letters_preview, subjects, wording
from dunwell.run.packs import Place
from dunwell.web.console import changed, forms, labels
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.pages.messages import LETTER_POLICY

LANGUAGES = ("ru", "bg", "en")
TEXT_MAX = 20_000


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All texts of one language, one's own marked."""
    locale = request.GET.get("lang", desk.creditor.locale)
    if locale not in LANGUAGES:
        raise Http404
    keys: dict[str, list[tuple[str, str, int]]] = {}
    versions = wording.version_counts()
    for place in wording.places():
        if place[0] == locale:
            keys.setdefault(place[1], []).append((place[2], ".".join(place), versions[place]))
    rows = sorted(((labels.word("step", key), found) for key, found in keys.items()), key=lambda row: row[0])
    return answer.page(
        request, desk, "texts.html", {"section": "texts", "rows": rows, "locale": locale, "languages": LANGUAGES}
    )


def one(request: HttpRequest, desk: Desk, place: str) -> HttpResponse:
    """One text with its versions; `?version=` shows what that version changed."""
    found = _place(place)
    return answer.page(request, desk, "text.html", _context(request, desk, found, _in_force(desk, found)))


@require_POST
def look(request: HttpRequest, desk: Desk, place: str) -> HttpResponse:
    """What is wrong with the text as it is typed, and how it reads."""
    found = _place(place)
    return answer.part(request, desk, "part_text_look.html", _context(request, desk, found, _typed(request)))


@xframe_options_sameorigin
def letter(request: HttpRequest, desk: Desk, place: str) -> HttpResponse:
    """The text that is being typed as a customer's letter, for a frame: the text comes with the address, nothing is stored."""
    try:
        text, customer = signing.loads(request.GET.get("shown", ""))
    except signing.BadSignature:
        raise Http404 from None
    draft, _missing = _draft(desk, _place(place), text, customer)
    if draft is None:
        raise Http404
    return HttpResponse(letters_preview.standalone_html(draft), headers={"Content-Security-Policy": LETTER_POLICY})


@require_POST
def save(request: HttpRequest, desk: Desk, place: str) -> HttpResponse:
    """Put the text in force; an empty one is the shipped one again."""
    found = _place(place)
    locale, key, channel = found
    try:
        version = wording.save(
            desk.creditor, locale, f"{key}.{channel}", _typed(request), **desk.fact(request.POST.get("why", ""))
        )
    except Refusal as refusal:
        context = _context(request, desk, found, _typed(request)) | {"refused": str(refusal)}
        return answer.page(request, desk, "text.html", context, status=answer.UNPROCESSABLE)
    return answer.done(request, _("Saved as version {number}.").format(number=version), desk.url("text", place))


def _context(request: HttpRequest, desk: Desk, place: Place, text: str) -> dict[str, Any]:
    locale, key, channel = place
    said = request.POST or request.GET
    draft, missing = _draft(desk, place, text, said.get("customer", ""))
    versions = wording.versions(place)
    return {
        "section": "texts",
        "place": ".".join(place),
        "locale": locale,
        "key": key,
        "channel": channel,
        "text": text,
        "findings": wording.faults(place, text) if text else [],
        "sampled": wording.with_samples(text),
        "draft": draft,
        "missing": missing,
        "shown": signing.dumps([text, said.get("customer", "")], compress=True) if draft and draft.html else "",
        "customer": said.get("customer", ""),
        "why": said.get("why", ""),
        "versions": versions,
        "changes": _changes(place, versions, said.get("version", "")),
    }


def _draft(desk: Desk, place: Place, text: str, customer: str) -> tuple[Draft | None, str]:
    """The letter to a real customer, or why there is none."""
    if not customer or not text or wording.faults(place, text):
        return None, ""
    try:
        number = subjects.customer(desk.creditor, customer).pk
    except Refusal as refusal:
        return None, answer.refused(refusal)
    found = wording.of_customer(desk.creditor, place, text, customer=number, on=desk.today, rehearsal=desk.is_rehearsal)
    if isinstance(found, Draft):
        return found, ""
    return None, found.message if found else _("Nothing is asked of this customer in the next days.")


def _changes(place: Place, versions: list[Any], asked: str) -> list[str]:
    """The lines that a version changed against the one before, or against the shipped text."""
    texts = {one.version: one.text or wording.shipped(place) for one in versions}
    version = forms.number(asked)
    if version not in texts:
        return []
    before = texts.get(version - 1, wording.shipped(place))
    return changed.lines(before, texts[version])


def _typed(request: HttpRequest) -> str:
    return request.POST.get("text", "")[:TEXT_MAX].replace("\r\n", "\n")


def _in_force(desk: Desk, place: Place) -> str:
    return wording.text_of(desk.creditor, place[0], f"{place[1]}.{place[2]}")


def _place(text: str) -> Place:
    parts = tuple(text.split("."))
    if len(parts) != 3 or parts not in wording.places():
        raise Http404
    return parts
