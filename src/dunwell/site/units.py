"""`dunwell autostart`: the files by which the computer starts the console, the pay page and a worker by itself.

For Linux units of systemd, for macOS property lists of launchd; both of the person who runs the command, without rights of the
administrator. The files name this very program, its data folder and the variables that it was called with.
"""

from __future__ import annotations

import os
import plistlib
import sys
from pathlib import Path
from typing import Annotated

import typer

ERRANDS = {"serve": "the console and the pay page", "worker": "sends what is due, runs each day, makes backups"}
VARIABLES = "DUNWELL_"
UNIT = """\
[Unit]
Description=Dunwell: {means}

[Service]
ExecStart={command}
{environment}
Restart=on-failure
RestartSec=5
# The message under way is finished before the end.
KillSignal=SIGINT
TimeoutStopSec=180
NoNewPrivileges=yes
PrivateTmp=yes

[Install]
WantedBy=default.target
"""


def autostart(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(help="Write the files into this folder, instead of where the computer looks.")
    ] = None,
) -> None:
    """Let the computer start Dunwell by itself: writes units for systemd (Linux) or launchd (macOS) and says how to begin."""
    is_mac = sys.platform == "darwin"
    folder = to or (Path.home() / ("Library/LaunchAgents" if is_mac else ".config/systemd/user"))
    data: Path = context.obj
    folder.mkdir(parents=True, exist_ok=True)
    for errand, means in ERRANDS.items():
        name, content = (property_list if is_mac else unit)(errand, means, environment(data))
        (folder / name).write_text(content)
        typer.echo(f"{folder / name}")
    if is_mac:
        typer.echo("Begin: `launchctl load -w ~/Library/LaunchAgents/dunwell.*.plist`")
    else:
        typer.echo(
            "Begin: `systemctl --user daemon-reload && systemctl --user enable --now dunwell-serve dunwell-worker`"
        )
        typer.echo("Also without anybody logged in: `loginctl enable-linger`")


def environment(data: Path) -> dict[str, str]:
    """What the program was told by variables, and where its data are."""
    told = {name: value for name, value in os.environ.items() if name.startswith(VARIABLES)}
    return {**told, "DUNWELL_DATA": str(data)}


def unit(errand: str, means: str, variables: dict[str, str]) -> tuple[str, str]:
    """A unit of systemd: name and content."""
    lines = "\n".join(f'Environment="{name}={_quoted(value)}"' for name, value in sorted(variables.items()))
    # A dollar sign names a variable in commands alone.
    command = " ".join(f'"{_quoted(word).replace("$", "$$")}"' for word in _command(errand))
    return f"dunwell-{errand}.service", UNIT.format(means=means, command=command, environment=lines)


def property_list(errand: str, means: str, variables: dict[str, str]) -> tuple[str, str]:
    """A property list of launchd: name and content."""
    content = {
        "Label": f"dunwell.{errand}",
        "ProgramArguments": _command(errand),
        "EnvironmentVariables": variables,
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ExitTimeOut": 180,
        "StandardErrorPath": f"{variables['DUNWELL_DATA']}/{errand}.log",
    }
    return f"dunwell.{errand}.plist", plistlib.dumps(content).decode()


def _command(errand: str) -> list[str]:
    return [sys.executable, "-m", "dunwell", errand]


def _quoted(text: str) -> str:
    """As systemd reads it: quotes and backslashes escaped, percent signs doubled."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
