"""How results look in a terminal: few lines, every number with its reason, and what to type next."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dunwell.cli.context import as_json, out
from dunwell.core import reasons
from dunwell.core.money import Money
from dunwell.run import forecasting, freshness, letters_preview
from dunwell.run.day import Day
from dunwell.run.deliver import Delivery
from dunwell.run.desk import Planned
from dunwell.run.freshness import Source
from dunwell.run.ingest import Summary
from dunwell.run.letters import Letter
from dunwell.run.plan import outcome_counts
from dunwell.run.stories import Told
from dunwell.run.watch import Taken
from dunwell.run.work import Row
from dunwell.store.models import Creditor

err = Console(stderr=True, highlight=False)

COUNT_WORDS = {
    "customers": "customers named",
    "invoices_new": "new documents",
    "invoices_same": "the same as before",
    "facts_changed": "facts changed (old and new kept)",
    "payments_reported": "payments reported by the sheet",
    "payments_new": "new payments",
    "payments_same": "payments known already",
    "rows_older": "rows older than what is known",
    "rows_refused": "rows refused",
    "entries_new": "new entries of the statement",
    "entries_same": "entries known already",
    "entries_refused": "entries of an account that is not known to be yours",
    "not_booked": "entries not booked yet: they settle nothing",
    "own_transfers": "transfers between your own accounts",
    "payments_taken_back": "payments taken back or refunded",
    "returns_unclear": "sums that went out and may take a payment back",
    "missing_from_complete_file": "open documents missing from the file: their chase waits",
}


def understood(said: dict[str, Any], *, json: bool) -> None:
    """What a file was taken for."""
    if json:
        as_json(said)
        return
    columns = said.get("columns", {})
    if said.get("format") == "table":
        encoding = f" ({said['encoding']})" if said.get("encoding") else ""
        out.print(f"{escape(str(said['file']))}: {said['rows']:,} rows of {said['kind']}{encoding}")
    else:
        apart = ("columns", "warnings", "questions", "findings")
        for name, value in said.items():
            if name not in apart:
                out.print(f"  {name}: {escape(str(value))}")
    for header, field in columns.items():
        out.print(f"  {escape(header)} → {field or 'not read'}")
    for line in (*said.get("questions", ()), *said.get("findings", ()), *said.get("warnings", ())):
        out.print(f"  [yellow]{escape(line)}[/]")


def imported(name: str, summaries: list[Summary], *, json: bool) -> None:
    if json:
        files = [_as_summary(one) for one in summaries]
        as_json(files[0] if len(files) == 1 else {"file": name, "kind": "archive", "files": files})
        return
    for summary in summaries:
        _imported(summary)


def _as_summary(summary: Summary) -> dict[str, Any]:
    return {
        "file": summary.file,
        "kind": summary.kind,
        "rows": summary.rows,
        **summary.counts,
        "first_changes": summary.changes,
        "findings": summary.findings_total,
        "first_findings": [str(finding) for finding in summary.findings],
    }


def _imported(summary: Summary) -> None:
    out.print(f"[bold]{summary.file}[/]: {summary.rows:,} rows of {summary.kind}")
    for key, words in COUNT_WORDS.items():
        if summary.counts[key]:
            out.print(f"  {summary.counts[key]:>9,}  {words}")
    for change in summary.changes:
        out.print(f"             {escape(change)}")
    if summary.findings_total:
        out.print(f"  {summary.findings_total:>9,}  findings")
    for finding in summary.findings:
        out.print(f"             [yellow]{escape(str(finding))}[/]")
    if summary.findings_total > len(summary.findings):
        out.print("             … `dunwell work` lists them all; --findings FILE writes the rows to be repaired.")


def taken(one: Taken) -> None:
    """What came of a file of a watched folder."""
    if one.refusal:
        out.print(f"[bold]{escape(one.file)}[/] [red]was refused:[/] {escape(one.refusal)}")
    for summary in one.summaries:
        _imported(summary)


def planned(creditor: Creditor, plan: Planned, now: datetime, *, json: bool) -> None:
    proposal = plan.proposal
    assert proposal is not None
    if json:
        as_json(
            {
                "creditor": creditor.slug,
                "as_of": plan.as_of,
                "receivables": plan.receivables,
                "outcomes": outcome_counts(proposal),
                "reasons": dict(plan.reasons),
                "actions": proposal.actions.drop("copies").to_dicts(),
            }
        )
        return
    out.print(f"[bold]{creditor.name}[/], {plan.as_of}: {_counted(plan.receivables, 'open receivable')}")
    table = Table(box=None, padding=(0, 2))
    for title in ("receivables", "outcome", "reason"):
        table.add_column(title, justify="right" if title == "receivables" else "left")
    for head, count in plan.reasons.most_common():
        code, _, reason = head.partition(": ")
        table.add_row(f"{count:,}", reasons.OUTCOMES[code]["en"], _sentence(reason))
    out.print(table)
    actions = proposal.actions
    messages, tasks = actions.filter(actions["task"].is_null()), actions.filter(actions["task"].is_not_null())
    waiting = int(messages["needs_approval"].sum())
    out.print(
        f"{_counted(messages.height, 'message')} ({waiting:,} wait for approval), {_counted(tasks.height, 'task')} for people"
    )
    if plan.reasons["hold: stale_money"]:
        _stale(creditor, now)


def _stale(creditor: Creditor, now: datetime) -> None:
    """Whose payments are awaited: of several sources the stalest holds the chase."""
    known = freshness.sources(creditor, now)
    if not known:
        out.print("[yellow]No payments are known yet. When all are entered, say so: `dunwell cover bank DATE`.[/]")
        return
    source, until = known[0].name, known[0].until
    out.print(
        f"[yellow]Payments of {escape(source)} are entered up to {until}. When all later ones are too, say so: "
        f"`dunwell cover {escape(repr(source) if ' ' in source else source)} DATE`, or import with --covered-until DATE.[/]"
    )


def day(creditor: Creditor, done: Day, folder: Path, now: datetime, *, json: bool) -> None:
    plan = done.planned
    if json:
        as_json(
            {
                "creditor": creditor.slug,
                "as_of": done.as_of,
                "rehearsal": done.rehearsal,
                "allocations": done.money.allocations,
                "unapplied": done.money.unapplied,
                "receivables": plan.receivables,
                "outcomes_changed": plan.outcomes_changed,
                "reasons": dict(plan.reasons),
                "messages": plan.messages,
                "waiting": plan.waiting,
                "tasks": plan.tasks,
                "findings": len(plan.findings),
                "sent": done.sent,
                "withdrawn": dict(done.withdrawn),
                "failed": done.failed,
                "unknown": done.unknown,
                "halted": done.halted,
            }
        )
        return
    out.print(
        f"money: {done.money.allocations:,} allocations made, {done.money.unapplied:,} payments stay with a person"
    )
    planned(creditor, plan, now, json=False)
    words = "written as files" if done.rehearsal else "sent"
    out.print(
        f"[bold]{_counted(done.sent, 'message')} {words}[/], {plan.waiting:,} wait for approval, {_counted(plan.tasks, 'new task')}"
    )
    for reason, count in done.withdrawn.items():
        out.print(f"  {count:,} withdrawn at the last moment: {reason}")
    if done.unknown or done.failed:
        out.print(f"  [yellow]{done.failed:,} failed, {done.unknown:,} of unknown outcome: see `dunwell work`[/]")
    if done.halted:
        out.print(f"  [yellow]delivery halted: {escape(done.halted)}[/]")
    for finding in plan.findings[:10]:
        out.print(f"  [yellow]{escape(str(finding))}[/]")
    if done.rehearsal and done.sent:
        out.print(f"Look at the letters in {folder / done.as_of.isoformat()}")


def delivery(done: Delivery, *, json: bool) -> None:
    if json:
        as_json(
            {
                "sent": done.sent,
                "failed_temporary": done.failed_temporary,
                "failed_permanent": done.failed_permanent,
                "unknown": done.unknown,
                "withdrawn": dict(done.withdrawn or {}),
                "halted": done.halted,
                "braked_runs": [one.run_id for one in done.braked],
                "no_way": dict(done.no_way or {}),
                "tomorrow": done.tomorrow,
            }
        )
        return
    out.print(
        f"{done.sent:,} sent, {done.failed_temporary:,} to be tried again, {done.failed_permanent:,} refused for good"
    )
    if done.unknown:
        out.print(
            f"[yellow]{done.unknown:,} of unknown outcome: `dunwell work` shows them, `dunwell settle` decides[/]"
        )
    for reason, count in (done.withdrawn or {}).items():
        out.print(f"  {count:,} withdrawn: {reason}")
    for one in done.braked:
        usual = (
            f"usual are {one.usual:.0f}"
            if one.usual
            else "and there is no usual yet: it is the first live run that writes"
        )
        out.print(
            f"[yellow]run {one.run_id} made {one.messages:,} messages, {usual}: "
            f"look at them, then `dunwell brake {one.run_id} --release`[/]"
        )
    for channel, count in (done.no_way or {}).items():
        out.print(f"[yellow]{count:,} messages wait: no {channel} channel is set (`dunwell channel {channel} …`)[/]")
    if done.tomorrow:
        out.print(f"[yellow]{done.tomorrow:,} wait: the day's limit of the channel is reached[/]")
    if done.halted:
        out.print(f"[yellow]halted: {escape(done.halted)}[/]")


def stories(found: list[Told], locale: str, *, json: bool) -> None:
    if json:
        as_json([_as_data(told, locale) for told in found])
        return
    for told in found:
        out.print()
        out.print(
            f"[bold]{escape(told.number)}[/]  {escape(told.customer)}  {Money(told.amount, told.currency)}"
            f", open {Money(told.balance, told.currency)}, due {told.due_date}"
        )
        for on, what, details in told.events:
            out.print(f"  {on}  {escape(what)}  [dim]{escape(details)}[/]")
        for sentence in forecasting.sentences(told.forecast, locale) if told.forecast else ():
            out.print(f"  ~ {escape(sentence)}")
        story = told.story
        if story is None:
            out.print("  → settled or not yet issued: nothing will happen by itself")
            continue
        table = Table(box=None, padding=(0, 1), title=f"policy {story.policy}", title_justify="left")
        for title in ("step", "planned", "now", "state", ""):
            table.add_column(title)
        for rung in story.ladder:
            words = reasons.sentences(rung.reason, locale) if rung.reason else []
            table.add_row(rung.step, str(rung.planned_on or ""), str(rung.on or ""), rung.state, " ".join(words))
        out.print(table)
        for kind, reason, since, until in story.pauses:
            out.print(f"  {kind} since {since}{f' until {until}' if until else ''}: {reason or ''}")
        for sentence in story.sentences(locale):
            out.print(f"  → {escape(sentence)}")
        out.print(f"  → next: {story.next_on or 'only a person or a new fact moves it'}")


def letters(written: list[Letter], *, limit: int, html: Path | None) -> None:
    good = [one for one in written if one.draft and not one.findings]
    for number, letter in enumerate(good[:limit]):
        draft = letter.draft
        assert draft is not None
        out.rule(f"{letter.action['step'] or letter.action['purpose']} · {draft.channel} · {draft.locale}")
        out.print(f"[bold]To:[/] {escape(', '.join(draft.to))}")
        if draft.cc:
            out.print(f"[bold]Cc:[/] {escape(', '.join(draft.cc))}")
        out.print(f"[bold]Subject:[/] {escape(draft.subject)}")
        out.print()
        out.print(escape(draft.text))
        if html and draft.html:
            html.mkdir(parents=True, exist_ok=True)
            (html / f"{number + 1:03} {draft.content_key} {draft.locale}.html").write_text(
                letters_preview.standalone_html(draft), "utf-8"
            )
    out.rule()
    out.print(f"{min(limit, len(good)):,} of {len(good):,} letters shown")
    for letter in written:
        for finding in letter.findings:
            out.print(f"[yellow]not written: {escape(str(finding))}[/]")


def sources(found: list[Source]) -> None:
    """The money data that an approval stands on."""
    for one in found:
        out.print(f"[red]{escape(str(one))}[/]" if one.is_late else f"[dim]{escape(str(one))}[/]")
    if not found:
        out.print("[yellow]No source of payments yet: nobody is asked for money live.[/]")


def work(rows: list[Row], *, json: bool) -> None:
    if json:
        as_json(
            [
                {"kind": one.kind, "number": one.number, "who": one.who, "why": one.why, "command": one.command}
                for one in rows
            ]
        )
        return
    if not rows:
        out.print("Nothing waits for a person.")
        return
    table = Table(box=None, padding=(0, 1))
    for title in ("", "no.", "who", "why", "what to type"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(row.kind, str(row.number), escape(row.who), escape(row.why), escape(row.command))
    out.print(table)


def simulations(found: dict, *, json: bool) -> None:
    if json:
        as_json({name: {**one.counts(), "by_step": one.by("step").to_dicts()} for name, one in found.items()})
        return
    table = Table(box=None, padding=(0, 2))
    table.add_column("")
    for name in found:
        table.add_column(name, justify="right")
    figures = {name: one.counts() for name, one in found.items()}
    for figure in next(iter(figures.values())):
        table.add_row(figure.replace("_", " "), *(f"{counts[figure]:,}" for counts in figures.values()))
    out.print(table)
    for name, one in found.items():
        out.print(
            f"[bold]{name}[/], steps: "
            + ", ".join(f"{row['step']} {row['count']:,}" for row in one.by("step").to_dicts())
        )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _sentence(code: str) -> str:
    found = reasons.sentences(code, "en") if code else []
    return " ".join(found) if found else code


def _as_data(told: Told, locale: str) -> dict:
    story = told.story
    return {
        "number": told.number,
        "customer": told.customer,
        "amount": told.amount,
        "balance": told.balance,
        "currency": told.currency,
        "due_date": told.due_date,
        "events": [{"on": on, "what": what, "details": details} for on, what, details in told.events],
        "policy": story.policy if story else None,
        "outcome": story.code if story else None,
        "step": story.step if story else None,
        "reasons": story.reasons if story else None,
        "sentences": story.sentences(locale) if story else [],
        "next_on": story.next_on if story else None,
        "forecast": forecasting.sentences(told.forecast, locale) if told.forecast else [],
        "ladder": [
            {"step": one.step, "planned_on": one.planned_on, "on": one.on, "state": one.state, "reason": one.reason}
            for one in (story.ladder if story else ())
        ],
    }
