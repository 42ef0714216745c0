"""The commands for the day on which the disk is gone: copies that were tried, and what to say after one was restored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.cli.options import ByOption, CreditorOption, JsonOption, WhyOption
from dunwell.run import archives, backup, restored
from dunwell.run.restored_letters import Basis, MayHaveGone

ALL, NONE, ASK = "all", "none", "ask"
SAYS = {
    Basis.REPLACED: "the replaced books say that it left",
    Basis.MAILBOX: "it lies in the folder of sent mail",
    Basis.WAITED: "it waited in the outbox at the backup's moment",
    Basis.PLAN: "the plan would have sent it",
}


def backup_(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(help="The folder for it; DUNWELL_BACKUPS without it.")] = None,
    json: JsonOption = False,
) -> None:
    """Back everything up: sealed with a key, restored on trial, compared row by row; older ones go by rotation."""
    is_first = not archives.key_file().exists()
    made = backup.make(cli.wiring(context).now(), folder=to)
    if json:
        as_json(
            {"file": made.file, "rows": made.rows, "tables": made.tables, "bytes": made.bytes, "removed": made.removed}
        )
    else:
        out.print(
            f"{made.file}: {made.bytes / 2**20:,.1f} MB. Restored on trial: {made.rows:,} rows in {made.tables} tables, all the same."
        )
        if made.removed:
            out.print(f"{made.removed} older ones were let go: 7 days, 5 weeks and 12 months are kept.")
    if is_first:
        err = f"Keep a copy of {archives.key_file()} somewhere else (paper, a safe): without it nobody opens a backup."
        typer.echo(err, err=True)


def restored_(
    context: typer.Context,
    sent: Annotated[
        list[str] | None,
        typer.Option(help="A letter that went out, by its name in the list; several times. Or: all, none, ask."),
    ] = None,
    sent_folder: Annotated[
        str,
        typer.Option(help="Look into this folder of the mailbox too, such as Sent; `inbox connect` set the mailbox."),
    ] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    json: JsonOption = False,
) -> None:
    """After a restore: list the letters that may have gone out since the backup; --sent says which did, and confirms the list."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    on = wiring.today(chosen.timezone)
    letters = restored.may_have_gone(chosen, today=on, sent_folder=sent_folder)
    if json:
        as_json([_as_data(one) for one in letters])
    elif sent != [ASK]:
        _show(letters)
    if not sent:
        out.print("Say which of them went out: `--sent NAME` for each, or `--sent all`, `--sent none`, `--sent ask`.")
        raise typer.Exit(1)
    if sent == [ASK]:
        went = {
            one.letter.key for one in letters if typer.confirm(f"{_line(one)} – did it go out?", default=one.is_certain)
        }
    elif sent in ([ALL], [NONE]):
        went = {one.letter.key for one in letters} if sent == [ALL] else set()
    else:
        went = restored.named(letters, sent)
    count = restored.confirm(chosen, letters, lambda one: one.letter.key in went, on=on, by=by or cli.who(), why=why)
    out.print(f"{count} of {len(letters)} letters are recorded as sent. `dunwell live` lets messages leave again.")


def _show(letters: list[MayHaveGone]) -> None:
    table = Table("name", "day", "customer", "letter", "documents", "what says so")
    for one in letters:
        letter = one.letter
        numbers = ", ".join(dict.fromkeys(item.number for item in letter.items))
        said = letter.subject or f"{letter.purpose} {letter.step or ''}".strip()
        table.add_row(one.name, str(letter.on), letter.customer, f"{letter.channel}: {said}", numbers, SAYS[one.basis])
    out.print(table if letters else "Nothing may have gone out since the backup.")


def _line(one: MayHaveGone) -> str:
    numbers = ", ".join(dict.fromkeys(item.number for item in one.letter.items))
    said = one.letter.subject or one.letter.step or one.letter.purpose
    return f"{one.letter.on} {one.letter.customer}: {said} {numbers} ({SAYS[one.basis]})"


def _as_data(one: MayHaveGone) -> dict[str, object]:
    letter = one.letter
    return {
        "name": one.name, "day": letter.on, "customer": letter.customer, "channel": letter.channel, "purpose": letter.purpose,
        "step": letter.step, "subject": letter.subject, "basis": one.basis.value,
        "documents": list(dict.fromkeys(item.number for item in letter.items)),
    }  # fmt: skip
