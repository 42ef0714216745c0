"""`dunwell inbox …` takes mail in, `dunwell reply` settles what was read in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.run import answers, inbox, inbox_hook, inbox_mail, mailboxes, reader_lessons
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
    mailboxes.connect(chosen, dict(one.partition("=")[::2] for one in settings), by=cli.who())
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


@app.command()
def hook(
    context: Context,
    creditor: CreditorOption = "",
    off: Annotated[bool, typer.Option("--off", help="Take nothing from other programs any more.")] = False,
    by: ByOption = "",
) -> None:
    """Let another program bring replies (a mail server's pipe, a messenger's gateway); prints its address and secret once."""
    chosen = cli.chosen(context, creditor)
    who: dict[str, Any] = {"on": cli.wiring(context).today(chosen.timezone), "by": by or cli.who()}
    if off:
        inbox_hook.close(chosen, **who)
        out.print("nothing is taken from other programs any more")
        return
    secret = inbox_hook.open_to(chosen, **who)
    out.print(f"{chosen.public_url or 'https://…'}/p/hooks/{chosen.slug}/replies", markup=False)
    out.print(f"secret, shown this once: {secret}", markup=False)


@app.command()
def learn(context: Context, creditor: CreditorOption = "", by: ByOption = "", as_of: AsOfOption = None) -> None:
    """Let the reader learn from what people accepted and rejected; it is used where it then agrees with them more often."""
    chosen = cli.chosen(context, creditor)
    row = reader_lessons.learn(chosen, on=cli.day(context, chosen, as_of), by=by or cli.who())
    out.print(f"{row.words} words of people on {row.texts} replies")
    out.print(
        f"the shipped reader agrees with {row.agreed_before} of them, with the lesson it agrees with {row.agreed}"
    )
    out.print("the lesson is used from now on" if row.is_used else "the lesson is no better and is not used")


@app.command()
def quality(context: Context, creditor: CreditorOption = "") -> None:
    """Month by month, how often people took what was read as it was, changed it, or rejected it."""
    months = reader_lessons.quality(cli.chosen(context, creditor))
    if not months:
        out.print("nobody has settled a reply yet")
    for one in months:
        counts = f"{one.accepted} accepted, {one.edited} changed, {one.rejected} rejected"
        out.print(f"{one.first:%Y-%m}: {counts}: {one.right:.0%} were read right")


def reply(
    context: Context,
    number: Annotated[int, NUMBER],
    accept: Annotated[bool, typer.Option("--accept", help="Record it as it stands.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Record nothing; the chase goes on.")] = False,
    means: Annotated[
        str, typer.Option(help="With --reject: what the reply says instead (dispute, question …), to learn from.")
    ] = "",
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
        text = answers.draft(chosen, number, on=cli.day(context, chosen, as_of))
        out.print(text or "this one needs your own words", markup=False)
        return
    who: dict[str, Any] = {"on": cli.day(context, chosen, as_of), "by": by or cli.who(), "why": why}
    if reject:
        decision = inbox.reject(chosen, number, means=means, **who)
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
