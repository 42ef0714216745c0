"""Where reviews are left, and whether a reward for one is allowed there: a dated list that people keep."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from dunwell.core.refusal import Refusal

LOOK_AGAIN_DAYS = 365


class PlatformUnknown(Refusal):
    """{code!r} is not in the list of review platforms: whether a reward is allowed there is not known. Known: {known}."""


class PlatformForbids(Refusal):
    """{name} does not allow rewarded reviews ({source}, looked up on {checked}): an offer cannot name it."""


class PlatformOutdated(Refusal):
    """What {name} allows was looked up on {checked}, more than a year ago: check its rules and the list first."""


@dataclass(frozen=True, slots=True)
class Platform:
    """`name` by language; `rewarded` = its rules allow a reward for any honest review, told openly."""

    code: str
    name: dict[str, str]
    rewarded: bool
    source: str
    checked: date


def fit(code: str, on: date) -> Platform:
    """The platform, where a rewarded review is allowed on a day."""
    found = every().get(code)
    if found is None:
        raise PlatformUnknown(code=code, known=", ".join(every()))
    if not found.rewarded:
        raise PlatformForbids(name=found.name["en"], source=found.source, checked=found.checked)
    if on - found.checked > timedelta(LOOK_AGAIN_DAYS):
        raise PlatformOutdated(name=found.name["en"], checked=found.checked)
    return found


@cache
def every() -> dict[str, Platform]:
    text = (files("dunwell") / "content" / "review_platforms.toml").read_text("utf-8")
    return {row["code"]: Platform(**row) for row in tomllib.loads(text)["platform"]}
