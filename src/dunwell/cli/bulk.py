"""The commands that change many customers at once: shown first, done with a reason, taken back as a whole."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, Language, WhyOption
from dunwell.run import bulk_edit
from dunwell.run.bulk_edit import Field

Context = typer.Context
app = typer.Typer(help="One change for many customers, and its undo.", no_args_is_help=True)
SHOWN = 20
"""Of a long list the first say what the rest is like."""


@app.command("set")
def set_(
    context: Context,
    customers: Annotated[
        list[str] | None, typer.Argument(help="External ids or names; or choose by an option.")
    ] = None,
    segment: Annotated[str, typer.Option(help="All of a segment.")] = "",
    owner_is: Annotated[str, typer.Option(help="All whom one of us looks after.")] = "",
    owner: Annotated[str | None, typer.Option(help="Who looks after them from now on.")] = None,
    language: Annotated[Language | None, typer.Option(help="What they are written to in.")] = None,
    policy: Annotated[str | None, typer.Option(help="Their policy.")] = None,
    hold: Annotated[bool, typer.Option("--hold", help="Nobody writes to them.")] = False,
    until: Annotated[str, typer.Option(help="YYYY-MM-DD: so long; until it is lifted without it.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it, after what was shown.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Give many customers an owner, a language or a policy, or hold them all; shows who would be changed, --yes does it."""
    mine = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    held = (cli.parsed(until).isoformat() if until else "") if hold else None
    values = {Field.OWNER: owner, Field.LANGUAGE: language, Field.POLICY: policy, Field.HOLD: held}
    named = [(field, value) for field, value in values.items() if value is not None]
    if len(named) != 1:
        raise typer.BadParameter("say one of --owner, --language, --policy, --hold")
    ((field, value),) = named
    meant = bulk_edit.chosen(mine.creditor, names=customers or (), segment=segment, owner=owner_is)
    if not yes:
        changes = bulk_edit.preview(mine.creditor, meant, field, value, on=mine.on)
        _show(changes, field, value)
        out.print(f"{len(changes)} of {len(meant)} would be changed. With --yes and --why they are.")
        raise typer.Exit(1)
    edit = bulk_edit.carry_out(mine.creditor, meant, field, value, on=mine.on, by=mine.by, why=why)
    out.print(f"bulk edit {edit.pk}: done. `dunwell bulk undo {edit.pk}` takes it back.")


@app.command()
def undo(
    context: Context,
    number: Annotated[int, typer.Argument(help="The edit's number (`dunwell bulk list`).")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Take an edit back: each customer gets back what it had, unless somebody has changed it since."""
    mine = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    done = bulk_edit.undo(mine.creditor, number, on=mine.on, by=mine.by, why=why)
    out.print(f"bulk edit {number} is taken back for {done.count} customers")
    if done.left:
        out.print(f"Changed by somebody since, and left so: {', '.join(one.name for one in done.left)}")


@app.command("list")
def list_(context: Context, creditor: CreditorOption = "") -> None:
    """The edits that were made, the newest first."""
    table = Table("number", "day", "what", "customers", "by", "why", "")
    for edit, count, is_open in bulk_edit.edits(cli.chosen(context, creditor)):
        state = "" if is_open else "taken back"
        what = f"{edit.field} {edit.value}".strip()
        table.add_row(str(edit.pk), str(edit.effective_on), what, str(count), edit.by, edit.why, state)
    out.print(table)


def _show(changes: list[bulk_edit.Change], field: Field, value: str) -> None:
    table = Table("id", "customer", f"{field} now", "then")
    for one in changes[:SHOWN]:
        table.add_row(one.customer.external_id, one.customer.name, one.old, value or "until it is lifted")
    out.print(table)
    if len(changes) > SHOWN:
        out.print(f"… and {len(changes) - SHOWN} more")
