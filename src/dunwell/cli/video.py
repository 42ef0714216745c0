"""`dunwell video`: a personal video for a customer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, WhyOption
from dunwell.run import subjects, videos
from dunwell.run.videos import Taken

Context = typer.Context


def command(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    recording: Annotated[Path | None, typer.Argument(help="MP4 or WebM; without it a script is proposed.")] = None,
    captions: Annotated[Path | None, typer.Option(help="What is said in it, as a text file; needed.")] = None,
    picture: Annotated[Path | None, typer.Option(help="What the letter shows: JPEG, PNG or WebP.")] = None,
    seconds: Annotated[int, typer.Option(help="How long it is: captions then come in time with it.")] = 0,
    until: Annotated[str, typer.Option(help="The day of which it speaks; a week from now without it.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back the one that runs.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Propose a script, keep a video that letters show and the client's page plays, or take it back."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    whom = subjects.customer(said.creditor, customer)
    if withdraw:
        running = videos.running(said.creditor, whom, said.on)
        videos.withdraw(said.creditor, running.pk if running else 0, on=said.on, by=said.by, why=said.why)
        out.print("taken back: no letter shows it any more", markup=False)
        return
    if recording is None:
        out.print(videos.script(said.creditor, whom, said.on), markup=False)
        return
    taken = Taken(
        recording=cli.bytes_of(recording),
        poster=cli.bytes_of(picture) if picture else b"",
        captions=cli.text_of(captions) if captions else "",
        seconds=seconds,
        last_day=cli.parsed(until) if until else said.on + timedelta(videos.DAYS_USUAL),
    )
    kept = videos.keep(said.creditor, whom, taken, on=said.on, by=said.by)
    out.print(
        f"letters to {whom.name} show it until {kept.last_day}; {kept.media_type}, {kept.size} bytes", markup=False
    )
