"""The commands of a day: import, plan, look, run, go live, stop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from dunwell.cli import context as cli
from dunwell.cli import show
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, CreditorOption, JsonOption, Language, WhyOption
from dunwell.run import (
    creditors,
    day,
    delivery,
    freshness,
    ingest_documents,
    letters_preview,
    mappings,
    plan,
    simulate,
    stories,
)

Context = typer.Context
AssumeOption = Annotated[
    str | None,
    typer.Option("--assume-contact", help="Plan as if each customer had one contact on this channel (rehearsal only)."),
]


def init(
    context: Context,
    name: Annotated[str, typer.Argument(help="Your company as clients know it.")],
    country: Annotated[str, typer.Option(help="ISO code: BG, RU, GB, DE …")],
    slug: Annotated[str, typer.Option(help="Short name for commands; made of the name without it.")] = "",
    registered_name: Annotated[str, typer.Option(help="The name in the register and of the bank account.")] = "",
    tax_id: Annotated[str, typer.Option(help="VAT number, ЕИК or ИНН.")] = "",
    address: Annotated[str, typer.Option(help="Of the company, as letters show it.")] = "",
    locale: Annotated[str, typer.Option(help="ru, bg or en; by country without it.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA name; by country without it.")] = "",
    currency: Annotated[str, typer.Option(help="Of your accounts; by country without it.")] = "",
    email: Annotated[str, typer.Option(help="Letters come from it and are answered to it.")] = "",
    writer: Annotated[str, typer.Option(help="The person who signs letters.")] = "",
    phone: Annotated[str, typer.Option(help="Of that person.")] = "",
    iban: Annotated[
        str, typer.Option(help="Where clients pay; `dunwell account` adds further and Russian accounts.")
    ] = "",
    bic: Annotated[str, typer.Option(help="Of the bank.")] = "",
    bank: Annotated[str, typer.Option(help="The bank's name.")] = "",
) -> None:
    """Make a creditor: the company that is owed. It starts in rehearsal; nothing is sent until you say `dunwell live`."""
    wiring = cli.wiring(context)
    made = creditors.create(
        name,
        slug=slug or creditors.slug_of(name),
        country=country.upper(),
        on=wiring.today("UTC"),
        by=cli.who(),
        registered_name=registered_name,
        tax_id=tax_id,
        address=address,
        locale=locale,
        timezone=timezone,
        currency=currency,
        email=email,
        writer=writer,
        phone=phone,
        iban=iban,
        bic=bic,
        bank=bank,
    )
    out.print(
        f"[bold]{made.name}[/] is ready in rehearsal (creditor [bold]{made.slug}[/], {made.locale}, {made.currency})."
    )
    for hint in creditors.missing(made):
        out.print(f"  still missing: {hint}")
    out.print("Next: `dunwell import open-items.xlsx --covered-until YESTERDAY`, then `dunwell preview`.")


def import_(
    context: Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="A sheet (CSV, also .gz, or workbook) of customers, invoices, open items or payments; a bank statement "
            "(camt, MT940, OFX, 1C, CSV, XLSX); an e-invoice (UBL, CII, Factur-X, CommerceML); or a zip of them."
        ),
    ],
    creditor: CreditorOption = "",
    kind: Annotated[
        Literal["auto", "customers", "invoices", "payments", "statement"],
        typer.Option(help="What a table holds: customers, invoices, payments, or statement for a bank's table."),
    ] = "auto",
    mapping: Annotated[Path | None, typer.Option(help="A saved mapping (TOML) of columns to fields.")] = None,
    save_mapping: Annotated[Path | None, typer.Option(help="Write how this file was read, for the next one.")] = None,
    date_order: Annotated[
        Literal["dmy", "mdy"] | None, typer.Option(help="dmy or mdy, where the file leaves it open.")
    ] = None,
    decimal: Annotated[
        Literal[",", "."] | None, typer.Option(help='"," or ".", where the file leaves it open.')
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The file holds every open invoice: what is missing waits.")
    ] = False,
    source: Annotated[
        str, typer.Option(help="The system a sheet comes from; the money source a statement stands for.")
    ] = "",
    account: Annotated[str, typer.Option(help="Whose statement it is, where the file names no account.")] = "",
    own_account: Annotated[
        bool, typer.Option("--own-account", help="The statement's account is yours, though no letter names it.")
    ] = False,
    covered_until: Annotated[
        str | None, typer.Option(help="Payments are complete up to this day (a statement says so itself).")
    ] = None,
    as_of: AsOfOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what was understood; record nothing.")] = False,
    findings: Annotated[
        Path | None, typer.Option(help="Write the rows that were refused, to be repaired and imported.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Import a file, recognised by its content: a bad row is a finding and the rest goes in; the same file again changes
    nothing."""
    chosen = cli.chosen(context, creditor)
    options = ingest_documents.Options(
        kind=kind,
        mapping=mappings.load(mapping) if mapping else None,
        date_order=date_order,
        decimal=decimal,
        complete=complete,
        source=source,
        covered_until=cli.parsed(covered_until) if covered_until else None,
        findings_file=findings,
        account=account,
        is_own_account=own_account,
    )
    with _progress() as progress:
        task = progress.add_task("reading", total=None)

        def moved(what: str, done: int, total: int | None) -> None:
            progress.update(task, description=f"{what} {done:,} rows", completed=done, total=total)

        if dry_run or save_mapping:
            said = ingest_documents.read(chosen, file, options, progress=moved)
            if save_mapping:
                mappings.save(save_mapping, ingest_documents.saved_mapping(chosen, file, options))
        if not dry_run:
            summaries = ingest_documents.file(
                chosen,
                file,
                as_of=cli.day(context, chosen, as_of),
                by=cli.who(),
                options=options,
                progress=moved,
            )
    if dry_run:
        show.understood(said, json=json)
    else:
        show.imported(file.name, summaries, json=json)


def plan_(
    context: Context,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
    assume_contact: AssumeOption = None,
    json: JsonOption = False,
) -> None:
    """Show what would happen on a day, with every reason; nothing is recorded."""
    chosen = cli.chosen(context, creditor)
    when = cli.day(context, chosen, as_of)
    rehearsal = not creditors.status(chosen).live
    planned = plan.propose(chosen, when, rehearsal=rehearsal, assume_contact=assume_contact)
    show.planned(chosen, planned, cli.wiring(context).now(), json=json)


def day_(
    context: Context,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; record and send nothing.")] = False,
    assume_contact: AssumeOption = None,
    json: JsonOption = False,
) -> None:
    """Run the day: apply money, plan, write letters, deliver what may go. Twice on one day changes nothing."""
    if dry_run:
        plan_(context, creditor, as_of, assume_contact, json)
        return
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    with _progress() as progress:
        progress.add_task(f"the day of {chosen.name}", total=None)
        done = day.run(
            chosen,
            cli.day(context, chosen, as_of),
            now=wiring.now(),
            today=wiring.today(chosen.timezone),
            by=cli.who(),
            folder=wiring.rehearsal_folder,
            assume_contact=assume_contact,
        )
    show.day(chosen, done, wiring.rehearsal_folder / chosen.slug, wiring.now(), json=json)


def explain(
    context: Context,
    what: Annotated[str, typer.Argument(help="An invoice number (or number@issue-date), or a customer's id or name.")],
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
    lang: Annotated[Language | None, typer.Option(help="The creditor's language without it.")] = None,
    json: JsonOption = False,
) -> None:
    """Tell the whole story of an invoice or a customer: facts, rule, decision, messages, and what happens next."""
    chosen = cli.chosen(context, creditor)
    found = stories.tell(chosen, what, cli.day(context, chosen, as_of), rehearsal=not creditors.status(chosen).live)
    show.stories(found, lang or chosen.locale, json=json)


def preview(
    context: Context,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
    assume_contact: AssumeOption = None,
    limit: Annotated[int, typer.Option(min=0, help="How many letters to show.")] = 5,
    lang: Annotated[Language | None, typer.Option(help="Only letters in this language.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the letters as HTML files into this folder too.")] = None,
) -> None:
    """Show the letters that would be written, word for word; nothing is recorded or sent."""
    chosen = cli.chosen(context, creditor)
    show.sources(freshness.sources(chosen, cli.wiring(context).now()))
    written = letters_preview.of_day(
        chosen,
        cli.day(context, chosen, as_of),
        rehearsal=not creditors.status(chosen).live,
        assume_contact=assume_contact,
    )
    show.letters([one for one in written if not lang or one.facts.locale == lang], limit=limit, html=html)


def simulate_(
    context: Context,
    since: Annotated[str, typer.Option("--from", help="First day of a stretch of the past, YYYY-MM-DD.")] = "",
    until: Annotated[str, typer.Option("--to", help="Its last day, YYYY-MM-DD.")] = "",
    ahead: Annotated[int, typer.Option("--ahead", help="Instead: so many days to come, by the forecast.")] = 0,
    policy: Annotated[list[str] | None, typer.Option("--policy", help="Name a policy; twice: side by side.")] = None,
    creditor: CreditorOption = "",
    assume_contact: AssumeOption = None,
    json: JsonOption = False,
) -> None:
    """Run policies over imported history, or over days to come, without touching the ledger: what would be sent, to whom, how often."""
    chosen = cli.chosen(context, creditor)
    if bool(ahead) == bool(since and until):
        raise typer.BadParameter("name --from and --to for a past, or --ahead for days to come")
    named = policy or []
    with _progress() as progress:
        progress.add_task("living through the days", total=None)
        if ahead:
            today = cli.day(context, chosen, None)
            found = simulate.ahead(chosen, today, days=ahead, named=named, assume_contact=assume_contact)
        else:
            past = {"since": cli.parsed(since), "until": cli.parsed(until)}
            found = simulate.run(chosen, **past, named=named, assume_contact=assume_contact)
    if ahead and not json:
        out.print(
            "Everybody pays on the day forecast for them, whatever is sent: what a policy brings about nobody knows."
        )
    show.simulations(found, json=json)


def live(
    context: Context,
    creditor: CreditorOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Go live after the preview.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Back to rehearsal: nothing leaves any more.")] = False,
    why: WhyOption = "",
) -> None:
    """Go live: show what would go out first, and with --yes let messages leave from now on."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    today = wiring.today(chosen.timezone)
    if back:
        withdrawn = creditors.back_to_rehearsal(chosen, today=today, by=cli.who(), why=why)
        out.print(f"{chosen.name} is in rehearsal again; {withdrawn} messages were withdrawn.")
        return
    show.sources(freshness.sources(chosen, wiring.now()))
    for line in creditors.refuse_live(chosen, now=wiring.now(), folder=wiring.rehearsal_folder):
        out.print(f"mail server: {line}")
    show.letters(letters_preview.of_day(chosen, today, rehearsal=False), limit=3, html=None)
    if not yes:
        out.print("This is what would go out first. `dunwell live --yes` lets it go with the next run.")
        raise typer.Exit(1)
    withdrawn = creditors.go_live(
        chosen, now=wiring.now(), today=today, by=cli.who(), why=why, folder=wiring.rehearsal_folder
    )
    out.print(f"[bold]{chosen.name} is live.[/] {withdrawn} queued rehearsal messages were withdrawn.")
    out.print("Run `dunwell day`; `dunwell stop` halts everything at once.")


def deliver_(context: Context, creditor: CreditorOption = "", json: JsonOption = False) -> None:
    """Send what is due now; safe to kill and to start again."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    done = delivery.run(chosen, wiring.now(), folder=wiring.rehearsal_folder)
    show.delivery(done, json=json)
    raise typer.Exit(0 if done.is_complete else 1)


def stop(
    context: Context,
    creditor: CreditorOption = "",
    lift: Annotated[bool, typer.Option("--lift", help="Let messages go again.")] = False,
    why: WhyOption = "",
) -> None:
    """Halt everything of a creditor at once; read again before every single message."""
    wiring, chosen = cli.wiring(context), cli.chosen(context, creditor)
    waiting = creditors.stop(chosen, is_on=not lift, today=wiring.today(chosen.timezone), by=cli.who(), why=why)
    state = "may send again" if lift else "is stopped"
    out.print(f"[bold]{chosen.name} {state}.[/] {waiting} messages are in the outbox.")


def policies(context: Context, lang: Annotated[Language, typer.Option(help="In which language.")] = "en") -> None:
    """The policies there are, each ladder in words."""
    for name, lines in stories.policies_in_words(lang).items():
        out.print(f"[bold]{name}[/]")
        table = Table(show_header=False, box=None, padding=(0, 2))
        for line in lines:
            table.add_row(*line)
        out.print(table)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=show.err, transient=True
    )
