"""An archive of files, unpacked under names of ours into a folder that is gone afterwards.

What unpacks to far more than any real archive, is encrypted, broken, or holds another archive is refused.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dunwell.core.refusal import Refusal

MAGIC = b"PK\x03\x04"
# What a workbook has in it and an archive of statements has not.
WORKBOOK_PARTS = frozenset({"[Content_Types].xml", "content.xml", "mimetype"})
FILES_MAX = 1_000
UNPACKED_BYTES_MAX = 500_000_000
UNPACKED_RATIO_MAX = 200
UNPACKED_RATIO_FROM = 1_000_000
PIECE_BYTES = 1_000_000
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,  # a stream that does not unpack
    EOFError,  # one that is cut off
    RuntimeError,  # a member that is encrypted
    NotImplementedError,  # packed by a method that Python does not know
    ValueError,  # a directory whose numbers cannot be
)
"""What `zipfile` raises over an archive that is not one; it has no class of its own for most of it."""


class ArchiveRefused(Refusal):
    """The archive {file} was not opened: {reason}."""


def is_archive(path: Path) -> bool:
    """Whether a file is an archive of files, and no workbook, which is packed the same way."""
    with path.open("rb") as source:
        if source.read(4) != MAGIC:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not WORKBOOK_PARTS & set(archive.namelist())
    except UNREADABLE:
        return False


@contextmanager
def unpacked(path: Path) -> Iterator[list[Path]]:
    """The files of an archive, in its order."""
    with TemporaryDirectory(prefix="dunwell-archive-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                members = [one for one in archive.infolist() if not one.is_dir()]
                _refuse_bomb(path, members)
                found = [_unpack(path, archive, one, Path(folder) / str(at)) for at, one in enumerate(members)]
        except UNREADABLE as fault:
            raise ArchiveRefused(file=path.name, reason=str(fault)[:120] or "it is broken") from None
        yield found


def _refuse_bomb(path: Path, members: list[zipfile.ZipInfo]) -> None:
    unpacked_bytes = sum(one.file_size for one in members)
    packed_bytes = max(1, sum(one.compress_size for one in members))
    if len(members) > FILES_MAX:
        raise ArchiveRefused(file=path.name, reason=f"it holds more than {FILES_MAX} files")
    is_dense = unpacked_bytes > UNPACKED_RATIO_FROM and unpacked_bytes / packed_bytes > UNPACKED_RATIO_MAX
    if unpacked_bytes > UNPACKED_BYTES_MAX or is_dense:
        raise ArchiveRefused(file=path.name, reason="it unpacks to far more than any real one")


def _unpack(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    """One file, under the last part of its name alone, and never more of it than the archive's directory says."""
    folder.mkdir()
    target = folder / (Path(member.filename.replace("\\", "/")).name[-100:] or "file")
    left = member.file_size
    with archive.open(member) as source, target.open("wb") as out:
        while piece := source.read(PIECE_BYTES):
            left -= len(piece)
            if left < 0:
                raise ArchiveRefused(file=path.name, reason="it unpacks to more than it says")
            out.write(piece)
    if is_archive(target):
        raise ArchiveRefused(file=path.name, reason="it holds another archive")
    return target
