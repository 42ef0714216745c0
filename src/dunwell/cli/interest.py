"""`dunwell interest`: what has grown on a late debt, to the cent, with the table that proves it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import typer

from dunwell.run import interest, rates


def command(
    context: typer.Context,
    principal: Annotated[str, typer.Option(help="The sum that is late, such as 1240.00.")],
    first: Annotated[
        str, typer.Option("--from", help="The first day of delay, YYYY-MM-DD: the day after the due date.")
    ],
    last: Annotated[str, typer.Option("--to", help="The last day counted, YYYY-MM-DD; it bears interest too.")],
    jurisdiction: Annotated[str, typer.Option(help="Whose law: ru, bg, eu, gb or de.")],
    kind: Annotated[
        Literal["b2b", "consumer", "contract"],
        typer.Option(help="The law between businesses, the law for consumers, or the contract's clause."),
    ] = "b2b",
    clause: Annotated[
        str, typer.Option(help='With --kind contract, such as "0.1% a day, cap 10%, grace 5 days".')
    ] = "",
    payments: Annotated[
        list[str] | None, typer.Option(help="A part payment as DATE:AMOUNT; repeat it for more.")
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(help="Further part payments as DATE:AMOUNT.")] = None,
    currency: Annotated[str, typer.Option(help="That of the jurisdiction without it.")] = "",
    arose: Annotated[
        str, typer.Option(help="The day the claim arose, for a moratorium; the due date without it.")
    ] = "",
    moratorium: Annotated[
        list[str] | None, typer.Option(help="A moratorium for listed branches that protects this debtor, such as 428.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Compute interest for late payment by law or by the contract, without compounding, as a table that adds up."""
    question = interest.Question(
        principal=principal,
        first=first,
        last=last,
        jurisdiction=jurisdiction,
        currency=currency,
        kind=kind,
        clause=clause,
        payments=(*(payments or ()), *(more or ())),
        arose=arose,
        moratoria=tuple(moratorium or ()),
    )
    found = interest.answer(question, context.find_root().obj / rates.FOLDER)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    typer.echo(f"{'from':<11}{'to':<11}{'days':>5}{'base':>16}{'% ':>9}{'year':>6}{'amount':>14}")
    for row in found["periods"]:
        rate, year = row["rate_percent"] or "fixed", row["year_basis"] or ""
        cells = (
            f"{row['from']:<11}{row['to']:<11}{row['days']:>5}{row['base']:>16}{rate:>9}{year:>6}{row['amount']:>14}"
        )
        typer.echo(f"{cells}{'  up to the cap' if row.get('capped') else ''}")
    typer.echo(f"{'total':<22}{'':<36}{found['total']:>14} {found['currency']}")
    if found["compensation"]:
        one = found["compensation"]
        typer.echo(f"beside it, for the costs of recovery: {one['amount']} {one['currency']} ({one['basis']})")
    for one in found["excluded"]:
        typer.echo(f"{one['from']} to {one['to']} bears nothing: {one['moratorium']}")
    for one in found["uncertain"]:
        typer.echo(f"check this rate before you rely on it: {one}")
    for name in found["law"]:
        typer.echo(f"by: {name}")
