"""After late payments: why they were late, and what would prevent the next one."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, WhyOption
from dunwell.core.late_causes import LateCause
from dunwell.run import late_payments

Context = typer.Context
app = typer.Typer(help="Why payments came late, and which terms would prevent it.", no_args_is_help=True)
CAUSE = Literal["forgotten", "not_received", "wrong_person", "approval", "cash", "our_side", "bank", "other"]


@app.command("list")
def list_(context: Context, creditor: CreditorOption = "", as_of: AsOfOption = None) -> None:
    """What was paid late within sixty days, and why, where somebody asked."""
    chosen = cli.chosen(context, creditor)
    for one in late_payments.found(chosen, cli.day(context, chosen, as_of)):
        out.print(f"{one.number} {one.customer}: {one.days} days, {one.cause or 'nobody has asked why'}", markup=False)


@app.command()
def because(
    context: Context,
    invoice: Annotated[str, typer.Argument(help="Invoice number, or number@issue-date.")],
    cause: Annotated[CAUSE, typer.Argument(help="What they said.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Record why it was late; prints what is proposed for the next one."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    found = late_payments.because(chosen, invoice, LateCause(cause), on=on, by=by or cli.who(), why=why)
    out.print(f"{invoice}: {cause}; proposed: {', '.join(found) or 'nothing'}", markup=False)
