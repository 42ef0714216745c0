"""What there is to see of the demo, as text: what happened on its last day and over its weeks, three letters, one story."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count

from dunwell.core import reasons
from dunwell.core.money import Money
from dunwell.engine import explain
from dunwell.run.day import Day
from dunwell.store import outbox_view, scope
from dunwell.store.models import (
    Creditor,
    Customer,
    FindingRecord,
    Invoice,
    Message,
    MessageContent,
    Payment,
    Receivable,
)

LANGUAGES = {"ru": "Russian", "bg": "Bulgarian", "en": "English"}
LETTER_LINES = 9
REASONS_SHOWN = 6
WEEKS_DAYS = 31


def write(creditor: Creditor, day: Day, folder: Path) -> str:
    """The summary that `dunwell demo` prints; `folder` is the program's data folder."""
    with scope.of(creditor.pk):
        parts = [
            _books(),
            _today(day),
            _weeks(creditor, day),
            _waiting(creditor),
            _letters(creditor),
            _story(day),
            _next(creditor, day, folder),
        ]
    return "\n\n".join(parts)


def _books() -> str:
    customers, invoices, payments = Customer.objects.count(), Invoice.objects.count(), Payment.objects.count()
    return f"The books: {customers} customers, {invoices} invoices and credit notes, {payments} payments, all imported from files."


def _today(day: Day) -> str:
    planned = day.planned
    lines = [
        f"The day, {day.as_of:%A %d %B %Y}, in rehearsal: nothing leaves this machine.",
        f"  open receivables looked at   {planned.receivables:6}   each with an outcome and its reason",
        f"  messages written             {planned.messages:6}",
        f"  waiting for approval         {planned.waiting:6}",
        f"  delivered as files           {day.sent:6}",
        f"  tasks for people             {planned.tasks:6}",
        f"  letters held by a check      {len(planned.findings):6}",
        "  the most frequent reasons:",
        *(f"    {count:6}  {_decision(head)}" for head, count in planned.reasons.most_common(REASONS_SHOWN)),
    ]
    return "\n".join(lines)


def _decision(head: str) -> str:
    """What was decided and why, in words: “waits: Next is …”."""
    code, _, reason = head.partition(": ")
    return f"{reasons.OUTCOMES[code]['en']}: {' '.join(reasons.sentences(reason, 'en'))}"


def _weeks(creditor: Creditor, day: Day) -> str:
    since = day.as_of - timedelta(WEEKS_DAYS)
    sent = Message.objects.filter(creditor=creditor, state="sent", sent_on__gte=since)
    total = sent.count()
    languages = _counted(sent.values_list("locale").annotate(n=Count("pk")))
    channels = _counted(sent.values_list("channel").annotate(n=Count("pk")))
    steps = _counted(sent.values_list("content").annotate(n=Count("pk")))
    lines = [
        f"The weeks before it: {total} messages, as the program would have sent them day by day.",
        "  by language  " + ", ".join(f"{LANGUAGES[name]} {count}" for name, count in languages.most_common()),
        "  by channel   " + ", ".join(f"{name} {count}" for name, count in channels.most_common()),
        "  by text      " + ", ".join(f"{name} {count}" for name, count in steps.most_common()),
    ]
    return "\n".join(lines)


def _counted(rows: Any) -> Counter[str]:
    return Counter(dict(rows))


def _waiting(creditor: Creditor) -> str:
    """What waits for a person, with one example each."""
    approvals = list(outbox_view.waiting(creditor.pk))
    tasks = list(outbox_view.open_tasks(creditor.pk))
    money = outbox_view.unmatched(creditor.pk)
    disputed = Receivable.objects.filter(dispute__isnull=False, dispute__ending=None).distinct()
    findings = FindingRecord.objects.filter(findingsettled=None)
    kinds = Counter(one.kind for one in tasks)
    lines = ["What waits for a person (`dunwell work`):"]
    lines.append(
        _line(
            "messages to approve",
            len(approvals),
            *(f"“{_content(one).subject}”, to {one.customer.name}" for one in approvals[:1]),
        )
    )
    for kind, count in kinds.most_common():
        example = next(one for one in tasks if one.kind == kind)
        lines.append(_line(f"tasks: {kind}", count, f"{example.customer.name}, since {example.due_on:%d %B}"))
    lines.append(
        _line("unmatched payments", len(money), *(f"{Money(one.left, one.currency)} from {one.who}" for one in money))
    )
    lines.append(_line("disputes", disputed.count(), *(f"invoice {one.invoice.number}" for one in disputed[:1])))
    lines.append(
        _line(
            "findings",
            findings.count(),
            *(f"{one.file_name}: {_of(one)}{one.message}" for one in findings.order_by("-pk")[:1]),
        )
    )
    return "\n".join(lines)


def _of(finding: FindingRecord) -> str:
    return f"{finding.receivable.invoice.number}. " if finding.receivable else ""


def _line(what: str, count: int, *examples: str) -> str:
    example = f"   for example {examples[0]}" if examples else ""
    return f"  {what:22} {count:4}{example}".rstrip()


def _letters(creditor: Creditor) -> str:
    """The newest letter of each language, as far as one sees it without opening it."""
    shown = []
    for locale in LANGUAGES:
        letters = Message.objects.filter(
            creditor=creditor, channel="email", locale=locale, purpose="request", state="sent"
        )
        letter = letters.select_related("customer").order_by("-slot_on", "level", "pk").first()
        if letter is not None:
            shown.append("\n".join(_shown(letter)))
    return "\n\n".join(shown)


def _shown(letter: Message) -> Iterator[str]:
    content = _content(letter)
    yield f"{LANGUAGES[letter.locale]}, step “{letter.step}”, {letter.slot_on:%d %B}, to {letter.customer.name}"
    yield f"  | {content.subject}"
    yield "  |"
    for line in content.text.splitlines()[:LETTER_LINES]:
        yield f"  | {line}".rstrip()
    yield "  | …"


def _content(letter: Message) -> MessageContent:
    return MessageContent.objects.get(message=letter)


def _story(day: Day) -> str:
    """The story of the invoice for which most was done."""
    seen = day.planned.portfolio
    assert seen is not None
    done = seen.steps_done.filter(seen.steps_done["state"] == "done").join(
        seen.receivables, on="receivable_id", how="semi"
    )
    if done.is_empty():
        return "No invoice has a story yet."
    (number, _) = done.group_by("receivable_id").len().sort("len", "receivable_id", descending=[True, False]).row(0)
    (story,) = explain.tell(seen, day.as_of, receivables={number})
    row = Receivable.objects.select_related("invoice__customer").get(pk=number)
    facts = dict(story.facts)
    lines = [
        f"Why? `dunwell explain {row.invoice.number}`: {row.invoice.customer.name}, policy “{story.policy}”, due {row.due_date:%d %B}, "
        f"open {Money(facts['balance'], row.currency)}"
    ]
    lines += [f"  {on:%d %B}  {step} {state}" for on, step, state in story.done]
    outcome, *why = story.sentences("en")
    lines += [f"  today       {outcome}: {' '.join(why)}"]
    if story.next_on:
        lines.append(f"  {story.next_on:%d %B}  the next day on which something will happen")
    return "\n".join(lines)


def _next(creditor: Creditor, day: Day, folder: Path) -> str:
    number = Receivable.objects.filter(creditor=creditor).order_by("-pk").values_list("invoice__number", flat=True)[0]
    lines = [
        "Where to look:",
        f"  the letters   {folder / 'rehearsal' / creditor.slug / day.as_of.isoformat()}",
        f"  the books     {folder / creditor.slug}",
        f"  a client's page, while `dunwell serve` or the demo runs: {_page(creditor)}",
        "What to try next:",
        f"  export DUNWELL_DATA={shlex.quote(str(folder))}",
        f"  dunwell work --creditor {creditor.slug}",
        f"  dunwell explain {number} --creditor {creditor.slug} --as-of {day.as_of}",
        f"  dunwell preview --creditor {creditor.slug} --as-of {day.as_of}",
    ]
    return "\n".join(lines)


def _page(creditor: Creditor) -> str:
    """The link of the newest letter, as its reader has it: the books do not know it, its words do."""
    letter = Message.objects.filter(creditor=creditor, had_link=True, state="sent").order_by("-pk").first()
    found = re.search(r"https?://\S+/p/\w+", _content(letter).text) if letter else None
    return found[0] if found else "none yet"
