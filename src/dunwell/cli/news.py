"""Letters that a person decides on: looked at first, queued with --send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli import show
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, WhyOption
from dunwell.run import check_ins, creditors, day, news
from dunwell.run.news import Prepared
from dunwell.store.models import Creditor

Context = typer.Context
SendOption = Annotated[bool, typer.Option("--send", help="Queue the letter that is shown.")]


def apology(
    context: Context,
    invoice: Annotated[str, typer.Argument(help="The document that was asked for by mistake, or number@issue-date.")],
    why: Annotated[str, typer.Option(help="What went wrong, for the record.")],
    send: SendOption = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Take back a wrong reminder: a letter to whom it went, with what happened; shown first, queued with --send."""
    chosen, on = _chosen(context, creditor, as_of)
    finish(chosen, news.apology(chosen, invoice, on=on), send=send, by=by, why=why)


def lifted(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    start: Annotated[str | None, typer.Option(help="YYYY-MM-DD: the day on which work goes on.")] = None,
    next_step: Annotated[str, typer.Option("--next", help="What happens next, in your own words.")] = "",
    send: SendOption = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Say that work goes on after a pause, now that the payment has arrived; shown first, queued with --send."""
    chosen, on = _chosen(context, creditor, as_of)
    start_on = cli.parsed(start) if start else None
    prepared = news.lifted(chosen, customer, on=on, start_on=start_on, next_step=next_step)
    finish(chosen, prepared, send=send, by=by, why=why)


def check_in(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    words: Annotated[str, typer.Option(help="A line of your own: what you last did together, what is new.")] = "",
    send: SendOption = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Ask how they are, and for nothing else; only where nothing is late. Shown first, queued with --send."""
    chosen, on = _chosen(context, creditor, as_of)
    finish(chosen, check_ins.letter(chosen, customer, words, on=on), send=send, by=by, why=why, queue=check_ins.send)


def _chosen(context: Context, slug: str, as_of: str | None) -> tuple[Creditor, date]:
    chosen = cli.chosen(context, slug)
    on = cli.day(context, chosen, as_of)
    refuse_other_day(context, chosen, on)
    return chosen, on


def refuse_other_day(context: Context, chosen: Creditor, on: date) -> None:
    """Live, a letter is of today."""
    today = cli.wiring(context).today(chosen.timezone)
    if on != today and creditors.status(chosen).live:
        raise day.NotToday(creditor=chosen.slug, today=today)


def finish(
    chosen: Creditor, prepared: Prepared, *, send: bool, by: str, why: str, queue: Callable[..., int] = news.send
) -> None:
    show.letters([prepared.letter], limit=1, html=None)
    if not send:
        out.print("nothing is queued yet: add --send to let exactly this letter go")
        return
    added = queue(chosen, prepared, by=by or cli.who(), why=why)
    leaves = f"it may leave from {prepared.draft.not_before:%Y-%m-%d %H:%M} (UTC) with the next `dunwell deliver`"
    out.print(f"queued; {leaves}" if added else "this letter was queued before; nothing was added")
