"""`dunwell inspect FORMAT FILE`: what is in a file, as one JSON object, without recording anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dunwell.run.inspect import inspect


def command(
    format: Annotated[str, typer.Argument(help="ubl, cii, facturx, camt, mt940, …; an unknown one lists all.")],
    file: Annotated[Path, typer.Argument(help="The file to read.")],
) -> None:
    """Print what a document or bank statement says, without recording it."""
    typer.echo(json.dumps(inspect(format, file), ensure_ascii=False))
