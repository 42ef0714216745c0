"""`dunwell folder`: papers for people to take along or to sign."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli import news
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, WhyOption
from dunwell.run import folder
from dunwell.run.folder import Wanted

Context = typer.Context


def command(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    kind: Annotated[
        Literal["visit", "talk", "restructuring", "termination"],
        typer.Option(help="A folder for a visit, the agenda of a talk, a proposal in parts, the end of a contract."),
    ] = "visit",
    parts: Annotated[int, typer.Option(help="Of a proposal: how many monthly parts, 2 to 4.")] = 3,
    ends: Annotated[str, typer.Option("--on", help="The day on which a contract ends; in 30 days without it.")] = "",
    basis: Annotated[str, typer.Option(help="What allows a contract to end: the clause or the article.")] = "",
    file: Annotated[Path | None, typer.Option("--out", help="The PDF to write; KIND.pdf without it.")] = None,
    mail: Annotated[bool, typer.Option("--mail", help="Show the e-mail that brings a proposal or a notice.")] = False,
    send: news.SendOption = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Make a paper for a person: the folder of a visit, a talk's agenda, a proposal in parts, a notice that a contract ends."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    now = datetime.combine(on, time(12), UTC) if as_of else cli.wiring(context).now()
    wanted = Wanted(kind, parts, cli.parsed(ends) if ends else None, basis)
    if mail or send:
        news.refuse_other_day(context, chosen, on)
        news.finish(chosen, folder.letter(chosen, customer, wanted, on=on, now=now), send=send, by=by, why=why)
        return
    printed = folder.pdf(chosen, customer, wanted, on=on, now=now)
    place = file or Path(f"{kind}.pdf")
    place.write_bytes(printed)
    out.print(f"{place}: nothing is sent; a person reads it, and signs what is to be signed", markup=False)
