"""`dunwell digest …`: the morning mail to the company's own people."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import ByOption, CreditorOption, Language
from dunwell.run import digest

Context = typer.Context
NameArgument = Annotated[str, typer.Argument(help="The name that the person signs in with.")]

app = typer.Typer(help="The morning digest of the company's own people.", no_args_is_help=True)


@app.command("list")
def list_(context: Context, creditor: CreditorOption = "") -> None:
    """Who gets it, where, and in which language."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    for one in digest.readers(chosen, wiring.today(chosen.timezone)):
        state = "off" if not one.wanted else one.address or "no address: `dunwell digest on NAME --to …`"
        out.print(f"{one.who} ({one.role}, {one.locale}): {state}", markup=False)


@app.command()
def on(
    context: Context,
    name: NameArgument,
    to: Annotated[str, typer.Option(help="The address; the known one without it.")] = "",
    language: Annotated[Language | None, typer.Option(help="The creditor's without it.")] = None,
    creditor: CreditorOption = "",
    by: ByOption = "",
) -> None:
    """Send it to somebody each working morning."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    day, who = wiring.today(chosen.timezone), by or cli.who()
    one = digest.choose(chosen, name, wanted=True, address=to, locale=language or "", on=day, by=who)
    out.print(f"{one.who} gets it at {one.address}, in {one.locale}", markup=False)


@app.command()
def off(context: Context, name: NameArgument, creditor: CreditorOption = "", by: ByOption = "") -> None:
    """Send it to somebody no longer."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    digest.choose(chosen, name, wanted=False, on=wiring.today(chosen.timezone), by=by or cli.who())
    out.print(f"{name} gets no digest any more", markup=False)


@app.command()
def show(context: Context, name: NameArgument, creditor: CreditorOption = "") -> None:
    """What somebody would be told now."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    known = {one.who: one for one in digest.readers(chosen, wiring.today(chosen.timezone))}
    if name not in known:
        raise digest.NotAReader(name=name)
    written = digest.text(chosen, known[name], wiring.now())
    out.print(f"{written[0]}\n\n{written[1]}" if written else "nothing to say", markup=False)


@app.command()
def send(context: Context, creditor: CreditorOption = "") -> None:
    """Send it now to everybody who has not had it today; a worker does so by itself after the day's run."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    out.print(f"{digest.run(chosen, wiring.now(), folder=wiring.rehearsal_folder)} sent")
