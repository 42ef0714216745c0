"""A `Policy` as its text: what `policy_text.read` gives back unchanged. What stands at its default is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields

from dunwell.core.instalments import Bounds
from dunwell.core.money import Money
from dunwell.core.policy import Anchor, Policy, Step
from dunwell.core.policy_text import CHANNELS, CHANNELS_DEFAULT, NOBODY

Value = str | bool | int | float | Sequence[str] | Mapping[str, int]
NAMES = {"else_step": "else", "customer_kind": "customers"}
"""Fields whose key has another name."""
APART = ("steps", "wake_up", "instalments")


def written(policy: Policy) -> str:
    parts = ["\n".join(_lines(policy, APART))]
    if policy.instalments != Bounds():
        parts.append("\n".join(["[instalments]", *_lines(policy.instalments, ())]))
    if policy.wake_up is not None:
        # Its anchor and day are the book's, not its own.
        parts.append("\n".join(["[wake_up]", *_lines(policy.wake_up, ("anchor", "offset_days"))]))
    parts += ["\n".join(["[[step]]", *_lines(one, ())]) for one in policy.steps]
    return "\n\n".join(parts) + "\n"


def _lines(table: Policy | Step | Bounds, apart: Sequence[str]) -> Iterator[str]:
    for one in fields(table):
        value = getattr(table, one.name)
        usual = one.default if one.default_factory is MISSING else one.default_factory()
        if one.name not in apart and value != _usual(table, one.name, usual):
            yield f"{NAMES.get(one.name, one.name)} = {_text(one.name, value)}"


def _usual(table: Policy | Step | Bounds, name: str, usual: object) -> object:
    """What a key that is left out is read as; MISSING for one that is always written."""
    if isinstance(table, Step) and name == "anchor":
        return Anchor.DUE
    if isinstance(table, Step) and name == "channels":
        return (str(table.task),) if table.task in CHANNELS else CHANNELS_DEFAULT
    return {"content": "", "audience": ()}.get(name, usual) if isinstance(table, Step) and table.task else usual


def _text(name: str, value: Value | None) -> str:
    if value is None:
        return json.dumps("any" if name == "customer_kind" else NOBODY)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        sums = (f"{currency} = {json.dumps(str(Money(minor, currency).decimal))}" for currency, minor in value.items())
        return "{ " + ", ".join(sums) + " }"
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, int | float):
        return str(value)
    return "[" + ", ".join(json.dumps(str(one)) for one in value) + "]"
