"""`dunwell stopwork`: work that waits for payment; a person stops it after the letter that said so, the payment lifts it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, JsonOption, WhyOption
from dunwell.run import hooks, stop_work, subjects
from dunwell.store.models import Creditor

Context = typer.Context
CustomerArgument = Annotated[str, typer.Argument(help="External id or name.")]
app = typer.Typer(help="Let work wait for payment, or go on.", no_args_is_help=True)


@app.command("list")
def list_(context: Context, creditor: CreditorOption = "", as_of: AsOfOption = None, json: JsonOption = False) -> None:
    """Whose work waits for payment, and since when."""
    chosen = cli.chosen(context, creditor)
    rows = [
        {
            "customer": one.customer.name,
            "work": one.work,
            "since": str(one.effective_on),
            "basis": one.basis,
            "announced_on": str(one.announced_on),
            "told": one.told,
            "by": one.by,
        }
        for one in stop_work.standing(chosen, cli.day(context, chosen, as_of))
    ]
    if json:
        as_json(rows)
        return
    for row in rows:
        out.print(f"{row['customer']}: {row['work']}, waits since {row['since']} ({row['basis']})", markup=False)
    if not rows:
        out.print("nobody's work waits for payment")


@app.command()
def show(
    context: Context,
    customer: CustomerArgument,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """On what a stop would rest for a customer, and which letter has announced it."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    who = subjects.customer(chosen, customer)
    right, letter = stop_work.right_of(chosen, who, on), stop_work.announced(chosen, who, on)
    found = {
        "customer": who.name,
        "right": right.basis if right else None,
        "by_law": right.is_by_law if right else None,
        "work": right.work.value if right else None,
        "announced_on": str(letter.sent_on) if letter else None,
        "from": str(letter.starts_on) if letter else None,
    }
    if json:
        as_json(found)
        return
    out.print(f"{who.name}: " + (f"right to stop by {right.basis}" if right else "no right to stop work"), markup=False)
    out.print(
        f"announced on {letter.sent_on}, from {letter.starts_on} on" if letter else "no letter has announced it",
        markup=False,
    )


@app.command()
def begin(
    context: Context,
    customer: CustomerArgument,
    tell: Annotated[
        list[str] | None, typer.Option(help="Who of ours is told (again for more); who looks after them without it.")
    ] = None,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Let work stop from today, after the day that the letter named; our people and the other program are told."""
    chosen, now = _chosen(context, creditor, as_of)
    on = cli.day(context, chosen, as_of)
    row = stop_work.begin(chosen, customer, tell=tell or (), on=on, now=now, by=by or cli.who(), why=why)
    told = ", ".join(row.told) or "nobody"
    out.print(f"work for {row.customer.name} waits for payment ({row.basis}); told: {told}", markup=False)


@app.command()
def lift(
    context: Context,
    customer: CustomerArgument,
    outcome: Annotated[str, typer.Option(help="agreed or mistaken; a payment lifts it by itself.")] = "agreed",
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Let work go on although it is not paid."""
    chosen, now = _chosen(context, creditor, as_of)
    on = cli.day(context, chosen, as_of)
    end = stop_work.lift(chosen, customer, outcome=outcome, on=on, now=now, by=by or cli.who(), why=why)
    out.print(f"work for {end.stop.customer.name} goes on: {outcome}", markup=False)


@app.command()
def hook(
    context: Context,
    address: Annotated[str, typer.Argument(help="The https address that is told; without it, what nobody took.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Tell no program any more.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
) -> None:
    """Tell another program, signed and until it answers; shows the secret that proves it is us, once."""
    chosen = cli.chosen(context, creditor)
    if not address and not off:
        for one in hooks.untaken(chosen):
            out.print(f"{one.call.key}: {one.said} ({one.at:%Y-%m-%d %H:%M} UTC)", markup=False)
        return
    on = cli.wiring(context).today(chosen.timezone)
    secret = hooks.point(chosen, "" if off else address, on=on, by=by or cli.who())
    out.print(f"{address} is told; it checks our signature with {secret}" if secret else "no program is told any more")


def _chosen(context: Context, creditor: str, as_of: str | None) -> tuple[Creditor, datetime]:
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    return chosen, datetime.combine(on, time(12), UTC) if as_of else cli.wiring(context).now()
