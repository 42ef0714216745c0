"""`dunwell export FOLDER`: everything that a user would take along."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.cli.options import ByOption, CreditorOption, JsonOption
from dunwell.run import export


def command(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the files go; it is made.")],
    format: Annotated[Literal["csv", "xlsx", "json"], typer.Option(help="csv, xlsx or json.")] = "csv",
    only: Annotated[
        list[str] | None,
        typer.Option(help="One table, such as journal (the accountant's view), messages or audit; again for more."),
    ] = None,
    creditor: CreditorOption = "",
    by: ByOption = "",
    json: JsonOption = False,
) -> None:
    """Write the ledger, the messages, the audit chain and the accountant's journal as files that any program reads."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    today = wiring.today(chosen.timezone)
    written = export.write(chosen, folder, format=format, only=only or (), on=today, by=by or cli.who())
    if json:
        as_json({"folder": folder, "format": format, "rows": written})
        return
    for name, count in written.items():
        out.print(f"  {count:>9,}  {name}.{format}")
