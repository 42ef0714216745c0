"""Every sentence of the faces is said in Russian and Bulgarian too, with the same placeholders."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*(?:![rs])?[^}]*\}")
LANGUAGES = ("ru", "bg")


@pytest.fixture(scope="module")
def words() -> ModuleType:
    spec = importlib.util.spec_from_file_location("words", ROOT / "tools" / "words.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_untranslated(words: ModuleType, language: str) -> None:
    catalog = words.merged(ROOT / f"src/dunwell/web/locale/{language}/LC_MESSAGES/django.po", language)
    empty = [one.id for one in catalog if one.id and not all(_strings(one.string))]
    assert not empty, f"run `make words`, then translate: {empty}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_sentence(words: ModuleType, language: str) -> None:
    catalog = words.merged(ROOT / f"src/dunwell/web/locale/{language}/LC_MESSAGES/django.po", language)
    for one in catalog:
        if not one.id:
            continue
        wanted = {_name(found) for text in _strings(one.id) for found in PLACEHOLDER.findall(text)}
        for text in _strings(one.string):
            assert {_name(found) for found in PLACEHOLDER.findall(text)} <= wanted, (one.id, text)


def _strings(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def _name(placeholder: str) -> str:
    return re.split(r"[!:}]", placeholder)[0]
