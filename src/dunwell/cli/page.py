"""Commands about the pay page: its address, its links, the answers that came, and who takes payments online."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import ByOption, CreditorOption, WhyOption
from dunwell.run import payment_providers, portal_desk

Context = typer.Context


def page(
    context: Context,
    address: Annotated[
        str | None, typer.Option(help="Where clients open their pages, like https://pay.example.org; '' for none.")
    ] = None,
    close: Annotated[str, typer.Option(help="Close this link, as it stands in a letter, before its last day.")] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
) -> None:
    """Say at which address clients open their pages, see whether it opens, or close one link."""
    chosen = cli.chosen(context, creditor)
    on, who = cli.wiring(context).today(chosen.timezone), by or cli.who()
    if close:
        portal_desk.close(chosen, close, on=on, by=who, why=why)
        out.print("the link is closed; whoever opens it can ask for a new one by mail")
    if address is not None:
        portal_desk.set_address(chosen, address, by=who)
    if not chosen.public_url:
        out.print("no public address: live letters name no page and are complete without one")
    elif not close:
        fault = portal_desk.look(chosen, on=on, by=who)
        out.print(fault or f"{chosen.public_url} opens", markup=False)


def provider(
    context: Context,
    kind: Annotated[str, typer.Argument(help="stripe, or yookassa for roubles; memory for trials")],
    settings: Annotated[list[str] | None, typer.Option("--set", help="name=value, such as api_key=…")] = None,
    creditor: CreditorOption = "",
) -> None:
    """Say who takes payments online; keys are sealed with this installation's key."""
    chosen = cli.chosen(context, creditor)
    payment_providers.configure(chosen, kind, dict(one.partition("=")[::2] for one in settings or []), by=cli.who())
    address = payment_providers.hook_address(chosen, kind)
    out.print(f"paying online goes by {kind}; enter {address} there as the address of webhooks", markup=False)


def answer(
    context: Context,
    number: Annotated[int, typer.Argument(help="Number of the answer (`dunwell work`).")],
    outcome: Annotated[str, typer.Option(help="done or refused")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="It was not dealt with: it waits again.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
) -> None:
    """Deal with what a client said on the pay page: a question is answered, a named colleague is written to from now on."""
    said = cli.said(context, creditor, by=by, why=why)
    if undo:
        found = portal_desk.reopen(said.creditor, number, **said.fact)
        out.print(f"the {found.kind.replace('_', ' ')} of {found.customer.name} waits again", markup=False)
        return
    found = portal_desk.settle(said.creditor, number, outcome=outcome, **said.fact)
    out.print(f"the {found.kind.replace('_', ' ')} of {found.customer.name} is settled: {outcome}", markup=False)
