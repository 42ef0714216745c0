"""Disputes and the credit notes they lead to: who answers until when, how it ended, what accounting has still to issue."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli import show
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, WhyOption
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.run import credits, disputes, news, numbers
from dunwell.run.disputes import Answer
from dunwell.store import scope

Context = typer.Context
NUMBER = typer.Argument(help="Number of the dispute (`dunwell work`).")

credits_app = typer.Typer(help="Credit notes that we owe.", no_args_is_help=True)


def owner(
    context: Context,
    number: Annotated[int, NUMBER],
    who: Annotated[str, typer.Argument(help="Who looks after it.")],
    until: Annotated[str, typer.Option(help="YYYY-MM-DD: the client has an answer by then.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Say who answers a dispute, and until when."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    due_on = cli.parsed(until)
    disputes.assign(said.creditor, number, owner=who, due_on=due_on, **said.fact)
    out.print(f"dispute {number}: {who} answers by {due_on}")


def answer(
    context: Context,
    number: Annotated[int, NUMBER],
    outcome: Annotated[Literal["accepted", "rejected"], typer.Option(help="They are right, or the invoice is.")],
    words: Annotated[str, typer.Option(help="What you found, in the client's language: they read it.")],
    amount: Annotated[str | None, typer.Option(help="What is taken off; all that is contested without it.")] = None,
    send: Annotated[bool, typer.Option("--send", help="End it, and queue the letter that is shown.")] = False,
    told: Annotated[bool, typer.Option("--told", help="They know already: end it without a letter.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Answer a dispute: accepted, it becomes a credit note that we owe; rejected, the sum is asked for again. Shown first."""
    said = cli.said(context, creditor, as_of=as_of, by=by)
    with scope.of(said.creditor.pk):
        currency = disputes.of(number).receivable.currency
    found = Answer(outcome, cli.amount(amount, currency), words)
    prepared = None
    if not told:
        prepared = disputes.letter(said.creditor, number, found, on=said.on)
        show.letters([prepared.letter], limit=1, html=None)
        if not send:
            out.print("nothing is decided yet: add --send to end it and let exactly this letter go")
            return
    disputes.resolve(said.creditor, number, found, on=said.on, by=said.by)
    if prepared is not None:
        news.send(said.creditor, prepared, by=said.by, why=words)
    out.print(f"dispute {number} has ended: {outcome}")


@credits_app.command("list")
def list_(context: Context, creditor: CreditorOption = "") -> None:
    """What accounting has still to issue."""
    chosen = cli.chosen(context, creditor)
    with scope.of(chosen.pk):
        for due in credits.waiting(chosen):
            invoice = due.receivable.invoice
            sum_ = Money(due.amount, due.currency)
            out.print(
                f"{due.pk}: {sum_} on {invoice.number}, {invoice.customer.name} ({due.cause}, {due.effective_on})"
            )


@credits_app.command()
def issued(
    context: Context,
    number: Annotated[int, typer.Argument(help="Number of what we owe (`dunwell credits list`).")],
    document: Annotated[str, typer.Argument(help="Number of the credit note, as it stands in the books.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Accounting issued a credit note; an imported one that names the invoice is found by itself."""
    said = cli.said(context, creditor, as_of=as_of, by=by)
    credits.issued(said.creditor, number, document, on=said.on, by=said.by)
    out.print(f"{number} is settled by {document}")


@credits_app.command()
def refuse(
    context: Context,
    number: Annotated[int, typer.Argument(help="Number of what we owe (`dunwell credits list`).")],
    why: Annotated[str, typer.Option(help="For the record.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """There will be no credit note: what was set aside is asked for again."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    credits.refuse(said.creditor, number, **said.fact)
    out.print(f"{number} is refused")


@credits_app.command()
def numbering(
    context: Context,
    pattern: Annotated[str, typer.Argument(help="Such as CN-{year}-{number}; empty: accounting issues them.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Let Dunwell number credit notes and issue them at once, or leave them to accounting."""
    said = cli.said(context, creditor, as_of=as_of, by=by)
    numbers.set_pattern(said.creditor, DocumentKind.CREDIT_NOTE, pattern, on=said.on, by=said.by)
    out.print(f"credit notes are numbered {pattern}" if pattern else "accounting issues credit notes")
