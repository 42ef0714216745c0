"""Text that goes into somebody's spreadsheet: what a program there would evaluate is made harmless."""

from __future__ import annotations

import re

FORMULA = re.compile(r"[=+@\t\r-]")
PLAIN_NUMBER = re.compile(r"[-+]?[0-9][0-9 .,'\u00a0\u202f]*")


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would evaluate it; numbers stay numbers."""
    return "'" + text if FORMULA.match(text) and not PLAIN_NUMBER.fullmatch(text) else text
