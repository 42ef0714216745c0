"""Replies: what was read in them as proposals beside the client's own words, settled with one key; strays find their customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dunwell.core.inbox import ProposalKind
from dunwell.core.ledger import HoldReason, OurDebt
from dunwell.core.reading import INTENTS
from dunwell.core.refusal import Refusal
from dunwell.run import inbox, inbox_effects, people, portal_desk, portal_words
from dunwell.run.inbox import Stray, Waiting
from dunwell.store import inbox as stored
from dunwell.store import lists
from dunwell.store.models import Customer, Inbound, PageAnswer
from dunwell.web.console import deeds, forms, labels, readings
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

ROWS_MAX = 40
"""More than a person settles at one sitting; the rest comes up as these go."""
HITS_MAX = 12
LETTERS_MIN = 2
CHANNELS = ["email", "sms", "call"]


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All that waits: readings, words from the pay page, mail of nobody we know."""
    letters = readings.letters(inbox.waiting(desk.creditor, limit=ROWS_MAX))
    answers = list(portal_desk.waiting(desk.creditor)[:ROWS_MAX])
    words = portal_words.questions([one.pk for one in answers])
    strays: Sequence[Stray] = inbox.strays(desk.creditor, limit=ROWS_MAX)
    context = {
        "section": "replies",
        "letters": letters,
        "answers": [(one, words.get(one.pk, 0)) for one in answers],
        "strays": strays,
        "total": sum(len(letter.proposals) for letter in letters) + len(answers) + len(strays),
    }
    return answer.page(request, desk, "replies.html", context)


def one(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """One mail with everything that was read in it and what became of it."""
    mail: Inbound = deeds.found(Inbound, number)
    (letter, *_rest) = readings.letters(inbox.of_mail(desk.creditor, number)) or [readings.of_mail(mail)]
    return answer.page(request, desk, "reply.html", {"section": "replies", "letter": letter, "mail": mail})


def original(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The mail as it came, as a file that every mail program opens; a message as its gateway brought it."""
    mail: Inbound = deeds.found(Inbound, number)
    kind, ending = ("application/json", "json") if mail.is_message else ("message/rfc822", "eml")
    response = HttpResponse(bytes(mail.content.raw), content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{number}.{ending}") or "attachment"
    return response


@require_POST
def accept(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What was proposed is recorded as it stands."""
    return _settled(request, desk, number, inbox.accept)


@require_POST
def reject(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Nothing is recorded; the chase goes on."""
    return _settled(request, desk, number, inbox.reject)


def edit(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What was proposed is recorded otherwise; the difference teaches the reader."""
    proposal = _proposal(desk, number)
    fields = _fields(proposal)
    form = type("Asked", (forms.Form,), dict(fields))(request.POST or None, initial=dict(proposal.values))

    def do(said: dict[str, Any]) -> Done:
        values = {name: _plain(name, said[name]) for name in fields}
        inbox.edit(desk.creditor, number, values, **desk.fact())
        return Done(_said(proposal), undo=("reply", number))

    return deeds.ask(
        request, desk, form, title=labels.word("proposal", proposal.kind), lead=f"“{proposal.quotation}”",
        button=_("Record it so"), back=desk.url("replies"), do=do,
    )  # fmt: skip


def means(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What was read is rejected, and a person says what the words mean instead: the reader learns from it."""
    proposal = _proposal(desk, number)

    class Asked(forms.Form):
        means = forms.choice(gettext_lazy("They mean"), forms.words("intent", list(INTENTS)))
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        inbox.reject(desk.creditor, number, means=said["means"], **desk.fact(said["why"]))
        told = _("Rejected: nothing is recorded. The reader will learn that {name} {means}.")
        return Done(
            told.format(name=proposal.customer, means=labels.word("intent", said["means"])), undo=("reply", number)
        )

    return deeds.ask(
        request, desk, Asked(request.POST or None), title=_("It was read wrongly"), lead=f"“{proposal.quotation}”",
        button=_("Reject it and teach the reader"), back=desk.url("replies"), do=do,
    )  # fmt: skip


@require_POST
def settle(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A person dealt with what a client said on the pay page."""
    back = answer.here(request, request.POST.get("next", ""), desk)
    if not PageAnswer.objects.filter(pk=number).exists():
        raise Http404
    try:
        portal_desk.settle(desk.creditor, number, outcome=request.POST.get("outcome", "done"), **desk.fact())
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    return answer.done(request, _("Dealt with."), back)


def match(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A person says whose mail it is; it is then read like any other."""
    mail: Inbound = deeds.found(Inbound, number)
    if request.method == "POST":
        customer: Customer = deeds.found(Customer, int(request.POST.get("customer", "0") or 0))
        try:
            made = inbox.match(desk.creditor, number, customer, **desk.fact())
        except Refusal as refusal:
            return answer.failed(request, answer.refused(refusal), desk.url("replies"))
        place = f"#p{made[0]}" if made else ""
        said = _("It is {name}’s; it was read.").format(name=customer.name)
        return answer.done(request, said, desk.url("replies") + place)
    text = request.GET.get("q", "").strip()
    found = lists.search(text, limit=HITS_MAX) if len(text) >= LETTERS_MIN else []
    context = {
        "section": "replies",
        "mail": mail,
        "text": text,
        # Somebody is found by several of their words.
        "found": list({one.pk: one for one in reversed(found) if one.kind == "customer"}.values()),
    }
    return answer.page(request, desk, "reply_match.html", context)


def _settled(request: HttpRequest, desk: Desk, number: int, do: Any) -> HttpResponse:
    proposal = _proposal(desk, number)
    back = answer.here(request, request.POST.get("next", ""), desk)
    try:
        do(desk.creditor, number, **desk.fact())
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    said = _said(proposal) if do is inbox.accept else _("Rejected: nothing is recorded.")
    return answer.done(request, said, back, undo=desk.url("undo", "reply", number))


def _proposal(desk: Desk, number: int) -> Waiting:
    try:
        return inbox.proposed(desk.creditor, number)
    except stored.NoSuchProposal:
        raise Http404 from None


def _said(proposal: Waiting) -> str:
    kind = labels.word("proposal", proposal.kind)
    return _("{name}: {what} is recorded.").format(name=proposal.customer, what=f"“{kind}”")


def _fields(proposal: Waiting) -> dict[str, Any]:
    """The fields of a kind, in the order in which its values are named."""
    opened = {one.number: one.number for one in stored.open_invoices(proposal.customer_id)}
    asked: dict[str, Any] = {
        "until": forms.day(gettext_lazy("Until")),
        "amount": forms.text(
            gettext_lazy("Sum"), required=False, help_text=gettext_lazy("Empty: all that is open on these invoices.")
        ),
        "invoices": forms.several(gettext_lazy("Invoices"), opened),
        "cause": forms.choice(gettext_lazy("Cause"), forms.words("cause", list(people.DISPUTE_CAUSES))),
        "reason": forms.choice(gettext_lazy("Reason"), forms.words("hold", [*HoldReason])),
        "address": forms.text(gettext_lazy("E-mail or telephone")),
        "channel": forms.choice(gettext_lazy("How"), forms.words("channel", CHANNELS)),
        "name": forms.text(gettext_lazy("Name"), required=False),
        "what": forms.choice(gettext_lazy("We owe them"), forms.words("owes", [*OurDebt])),
    }
    return {name: asked[name] for name in inbox_effects.VALUES[ProposalKind(proposal.kind)]}


def _plain(name: str, value: Any) -> Any:
    """A value as proposals keep it: days and sums as text, a sum as a machine writes it."""
    if name == "amount":
        return "".join(str(value).split()).replace(",", ".")
    return value.isoformat() if isinstance(value, date) else value
