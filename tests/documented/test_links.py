"""Links of the documentation lead somewhere, and what it names in the code is there."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SOURCES = ROOT / "src" / "dunwell"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_its_links_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]+))?\)", page.read_text("utf-8")):
        if "://" in target:
            continue
        file = page.parent / unquote(target) if target else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), f"{target}#{anchor}"


def anchors(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "GLOSSARY.md"])
def test_the_files_it_names_are_there(page: str) -> None:
    named = set(
        re.findall(
            r"`((?:core|engine|store|plugins|run|cli|site)/[\w/]+\.(?:py|sql|toml))`", (ROOT / page).read_text("utf-8")
        )
    )
    assert len(named) > 10
    assert sorted(one for one in named if "test_" not in one and not (SOURCES / one).exists()) == []


def test_the_tables_of_the_glossary_are_there() -> None:
    named = set(re.findall(r"table `(\w+)`", (ROOT / "GLOSSARY.md").read_text("utf-8")))
    assert named <= {model._meta.db_table for model in apps.get_app_config("store").get_models()}


def test_the_tests_of_the_architecture_are_there() -> None:
    rows = [row for row in (ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines() if re.match(r"\| I\d+ \|", row)]
    assert len(rows) > 12
    for row in rows:
        folder = ""
        for name in re.findall(r"`([\w/]+(?:\.py|/))`", row.split("|")[-2]):
            folder = name.rpartition("/")[0] or folder
            assert (ROOT / "tests" / folder / name.rpartition("/")[2]).exists(), name
