"""The files that finance people and lawyers edit: the packaged ones, and one's own that replace or join them.

One's own lie in the data folder: `policies/`, `jurisdictions/`, `calendars.toml`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from django.conf import settings

from dunwell.core.refusal import Finding, Refusal


class FileUnusable(Refusal):
    """The file has mistakes and is not used."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


def named(kind: str, own: Path | None) -> dict[str, Path]:
    """The files of a kind (`policies`, `jurisdictions`) by name; those of `own` (without it, of the data folder) hide packaged ones."""
    packaged = _tomls(Path(str(files("dunwell").joinpath(kind))))
    folder = own or in_data_folder(kind)
    return packaged | (_tomls(folder) if folder is not None and folder.is_dir() else {})


def in_data_folder(name: str) -> Path | None:
    """A file or folder of the data folder; none for a command that works on files alone."""
    return Path(settings.DATA_DIR) / name if settings.configured else None


def text_of(file: Path) -> str:
    """The file's text, or a refusal that names it."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = file.read_bytes().count(b"\n", 0, error.start) + 1
        remedy = "Save the file as UTF-8."
        raise FileUnusable([Finding("not_utf8", "this is not UTF-8 text", str(file), line, remedy=remedy)]) from None


def _tomls(folder: Path) -> dict[str, Path]:
    """`standard.toml` but not `standard.scenarios.toml`: a name has no further dot."""
    found = {file.name.removesuffix(".toml"): file for file in folder.iterdir() if file.name.endswith(".toml")}
    return {name: found[name] for name in sorted(found) if "." not in name}
