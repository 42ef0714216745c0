"""How our own documents are numbered: a pattern with a running number, and the year where each year begins anew."""

from __future__ import annotations

import re

from dunwell.core.refusal import Refusal

PLACE = re.compile(r"\{number(?::0?(\d{1,2}))?\}")
YEAR = "{year}"


class PatternUnfit(Refusal):
    """{pattern!r} gives no numbers: write it like {{year}}-{{number}}, or {{number:010}} for ten digits."""


def check(pattern: str) -> None:
    """Refuse a pattern without its one number, or with anything else in braces."""
    rest = PLACE.sub("", pattern, count=1).replace(YEAR, "")
    if not PLACE.search(pattern) or set(rest) & set("{}"):
        raise PatternUnfit(pattern=pattern)


def range_of(pattern: str, year: int) -> str:
    """What is counted through together: `2026-{number}` is another range than `2027-{number}`."""
    return pattern.replace(YEAR, str(year))


def written(range_: str, number: int) -> str:
    """One number of a range as it stands on the document."""
    return PLACE.sub(lambda found: str(number).zfill(int(found[1] or 0)), range_, count=1)


def expression(range_: str) -> str:
    """A regular expression that finds the numbers of a range; its one group is the running number."""
    before, _, after = PLACE.split(range_, maxsplit=1)
    return rf"^{re.escape(before)}(\d{{1,12}}){re.escape(after)}$"
