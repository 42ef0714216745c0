"""A message with its frozen words, and the approval of one or many: what is shown is taken from the very bytes that go out."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from dunwell.core.refusal import Refusal
from dunwell.run import approve as approving
from dunwell.run import day, freshness, shown
from dunwell.store.models import Approval, Attempt, Message
from dunwell.web.console import forms, labels
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk

BULK_MAX = 100
"""More than anybody reads at one time."""
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""A letter styles itself inline, and may do nothing else: no script, no address is fetched."""


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """One message: words, people, reasons, and everything that was tried with it."""
    message = _message(number)
    context = {
        "section": "today" if message.state in ("waiting", "unknown") else "customers",
        "shown": shown.shown(message),
        "message": message,
        "reasons": labels.sentences(message.reasons),
        "attempts": Attempt.objects.filter(message=message).order_by("pk"),
        "sources": freshness.sources(desk.creditor, desk.now) if message.state == "waiting" else [],
        "approvals": Approval.objects.filter(message=message).order_by("pk"),
    }
    return answer.page(request, desk, "message.html", context)


@xframe_options_sameorigin
def letter(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The letter's own HTML, for a frame; its own policy lets it be a letter and nothing more."""
    html = shown.shown(_message(number)).html
    if not html:
        raise Http404
    return HttpResponse(html, headers={"Content-Security-Policy": LETTER_POLICY})


def original(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The bytes themselves, as a file that every mail program opens."""
    content = _message(number).content_row.mime
    if not content:
        raise Http404
    return _file(bytes(content), "message/rfc822", f"{number}.eml")


def attachment(request: HttpRequest, desk: Desk, number: int, place: int) -> HttpResponse:
    try:
        found, content = shown.attachment(_message(number), place)
    except shown.NoSuchPart:
        raise Http404 from None
    return _file(content, found.media_type, found.name)


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The chosen messages as they will go out, one below the other, before they are let go together."""
    numbers = [forms.number(one) for one in request.GET.getlist("m")][:BULK_MAX]
    rows = (
        Message.objects.filter(pk__in=numbers, state="waiting")
        .select_related("customer", "content_row")
        .order_by("-level", "pk")
    )
    context = {
        "section": "today",
        "letters": [shown.shown(one) for one in rows],
        "sources": freshness.sources(desk.creditor, desk.now),
    }
    return answer.page(request, desk, "approve.html", context)


@require_POST
def approve(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Let go exactly what was shown: each `m` is a number and the hash of the bytes that were looked at."""
    done, refusals = 0, []
    for wish in request.POST.getlist("m")[:BULK_MAX]:
        number, _colon, content_hash = wish.partition(":")
        try:
            # Each in a transaction of its own: what was approved stays so when the next one is refused.
            approving.approve_shown(
                desk.creditor, forms.number(number), content_hash=content_hash, **desk.fact(request.POST.get("why", ""))
            )
            done += 1
        except Refusal as refusal:
            refusals.append(answer.refused(refusal))
    if done and desk.is_rehearsal:
        day.rehearse_rest(desk.creditor, desk.today, folder=desk.folder / "rehearsal")
    back = answer.here(request, request.POST.get("next", ""), desk)
    if refusals or not done:
        failed = answer.failed(request, refusals or _("Nothing was chosen."), back)
        if not done:
            return failed
    return answer.done(
        request, ngettext("%(count)d message approved.", "%(count)d messages approved.", done) % {"count": done}, back
    )


@require_POST
def recall(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Call a message back, as long as nobody has claimed it."""
    back = answer.here(request, request.POST.get("next", ""), desk)
    try:
        approving.recall(desk.creditor, _message(number).pk, by=desk.by, why=request.POST.get("why", ""))
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    return answer.done(request, _("The message is called back; the next run plans it anew."), back)


@require_POST
def settle(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A person says whether a message of unknown outcome was sent."""
    back = answer.here(request, request.POST.get("next", ""), desk)
    was_sent = request.POST.get("was_sent") == "yes"
    try:
        approving.settle(
            desk.creditor, _message(number).pk, was_sent=was_sent, **desk.fact(request.POST.get("why", ""))
        )
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    said = _("It counts as sent.") if was_sent else _("It counts as not sent; the next run plans it anew.")
    return answer.done(request, said, back, undo=desk.url("undo", "settlement", number))


def _message(number: int) -> Message:
    found: Message | None = Message.objects.filter(pk=number).select_related("customer", "content_row").first()
    if found is None:
        raise Http404
    return found


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
