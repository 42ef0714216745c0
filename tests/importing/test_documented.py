"""Every code that an import or cash application can give is explained in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dunwell.engine.reconcile import Reason

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/importing.md").read_text(encoding="utf-8")
SOURCES = [*(ROOT / "src/dunwell/plugins/importers").glob("*.py"), ROOT / "src/dunwell/engine/open_items.py"]
CODE = re.compile(r'(?:Check\(\s*|code=|Question\(\s*)"([a-z_]+)"')
CODES = sorted({code for source in SOURCES for code in CODE.findall(source.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("code", [*CODES, *Reason])
def test_it_is_documented(code):
    assert f"`{code}`" in DOCUMENT


def test_the_codes_were_found():
    assert {"number_repeated", "payment_repeated", "row_missing", "kind_ambiguous"} <= set(CODES)
