"""The verbs of a person's work: each says who and why, most are taken back by --undo, which adds a record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli import show
from dunwell.cli.context import out
from dunwell.cli.options import AmountOption, AsOfOption, ByOption, CreditorOption, JsonOption, UndoOption, WhyOption
from dunwell.core.money import Money
from dunwell.run import allocations, approve, creditors, freshness, people, subjects, work
from dunwell.run import wording as texts

Context = typer.Context
NUMBER = typer.Argument(help="Invoice number, or number@issue-date.")


def work_(
    context: Context,
    creditor: CreditorOption = "",
    json: JsonOption = False,
) -> None:
    """What waits for a person: unknown deliveries, unmatched money, tasks, approvals, findings, each saying why."""
    chosen = cli.chosen(context, creditor)
    if not json:
        show.sources(freshness.sources(chosen, cli.wiring(context).now()))
    on = cli.wiring(context).today(chosen.timezone)
    show.work([*work.rows(chosen, on), *work.ending(chosen, on)], json=json)


def approve_(
    context: Context,
    message: Annotated[int | None, typer.Argument(help="Number of the message; --all for every one.")] = None,
    creditor: CreditorOption = "",
    every: Annotated[bool, typer.Option("--all", help="Approve everything that waits, after it was shown.")] = False,
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Look at a waiting message, word for word, and let exactly these bytes go."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    show.sources(freshness.sources(said.creditor, cli.wiring(context).now()))
    for one in approve.waiting(said.creditor, message, every=every):
        out.rule(f"message {one.pk}: {one.customer.name}")
        out.print(one.content_row.text, markup=False)
        approve.approve(said.creditor, one, **said.fact)
        out.print(f"[bold]approved[/] ({one.content_hash[:12]}…)")


def recall(
    context: Context,
    message: Annotated[int, typer.Argument(help="Number of the message.")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "recalled",
) -> None:
    """Call a message back, as long as nobody has begun to send it."""
    approve.recall(cli.chosen(context, creditor), message, by=by or cli.who(), why=why)
    out.print(f"message {message} is withdrawn")


def hold(
    context: Context,
    invoice: Annotated[str, NUMBER] = "",
    customer: Annotated[str, typer.Option(help="The whole customer instead of one invoice.")] = "",
    until: Annotated[str | None, typer.Option(help="YYYY-MM-DD; until lifted without it.")] = None,
    reason: Annotated[
        str, typer.Option(help="asked_for_time, hardship, survey, relationship, claimed_paid, our_side, other")
    ] = "other",
    creditor: CreditorOption = "",
    undo: UndoOption = None,
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Stop contact about an invoice or with a customer."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    if undo is not None:
        people.end(said.creditor, "hold", undo, outcome="lifted", **said.fact)
        out.print(f"hold {undo} is lifted")
        return
    made = people.hold(
        said.creditor,
        number=invoice,
        customer_name=customer,
        reason=reason,
        until=cli.parsed(until) if until else None,
        **said.fact,
    )
    for one in made:
        out.print(f"hold {one.pk}: {reason}{f' until {until}' if until else ''}")


def promise(
    context: Context,
    invoice: Annotated[str, NUMBER] = "",
    until: Annotated[str | None, typer.Option(help="The day promised, YYYY-MM-DD.")] = None,
    amount: AmountOption = None,
    creditor: CreditorOption = "",
    undo: UndoOption = None,
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """A client promised to pay: the chase waits until the day and a little grace."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    if undo is not None:
        people.end(said.creditor, "promise", undo, outcome="withdrawn", **said.fact)
        out.print(f"promise {undo} is taken back")
        return
    if until is None:
        raise typer.BadParameter("say the day promised with --until YYYY-MM-DD")
    currency = subjects.receivables_of(said.creditor, invoice)[0].currency
    made = people.promise(
        said.creditor,
        invoice,
        promised_date=cli.parsed(until),
        amount=cli.amount(amount, currency),
        **said.fact,
    )
    for one in made:
        out.print(f"promise {one.pk}: {Money(one.amount, one.currency)} until {one.promised_date}")


def dispute(
    context: Context,
    invoice: Annotated[str, NUMBER] = "",
    cause: Annotated[str, typer.Option(help=", ".join(people.DISPUTE_CAUSES))] = "other",
    amount: AmountOption = None,
    creditor: CreditorOption = "",
    undo: UndoOption = None,
    outcome: Annotated[str, typer.Option(help="With --undo: rejected, accepted or withdrawn.")] = "withdrawn",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """A client contests an invoice or a part of it; the undisputed rest is still asked for."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    if undo is not None:
        people.end(said.creditor, "dispute", undo, outcome=outcome, **said.fact)
        out.print(f"dispute {undo} has ended: {outcome}")
        return
    currency = subjects.receivables_of(said.creditor, invoice)[0].currency
    made = people.dispute(said.creditor, invoice, cause=cause, amount=cli.amount(amount, currency), **said.fact)
    for one in made:
        out.print(f"dispute {one.pk}: {cause}")


def allocate(
    context: Context,
    payment: Annotated[int | None, typer.Argument(help="Number of the payment (`dunwell work`).")] = None,
    invoice: Annotated[str, NUMBER] = "",
    amount: AmountOption = None,
    creditor: CreditorOption = "",
    undo: UndoOption = None,
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Set a payment against an invoice by hand, or take an allocation back with --undo."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    if undo is not None:
        allocations.undo_allocation(said.creditor, undo, **said.fact)
        out.print(f"allocation {undo} is taken back")
        return
    if payment is None or not invoice:
        raise typer.BadParameter("say which payment and which invoice: dunwell allocate PAYMENT INVOICE")
    currency = subjects.receivables_of(said.creditor, invoice)[0].currency
    part = cli.amount(amount, currency)
    done = allocations.allocate(said.creditor, payment, invoice, amount=part, **said.fact)
    out.print(f"{Money(done, currency)} of payment {payment} set against {invoice}")


def on_account(
    context: Context,
    payment: Annotated[int, typer.Argument(help="Number of the payment.")],
    customer: Annotated[str, typer.Argument(help="External id or name.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: the money waits for a person again.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Keep unmatched money on account for a customer: it no longer holds anybody and is deducted in letters."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    if undo:
        allocations.off_account(said.creditor, payment, **said.fact)
        out.print(f"payment {payment} is on nobody's account any more")
        return
    if not customer:
        raise typer.BadParameter("say for which customer")
    allocations.on_account(said.creditor, payment, customer, **said.fact)
    out.print(f"payment {payment} is on account for {customer}; `dunwell on-account {payment} --undo` takes it back")


def contacted(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")] = "",
    channel: Annotated[
        Literal["call", "email", "sms", "visit", "letter"], typer.Option(help="call, email, sms, visit, letter")
    ] = "call",
    note: Annotated[str, typer.Option(help="What was said.")] = "",
    creditor: CreditorOption = "",
    undo: UndoOption = None,
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """You contacted a customer by hand: it counts for the gap and the caps."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    if undo is not None:
        people.end(said.creditor, "touch", undo, outcome="taken_back", **said.fact)
        out.print(f"contact {undo} is taken back: it counts no more")
        return
    if not customer:
        raise typer.BadParameter("say which customer")
    made = people.contacted(said.creditor, customer, channel=channel, note=note, **said.fact)
    out.print(f"contact {made.pk}: {channel} with {customer}")


def task(
    context: Context,
    number: Annotated[int, typer.Argument(help="Number of the task (`dunwell work`).")],
    outcome: Annotated[str, typer.Option(help="What came of it: promised, no_answer, posted, …")],
    not_done: Annotated[bool, typer.Option("--not-done", help="The step does not count as done.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Close a task with its outcome."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    people.close_task(said.creditor, number, outcome=outcome, is_done=not not_done, **said.fact)
    out.print(f"task {number} is closed: {outcome}")


def finding(
    context: Context,
    number: Annotated[int, typer.Argument(help="Number of the finding (`dunwell work`).")],
    outcome: Annotated[str, typer.Option(help="paid, cancelled, still_open, repaired or ignored")],
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Settle a finding: what it held goes on."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    people.settle_finding(said.creditor, number, outcome=outcome, **said.fact)
    out.print(f"finding {number} is settled: {outcome}")


def settle(
    context: Context,
    message: Annotated[int, typer.Argument(help="Number of the message.")],
    sent: Annotated[bool | None, typer.Option("--sent/--not-sent", help="Did it arrive?")] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Nobody knows after all: it waits for a decision again.")
    ] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
) -> None:
    """Decide about a message of unknown outcome: sent or not sent."""
    said = cli.said(context, creditor, by=by, why=why)
    if undo:
        approve.unsettle(said.creditor, message, **said.fact)
        out.print(f"message {message} is of unknown outcome again")
        return
    if sent is None:
        raise typer.BadParameter("say --sent or --not-sent")
    approve.settle(said.creditor, message, was_sent=sent, **said.fact)
    out.print(f"message {message} counts as {'sent' if sent else 'not sent'}")


def opt_out(
    context: Context,
    address: Annotated[str, typer.Argument(help="E-mail address or phone.")],
    channel: Annotated[str, typer.Option(help="email, sms, call or all")] = "all",
    undo: Annotated[bool, typer.Option("--undo", help="They want to be written to again.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """A person does not want to be written to: it holds for ever, under every customer they belong to."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    count = people.opt_out(said.creditor, address, channel=channel, wanted=undo, **said.fact)
    known = (
        f"{count} {'person has' if count == 1 else 'people have'} it"
        if count
        else "nobody has it yet; kept for when somebody does"
    )
    out.print(f"{address} {'may be written to again' if undo else 'is not written to any more'} ({channel}): {known}")


def state(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    value: Annotated[str, typer.Argument(help="insolvent, liquidated, deceased, minor or represented")],
    undo: Annotated[bool, typer.Option("--undo", help="It no longer holds.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """A state that stops the ladder at once."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    people.state(said.creditor, customer, value, ended=undo, **said.fact)
    out.print(f"{customer}: {value}{' ended' if undo else ''}")


def owes(
    context: Context,
    customer: Annotated[str, typer.Argument(help="External id or name.")],
    what: Annotated[str, typer.Argument(help="answer or document")],
    done: Annotated[bool, typer.Option("--done", help="We have given it.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Our side owes the client an answer or a document: firm steps wait until it is given."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    people.our_side(said.creditor, customer, what, done=done, **said.fact)
    out.print(f"{customer}: {what} {'given' if done else 'owed by us'}")


def cover(
    context: Context,
    source: Annotated[str, typer.Argument(help="The money source: bank, cash, …")],
    until: Annotated[str, typer.Argument(help="YYYY-MM-DD: all payments up to this day are entered.")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="The source is used no more and expected no longer.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Say up to which day all payments are entered: without fresh money data nothing is sent."""
    said = cli.said(context, creditor, as_of=as_of, by=by)
    if ended:
        people.end_source(said.creditor, source, on=said.on, by=said.by)
        out.print(f"{source} is expected no longer")
        return
    people.cover(said.creditor, source, cli.parsed(until), on=said.on, by=said.by)
    out.print(f"{source}: payments are entered up to {until}")


def wording(
    context: Context,
    lang: Annotated[str, typer.Argument(help="ru, bg or en")],
    text: Annotated[str, typer.Argument(help="Which text, such as reminder.email")],
    save: Annotated[
        Path | None, typer.Option(help="A Markdown file to put in force; without it the text is shown.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Back to the shipped text.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
) -> None:
    """Show a text of letters, or put one's own wording in force after the checks that the shipped ones pass."""
    said = cli.said(context, creditor, by=by, why=why)
    if save is None and not undo:
        typer.echo(texts.text_of(said.creditor, lang, text))
        return
    written = cli.text_of(save) if save else ""
    version = texts.save(said.creditor, lang, text, written, **said.fact)
    out.print(f"{text} ({lang}) is in force in version {version}; `dunwell preview` shows letters with it")


def policy(
    context: Context,
    name: Annotated[str, typer.Argument(help="The policy (`dunwell policies`).")],
    customer: Annotated[str, typer.Option(help="For one customer.")] = "",
    invoice: Annotated[str, typer.Option(help="For one invoice.")] = "",
    segment: Annotated[str, typer.Option(help="For a segment.")] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
) -> None:
    """Put a policy in force: for the creditor, a segment, a customer or an invoice; the nearest one decides."""
    said = cli.said(context, creditor, by=by, why=why)
    told = creditors.assign(said.creditor, name, customer=customer, invoice=invoice, segment=segment, **said.fact)
    out.print(told)
