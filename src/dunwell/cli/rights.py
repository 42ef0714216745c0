"""The commands about rights: what was agreed, what was acknowledged, what is about to be time-barred."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.run import agreements, charges, news, posted, proposals, rates, retainers, rights, subjects
from dunwell.store.models import Creditor

Context = typer.Context
CreditorOption = Annotated[str, typer.Option("--creditor", "-c", help="Whose books; needed when there are several.")]
ByOption = Annotated[str, typer.Option(help="Who; you, as the machine knows you, without it.")]
WhyOption = Annotated[str, typer.Option(help="Why, for the record.")]
AsOfOption = Annotated[str | None, typer.Option(help="YYYY-MM-DD; today without it.")]
EvidenceOption = Annotated[str, typer.Option(help="What shows it: signed contract, e-mail, signed reconciliation …")]


def agreement(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    terms: Annotated[
        list[str] | None, typer.Option("--set", help="name=value; without it the terms are shown.")
    ] = None,
    agreed_on: Annotated[str, typer.Option("--on", help="The day it was agreed, YYYY-MM-DD; today without it.")] = "",
    evidence: EvidenceOption = "",
    propose: Annotated[
        bool, typer.Option("--propose", help="Ask the client to confirm the terms; prints the link to send.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="With --propose: queue the letter that asks for it.")] = False,
    paper: Annotated[Path | None, typer.Option(help="Write the terms in force as PDF here.")] = None,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Record what was agreed with a customer, version by version, or propose it for confirmation on a page."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    pairs = dict(_pair(one) for one in terms or ())
    if propose:
        _propose(chosen, customer, pairs, on=on, by=by or cli.who(), why=why, send=send)
        return
    if pairs:
        day = cli.parsed(agreed_on) if agreed_on else on
        rights.agree(chosen, customer, pairs, agreed_on=day, evidence=evidence, on=on, by=by or cli.who(), why=why)
    for name, value in rights.agreed(chosen, customer, on).items():
        out.print(f"{name:<18}{value or '–'}", markup=False)
    if paper is not None:
        paper.write_bytes(agreements.printed(chosen, customer, on))
        out.print(f"{paper}: the terms in force", markup=False)


def acknowledged(
    context: Context,
    invoice: Annotated[str, typer.Argument(help="Invoice number, or number@issue-date.")],
    day: Annotated[str, typer.Option("--on", help="The day of the client's writing, YYYY-MM-DD.")],
    evidence: EvidenceOption,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """The client acknowledged a debt in writing: its limitation begins anew."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    last = rights.acknowledge(
        chosen, invoice, day=cli.parsed(day), evidence=evidence, on=on, by=by or cli.who(), why=why
    )
    out.print(f"{invoice}: acknowledged on {day}{f'; in time until {last}' if last else ''}", markup=False)


def limitation(context: Context, creditor: CreditorOption = "", as_of: AsOfOption = None) -> None:
    """Which open invoices are about to be time-barred, or are: after that day nobody speaks of court or interest."""
    chosen = cli.chosen(context, creditor)
    found = rights.ending(chosen, cli.day(context, chosen, as_of))
    for one in found:
        state = "is over since" if one.is_over else "ends on"
        out.print(f"{one.number} {one.customer}: limitation {state} {one.last_day}", markup=False)
    if not found:
        out.print(f"nothing is time-barred within {rights.WARNED_DAYS} days")


def charge(
    context: Context,
    invoice: Annotated[str, typer.Argument(help="Invoice number, or number@issue-date.")],
    until: Annotated[str, typer.Option(help="The last day charged, YYYY-MM-DD; today without it.")] = "",
    waive: Annotated[bool, typer.Option("--waive", help="Take back what is charged; say why.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Charge for delay what contract or law give, where the policy wants it; or waive it with a reason."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    if waive:
        made = charges.waive(chosen, invoice, on=on, by=by or cli.who(), why=why)
    else:
        folder = cli.wiring(context).data / rates.FOLDER
        last = cli.parsed(until) if until else on
        made = charges.charge(chosen, invoice, until=last, on=on, by=by or cli.who(), why=why, own_rates=folder)
    out.print(f"{invoice}: {charges.said(made)} {'waived' if waive else 'charged for delay'}", markup=False)


def letter(
    context: Context,
    number: Annotated[
        int | None, typer.Argument(help="Number of the task (`dunwell work`); all that wait without it.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--out", help="The PDF to write; letter-NUMBER.pdf without it.")] = None,
    tracking: Annotated[str, typer.Option("--posted", help="It was posted: the number that the post gave.")] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Print the letter of a task, or all that wait, for the window of the envelope; or record that it was posted."""
    chosen = cli.chosen(context, creditor)
    if tracking:
        if number is None:
            raise typer.BadParameter("say which letter was posted: dunwell letter NUMBER --posted TRACKING")
        kept = posted.post(chosen, number, tracking, on=cli.day(context, chosen, as_of), by=by or cli.who())
        out.print(f"letter {number} was posted: {kept}", markup=False)
        return
    numbers = [number] if number is not None else [one.pk for one in posted.waiting(chosen)]
    if not numbers:
        out.print("no letter waits to be printed")
        return
    place = file or Path(f"letter-{number}.pdf" if number is not None else "letters.pdf")
    place.write_bytes(posted.pdf(chosen, number) if number is not None else posted.together(chosen, numbers))
    out.print(f"{place}: print, sign, post; then `dunwell letter {numbers[0]} --posted TRACKING`", markup=False)


def retainer(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    send: Annotated[bool, typer.Option("--send", help="Queue the letter that proposes it.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """A retainer computed from the last twelve months, with the rule and what speaks for it; sent only with --send."""
    chosen = cli.chosen(context, creditor)
    on, who = cli.day(context, chosen, as_of), subjects.customer(chosen, customer)
    found = retainers.compute(chosen, who, on)
    for month, amount in found.months:
        out.print(f"{month:%Y-%m}  {amount!s:>16}", markup=False)
    for line in retainers.sentences(found, retainers.locale_of(chosen, who)):
        out.print(line, markup=False)
    if send:
        news.send(chosen, retainers.letter(chosen, who, on), by=by or cli.who(), why="a retainer is proposed")
        out.print("the letter is queued")


def _propose(
    creditor: Creditor, customer: str, terms: dict[str, str], *, on: date, by: str, why: str, send: bool
) -> None:
    """Print the link to confirm by; with the letter that asks for it, the letter too."""
    letter = proposals.terms_letter(creditor, subjects.customer(creditor, customer), terms, on) if send else None
    made = agreements.propose(creditor, customer, terms, on=on, by=by, why=why)
    out.print(agreements.address(creditor, made, by=by), markup=False)
    if letter is not None:
        news.send(creditor, letter, by=by, why=why)
        out.print(letter.letter.draft.text if letter.letter.draft else "", markup=False)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"write name=value, not {text!r}; names: {', '.join(rights.TERMS)}")
    return name.strip(), value.strip()
