"""Files that clients send: told by their first bytes, never by their name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dunwell.core.page import FILE_BYTES_MAX, FILES_MAX
from dunwell.core.refusal import Refusal

SIGNATURES = (
    ("application/pdf", ".pdf", re.compile(rb"%PDF-\d")),
    ("image/jpeg", ".jpg", re.compile(rb"\xff\xd8\xff")),
    ("image/png", ".png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/webp", ".webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("image/heic", ".heic", re.compile(rb"....ftyp(?:heic|heix|mif1|msf1)", re.DOTALL)),
)
NAME_MAX = 100


class FileTooLarge(Refusal):
    """{name} is larger than {limit_mb} MB."""


class FileUnknown(Refusal):
    """{name} is neither a PDF nor a picture."""


class TooManyFiles(Refusal):
    """At most {most} files can be sent at once."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class CheckedFile:
    name: str
    media_type: str
    content: bytes


def check(uploads: tuple[Upload, ...]) -> tuple[CheckedFile, ...]:
    """The files with the type that their content says and a name that can be shown anywhere; or the refusal."""
    if len(uploads) > FILES_MAX:
        raise TooManyFiles(most=FILES_MAX)
    return tuple(_checked(one) for one in uploads)


def _checked(upload: Upload) -> CheckedFile:
    name = _plain_name(upload.name)
    if len(upload.content) > FILE_BYTES_MAX:
        raise FileTooLarge(name=name, limit_mb=FILE_BYTES_MAX // 1_000_000)
    for media_type, ending, signature in SIGNATURES:
        if signature.match(upload.content):
            # The name's ending is ours: nobody opens a program because it was called a picture.
            return CheckedFile(
                name.rpartition(".")[0] + ending if "." in name else name + ending, media_type, upload.content
            )
    raise FileUnknown(name=name)


def _plain_name(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[^\w.,() \-]", "_", last).strip(". ")[-NAME_MAX:] or "file"
