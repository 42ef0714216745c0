"""What was typed into a form, as an answer; and the mark by which a form shows that it came from this very page.

The mark is signed, names its link and its form, and lasts some days; it takes the place of a session and its cookie. Who follows a
link, a scanner of mail for instance, has no mark and says nothing; the same mark twice is one answer.
"""

from __future__ import annotations

import secrets
from datetime import date

from django.core import signing
from django.http import HttpRequest

from dunwell.core.money import Money
from dunwell.core.page import FILE_BYTES_MAX, FILES_MAX, AnswerKind
from dunwell.core.page_files import Upload
from dunwell.core.refusal import Refusal
from dunwell.run.portal import Page, Visit
from dunwell.run.portal_answers import SCORES, Said

SALT = "pay page form"
FORM_AGE_MAX_S = 3 * 24 * 3600
REQUEST_BYTES_MAX = FILES_MAX * FILE_BYTES_MAX + 1_000_000
NAME_MAX = 200
OTHER = "other"


class FormExpired(Refusal):
    """The form was shown too long ago."""


class FormForeign(Refusal):
    """The form was not shown by this page."""


class TooLarge(Refusal):
    """More was sent than a form can hold."""


def mark(seen: Visit) -> str:
    """A fresh mark for a form of this link."""
    return signing.dumps([seen.link.pk, secrets.token_hex(8)], salt=SALT)


def refuse_foreign(request: HttpRequest) -> None:
    """Refuse what another site's page sent, and what is too large to be read."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise FormForeign
    if int(request.headers.get("Content-Length") or 0) > REQUEST_BYTES_MAX:
        raise TooLarge
    if any("\0" in one for _, values in request.POST.lists() for one in values):
        raise FormForeign  # no keyboard types it, and no text of the books can hold it


def form_id(request: HttpRequest, seen: Visit) -> str:
    """The id of the form that was sent, when it is one that this link's page showed."""
    try:
        link, one = signing.loads(request.POST.get("mark", ""), salt=SALT, max_age=FORM_AGE_MAX_S)
    except signing.SignatureExpired:
        raise FormExpired from None
    except (signing.BadSignature, ValueError):
        raise FormForeign from None
    if link != seen.link.pk:
        raise FormForeign
    return f"{link}-{one}"


def said(request: HttpRequest, kind: AnswerKind, seen: Visit, shown: Page) -> Said:
    """The answer as typed; days and sums that cannot be read are refused, what is missing is judged by `run`."""
    sent = request.POST
    ticked = chosen(request, shown)
    currencies = [item.currency for item in shown.payable if item.receivable_id in ticked]
    amount = None
    if sent.get("part") == "only" and currencies:
        amount = Money.typed(sent.get("amount", ""), currencies[0])
    return Said(
        kind=kind,
        form_id=form_id(request, seen),
        receivables=tuple(item.receivable_id for item in shown.items) if kind is AnswerKind.REVIEW else ticked,
        day=_promised(request) if kind is AnswerKind.PROMISE else day(sent.get("day", "")),
        cause=sent.get("cause", ""),
        amount=amount,
        score={str(one): one for one in SCORES}.get(sent.get("score", "")),
        text=sent.get("text", "").strip(),
        name=sent.get("name", "").strip()[:NAME_MAX],
        email=sent.get("email", "").strip()[:NAME_MAX],
        phone=sent.get("phone", "").strip()[:NAME_MAX],
        uploads=tuple(Upload(one.name or "", one.read()) for one in request.FILES.getlist("file") if one.size),
    )


def chosen(request: HttpRequest, shown: Page) -> tuple[int, ...]:
    """The receivables that were ticked; with one invoice there is nothing to tick."""
    payable = tuple(item.receivable_id for item in shown.payable)
    ticked = set(request.POST.getlist("item"))
    return tuple(one for one in payable if str(one) in ticked) if len(payable) > 1 else payable


def _promised(request: HttpRequest) -> date | None:
    """The chosen day, or the typed one where "another day" is chosen."""
    quick = request.POST.get("quick", OTHER)
    return day(request.POST.get("day", "") if quick == OTHER else quick)


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
