"""`dunwell watch FOLDER`: imports what banks and programs put there, until Ctrl-C."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli import show
from dunwell.cli.options import CreditorOption
from dunwell.run import mappings, watch
from dunwell.run.ingest_documents import Options


def command(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the files come; nothing in it is moved or changed.")],
    creditor: CreditorOption = "",
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.2)] = 10.0,
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
    mapping: Annotated[Path | None, typer.Option(help="A saved mapping (TOML) for tables.")] = None,
    source: Annotated[
        str, typer.Option(help="The money source that statements stand for; the account without it.")
    ] = "",
) -> None:
    """Import each file that is put into a folder, once, when it is completely written."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    options = Options(mapping=mappings.load(mapping) if mapping else None, source=source)
    seen: watch.Seen = {}
    while True:
        today = wiring.today(chosen.timezone)
        for taken in watch.once(chosen, folder, seen, now=wiring.now(), as_of=today, by=cli.who(), options=options):
            show.taken(taken)
        if once:
            return
        time.sleep(every)
