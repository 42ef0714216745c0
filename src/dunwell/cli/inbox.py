"""`dunwell inbox …` takes mail in, `dunwell reply` settles what was read in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.run import answers, inbox, inbox_mail, mailboxes
from dunwell.run.inbox_mail import Taken

Context = typer.Context
CreditorOption = Annotated[str, typer.Option("--creditor", "-c", help="Whose books; needed when there are several.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="The day it counts from; today without it.")]
WhyOption = Annotated[str, typer.Option(help="For the record.")]
ByOption = Annotated[str, typer.Option(help="Who; you, as the machine knows you, without it.")]
NUMBER = typer.Argument(help="Number of the proposal, as `dunwell work` shows it.")

app = typer.Typer(help="Replies: taken in, matched to their customer, read.", no_args_is_help=True)


@app.command("import")
def import_(
    context: Context,
    path: Annotated[Path, typer.Argument(help="An .eml file, or a folder of them.")],
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Take mail from files. The same mail again changes nothing."""
    chosen = cli.chosen(context, creditor)
    for one in inbox_mail.files(chosen, path, on=cli.day(context, chosen, as_of), by=cli.who()):
        _say(one)


@app.command()
def connect(
    context: Context,
    settings: Annotated[
        list[str], typer.Option("--set", help="name=value: host, username, password, port, security, folder")
    ],
    creditor: CreditorOption = "",
) -> None:
    """Say in which mailbox replies arrive (IMAP), and try it; it is only ever read."""
    chosen = cli.chosen(context, creditor)
    mailboxes.connect(chosen, dict(one.partition("=")[::2] for one in settings))
    out.print("the mailbox answers; `dunwell inbox fetch` takes what is new")


@app.command()
def fetch(
    context: Context,
    creditor: CreditorOption = "",
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and take each mail as it comes (IDLE).")] = False,
) -> None:
    """Take what is new in the mailbox; nothing in it is marked or moved."""
    chosen = cli.chosen(context, creditor)
    wiring = cli.wiring(context)
    if watch:
        for one in mailboxes.watch(chosen, lambda: wiring.today(chosen.timezone)):
            _say(one)
        return
    taken = mailboxes.fetch(chosen, on=wiring.today(chosen.timezone))
    for one in taken:
        _say(one)
    out.print(f"{len(taken):,} mails are new")


@app.command()
def match(
    context: Context,
    mail: Annotated[int, typer.Argument(help="Number of the mail, as `dunwell work` shows it.")],
    customer: Annotated[str, typer.Argument(help="Whose it is: external id or exact name.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Say whose mail it is that fitted nobody; it is then read like any other."""
    chosen = cli.chosen(context, creditor)
    made = inbox.match(chosen, mail, customer, on=cli.day(context, chosen, as_of), by=by or cli.who(), why=why)
    out.print(f"mail {mail} is of {customer}; {len(made)} proposals")


@app.command("list")
def list_(
    context: Context,
    creditor: CreditorOption = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """What was read in replies and waits for a person, beside the customer's own words."""
    rows = inbox.waiting(cli.chosen(context, creditor))
    if json:
        as_json([{name: getattr(one, name) for name in one.__slots__} for one in rows])
        return
    for one in rows:
        out.rule(f"proposal {one.number}: {one.customer}")
        out.print(f"{one.kind}: {_values(one.values)}", markup=False)
        out.print(f"“{one.quotation}” ({one.confidence:.0%}); matched by {one.basis}: {one.evidence}", markup=False)
        out.print(one.text, markup=False)
        for warning in one.warnings:
            out.print(warning, markup=False)


@app.command()
def corrections(context: Context, creditor: CreditorOption = "") -> None:
    """What people made of the readings, one JSON object per line: to learn from, and to see how well the reader does."""
    for line in inbox.corrections(cli.chosen(context, creditor)):
        typer.echo(line)


def reply(
    context: Context,
    number: Annotated[int, NUMBER],
    accept: Annotated[bool, typer.Option("--accept", help="Record it as it stands.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Record nothing; the chase goes on.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Record it otherwise: until=2026-04-14, amount=500, cause=quality …"),
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Only write a draft of the answer to the customer.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the decision back; what it recorded ends.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Settle what was read in a reply: accept it, change it, reject it, or take that back."""
    if sum((accept, reject, bool(settings), draft, undo)) != 1:
        raise typer.BadParameter("say one of --accept, --reject, --set name=value, --draft, --undo")
    chosen = cli.chosen(context, creditor)
    if draft:
        text = answers.draft(chosen, number)
        out.print(text or "this one needs your own words", markup=False)
        return
    who: dict[str, Any] = {"on": cli.day(context, chosen, as_of), "by": by or cli.who(), "why": why}
    if reject:
        decision = inbox.reject(chosen, number, **who)
    elif undo:
        decision = inbox.reopen(chosen, number, **who)
    elif settings:
        decision = inbox.edit(chosen, number, dict(_pair(one) for one in settings), **who)
    else:
        decision = inbox.accept(chosen, number, **who)
    made = ", ".join(f"{what} {subject}" for what, subject in decision.effects)
    out.print(f"proposal {number} is {decision.outcome}{f': {made}' if made else ''}")


def _pair(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    return name, value.split(",") if name == "invoices" else value


def _values(values: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _say(one: Taken) -> None:
    whose = f"{one.customer} (by {one.basis.value.replace('_', ' ')})" if one.customer else "nobody we know"
    again = "" if one.is_new else ", known already"
    numbers = f"; proposals {', '.join(map(str, one.proposals))}" if one.proposals else ""
    out.print(f"mail {one.number}: {one.kind.value} of {whose}{again}{numbers}{f'; {one.did}' if one.did else ''}")
