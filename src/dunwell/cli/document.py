"""`dunwell document`: invoices, receipts, statements and reconciliations to give or send along; `dunwell vat`: what they say of VAT."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.cli.options import AsOfOption, ByOption, CreditorOption, WhyOption
from dunwell.run import einvoices, facts, papers

app = typer.Typer(help="Make documents of account as PDF or as e-invoices.", no_args_is_help=True)
Context = typer.Context
LanguagesOption = Annotated[
    str, typer.Option("--lang", help="ru, bg or en; two of them such as bg,en. The customer's own without it.")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="The file to write.")]
SinceOption = Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD; of this or last year without it.")]
CustomerArgument = Annotated[str, typer.Argument(help="External id or name.")]


@app.command()
def invoice(
    context: Context,
    number: Annotated[str, typer.Argument(help="Number of an invoice, request or credit note, or number@issue-date.")],
    format: Annotated[
        Literal["pdf", "facturx", "ubl", "cii"],
        typer.Option("--as", help="PDF; PDF with the e-invoice inside; or the e-invoice as XML."),
    ] = "pdf",
    look: Annotated[str, typer.Option(help="warm, plain or formal; by how late it is without it.")] = "",
    languages: LanguagesOption = "",
    file: OutOption = None,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
) -> None:
    """An issued document, with what is left of it and how to pay; as an e-invoice where all that needs is known."""
    chosen = cli.chosen(context, creditor)
    on = cli.day(context, chosen, as_of)
    if format in einvoices.SYNTAXES:
        made = einvoices.write(chosen, number, format)
    elif format == "facturx":
        made = papers.facturx(chosen, number, on=on, languages=languages, look=look)
    else:
        made = papers.invoice(chosen, number, on=on, languages=languages, look=look)
    ending = "xml" if format in einvoices.SYNTAXES else "pdf"
    _written(file or Path(f"{facts.file_name('invoice', number)}.{ending}"), made)
    for finding in einvoices.lacks(chosen, number) if format == "pdf" else ():
        out.print(f"  look: {finding}", markup=False)


@app.command()
def receipt(
    context: Context,
    payment: Annotated[int, typer.Argument(help="Number of the payment.")],
    languages: LanguagesOption = "",
    file: OutOption = None,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
) -> None:
    """That a payment arrived, and what it was set against."""
    chosen = cli.chosen(context, creditor)
    made = papers.receipt(chosen, payment, on=cli.day(context, chosen, as_of), languages=languages)
    _written(file or Path(f"receipt-{payment}.pdf"), made)


@app.command()
def statement(
    context: Context,
    customer: CustomerArgument,
    since: SinceOption = "",
    languages: LanguagesOption = "",
    file: OutOption = None,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
) -> None:
    """All documents and payments of a customer up to a day, what is open, and how to pay it."""
    chosen = cli.chosen(context, creditor)
    first, last = _period(since, cli.day(context, chosen, as_of))
    made = papers.statement(chosen, customer, since=first, until=last, languages=languages)
    _written(file or Path(f"{facts.file_name('statement', customer)}.pdf"), made)


@app.command()
def reconciliation(
    context: Context,
    customer: CustomerArgument,
    since: SinceOption = "",
    languages: LanguagesOption = "",
    file: OutOption = None,
    creditor: CreditorOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Акт сверки, потвърждение на салда: our figures, room for the customer's, and two signatures."""
    chosen = cli.chosen(context, creditor)
    first, last = _period(since, cli.day(context, chosen, as_of))
    made = papers.reconciliation(chosen, customer, since=first, until=last, languages=languages)
    _written(file or Path(f"{facts.file_name('reconciliation', customer)}.pdf"), made)
    out.print("signed by the client it acknowledges the debt: `dunwell acknowledged INVOICE --on DAY --evidence …`")


@app.command()
def logo(
    context: Context,
    picture: Annotated[Path | None, typer.Argument(help="PNG, JPEG or WebP; none without it.")] = None,
    creditor: CreditorOption = "",
    by: ByOption = "",
) -> None:
    """The picture at the head of documents."""
    said = cli.said(context, creditor, by=by)
    papers.set_logo(said.creditor, cli.bytes_of(picture) if picture else b"", on=said.on, by=said.by)
    out.print("documents carry it from now on" if picture else "documents carry no logo from now on")


def vat(
    context: Context,
    value: Annotated[
        str,
        typer.Argument(
            help='The rate (20), or "exempt …", "reverse …", "export …", "none …" with the reason, or zero.'
        ),
    ],
    customer: Annotated[str, typer.Option(help="Only of this customer's documents: external id or name.")] = "",
    invoice: Annotated[str, typer.Option(help="Only of this document.")] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
    why: WhyOption = "",
    as_of: AsOfOption = None,
) -> None:
    """Say how VAT stands on what you issue: without it no document names VAT, and none becomes an e-invoice."""
    said = cli.said(context, creditor, as_of=as_of, by=by, why=why)
    told = einvoices.set_vat(said.creditor, value, customer=customer, invoice=invoice, **said.fact)
    out.print(f"VAT {told}{f' for {invoice or customer}' if invoice or customer else ''}", markup=False)


def _period(since: str, until: date) -> tuple[date, date]:
    return cli.parsed(since) if since else papers.year_before(until), until


def _written(place: Path, made: bytes) -> None:
    place.write_bytes(made)
    out.print(f"{place}", markup=False)
