"""`dunwell mail …`: sign-in without a password, signatures, copies of what was sent, and what the domain's records say."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell.cli import context as cli
from dunwell.cli.context import as_json, out
from dunwell.cli.options import ByOption, CreditorOption, JsonOption, Language
from dunwell.run import mail_check, mail_logins, sent_copies

Context = typer.Context
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="name=value: host, username, password or login, port, security, folder"),
]

app = typer.Typer(
    help="Mail as companies have it: sign-in, signatures, copies, the domain's records.", no_args_is_help=True
)


@app.command()
def login(
    context: Context,
    service: Annotated[str, typer.Argument(help="google, microsoft, or a name for another service")],
    client_id: Annotated[str, typer.Option(help="By which the service knows this program.")] = "",
    client_secret: Annotated[str, typer.Option(help="Where the service gave one; kept encrypted.")] = "",
    token_url: Annotated[str, typer.Option(help="Another service: where tokens are given.")] = "",
    device_url: Annotated[str, typer.Option(help="Another service: where a device asks for a code.")] = "",
    allow_url: Annotated[str, typer.Option(help="Another service: the page on which a person allows it.")] = "",
    scope: Annotated[str, typer.Option(help="What is asked for; the service's own for mail without it.")] = "",
    creditor: CreditorOption = "",
    by: ByOption = "",
) -> None:
    """Sign in at a mail service without a password (OAuth 2); a channel or mailbox then says --set login=NAME."""
    chosen = cli.chosen(context, creditor)
    addresses = {"token_url": token_url, "device_url": device_url, "allow_url": allow_url, "scope": scope}
    where = mail_logins.service(service, **addresses)
    client = mail_logins.client(chosen, service, client_id, client_secret)
    who = by or cli.who()
    if where.device_url:
        asked = mail_logins.by_device(where, client)
        out.print(f"Open {asked.where} in any browser, sign in as the sender, and type: {asked.code}", markup=False)
        mail_logins.wait(chosen, service, where, client, asked, by=who)
    else:
        errand = mail_logins.by_address(where, client)
        out.print("Open this address in any browser, sign in as the sender, and allow it:")
        out.print(errand.address, markup=False)
        out.print("The browser then shows an address that does not open; that is expected.")
        mail_logins.bring(chosen, service, where, client, errand, typer.prompt("Paste that address here"), by=who)
    out.print(f"signed in as {service!r}; use it: --set login={service} in place of --set password=…", markup=False)


@app.command()
def sign(
    context: Context,
    domain: Annotated[str, typer.Argument(help="The domain that letters come from.")] = "",
    selector: Annotated[str, typer.Option(help="Under which name the key lies there.")] = mail_check.SELECTOR,
    off: Annotated[bool, typer.Option("--off", help="Sign no longer; the key is forgotten.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
) -> None:
    """Sign letters for the domain (DKIM) with a new key, and print the record to enter; for mail servers that do not sign themselves."""
    chosen = cli.chosen(context, creditor)
    if off:
        mail_check.unsign(chosen, by=by or cli.who())
        out.print("letters are signed no longer")
        return
    if not domain:
        raise typer.BadParameter("say which domain letters come from")
    name, record = mail_check.sign(chosen, domain, selector=selector, by=by or cli.who())
    out.print("Enter this TXT record, then `dunwell mail check`:")
    typer.echo(f"{name}\n{record}")


@app.command()
def sent(
    context: Context,
    settings: SetOption = None,
    off: Annotated[bool, typer.Option("--off", help="Copy nothing any more.")] = False,
    creditor: CreditorOption = "",
    by: ByOption = "",
) -> None:
    """From now on copy each letter that left into the mailbox's folder of sent mail; without settings, that of the replies."""
    chosen, who = cli.chosen(context, creditor), by or cli.who()
    if off:
        sent_copies.turn_off(chosen, by=who)
        out.print("nothing is copied any more")
        return
    pairs = dict(one.partition("=")[::2] for one in settings or [])
    name = sent_copies.turn_on(chosen, pairs, by=who)
    out.print(f"what is sent from now on is copied into {name}", markup=False)


@app.command()
def check(
    context: Context,
    dns: Annotated[
        str, typer.Option(help="Ask this name server (address, or address:port) in place of this machine's.")
    ] = "",
    language: Annotated[Language | None, typer.Option(help="The creditor's without it.")] = None,
    creditor: CreditorOption = "",
    json: JsonOption = False,
) -> None:
    """Will readers' servers believe our letters: SPF, DKIM, DMARC, PTR and MX of each domain, with what to enter where."""
    found = mail_check.look(cli.chosen(context, creditor), locale=language or "", server=dns)
    if json:
        as_json([{name: getattr(one, name) for name in one.__slots__} for one in found])
    for one in () if json else found:
        out.print("[green]ok[/]" if one.ok else "[red]!![/]", f"[bold]{one.domain} {one.what}[/]", end=" ")
        out.print(f"{one.says}{f' → {one.remedy}' if one.remedy else ''}", markup=False)
    raise typer.Exit(0 if all(one.ok for one in found) else 1)
