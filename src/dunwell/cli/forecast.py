"""`dunwell forecast`: when will these invoices be paid, and how good such forecasts were in the past."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunwell.core.refusal import Finding, Refusal
from dunwell.run import forecast, forecast_backtest

FINDINGS_SHOWN = 20


class AskOneWay(Refusal):
    """Give either --requests or --history with --predict, and a file for --out; or --history with --backtest alone."""


def command(
    out: Annotated[Path | None, typer.Option(help="The CSV file to write.")] = None,
    requests: Annotated[Path | None, typer.Option(help="A folder <task>/<origin>/{ledger,requests}.csv.")] = None,
    history: Annotated[Path | None, typer.Option(help="A ledger with paid_date; blank means still open.")] = None,
    predict: Annotated[Path | None, typer.Option(help="The invoices to forecast.")] = None,
    backtest: Annotated[
        bool, typer.Option("--backtest", help="Forecast the history's own past: error and coverage by horizon.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 0,
) -> None:
    """Forecast the day of payment of every invoice asked about, as a distribution."""
    try:
        if backtest and history and not (requests or predict or out):
            for line in forecast_backtest.run(history, seed):
                typer.echo(line)
            return
        if backtest or out is None:
            raise AskOneWay
        if requests and not history and not predict:
            findings = forecast.tree(requests, out, seed)
        elif history and predict and not requests:
            findings = forecast.pair(history, predict, out, seed)
        else:
            raise AskOneWay
    except Refusal as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(2) from None
    _show(findings)


def _show(findings: list[Finding]) -> None:
    for finding in findings[:FINDINGS_SHOWN]:
        typer.echo(str(finding), err=True)
    if len(findings) > FINDINGS_SHOWN:
        typer.echo(f"… and {len(findings) - FINDINGS_SHOWN} more findings.", err=True)
