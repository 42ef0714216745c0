"""Each line of the threat list names tests that exist: a promise whose test was renamed or left is noticed here."""

from __future__ import annotations

import re

from documented.reference import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "threat |" not in line]


def test_every_threat_names_a_test_that_exists() -> None:
    assert len(ROWS) > 15
    for row in ROWS:
        names = re.findall(r"`([\w/.]*)::(\w+)`", row.split(" | ")[-1])
        assert names, row
        file = ""
        for path, name in names:
            file = path or file
            assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file}::{name}"
