"""What is made once of the program's own files, into the data folder: hashed and compressed static files, compiled words.

Made anew when a source file or the release has changed; so an installation needs neither a build step nor the gettext tools.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from babel.messages import mofile, pofile
from django.conf import settings
from django.core.management import call_command

import dunwell

WEB = Path(dunwell.__file__).parent / "web"
STAMP = "made-of"


def make() -> None:
    """Static files and words as the faces need them; a second call finds them made."""
    folder: Path = settings.BUILT
    digest = _digest()
    stamp = folder / STAMP
    if stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    compile_words(folder / "locale")
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(digest)


def compile_words(folder: Path) -> None:
    """Every translated sentence of the faces, compiled as Django reads it, one catalogue a language."""
    for source in sorted(WEB.glob("locale/*/LC_MESSAGES/django.po")):
        target = folder / source.relative_to(WEB / "locale").with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as read, target.open("wb") as written:
            mofile.write_mo(written, pofile.read_po(read))


def _digest() -> str:
    """Of the names, sizes and times of what is made from; reading megabytes at each start would be a waste."""
    files = [*WEB.glob("*/static/**/*"), *WEB.glob("locale/**/*.po")]
    seen = sorted((str(one), one.stat().st_size, one.stat().st_mtime_ns) for one in files if one.is_file())
    return hashlib.sha256(repr((dunwell.__version__, seen)).encode()).hexdigest()
