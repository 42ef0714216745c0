"""`dunwell read < records.jsonl > readings.jsonl`"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from dunwell.run.read import read_lines, reader_at


def command(
    endpoint: Annotated[
        str,
        typer.Option(
            help="An OpenAI-compatible address that reads too; texts leave this machine for it. None by default."
        ),
    ] = "",
    model: Annotated[str, typer.Option(help="The model to ask there; its key is read from DUNWELL_READER_KEY.")] = "",
) -> None:
    """Read replies and calls: one JSON record per line in, one reading per line out."""
    reader = reader_at(endpoint, model, os.environ.get("DUNWELL_READER_KEY", ""))
    for answer in read_lines(sys.stdin, reader):
        sys.stdout.write(answer + "\n")
