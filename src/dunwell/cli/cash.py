"""`dunwell cash` says what money will come in, `dunwell learn` how well the forecasts are learned, and on what basis persons are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.core.money import Money
from dunwell.run import cash, forecasting
from dunwell.run.cash import WhatIf

Context = typer.Context
CreditorOption = Annotated[str, typer.Option("--creditor", "-c", help="Whose books; needed when there are several.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="As of this day; today without it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As data.")]
YEARS_2 = 731
"""Farther than that nobody's habits tell anything."""


def cash_(
    context: Context,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
    days: Annotated[int, typer.Option(min=1, max=YEARS_2, help="How far to look, in days.")] = cash.DAYS,
    without: Annotated[list[str] | None, typer.Option(help="What if this customer is lost: id or exact name.")] = None,
    sooner: Annotated[
        int, typer.Option(min=-YEARS_2, max=YEARS_2, help="What if everybody pays so many days sooner; below 0, later.")
    ] = 0,
    csv: Annotated[Path | None, typer.Option(help="Write the days, in minor units, into this file.")] = None,
    json: JsonOption = False,
) -> None:
    """Forecast the receipts of the coming weeks, per currency, with the bands they lie in 50, 80 and 95 times of a hundred."""
    chosen = cli.chosen(context, creditor)
    assumed = WhatIf(cash.customers(chosen, without or []), sooner)
    found = cash.outlook(chosen, cli.day(context, chosen, as_of), days=days, what_if=assumed)
    if csv is not None:
        csv.write_text(found.daily.write_csv(), "utf-8")
    if json:
        as_json(
            {"as_of": found.as_of, "is_learned": found.is_learned, "open": found.open, "weeks": found.weekly.to_dicts()}
        )
        return
    if not found.is_learned:
        out.print("No model has proved itself yet: the clients' own histories speak.")
    for (currency,), weeks in found.weekly.group_by("currency", maintain_order=True):
        _weeks(str(currency), weeks, found.open[str(currency)])


def learn(
    context: Context,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
    basis: Annotated[
        str | None,
        typer.Option(help="The lawful basis for forecasting persons by their own history; '' takes it back."),
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="Only show the version in force and the newest one.")
    ] = False,
) -> None:
    """Learn from the books when clients pay; the new version takes over where it proved no worse on the last months."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    if basis is not None:
        forecasting.state_basis(chosen, basis, on=on, by=cli.who())
    if basis is None and not status:
        forecasting.learn(chosen, on, by=cli.who())
    for word, version in forecasting.versions(chosen, on):
        out.print(
            f"{word}: version {version.pk} of {version.effective_on}, {version.payments} payments – {escape(version.why)}"
        )
    stated = forecasting.basis(chosen, on)
    out.print(f"Persons: {escape(f'by their own history ({stated.statement})') if stated else 'as the market pays'}")


def _weeks(currency: str, weeks: pl.DataFrame, owed: int) -> None:
    table = Table(box=None, padding=(0, 1), title=f"{Money(owed, currency)} open", title_justify="left")
    for title in ("week from", "expected", "50 of 100", "80 of 100", "95 of 100"):
        table.add_column(title, justify="right")
    for week in weeks.iter_rows(named=True):
        bands = [
            f"{Money(week[f'low_{band}'], currency).decimal} … {Money(week[f'high_{band}'], currency).decimal}"
            for band in (50, 80, 95)
        ]
        table.add_row(str(week["date"]), str(Money(week["expected"], currency).decimal), *bands)
    out.print(table)
