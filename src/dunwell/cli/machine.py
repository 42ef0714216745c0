"""The commands about the installation: the doctor, the audit chain, channels, speed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.cli.options import ByOption, CreditorOption, JsonOption, WhyOption
from dunwell.run import (
    auditing,
    bench_deliver,
    bench_forecast,
    bench_match,
    bench_pages,
    benches,
    brake,
    check,
    creditors,
    ways,
)

Context = typer.Context


def check_(
    context: Context,
    content: Annotated[
        bool, typer.Option("--content", help="Only the texts, policies and jurisdictions; needs no database.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """The doctor: database, mail server, content, calendars, freshness of money, clock; each trouble with its remedy."""
    wiring = cli.wiring(context)
    lines = check.content() if content else check.everything(now=wiring.now, data=wiring.data)
    if json:
        as_json([{"ok": one.ok, "what": one.what, "says": one.says, "remedy": one.remedy} for one in lines])
    else:
        for one in lines:
            mark = "[green]ok[/]" if one.ok else "[red]!![/]"
            out.print(f"{mark}  [bold]{one.what}[/]: {one.says}{f' → {one.remedy}' if one.remedy else ''}")
    raise typer.Exit(0 if all(one.ok for one in lines) else 1)


def audit(context: Context, creditor: CreditorOption = "", json: JsonOption = False) -> None:
    """Verify the audit chain: every link follows from the one before, no content was altered."""
    chosen = cli.chosen(context, creditor)
    found = auditing.verify(chosen)
    if json:
        as_json({"links": found.links, "erased": found.erased, "broken": list(found.broken), "head": found.head})
    else:
        out.print(f"{found.links:,} links, {found.erased:,} with erased content, {len(found.broken):,} broken")
        out.print(f"head: {found.head}")
        for line in found.broken:
            out.print(f"[red]{line}[/]")
    raise typer.Exit(1 if found.broken else 0)


def channel(
    context: Context,
    name: Annotated[str, typer.Argument(help="email or sms")],
    kind: Annotated[str, typer.Argument(help="smtp, or memory and rehearsal for trials")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="name=value, such as host=mail.example.org")
    ] = None,
    creditor: CreditorOption = "",
) -> None:
    """Say how a channel reaches the world; passwords are sealed with this installation's key."""
    chosen = cli.chosen(context, creditor)
    if unnamed := [one for one in settings or [] if "=" not in one]:
        raise typer.BadParameter(f"write --set name=value, not --set {unnamed[0]}")
    pairs = dict(one.partition("=")[::2] for one in settings or [])
    ways.configure(chosen, name, kind, pairs)
    out.print(f"{name} goes by {kind}; `dunwell check` tries it")


def staff(
    context: Context,
    name: Annotated[str, typer.Argument(help="The person who signs letters.")],
    email: Annotated[str, typer.Option(help="Letters come from it and are answered to it.")] = "",
    phone: Annotated[str, typer.Option(help="Stands below the letters.")] = "",
    gender: Annotated[Literal["f", "m"] | None, typer.Option(help="For languages that show it.")] = None,
    title: Annotated[str, typer.Option(help="Position, as letters show it.")] = "",
    photo: Annotated[
        Path | None, typer.Option(help="A small JPEG or PNG, shown in letters and on the pay page.")
    ] = None,
    creditor: CreditorOption = "",
) -> None:
    """Add or change a person who signs letters; the first one is the usual writer."""
    chosen = cli.chosen(context, creditor)
    values = {"email": email, "phone": phone, "gender": gender or "", "title": title}
    creditors.add_staff(chosen, name, **values, by=cli.who(), photo=cli.bytes_of(photo) if photo else None)
    out.print(f"{name} can sign letters of {chosen.name}")


def account(
    context: Context,
    currency: Annotated[str, typer.Option(help="EUR, RUB …")] = "",
    holder: Annotated[str, typer.Option(help="The account's registered name; the creditor's without it.")] = "",
    iban: Annotated[str, typer.Option(help="International account number.")] = "",
    bic: Annotated[str, typer.Option(help="Of the bank; in Russia the БИК of 9 digits.")] = "",
    bank: Annotated[str, typer.Option(help="The bank's name.")] = "",
    number: Annotated[str, typer.Option("--account", help="Russia: 20 digits.")] = "",
    correspondent: Annotated[str, typer.Option(help="Russia: корреспондентский счёт.")] = "",
    tax_id: Annotated[str, typer.Option(help="ИНН of the holder.")] = "",
    kpp: Annotated[str, typer.Option(help="КПП of the holder.")] = "",
    confirm: Annotated[int | None, typer.Option(help="A second person confirms this account.")] = None,
    by: ByOption = "",
    creditor: CreditorOption = "",
) -> None:
    """Add a bank account; a changed one is used after a second person has confirmed it."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    who = by or cli.who()
    if confirm is not None:
        row = creditors.confirm_account(chosen, confirm, by=who)
        out.print(f"account {row.pk} ({row.currency}) is confirmed; letters use it from now on")
        return
    if not currency or not (iban or number):
        raise typer.BadParameter("say --currency and --iban (or --account for Russia)")
    row = creditors.add_account(
        chosen,
        currency=currency,
        on=wiring.today(chosen.timezone),
        by=who,
        holder=holder,
        iban=iban.replace(" ", ""),
        bic=bic,
        bank=bank,
        account=number,
        correspondent=correspondent,
        tax_id=tax_id,
        kpp=kpp,
    )
    waits = "" if row.confirmed_by else f"; a second person confirms it: `dunwell account --confirm {row.pk} --by NAME`"
    out.print(f"account {row.pk} ({currency}) added{waits}")


def brake_(
    context: Context,
    run: Annotated[int, typer.Argument(help="Number of the run that waits.")],
    release: Annotated[bool, typer.Option("--release", help="You have looked at it: let it go.")] = False,
    creditor: CreditorOption = "",
    why: WhyOption = "",
) -> None:
    """A run that would send far more than usual waits until a person releases it."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    if release:
        brake.release(chosen.pk, run, by=cli.who(), why=why, on=wiring.today(chosen.timezone))
        out.print(f"run {run} may go")
        return
    found = next((one for one in brake.braked(chosen.pk) if one.run_id == run), None)
    if found is None:
        raise brake.NotBraked(run_id=run)
    out.print(f"run {found.run_id}: {found.messages:,} messages, usual are {found.usual:.0f}")


bench = typer.Typer(help="Speed, shown: each bench prints one JSON line.", no_args_is_help=True)


@bench.command("plan")
def bench_plan(
    invoices: Annotated[int, typer.Option(help="How many, four to a customer.")] = 1_000_000,
    again: Annotated[bool, typer.Option("--again", help="Plan a second time: nothing has changed since.")] = False,
) -> None:
    """Load, plan and record every outcome of a big book."""
    as_json(benches.plan(invoices=invoices, again=again))


@bench.command("day")
def bench_day(
    messages: Annotated[int, typer.Option(help="How many letters to write.")] = 100_000,
    invoices: Annotated[int, typer.Option(help="How many in the book.")] = 1_000_000,
) -> None:
    """Plan a big book, write and queue the letters as final MIME."""
    as_json(benches.day(messages=messages, invoices=invoices))


@bench.command("import")
def bench_import(rows: Annotated[int, typer.Option(help="How many in the sheet.")] = 1_000_000) -> None:
    """Import a big sheet of open items."""
    as_json(benches.import_(rows=rows))


@bench.command("pages")
def bench_pages_(
    context: Context,
    invoices: Annotated[int, typer.Option(help="How many in the book, four to a customer.")] = 1_000_000,
    only: Annotated[str, typer.Option(help="Only the pages whose name holds this.")] = "",
) -> None:
    """How long the server needs for each page of the console over a book that was lived in."""
    cli.wiring(context).faces()
    for line in bench_pages.pages(invoices=invoices, only=only):
        as_json(line)


@bench.command("match")
def bench_match_(
    payments: Annotated[int, typer.Option(help="How many come in.")] = 100_000,
    invoices: Annotated[int, typer.Option(help="How many are open, four to a customer.")] = 1_000_000,
) -> None:
    """Apply payments with the noise of real ones to open invoices, and compare with what was meant."""
    as_json(bench_match.match(payments=payments, invoices=invoices))


@bench.command("forecast")
def bench_forecast_() -> None:
    """Forecast the developers' ledgers out of time, beside the shrunken histories; needs the reference data."""
    for line in bench_forecast.run():
        typer.echo(line)


@bench.command("deliver")
def bench_deliver_(
    messages: Annotated[int, typer.Option(help="How many to send.")] = 20_000,
    smtp: Annotated[str, typer.Option(help="host:port of another server; one of our own is started without it.")] = "",
    connections: Annotated[int, typer.Option(help="To the server, at once.")] = 10,
    delay_ms: Annotated[
        int, typer.Option(help="Our own server answers each message so many milliseconds later.", min=0)
    ] = 0,
) -> None:
    """Send queued messages by SMTP with the last-moment check and receipts."""
    typer.echo(bench_deliver.bench(messages=messages, smtp=smtp, connections=connections, delay_ms=delay_ms))
