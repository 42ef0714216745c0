"""Whatever a person does to one line of a file, the answer is a value or findings with line and remedy, never a crash."""

from collections.abc import Callable
from typing import Any

import pytest

from dunwell.core import jurisdiction_text, policy_text, scenario
from dunwell.core.refusal import Finding
from dunwell.run import jurisdictions, policies, toml_files

Reader = Callable[[str, str], tuple[Any, list[Finding]]]

FILES: dict[str, tuple[Reader, str]] = {
    "standard": (policy_text.read, toml_files.named(policies.KIND, None)["standard"].read_text(encoding="utf-8")),
    "before-work": (policy_text.read, toml_files.named(policies.KIND, None)["before-work"].read_text(encoding="utf-8")),
    "ru": (jurisdiction_text.read, toml_files.named(jurisdictions.KIND, None)["ru"].read_text(encoding="utf-8")),
    "gb": (jurisdiction_text.read, toml_files.named(jurisdictions.KIND, None)["gb"].read_text(encoding="utf-8")),
    "stories": (scenario.read, policies.scenarios_text("firm")[1]),
}
VALUES = [
    "",
    "17",
    "-1",
    "true",
    '"x"',
    '""',
    "[]",
    "[1]",
    "{}",
    "1.5",
    "2026-02-30",
    "2026-03-01",
    "nan",
    "[[1]]",
    "{ a = 1 }",
]


@pytest.mark.parametrize("name", FILES)
def test_a_line_taken_out_or_given_another_value_is_never_a_crash(name: str) -> None:
    read, text = FILES[name]
    lines = text.splitlines()
    changed = [lines[:number] + lines[number + 1 :] for number in range(len(lines))]
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        changed += [[*lines[:number], f"{key} = {value}", *lines[number + 1 :]] for value in VALUES if equals]
    for candidate in changed:
        found, findings = read("\n".join(candidate), "mine.toml")
        assert bool(found) != bool(findings) or found == []
        for finding in findings:
            assert finding.file == "mine.toml"
            assert finding.line is not None and 1 <= finding.line <= len(candidate) + 1
            assert finding.remedy


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "text", ["", "name", "[", "step = 1", "scenario = [1]", "[[step]]", "[[scenario]]", "[cap]", "\x00"]
)
def test_a_file_that_is_something_else_is_findings(name: str, text: str) -> None:
    found, findings = FILES[name][0](text, "mine.toml")
    assert not found
    assert findings or not text
