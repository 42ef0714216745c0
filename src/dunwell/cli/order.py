"""Requests before work: asked for, accepted, paid so that work may start, turned into an invoice."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, JsonOption, WhyOption
from dunwell.core.money import Money
from dunwell.run import before_work, before_work_invoice, creditors
from dunwell.run.before_work import Life, Wanted
from dunwell.store import scope

Context = typer.Context
app = typer.Typer(help="Requests before work, from the first letter to the invoice.", no_args_is_help=True)
NUMBER = typer.Argument(help="Number of the request, or number@issue-date.")
LISTED = 50


@app.command("list")
def list_(context: Context, creditor: CreditorOption = "", as_of: AsOfOption = None, json: JsonOption = False) -> None:
    """The newest requests before work with how each stands."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    with scope.of(chosen.pk):
        found = before_work.lives(chosen, on, rehearsal=not creditors.status(chosen).live, most=LISTED)
    if json:
        cli.as_json([_plain(one) for one in found])
        return
    for one in found:
        request = one.request
        deposit = f" of {one.order}" if one.is_deposit else ""
        out.print(
            f"{request.number}: {one.standing.value}, {one.asked}{deposit}, {one.paid} paid, valid until {request.valid_until}"
            f" – {request.customer.name}",
            markup=False,
        )


@app.command()
def ask(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    total: Annotated[str, typer.Option(help="The whole order, such as 2480.00.")],
    what_for: Annotated[str, typer.Option("--for", help="What the order is.")],
    until: Annotated[str, typer.Option(help="YYYY-MM-DD: how long it is valid.")],
    deposit: Annotated[
        str, typer.Option(help="Percent to be paid before the work; the whole order without it.")
    ] = "100",
    number: Annotated[str, typer.Option(help="Its number; the next of our range without it.")] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Write a request before work; the day's run sends it."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    wanted = Wanted(what_for, Money.parse(total, said.creditor.currency), cli.parsed(until), _percent(deposit), number)
    made = before_work.ask(said.creditor, customer, wanted, **said.fact)
    out.print(f"{made.number}: {Money(made.total, made.currency)} before the work, valid until {made.valid_until}")


@app.command()
def accept(
    context: Context,
    number: Annotated[str, NUMBER],
    name: Annotated[str, typer.Option(help="Who of the client accepted it.")] = "",
    evidence: Annotated[str, typer.Option(help="What shows it: the e-mail, the call, the signed order.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="It was not accepted after all.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """The client accepted the order by other means than their page."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    if undo:
        before_work.take_back_acceptance(said.creditor, number, **said.fact)
        out.print(f"{number}: the acceptance is taken back")
        return
    before_work.accept(said.creditor, number, name=name, evidence=evidence, on=said.on, by=said.by)
    out.print(f"{number}: accepted by {name}")


@app.command()
def invoice(
    context: Context,
    number: Annotated[str, NUMBER],
    as_number: Annotated[
        str, typer.Option("--number", help="Number of the invoice; the next of our range without it.")
    ] = "",
    due: Annotated[
        str, typer.Option(help="YYYY-MM-DD: due date of what is left; by the agreed terms without it.")
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="It was turned by mistake.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Turn a request into the invoice of its order; what was paid is carried over."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    if undo:
        before_work_invoice.take_back(said.creditor, number, **said.fact)
        out.print(f"{number} stands again; its invoice is cancelled")
        return
    made = before_work_invoice.become(
        said.creditor, number, as_number=as_number, due=cli.parsed(due) if due else None, **said.fact
    )
    out.print(f"{number} became invoice {made.number} of {Money(made.total, made.currency)}")


def _percent(text: str) -> Decimal:
    try:
        return Decimal(text.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        raise before_work.DepositOutside(percent=text) from None


def _plain(one: Life) -> dict[str, object]:
    return {
        "number": one.request.number,
        "customer": one.request.customer.name,
        "standing": one.standing.value,
        "asked": str(one.asked),
        "order": str(one.order),
        "paid": str(one.paid),
        "valid_until": one.request.valid_until,
        "accepted_on": one.acceptance.effective_on if one.acceptance else None,
        "may_start_since": one.opened.effective_on if one.opened else None,
        "invoice": one.invoice.number if one.invoice else None,
        "period": one.period,
    }
