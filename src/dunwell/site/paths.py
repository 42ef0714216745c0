"""Where the program keeps its data: one private folder with the database, secrets, rehearsal files and logs."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def data_dir() -> Path:
    """`DUNWELL_DATA`, else `/var/lib/dunwell` for root, else the user's data folder (XDG base directories)."""
    chosen = os.environ.get("DUNWELL_DATA")
    if chosen:
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/dunwell")
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "dunwell"


def rehearsal_dir() -> Path:
    return data_dir() / "rehearsal"


def backups_dir() -> Path:
    """`DUNWELL_BACKUPS`, best another disk or a mounted share, else a folder beside the database."""
    chosen = os.environ.get("DUNWELL_BACKUPS")
    return Path(chosen).absolute() if chosen else data_dir() / "backups"


def secret(name: str) -> str:
    """A random secret of this installation, made at first use and readable by its owner alone."""
    folder = data_dir() / "secrets"
    file = folder / name
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = secrets.token_urlsafe(48)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(fresh)
    return file.read_text()
