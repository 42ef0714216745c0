"""`dunwell claim`: the pre-trial letter with its evidence, allowed by a person before it may be sent."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.run import claim
from dunwell.run.claim_facts import Asked

Context = typer.Context


def command(
    context: Context,
    invoice: Annotated[str, typer.Argument(help="Invoice number, or number@issue-date.")],
    locale: Annotated[str, typer.Option(help="ru: претензия, bg: покана, en: letter before action.")] = "",
    law: Annotated[str, typer.Option(help="ru, bg, eu, gb or de; that of the creditor's country without it.")] = "",
    interest: Annotated[
        Literal["", "law", "contract", "none"],
        typer.Option(help="By the contract where a clause is agreed, else by law; none waives it."),
    ] = "",
    interest_until: Annotated[str, typer.Option(help="The last day of interest; the claim's day without it.")] = "",
    days: Annotated[int, typer.Option(min=0, max=90, help="Days to pay in; the law's usual term without it.")] = 0,
    signed_by: Annotated[str, typer.Option(help='"Name, title" of who signs; the first of the staff without it.')] = "",
    approve: Annotated[
        bool, typer.Option("--approve", help="You have looked at it: allow exactly this letter.")
    ] = False,
    sent: Annotated[str, typer.Option(help="It was posted: the tracking number of the post.")] = "",
    hand_over: Annotated[str, typer.Option(help="Give it to this lawyer or agency; our own contact stops.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the claim back.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where the pack goes; the data folder without it.")
    ] = None,
    creditor: Annotated[str, typer.Option("--creditor", "-c", help="Whose books; needed when there are several.")] = "",
    by: Annotated[str, typer.Option(help="Who; you, as the machine knows you, without it.")] = "",
    why: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    as_of: Annotated[str | None, typer.Option(help="YYYY-MM-DD; today without it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Prepare a pre-trial claim as a pack of letter and evidence; approve it, record its sending, hand it over."""
    chosen = cli.chosen(context, creditor)
    wiring = cli.wiring(context)
    on = cli.day(context, chosen, as_of)
    now = datetime.combine(on, time(12), UTC) if as_of else wiring.now()
    desk = claim.Desk(chosen, wiring.data, now, on, by or cli.who(), why)
    if withdraw:
        out.print(f"claim {claim.withdraw(desk, invoice).number} is taken back")
        return
    if approve:
        pack = claim.approve(desk, invoice, folder=folder)
    elif sent:
        pack = claim.sent(desk, invoice, sent)
    elif hand_over:
        pack = claim.hand_over(desk, invoice, hand_over, folder=folder)
    else:
        until = str(cli.parsed(interest_until)) if interest_until else ""
        asked = Asked(locale or chosen.locale, law.lower(), interest, until, days, signed_by)
        pack = claim.prepare(desk, invoice, asked, folder=folder)
    as_json(pack.values()) if json else _show(pack, invoice)


def _show(pack: claim.Pack, invoice: str) -> None:
    found = pack.values()
    grown, currency = found["interest"]["total"], found["currency"]
    out.print(f"claim {found['claim']}: {found['state']}", markup=False)
    out.print(
        f"  principal {found['principal']}, interest {grown}, costs {found['compensation']}: {found['total']} {currency}"
    )
    out.print(
        f"  to be paid by {found['pay_by']}; a court may be asked from {found['court_from']}, if it is sent today"
    )
    for name in found["files"]:
        out.print(f"  {name}", markup=False)
    for warning in found["warnings"]:
        out.print(f"  look: {warning}", markup=False)
    if pack.state == "prepared":
        out.print(f"It is a draft: look at it, then `dunwell claim {invoice} --approve`.", markup=False)
