"""A backup's file: the database, the installation's secrets and its own rules, sealed with a key that is kept apart.

The format is that of `age` (age-encryption.org), so the file can be opened by that program and the key alone, should ours be gone:
within lies a tar of `manifest.json`, `database.dump` (for `pg_restore`) and `files/`.
"""

from __future__ import annotations

import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyrage
from django.conf import settings

from dunwell.core.refusal import Refusal
from dunwell.store.dumps import Tally

KEY = "backup.key"
NAME = re.compile(r"dunwell-([a-z0-9]{6})-(\d{8}T\d{6})Z\.age")
MOMENT = "%Y%m%dT%H%M%S"
LEFT_OUT = {"postgres", "postgres.lock", "run", "built", "rehearsal", "backups", "erasures.jsonl", "secrets/" + KEY}
"""Of the data folder: what the dump holds, what can be made again, what an older copy must not replace, and the key itself."""


class KeyWrong(Refusal):
    """{file} cannot be opened with the key in {key}: it is damaged, or another installation wrote it, whose key --key names."""


class KeyMissing(Refusal):
    """There is no key in {key}: name the file with the backup's key by --key."""


class NoBackup(Refusal):
    """{file} is no backup of Dunwell."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; `tally` proves the database's content."""

    program: str
    taken_at: datetime
    migrations: tuple[str, ...]
    application: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup that was opened into a folder, which is gone when its user is done."""

    manifest: Manifest
    dump: Path
    files: Path


def key_file() -> Path:
    """Where this installation keeps the key of its backups."""
    return Path(settings.DATA_DIR) / "secrets" / KEY


def key() -> str:
    """The key, made at the first backup and readable by its owner alone."""
    file = key_file()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(f"{pyrage.x25519.Identity.generate()}\n")
    return file.read_text().strip()


def name_of(at: datetime) -> str:
    """A backup's name; its first word is the key's, so that two installations may share a folder."""
    return f"dunwell-{_own()}-{at.astimezone(UTC):{MOMENT}}Z.age"


def in_folder(folder: Path) -> dict[datetime, Path]:
    """This installation's own backups in a folder by their moment (UTC)."""
    found = {}
    for file in folder.glob("*.age") if folder.is_dir() else ():
        told = NAME.fullmatch(file.name)
        if told and told[1] == _own():
            found[datetime.strptime(told[2], MOMENT).replace(tzinfo=UTC)] = file
    return found


def seal(manifest: Manifest, dump: Path, into: Path) -> None:
    """Write a backup's file, whole or not at all."""
    recipient = pyrage.x25519.Identity.from_str(key()).to_public()
    with tempfile.TemporaryFile(dir=dump.parent) as plain:
        with tarfile.open(fileobj=plain, mode="w") as tar:
            told = dump.with_name("manifest.json")
            told.write_text(json.dumps(asdict(manifest), default=str, ensure_ascii=False))
            tar.add(told, "manifest.json")
            tar.add(dump, "database.dump")
            tar.add(settings.DATA_DIR, "files", filter=_without_left_out)
        plain.seek(0)
        partial = into.with_name(f".{into.name}.partial")
        partial.touch(mode=0o600)
        with partial.open("wb") as sealed:
            pyrage.encrypt_io(plain, sealed, [recipient])
            sealed.flush()
            os.fsync(sealed.fileno())
        partial.replace(into)


@contextmanager
def opened(file: Path, *, key_in: Path | None = None) -> Iterator[Archive]:
    """Open a backup into a folder of its own for as long as it is needed."""
    place = key_in or key_file()
    if not place.is_file():
        raise KeyMissing(key=place)
    folder = Path(settings.DATA_DIR)
    with tempfile.TemporaryDirectory(dir=folder, prefix="backup-") as name, tempfile.TemporaryFile(dir=name) as plain:
        try:
            identity = pyrage.x25519.Identity.from_str(place.read_text().strip())
            with file.open("rb") as sealed:
                pyrage.decrypt_io(sealed, plain, [identity])
        except (pyrage.DecryptError, pyrage.IdentityError, ValueError) as error:
            raise KeyWrong(file=file, key=place) from error
        except OSError as error:
            if error.errno is not None:
                raise
            # What was changed on the way is told by an error without a number: the file failed its own proof.
            raise KeyWrong(file=file, key=place) from error
        plain.seek(0)
        try:
            with tarfile.open(fileobj=plain) as tar:
                tar.extractall(name, filter="data")
            manifest = _read(Path(name) / "manifest.json")
        except (tarfile.TarError, FileNotFoundError, KeyError, ValueError) as error:
            raise NoBackup(file=file) from error
        yield Archive(manifest, Path(name) / "database.dump", Path(name) / "files")


def _read(file: Path) -> Manifest:
    told = json.loads(file.read_text())
    return Manifest(
        program=told["program"],
        taken_at=datetime.fromisoformat(told["taken_at"]),
        migrations=tuple(told["migrations"]),
        application=told["application"],
        tally={table: (rows, total) for table, (rows, total) in told["tally"].items()},
    )


def _without_left_out(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    inner = member.name.removeprefix("files/")
    is_copy = inner.startswith("backup-") or inner.endswith(".age")
    return member if (member.isdir() or member.isfile()) and inner not in LEFT_OUT and not is_copy else None


def _own() -> str:
    return str(pyrage.x25519.Identity.from_str(key()).to_public())[-6:]
