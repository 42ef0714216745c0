"""`dunwell rates`: which rates are known until when, and newer ones from a file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from dunwell.run import rates

application = typer.Typer(help="Rate tables of interest laws: what is known until when, and newer rates from a file.")


@application.command("list")
def show(context: typer.Context) -> None:
    """Show each rate table with its last rate and the day until which it is verified."""
    for name, table in rates.tables(_folder(context)).items():
        last = table.rates[-1]
        typer.echo(
            f"{name:<14}{last.percent:>7} % from {last.since}, verified until {table.verified_until}  {table.title}"
        )


@application.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="TOML as shipped, or CSV: effective_from, rate_percent, source.")],
    table: Annotated[str, typer.Option(help="Which table a CSV file is for; its file name without it.")] = "",
    source: Annotated[str, typer.Option(help="The publisher's page, for rows that name none.")] = "",
    verified_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day for which you have seen the rate.")
    ] = None,
) -> None:
    """Take newer rates from a file: each with its source, verified until a day, never a guess beyond it."""
    until: date | None = verified_until.date() if verified_until else None
    done = rates.take(file, _folder(context), name=table, source=source, verified_until=until)
    for rate in done.added:
        typer.echo(f"new: {rate.percent} % from {rate.since} ({rate.source})")
    for day, was, now in done.corrected:
        typer.echo(f"corrected: {day} was {was} %, is {now} %")
    typer.echo(f"{done.table.name} is verified until {done.table.verified_until}; kept in {done.file}")


def _folder(context: typer.Context) -> Path:
    """The data folder's tables: the entry point hands the folder in."""
    folder: Path = context.find_root().obj
    return folder / rates.FOLDER
