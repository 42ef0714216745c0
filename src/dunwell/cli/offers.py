"""Offers: a discount, a bonus or a cashback for paying in time, each with its rule, budget, floor and end."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, WhyOption
from dunwell.core.money import Money
from dunwell.core.offers import Offer, OfferKind, percent, points
from dunwell.run import offers
from dunwell.store import scope

Context = typer.Context
app = typer.Typer(help="Offers for paying in time.", no_args_is_help=True)


@app.command("list")
def list_(context: Context, creditor: CreditorOption = "", as_of: AsOfOption = None) -> None:
    """The offers that run, with what of their budget is told or earned."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    with scope.of(chosen.pk):
        for one in offers.running(chosen, on):
            used = Money(offers.spent(one, rehearsal=False), one.currency)
            budget = f"{used} of {Money(one.budget, one.currency)}" if one.budget else f"{used}, no limit"
            out.print(
                f"{one.name}: {one.kind} {percent(one.share)} within {one.days} days, until {one.until} ({budget})"
            )


@app.command()
def add(
    context: Context,
    name: Annotated[str, typer.Argument(help="What we call it; no other offer may ever have this name.")],
    kind: Annotated[Literal["discount", "bonus", "cashback"], typer.Option(help="What is given for what.")],
    share: Annotated[str, typer.Option(help="Percent of the invoice, such as 2 or 2.5.")],
    days: Annotated[int, typer.Option(help="Paid within so many days after issue, it is earned.")],
    until: Annotated[str, typer.Option(help="YYYY-MM-DD: the last day of the whole offer.")],
    margin: Annotated[str, typer.Option(help="Percent that you earn on what you sell.")],
    floor: Annotated[str, typer.Option(help="Percent of it that must remain.")],
    budget: Annotated[str | None, typer.Option(help="At most so much in all, such as 500.00.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="A word of invoice lines that earn nothing.")] = None,
    platform: Annotated[str, typer.Option(help="Of a cashback: where the review is left.")] = "",
    segment: Annotated[str, typer.Option(help="For one segment.")] = "",
    customer: Annotated[str, typer.Option(help="For one customer.")] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Decide on an offer; from the next run letters and pages tell it to everybody whom it fits."""
    chosen = cli.chosen(context, creditor)
    terms = Offer(
        kind=OfferKind(kind),
        share=points(share),
        days=days,
        until=cli.parsed(until),
        margin=points(margin),
        floor=points(floor),
        budget=cli.amount(budget, chosen.currency),
        excluded=tuple(exclude or ()),
        platform=platform,
    )
    on = cli.day(context, chosen, as_of)
    offers.make(chosen, name, terms, customer_name=customer, segment=segment, on=on, by=by or cli.who(), why=why)
    out.print(f"{name} runs until {terms.until}")


@app.command()
def end(
    context: Context,
    name: Annotated[str, typer.Argument(help="The offer (`dunwell offers list`).")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Make an offer to nobody else; those who were told of it keep it until their day."""
    chosen = cli.chosen(context, creditor)
    offers.end(chosen, name, on=cli.day(context, chosen, as_of), by=by or cli.who(), why=why)
    out.print(f"{name} is made to nobody else")
