"""`dunwell call` reads a transcript, `dunwell coach` shows what managers do well and what they miss."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.run import coaching
from dunwell.run.recordings import Told

Context = typer.Context
CreditorOption = Annotated[str, typer.Option("--creditor", "-c", help="Whose books; needed when there are several.")]


def call(
    context: Context,
    path: Annotated[Path, typer.Argument(help="A transcript (text, SRT, WebVTT, JSON with speakers) or a recording.")],
    customer: Annotated[str, typer.Option(help="Who was called: external id or exact name.")],
    manager: Annotated[str, typer.Option(help="Who called; you, as the machine knows you, without it.")] = "",
    invoice: Annotated[str, typer.Option(help="What it was about; the oldest open invoice without it.")] = "",
    creditor: CreditorOption = "",
    as_of: Annotated[str | None, typer.Option("--as-of", help="The day of the call; today without it.")] = None,
    transcriber: Annotated[
        str,
        typer.Option(
            envvar="DUNWELL_TRANSCRIBER",
            help="What turns a recording into text: an OpenAI-compatible address, or the folder of a model on this machine.",
        ),
    ] = "",
    recorded: Annotated[
        Told, typer.Option(help="What the other side knew of being recorded: they were told before, or agreed to it.")
    ] = Told.NOTHING,
) -> None:
    """Read how a call was led: each point of a good call with the turn that shows it. Words only, no voices or moods."""
    chosen = cli.chosen(context, creditor)
    row = coaching.take(
        chosen,
        path,
        customer_name=customer,
        manager=manager or cli.who(),
        invoice=invoice,
        sound=coaching.Sound(transcriber, os.environ.get("DUNWELL_TRANSCRIBER_KEY", ""), recorded),
        on=cli.day(context, chosen, as_of),
        by=cli.who(),
    )
    out.print(f"call {row.pk}: {row.review['outcome'][0]}, objection {row.review['objection'][0]}")
    for name, (kept, quotation) in row.review["checklist"].items():
        mark = "–" if kept is None else "yes" if kept else "no"
        out.print(f"{mark:>4}  {name.replace('_', ' ')}{f': “{quotation}”' if quotation else ''}", markup=False)


def coach(
    context: Context,
    manager: Annotated[str, typer.Option(help="One manager; all of them without it.")] = "",
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days back.")] = 30,
    creditor: CreditorOption = "",
) -> None:
    """What each manager does well in calls and letters, what is missed, and which objection is lost most, with the turns."""
    chosen = cli.chosen(context, creditor)
    today = cli.wiring(context).today(chosen.timezone)
    reports = coaching.coaching(chosen, today - timedelta(days), today, manager=manager)
    if not reports:
        out.print("no calls were read in this time: `dunwell call FILE --customer …` reads one")
    for one in reports:
        out.rule(f"{one.manager}: {one.calls} calls, {one.letters} letters")
        out.print("done well: " + (", ".join(point.name.replace("_", " ") for point in one.well) or "–"))
        for point in one.missed:
            out.print(f"missed in {point.of - point.kept} of {point.of}: {point.name.replace('_', ' ')}")
            for turn in point.missed_in:
                out.print(f"    {turn}", markup=False)
            if point.advice:
                out.print(f"    say: {point.advice}", markup=False)
        for lost in one.lost:
            out.print(
                f"lost after: {lost.objection.replace('_', ' ')} ({lost.times} times): “{lost.said}”", markup=False
            )
            out.print(f"    say: {lost.answer}", markup=False)
