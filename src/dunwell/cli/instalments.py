"""`dunwell instalments`: agree how a debt is paid in parts or later, decide about a wish beyond the policy, look, take back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.core.instalments import Every, Part, Wish
from dunwell.core.money import Money
from dunwell.core.roles import DeskRole
from dunwell.run import instalments, instalments_standing, subjects
from dunwell.run.instalments import Debt, Fact
from dunwell.run.instalments_standing import Standing
from dunwell.store import scope
from dunwell.store.models import Creditor

Context = typer.Context
STATES = {"paid": "came", "next": "next", "late": "awaited", "missed": "missing", "later": ""}


def command(
    context: Context,
    invoices: Annotated[list[str] | None, typer.Argument(help="Numbers of one customer's invoices.")] = None,
    parts: Annotated[int, typer.Option(help="So many equal payments; 1: all of it on a later day.")] = 0,
    first: Annotated[str, typer.Option(help="The day of the first of them, YYYY-MM-DD.")] = "",
    every: Annotated[Every, typer.Option(help="How often they follow.")] = Every.MONTH,
    now: Annotated[str, typer.Option(help="A part at once; the rest is divided.")] = "",
    payment: Annotated[
        list[str] | None, typer.Option("--payment", help="DATE:AMOUNT, once for each payment, instead of --parts.")
    ] = None,
    evidence: Annotated[str, typer.Option(help="How it was agreed: the e-mail, the call, the signed paper.")] = "",
    locale: Annotated[str, typer.Option(help="Language of the paper; the customer's without it.")] = "",
    allow: Annotated[bool, typer.Option("--allow", help="Allow more than the policy gives.")] = False,
    decide: Annotated[int | None, typer.Option(help="Number of a schedule that a client asks for: allow it.")] = None,
    refuse: Annotated[int | None, typer.Option(help="Number of a schedule that a client asks for: decline it.")] = None,
    undo: Annotated[int | None, typer.Option(help="Number of a schedule to take back.")] = None,
    paper: Annotated[Path | None, typer.Option(help="Write the agreement as PDF here.")] = None,
    creditor: Annotated[str, typer.Option("--creditor", "-c", help="Whose books.")] = "",
    by: Annotated[str, typer.Option(help="Who; you, as the machine knows you, without it.")] = "",
    why: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    as_of: Annotated[str | None, typer.Option(help="YYYY-MM-DD; today without it.")] = None,
) -> None:
    """Agree instalments, a later day or a part at once; without options the invoices' schedules are shown."""
    chosen = cli.chosen(context, creditor)
    fact = Fact(cli.day(context, chosen, as_of), by or cli.who(), why)
    if undo is not None:
        instalments.end(chosen, undo, fact, outcome="taken_back")
        out.print(f"schedule {undo} is taken back")
        return
    if decide is not None or refuse is not None:
        number = decide if decide is not None else refuse
        assert number is not None
        # Whoever has the command line has the whole installation.
        instalments.decide(chosen, number, fact, allow=decide is not None, role=DeskRole.ADMIN)
        out.print(f"schedule {number} is {'agreed' if decide is not None else 'declined'}")
        return
    if not invoices:
        raise typer.BadParameter("name one invoice or several of one customer")
    if parts or payment:
        found = instalments.of_invoices(chosen, invoices, fact.on)
        asked = _typed(payment, found) if payment else _divided(found, parts, first, every, now, fact.on)
        spoken = locale or found.customer.locale or chosen.locale
        allows = DeskRole.ADMIN if allow else None
        plan = instalments.agree(found, asked, fact, locale=spoken, evidence=evidence, allows=allows)
        out.print(f"schedule {plan.pk}:")
    shown = _standing(chosen, invoices, fact.on)
    for one in shown:
        _print(one)
    if not shown:
        out.print("no schedule")
    if paper is not None and shown:
        with scope.of(chosen.pk):
            paper.write_bytes(bytes(shown[-1].plan.paper.content))
        out.print(f"{paper}: the agreement", markup=False)


def _divided(found: Debt, parts: int, first: str, every: Every, now: str, on: date) -> tuple[Part, ...]:
    if not first:
        raise typer.BadParameter("say the day of the first payment with --first YYYY-MM-DD")
    at_once = cli.amount(now, found.owed.currency)
    return instalments.parts_of(found, Wish(parts, cli.parsed(first), every, at_once), on)


def _typed(payments: list[str], found: Debt) -> tuple[Part, ...]:
    pairs = [one.partition(":") for one in payments]
    currency = found.owed.currency
    return tuple(Part(cli.parsed(day), Money.parse(amount.replace(",", "."), currency)) for day, _, amount in pairs)


def _standing(creditor: Creditor, invoices: list[str], on: date) -> list[Standing]:
    rows = [one for number in invoices for one in subjects.receivables_of(creditor, number)]
    with scope.of(creditor.pk):
        every = instalments_standing.standing(creditor.pk, rows[0].customer_id, on, rehearsal=True)
    return [one for one in every if {row.pk for row in rows} & set(one.plan.receivables)]


def _print(one: Standing) -> None:
    state = "waits for a decision" if one.is_waiting else "a payment is missing" if one.is_broken else "stands"
    out.print(f"{one.plan.pk} {one.amount} ({state}), {one.plan.evidence}", markup=False)
    for part, said in one.parts:
        out.print(f"  {part.on}  {part.amount!s:>16}  {STATES[said]}".rstrip(), markup=False)
