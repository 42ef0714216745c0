"""The documentation names every key, event and code, and shows the ladders and limits as they are.

`UPDATE_DOCS=1 pytest tests/policies/test_docs.py` writes the tables anew.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from dunwell.core import jurisdiction_text, policy_rules, policy_text, scenario, toml_text
from dunwell.core.jurisdiction import Cap
from dunwell.core.ledger import CustomerKind
from dunwell.core.policy_words import describe
from dunwell.run import jurisdictions, policies

DOCS = Path(__file__).parents[2] / "docs"
POLICIES = (DOCS / "policies.md").read_text(encoding="utf-8")
JURISDICTIONS = (DOCS / "jurisdictions.md").read_text(encoding="utf-8")


def asked_keys(module: ModuleType) -> set[str]:
    """The keys that a reading module asks its tables for."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    return set(
        re.findall(
            r'\.(?:text|whole|share|flag|days?|texts|choices?|members?|member_or_none|tables?)\(\s*"(\w+)"', source
        )
    )


@pytest.mark.parametrize("key", sorted(asked_keys(policy_text) | asked_keys(scenario) | set(scenario.EVENTS)))
def test_every_key_of_a_policy_and_a_story_is_documented(key: str) -> None:
    assert re.search(rf"[`\[]{key}\b", POLICIES) or re.search(rf"\b{key} = ", POLICIES)


@pytest.mark.parametrize(
    "code",
    sorted(
        set(
            re.findall(
                r'(?:complain|Wrong|Finding)\(\s*"(\w+)"',
                "".join(
                    Path(str(module.__file__)).read_text(encoding="utf-8")
                    for module in (policy_rules, policy_text, toml_text, policies)
                ),
            )
        )
    ),
)
def test_every_code_of_a_finding_is_documented(code: str) -> None:
    assert f"`{code}`" in POLICIES


@pytest.mark.parametrize("key", sorted(asked_keys(jurisdiction_text)))
def test_every_key_of_a_jurisdiction_is_documented(key: str) -> None:
    assert re.search(rf"[`\[]{key}\b", JURISDICTIONS)


@pytest.mark.parametrize("name", ["standard", "gentle", "firm", "before-work"])
def test_the_ladders_are_shown_as_they_are(name: str) -> None:
    check_table(DOCS / "policies.md", f"ladder: {name}", describe(policies.load(name), "en"))


def test_the_limits_are_shown_as_they_are() -> None:
    check_table(DOCS / "jurisdictions.md", "limits", "\n".join(limits()))


def limits() -> Iterator[str]:
    yield "| | customers | contacts | hours |"
    yield "|---|---|---|---|"
    for code, one in jurisdictions.load_all().items():
        for kind in CustomerKind:
            hours = one.hours[kind]
            start, end = hours.business_days
            span = f"{start:%H:%M}–{end:%H:%M}"
            rest = (
                "not on days of rest"
                if hours.rest_days is None
                else "days of rest {:%H:%M}–{:%H:%M}".format(*hours.rest_days)
            )
            yield f"| `{code}` | {kind} | {'; '.join(map(said, one.caps[kind]))} | {span}, {rest} |"


def said(cap: Cap) -> str:
    days = {1: "a day", 7: "a week", 30: "a month"}.get(cap.days, f"in {cap.days} days")
    days = f"in {cap.days} business days" if cap.business_days else days
    return f"{'/'.join(sorted(cap.channels))} {cap.count} {days} ({cap.basis})"


def check_table(file: Path, mark: str, table: str) -> None:
    """The table stands right after its mark."""
    text = file.read_text(encoding="utf-8")
    wanted = f"<!-- {mark} -->\n\n{table}\n"
    if os.environ.get("UPDATE_DOCS"):
        pattern = re.compile(rf"<!-- {mark} -->\n(?:\n\|(?:.*\n)+?(?=\n|\Z))?")
        file.write_text(pattern.sub(lambda _: wanted, text, count=1), encoding="utf-8")
        return
    assert wanted in text, f"run UPDATE_DOCS=1 pytest {Path(__file__).name}"
