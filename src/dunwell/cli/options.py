"""Options that several commands share: one name, one meaning, one help text."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

CreditorOption = Annotated[str, typer.Option("--creditor", "-c", help="Whose books; needed when there are several.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="The day, YYYY-MM-DD; the creditor's today without it.")
]
WhyOption = Annotated[str, typer.Option(help="For the record.")]
ByOption = Annotated[str, typer.Option(help="Who; you, as the machine knows you, without it.")]
UndoOption = Annotated[int | None, typer.Option("--undo", help="Take back the one with this number.")]
AmountOption = Annotated[str | None, typer.Option(help="A part, such as 1240.00; all that is open without it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Language = Literal["ru", "bg", "en"]
