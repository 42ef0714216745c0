"""Recurring documents: invoices on the same day of each month, and requests that open a prepaid period."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, JsonOption, WhyOption
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.recurring import Rhythm, Wanted
from dunwell.run import numbers, recurring, recurring_turns
from dunwell.store import scope

Context = typer.Context
app = typer.Typer(help="Documents that are issued again and again.", no_args_is_help=True)
NUMBER = typer.Argument(help="Number of the recurring document (`dunwell recurring list`).")
PREVIEWED = 3


@app.command("list")
def list_(context: Context, creditor: CreditorOption = "", as_of: AsOfOption = None, json: JsonOption = False) -> None:
    """The documents that run, each with the next three as they will be issued."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    with scope.of(chosen.pk):
        rows = recurring_turns.standing(chosen)
        coming = {row.pk: recurring_turns.preview(chosen, row, on, PREVIEWED) for row in rows}
    if json:
        cli.as_json([_plain(row.pk, row.customer.name, row.kind, coming[row.pk]) for row in rows])
        return
    for row in rows:
        paused = recurring_turns.paused_until(row, on)
        note = "" if paused is None else ", paused" if paused == date.max else f", paused until {paused}"
        out.print(f"{row.pk}: {row.customer.name}, {row.kind}: {row.what_for}{note}", markup=False)
        for one in coming[row.pk]:
            out.print(f"   {one.on}  {one.amount}  to pay by {one.due}  {one.what_for}{_charged(one)}", markup=False)


@app.command()
def add(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    amount: Annotated[str, typer.Option(help="What each document comes to, such as 1200.00.")],
    what_for: Annotated[str, typer.Option("--for", help="Its words; {month} becomes the months that it is for.")],
    first: Annotated[str, typer.Option(help="YYYY-MM-DD: the day of the first one.")],
    every: Annotated[int, typer.Option(help="Every so many months: 1, 2, 3, 6 or 12.")] = 1,
    day: Annotated[int, typer.Option(help="Day of the month, where not that of the first; 31 is the last day.")] = 0,
    last: Annotated[str, typer.Option(help="YYYY-MM-DD: none comes after it.")] = "",
    kind: Annotated[
        Literal["invoice", "request"], typer.Option(help="An invoice, or a request that opens a prepaid period.")
    ] = "invoice",
    ahead: Annotated[bool, typer.Option("--ahead", help="Each is for the months after its own.")] = False,
    days: Annotated[int, typer.Option(help="Days to pay where no terms are agreed; of a request, its validity.")] = 14,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Agree on a recurring document; the day's run issues it, and one that was missed is caught up once."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    rhythm = Rhythm(cli.parsed(first), every, day, cli.parsed(last) if last else None, ahead)
    wanted = Wanted(DocumentKind(kind), what_for, Money.parse(amount, said.creditor.currency), rhythm, days)
    made = recurring.begin(said.creditor, customer, wanted, **said.fact)
    out.print(f"recurring document {made.pk} begins on {rhythm.first}")


@app.command()
def price(
    context: Context,
    number: Annotated[int, NUMBER],
    amount: Annotated[str, typer.Argument(help="What each document comes to, such as 1300.00.")],
    since: Annotated[str, typer.Option(help="YYYY-MM-DD: from this day on.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Change the price from a day on; what was issued stays as it is."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    new = Money.parse(amount, said.creditor.currency)
    recurring.change_price(said.creditor, number, new, since=cli.parsed(since), **said.fact)
    out.print(f"{number}: {new} from {since} on")


@app.command()
def pause(
    context: Context,
    number: Annotated[int, NUMBER],
    since: Annotated[str, typer.Option(help="YYYY-MM-DD; today without it.")] = "",
    until: Annotated[str, typer.Option(help="YYYY-MM-DD, included; until `resume` without it.")] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Issue nothing for a while; what falls into it is left out, not caught up."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    first, last = cli.parsed(since) if since else said.on, cli.parsed(until) if until else None
    recurring.pause(said.creditor, number, since=first, until=last, **said.fact)
    out.print(f"{number} pauses from {first}{f' until {last}' if last else ''}")


@app.command()
def resume(
    context: Context,
    number: Annotated[int, NUMBER],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Go on today: its pauses end."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    recurring.resume(said.creditor, number, **said.fact)
    out.print(f"{number} goes on")


@app.command()
def end(
    context: Context,
    number: Annotated[int, NUMBER],
    undo: Annotated[bool, typer.Option("--undo", help="It goes on after all.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Issue it no more, or take that back."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    change = recurring.take_back_end if undo else recurring.end
    change(said.creditor, number, **said.fact)
    out.print(f"{number} {'goes on' if undo else 'is issued no more'}")


@app.command("numbers")
def numbers_(
    context: Context,
    kind: Annotated[Literal["invoice", "request"], typer.Argument(help="Which documents.")],
    pattern: Annotated[
        str, typer.Argument(help="Such as {year}-{number}, or {number:010}; empty: somebody else does.")
    ],
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """How documents that Dunwell issues are numbered: in a row, without gaps, after the highest in the books."""
    said = cli.said(context, creditor, as_of=as_of, by=by)
    numbers.set_pattern(said.creditor, DocumentKind(kind), pattern, on=said.on, by=said.by)
    out.print(f"{kind}s are numbered {pattern}" if pattern else f"Dunwell numbers no {kind}s", markup=False)


def _charged(one: recurring_turns.Coming) -> str:
    if one.is_charged:
        return ", charged automatically"
    return ", above what is charged automatically: asked for by letter" if one.is_above_agreed else ""


def _plain(number: int, customer: str, kind: str, coming: list[recurring_turns.Coming]) -> dict[str, object]:
    turns = [{"on": one.on, "amount": str(one.amount), "due": one.due, "what_for": one.what_for} for one in coming]
    return {"number": number, "customer": customer, "kind": kind, "next": turns}
