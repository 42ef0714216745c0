"""What a version changed: the lines that came and went, with a line around them."""

from __future__ import annotations

import difflib


def lines(before: str, after: str) -> list[str]:
    """Each with its sign in front: + came, − went, a blank stayed."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return [line for line in found if not line.startswith(("---", "+++"))]
