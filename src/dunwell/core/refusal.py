"""Three kinds of trouble have three shapes.

A *finding* is a value: something is wrong in the data, with the place where it stands. A *refusal* is an anticipated
"no" that the user sees; its docstring is the default message. A *bug* is left to crash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """Dunwell cannot do this."""

    def __init__(self, message: str | None = None, **values: Any) -> None:
        template = message or (type(self).__doc__ or "").strip()
        super().__init__(template.format(**values) if values else template)
        self.values = values


class DeliveryFailed(Exception):
    """A channel's definite "not sent", saying one thing: would it help to try again.

    Raised only where the channel *knows* that nothing was delivered; an unknown outcome is `OutcomeUnknown`.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class OutcomeUnknown(Exception):
    """The connection died after the data went out: nobody can know whether the message arrived."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in data, with its place and what to do.

    `code` is stable and listed in the reference; `line` counts from 1 as a text editor or a spreadsheet does.
    """

    code: str
    message: str
    file: str = ""
    line: int | None = None
    field: str = ""
    value: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        what = f"{self.field}: {self.message}" if self.field else self.message
        sentences = f"{what.rstrip('.')}. {self.remedy}" if self.remedy else what
        return f"{place} {sentences}" if place else sentences
