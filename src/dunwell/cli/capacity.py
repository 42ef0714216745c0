"""Capacity and deadlines of work that has not begun: what a week holds, what waits, until when a place or a price is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, WhyOption
from dunwell.core.money import Money
from dunwell.run import creditors, deadlines, subjects

Context = typer.Context
app = typer.Typer(help="When work can begin, and until when a place or a price is kept.", no_args_is_help=True)


@app.command("set")
def set_(
    context: Context,
    units: Annotated[int, typer.Argument(help="Job-days a week: 5 for one pair of hands, 10 for two.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """How much a week holds; from then on requests before work name their start."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    deadlines.set_capacity(said.creditor, units, **said.fact)
    out.print(f"a week holds {units} job-days")


@app.command()
def job(
    context: Context,
    days: Annotated[int, typer.Argument(help="Working days that it takes.")],
    number: Annotated[str, typer.Option(help="Of this request before work.")] = "",
    title: Annotated[str, typer.Option(help="Other work that takes the same hands.")] = "",
    start: Annotated[str | None, typer.Option(help="YYYY-MM-DD, where its place is fixed.")] = None,
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Put work into the queue."""
    if bool(number) == bool(title):
        raise typer.BadParameter("say which request with --number, or what it is with --title")
    said = cli.said(context, creditor, as_of=as_of, by=by)
    starts_on = cli.parsed(start) if start else None
    made = deadlines.add_job(
        said.creditor, days, number=number, title=title, starts_on=starts_on, on=said.on, by=said.by
    )
    out.print(f"work {made.pk}: {number or title}, {days} days")


@app.command()
def done(
    context: Context,
    number: Annotated[int, typer.Argument(help="Number of the work (`dunwell capacity show`).")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Work is done or given up: its place is free."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    deadlines.end_job(said.creditor, number, **said.fact)
    out.print(f"work {number} leaves the queue")


@app.command()
def show(context: Context, creditor: CreditorOption = "", as_of: AsOfOption = None) -> None:
    """The queue, with the start of what has its place."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    for one, starts_on in deadlines.queue(chosen, on, rehearsal=not creditors.status(chosen).live):
        name = f"{one.invoice.number}, {one.invoice.customer.name}" if one.invoice else one.title
        out.print(f"{one.pk}: {name}, {one.days} days, {f'starts {starts_on}' if starts_on else 'waits'}")


@app.command()
def price(
    context: Context,
    number: Annotated[str, typer.Argument(help="The request before work.")],
    until: Annotated[str, typer.Option(help="YYYY-MM-DD: the last day of the old price.")],
    new: Annotated[str, typer.Option(help="What it comes to afterwards, such as 2852.00.")],
    evidence: Annotated[
        str, typer.Option(help="Why, with its source and date, in the client's language: they read it.")
    ],
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """A price that rises after a day for a reason outside: told once, never moved, done when the day has passed."""
    said = cli.said(context, creditor, as_of=as_of, by=by)
    currency = subjects.receivables_of(said.creditor, number)[0].currency
    rehearsal = not creditors.status(said.creditor).live
    made = deadlines.price(
        said.creditor, number, last_day=cli.parsed(until), new=Money.parse(new, currency), evidence=evidence,
        rehearsal=rehearsal, on=said.on, by=said.by,
    )  # fmt: skip
    out.print(f"{number}: the price holds until {made.last_day}, then {Money(made.new_total or 0, currency)}")
