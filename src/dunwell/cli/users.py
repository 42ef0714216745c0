"""Commands about the people who work in the console."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dunwell.cli.context import chosen, out, who
from dunwell.run import users

user = typer.Typer(help="The people who work in the console.", no_args_is_help=True)


@user.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[str, typer.Option(help="viewer, collector, approver or admin.")],
    creditor: Annotated[str, typer.Option(help="The creditor to work at.")] = "",
    full_name: Annotated[str, typer.Option(help="As letters and records name them.")] = "",
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the password instead of making one.")] = False,
) -> None:
    """Let somebody sign in, or give somebody who can a role at one more creditor."""
    found = chosen(context, creditor)
    done = users.add(found, name, role=role, by=who(), password=_asked(ask), full_name=full_name)
    out.print(f"{name} is {role} at {found.name}.", markup=False)
    if done.password:
        out.print(f"  password: {done.password}", markup=False)
    if not done.is_new:
        out.print("  the password stays as it was")


@user.command("first")
def first(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the password instead of making one.")] = False,
) -> None:
    """Begin in the browser: the first user of an empty installation, who sets up the company in the console."""
    typed = _asked(ask)
    made = users.first(name, password=typed)
    out.print(f"{name} can sign in; `dunwell serve` prints where.", markup=False)
    if not typed:
        out.print(f"  password: {made}", markup=False)


@user.command("password")
def password(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the password instead of making one.")] = False,
) -> None:
    """Give somebody a new password; they are signed out everywhere."""
    typed = _asked(ask)
    made = users.new_password(name, password=typed)
    out.print("the password is changed" if typed else f"  password: {made}", markup=False)


@user.command("remove")
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    creditor: Annotated[str, typer.Option(help="The creditor to leave.")] = "",
) -> None:
    """End somebody's work at a creditor."""
    found = chosen(context, creditor)
    users.remove(found, name, by=who())
    out.print(f"{name} no longer works at {found.name}.", markup=False)


def _asked(ask: bool) -> str:
    if not ask:
        return ""
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=sys.stdin.isatty()))
