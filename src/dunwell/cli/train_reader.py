"""`dunwell train-reader FILES… --out FILE`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunwell.run.train_reader import train_files

Files = Annotated[list[Path], typer.Argument(help="Labelled replies, one JSON record per line.")]
Target = Annotated[Path, typer.Option(help="Where the classifier is written.")]


def command(files: Files, out: Target) -> None:
    """Train the reader's classifier; the same files give the same classifier, byte for byte."""
    typer.echo(f"{train_files(files, out)} records -> {out}")
