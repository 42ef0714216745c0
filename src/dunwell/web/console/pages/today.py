"""Today: what waits for a person, ordered by what matters, each row saying why; approvals are let go from here, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import formats
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dunwell.core import reasons
from dunwell.core.ledger import EARLY_CALL
from dunwell.core.refusal import Refusal
from dunwell.run import alerts, check_ins, day, freshness, leaves, policies, rights, talks
from dunwell.run.alerts import Alert, AlertCode
from dunwell.store import figures, today
from dunwell.store.figures import Figures
from dunwell.store.models import Receivable
from dunwell.store.today import Item
from dunwell.web.console import counted, labels, look
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.pages import outlook, reports, tasks
from dunwell.web.console.templatetags.look import finding, locale

ROWS_OF_KIND = 8
"""Of each kind on the whole list; a kind by itself shows more."""
ROWS_MAX = 200
BARRED_MAX = 5
WEEKS_AHEAD = 4
KINDS = {
    "unknown": ("mail-question", gettext_lazy("Did it arrive?")),
    "reply": ("inbox", gettext_lazy("Replies")),
    "money": ("coins", gettext_lazy("Unmatched money")),
    "blocking": ("alert-triangle", gettext_lazy("Findings that hold")),
    "broken": ("heart-handshake", gettext_lazy("Promises past their day")),
    "plan": ("calendar-event", gettext_lazy("Schedules asked for")),
    "task": ("phone", gettext_lazy("Calls and visits")),
    "approval": ("mail-check", gettext_lazy("To approve")),
    "dispute": ("scale", gettext_lazy("Disputes")),
    "credit": ("file-invoice", gettext_lazy("Credit notes to issue")),
    "finding": ("info-circle", gettext_lazy("Other findings")),
}

ALERTS = {
    AlertCode.RESTORED: (
        gettext_lazy(
            "These books were restored from a backup, and nobody has said yet what went out since: nothing is sent."
        ),
        gettext_lazy("Go through the list of “dunwell restored”."),
    ),
    AlertCode.SENDING_STALLED: (
        gettext_lazy("Nothing leaves: the oldest message waits since {since} UTC."),
        gettext_lazy("See that “dunwell worker” runs, and test the mail server in the settings."),
    ),
    AlertCode.DAY_MISSED: (
        gettext_lazy("The last day that was run is {since}."),
        gettext_lazy("Run the day here, and see that “dunwell worker” runs it each morning."),
    ),
    AlertCode.BACKUP_MISSING: (
        gettext_lazy("There is no backup yet."),
        gettext_lazy("“dunwell backup” makes one now, “dunwell worker” one each night."),
    ),
    AlertCode.BACKUP_LATE: (
        gettext_lazy("The newest backup is of {since} UTC."),
        gettext_lazy(
            "See that “dunwell worker” runs and the disk for backups has room; “dunwell backup” makes one now."
        ),
    ),
}
"""What is wrong, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Row:
    """An item with its sentences and where it leads."""

    item: Item
    title: str
    why: list[str]
    address: str
    days: int


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    icon: str
    words: str
    count: int
    rows: list[Row]

    @property
    def is_by_gain(self) -> bool:
        return any(row.item.gain for row in self.rows)


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The whole list by kinds, or one kind."""
    seen: dict[str, Any] = {"creditor_id": desk.creditor.pk, "as_of": desk.today, "rehearsal": desk.is_rehearsal}
    owners = leaves.of_names(desk.creditor, desk.by, desk.today) if request.GET.get("whose") == "mine" else ()
    own = today.customers_of(owners) if owners else None
    counts = today.counts(**seen) if own is None else today.counts_of(own, **seen)
    kind = request.GET.get("kind", "")
    shown = [one for one in counts if one == kind] or list(counts)
    limit = ROWS_MAX if kind in counts else ROWS_OF_KIND
    groups = [_group(desk, one, counts[one], limit, own) for one in shown]
    context = {
        "section": "today",
        "groups": groups,
        "kinds": [(one, KINDS[one][1], counts[one]) for one in counts],
        "kind": kind if kind in counts else "",
        "owners": owners,
        "total": sum(counts.values()),
        "sources": freshness.sources(desk.creditor, desk.now),
    }
    return answer.page(request, desk, "today.html", context)


def numbers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The figures above the list; they need every receivable, so the page does not wait for them."""

    def make() -> tuple[list[Figures], list[tuple[rights.Ending, int]]]:
        return figures.book(as_of=desk.today, rehearsal=desk.is_rehearsal), barred(desk)

    kept = counted.of(request, desk, "figures-barred", make)
    if kept is None:
        return answer.part(request, desk, "part_figures_wait.html", {"after": counted.AGAIN_S})
    found, barred_ = kept.value
    context = {
        "counted": kept,
        "figures": found,
        "promised": [one for one in found if one.promises],
        "promises": sum(one.promises for one in found),
        "received": [one for one in found if one.payments],
        "payments": sum(one.payments for one in found),
        "barred": barred_,
        "alerts": [
            _alert(one)
            for one in alerts.of(
                desk.creditor,
                today=desk.today,
                now=desk.now,
                rehearsal=desk.is_rehearsal,
                is_stopped=desk.is_stopped,
            )
        ],
        **_ahead(request, desk, found[0].currency if found else ""),
    }
    return answer.part(request, desk, "part_figures.html", context)


def _ahead(request: HttpRequest, desk: Desk, currency: str) -> dict[str, Any]:
    """Of the main currency: how collecting goes, and what will come in; counted once a day, and left out until it is there."""
    if not currency:
        return {}
    told = reports.of_today(request, desk, once_a_day=True)
    coming = outlook.of_today(request, desk, WEEKS_AHEAD, once_a_day=True)
    return {
        "headlines": reports.headlines(told.value, currency) if told else [],
        "coming": outlook.chart(coming.value[0], currency) if coming and currency in coming.value[0].open else None,
        "weeks": WEEKS_AHEAD,
    }


def _alert(one: Alert) -> tuple[str, str]:
    """What is wrong, and what to do."""
    said, remedy = ALERTS[one.code]
    return str(said).format(since=formats.localize(one.since)), str(remedy)


def barred(desk: Desk) -> list[tuple[rights.Ending, int]]:
    """The first debts whose limitation ends soon or is over, each with its document."""
    found = rights.ending(desk.creditor, desk.today)[:BARRED_MAX]
    rows = Receivable.objects.filter(pk__in=[one.receivable_id for one in found])
    documents = dict(rows.values_list("pk", "invoice_id"))
    return [(one, documents[one.receivable_id]) for one in found]


@require_POST
def run(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Run the creditor's day now: the same as every morning's."""
    try:
        done = day.run(
            desk.creditor, desk.today, now=desk.now, today=desk.today, by=desk.by, folder=desk.folder / "rehearsal"
        )
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), desk.url("today"))
    said = _("The day was run: {messages} written, {waiting} to approve, {tasks} tasks, {sent} sent.").format(
        messages=done.planned.messages, waiting=done.planned.waiting, tasks=done.planned.tasks, sent=done.sent
    )
    return answer.done(request, said, desk.url("today"))


def _group(desk: Desk, kind: str, count: int, limit: int, own: frozenset[int] | None) -> Group:
    icon, words = KINDS[kind]
    items = today.items(
        kind,
        creditor_id=desk.creditor.pk,
        as_of=desk.today,
        rehearsal=desk.is_rehearsal,
        limit=limit,
        policies=policies.load_all().values() if kind == "task" else (),
        own=own,
    )
    return Group(kind, icon, str(words), count, [_row(desk, item) for item in items])


def _row(desk: Desk, item: Item) -> Row:
    title, why = _SAID[item.kind](item)
    # A task's words are the program's own; all others are a person's or a file's.
    words = finding(item.words) if item.kind == "task" else item.words
    return Row(item, title, [*why, *filter(None, [words])], _address(desk, item), (desk.today - item.since).days)


def _address(desk: Desk, item: Item) -> str:
    if item.kind in ("approval", "unknown"):
        return desk.url("message", item.number)
    if item.kind == "reply":
        return f"{desk.url('replies')}#{item.step}{item.number}"
    if item.kind == "task" and item.what == "call" and desk.may("collector"):
        return f"{desk.url('customer-call', item.customer_id)}?task={item.number}"
    if item.kind == "task" and item.what == "care" and item.step in talks.CAUSES and desk.may("collector"):
        return desk.url("customer-talk", item.customer_id)
    if item.kind == "task" and item.step == check_ins.STEP and desk.may("collector"):
        return desk.url("customer-check-in", item.customer_id)
    if item.kind == "dispute" and desk.may("approver"):
        return desk.url("dispute-answer", item.number)
    if item.kind == "credit" and desk.may("approver"):
        return desk.url("credit", item.number)
    if item.kind == "task" and item.what == "letter" and desk.may("collector"):
        return desk.url("letter-posted", item.number)
    if item.kind == "task" and item.what in tasks.OUTCOMES and desk.may("collector"):
        return desk.url("task", item.number)
    return desk.url("customer", item.customer_id) if item.customer_id else ""


def _of_message(item: Item) -> tuple[str, list[str]]:
    told = [one for one in item.reasons.split(reasons.SEPARATOR) if one.startswith("needs_approval")]
    return f"{labels.word('step', item.step)} · {labels.word('channel', item.what)}", labels.sentences(
        reasons.SEPARATOR.join(told)
    )


def _of_task(item: Item) -> tuple[str, list[str]]:
    step = (
        [_("The forecast fears that this stays unpaid for long: a word now, before it is late.")]
        if item.step == EARLY_CALL
        else []
        if item.step in ("", item.what)
        else [_("Step “{step}” of the policy.").format(step=labels.word("step", item.step))]
    )
    turns = (
        [_("Of this about {sum} may turn on a call.").format(sum=look.money_short(item.gain, locale()))]
        if item.gain
        else []
    )
    beyond = [_("Past today’s calls: tomorrow will do.")] if item.is_beyond else []
    return labels.word("step", item.what), [*step, *turns, *beyond]


def _of_reply(item: Item) -> tuple[str, list[str]]:
    if item.step == "s":
        return _("Nobody knows whose"), []
    return labels.word("proposal" if item.step == "p" else "page_answer", item.what), []


def _of_promise(item: Item) -> tuple[str, list[str]]:
    return _("Promised, not paid"), [_("Invoice {number}").format(number=item.what)]


def _of_plan(item: Item) -> tuple[str, list[str]]:
    return _("Asks for a payment schedule"), [_("It goes beyond the policy: agree or decline.")]


def _of_dispute(item: Item) -> tuple[str, list[str]]:
    told = [_("Invoice {number}").format(number=item.step)]
    if item.until:
        who = item.owner or _("somebody")
        told.append(_("{owner} answers by {day}.").format(owner=who, day=date_format(item.until, "j E")))
    return labels.word("cause", item.what), told


def _of_credit(item: Item) -> tuple[str, list[str]]:
    return labels.word("credit", item.what), [_("Invoice {number}").format(number=item.step)]


def _of_money(item: Item) -> tuple[str, list[str]]:
    if item.what == "credit_note":
        return _("Credit note with something left"), [_("Letters deduct it from what is due.")]
    return _("Payment that fits nothing"), [_("It holds its payer's reminders until it is set.")]


def _of_finding(item: Item) -> tuple[str, list[str]]:
    return finding(item.step), [finding(item.reasons)] if item.reasons else []


_SAID = {
    "unknown": _of_message,
    "approval": _of_message,
    "reply": _of_reply,
    "task": _of_task,
    "broken": _of_promise,
    "plan": _of_plan,
    "dispute": _of_dispute,
    "credit": _of_credit,
    "money": _of_money,
    "blocking": _of_finding,
    "finding": _of_finding,
}
