"""The `dunwell` command: one table of commands, each loaded only when it is called.

Commands that only read files (`inspect`, `read`, `forecast`, `interest`) start without Django and without a database,
so that they answer in well under two seconds.
"""

from __future__ import annotations

import importlib
import sys

import typer

COMMANDS_ON_FILES = {
    "inspect": "dunwell.cli.inspect",
    "read": "dunwell.cli.read",
    "forecast": "dunwell.cli.forecast",
}


def main() -> None:
    """Run the command named by the first argument."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in COMMANDS_ON_FILES:
        command = importlib.import_module(COMMANDS_ON_FILES[name]).command
        sys.argv = [f"dunwell {name}", *sys.argv[2:]]
        typer.run(command)
        return
    sys.exit(f"dunwell: {name!r} is not a command. Commands: {', '.join(COMMANDS_ON_FILES)}")
