"""`dunwell intake`: look at a client before agreeing terms."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import out
from dunwell.core.money import Money
from dunwell.run import intake
from dunwell.run.intake import Numbers


def command(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="External id or name; empty for somebody unknown.")] = "",
    order: Annotated[str, typer.Option(help="The sum of the order, such as 1500.00.")] = "0",
    currency: Annotated[str, typer.Option(help="Its currency; the creditor's without it.")] = "",
    country: Annotated[str, typer.Option(help="Two letters; the client's or the creditor's without it.")] = "",
    tax_id: Annotated[str, typer.Option(help="ЕИК, ИНН or VAT number.")] = "",
    registration: Annotated[str, typer.Option(help="ЕИК or ОГРН.")] = "",
    kpp: Annotated[str, typer.Option(help="КПП of a Russian company.")] = "",
    account: Annotated[str, typer.Option(help="IBAN, or a Russian account of 20 digits with --bic.")] = "",
    bic: Annotated[str, typer.Option(help="BIC or БИК.")] = "",
    creditor: Annotated[str, typer.Option("--creditor", "-c", help="Whose books.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    as_of: Annotated[str | None, typer.Option(help="YYYY-MM-DD; today without it.")] = None,
) -> None:
    """Check a client's numbers, what is open and how they have paid; suggest terms, each with its reason."""
    chosen = cli.chosen(context, creditor)
    wanted = Money.parse(order.replace(",", "."), currency or chosen.currency)
    numbers = Numbers(country.upper(), tax_id, registration, kpp, account, bic)
    if customer:
        facts, found = intake.known(chosen, customer, numbers, wanted, cli.day(context, chosen, as_of))
    else:
        facts, found = intake.unknown(chosen, numbers, wanted)
    if as_json:
        cli.as_json(
            {
                "faults": [{"field": one.field, "value": one.value, "message": one.message} for one in facts.faults],
                "open": str(facts.open),
                "overdue": str(facts.overdue),
                "limit": str(facts.limit) if facts.limit else None,
                "paid": facts.conduct.paid,
                "usual_days_late": facts.conduct.usual_days_late,
                "prepayment_percent": found.prepayment_percent,
                "net_days": found.net_days,
                "reasons": list(found.reasons),
            }
        )
        return
    out.print(f"open {facts.open}, overdue {facts.overdue}, invoices paid {facts.conduct.paid}", markup=False)
    share = f"{found.prepayment_percent}% before the work, " if found.prepayment_percent else ""
    days = f"the rest within {found.net_days} days" if found.net_days else "nothing on credit"
    out.print(f"suggested: {share}{days}", markup=False)
    for reason in found.reasons:
        out.print(f"- {reason}", markup=False)
