"""The commands for what a natural person may ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import ByOption, CreditorOption, WhyOption
from dunwell.run import persons

app = typer.Typer(help="What a natural person may ask for: a copy of their data, or its erasure.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="E-mail address, phone number, or the id of a customer who is a person.")]


@app.command("export")
def export(
    context: typer.Context,
    who: Who,
    to: Annotated[Path | None, typer.Option(help="The file to write; to the screen without it.")] = None,
    creditor: CreditorOption = "",
    by: ByOption = "",
) -> None:
    """Everything that is known of a person, as JSON: contacts, consents and wishes, letters, replies, notes."""
    chosen = cli.chosen(context, creditor)
    found = persons.export(chosen, who, on=cli.wiring(context).today(chosen.timezone), by=by or cli.who())
    text = json.dumps(found, ensure_ascii=False, indent=2, default=str)
    if to is None:
        typer.echo(text)
        return
    to.write_text(text, "utf-8")
    out.print(f"{to}: {sum(len(rows) for rows in found.values() if isinstance(rows, list)):,} entries")


@app.command("erase")
def erase(
    context: typer.Context,
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; this cannot be undone.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
) -> None:
    """Replace a person's data by a tombstone: names, addresses, words. Sums and the audit chain stay, and it still verifies."""
    chosen = cli.chosen(context, creditor)
    if not yes:
        out.print("This cannot be undone. `dunwell person export` keeps a copy for them; --yes erases.")
        raise typer.Exit(1)
    done = persons.erase(chosen, who, on=cli.wiring(context).today(chosen.timezone), by=by or cli.who(), why=why)
    out.print(f"Erased: {done.contacts} contacts with their letters and words. Nobody writes to them any more.")
    if done.books_until:
        out.print(f"Their name stays on documents and payments until {done.books_until}, as the law on books asks.")
    out.print("Remove them in the program that your lists come from too: the next list would bring them back.")
