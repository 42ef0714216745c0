"""The reference pages are what the code says, and every name that the code knows is explained.

`UPDATE_DOCS=1 pytest tests/documented` writes them anew.
"""

from __future__ import annotations

import dataclasses
import os

import pytest

from documented import reference
from dunwell.plugins.channels import CHANNELS


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_the_page_is_what_the_code_says(name: str) -> None:
    file = reference.ROOT / "docs" / "reference" / f"{name}.md"
    if os.environ.get("UPDATE_DOCS"):
        file.write_text(reference.page(name), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == reference.page(name), "run UPDATE_DOCS=1 pytest tests/documented"


@pytest.mark.parametrize(
    ("name", "command"), list(reference.every_command()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_and_option_says_what_it_is_for(name: str, command: object) -> None:
    assert command.help
    assert [one.name for one in command.params if not reference.meaning(one)] == []


def test_every_environment_variable_is_explained() -> None:
    assert set(reference.ENVIRONMENT) == reference.environment_of_code()


def test_every_setting_of_a_channel_is_explained() -> None:
    known = {one.name for _, config in CHANNELS.values() for one in dataclasses.fields(config)}
    assert known <= set(reference.PLUGIN_SETTINGS)


def test_every_reason_to_withdraw_a_message_is_explained() -> None:
    assert reference.withdrawals_of_code() <= set(reference.WITHDRAWN)
    assert {"paid", "promised", "stale", "opted_out", "planned_anew"} <= reference.withdrawals_of_code()


def test_findings_and_refusals_were_found() -> None:
    codes = {code for _, code, _ in reference.findings_of_code()}
    assert {
        "number_repeated",
        "row_missing",
        "locale_missing",
        "wrong_side",
        "unknown_key",
        "calendar_unknown",
    } <= codes
    assert {"NoCreditor", "DatabaseDown", "NoSuchInvoice"} <= {one.__name__ for one in reference.refusals_of_code()}
