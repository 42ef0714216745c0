"""One's own policies and wording: read from where the documentation says, checked, and taken back."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from dunwell.run import jurisdictions, policies, toml_files, wording

DAY = date(2026, 3, 2)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    return tmp_path


def test_a_policy_in_the_data_folder_joins_the_shipped_ones(folder: Path) -> None:
    (folder / "policies").mkdir()
    shipped = toml_files.text_of(toml_files.named("policies", None)["standard"])
    (folder / "policies" / "mine.toml").write_text(shipped.replace('name = "standard"', 'name = "mine"', 1), "utf-8")
    assert {"mine", "standard"} <= set(policies.load_all())
    assert "mine" not in jurisdictions.load_all()


def test_a_broken_one_is_refused_with_its_place(folder: Path) -> None:
    (folder / "policies").mkdir()
    (folder / "policies" / "mine.toml").write_text('name = "mine"\n', "utf-8")
    with pytest.raises(toml_files.FileUnusable, match=r"mine\.toml"):
        policies.load_all()


def test_own_wording_is_in_force_until_it_is_taken_back(creditor) -> None:
    shipped = wording.text_of(creditor, "en", "reminder.email")
    mine = shipped.replace("{greeting}", "{greeting}\n\nThank you for working with us.", 1)
    assert mine != shipped
    assert wording.save(creditor, "en", "reminder.email", mine, on=DAY, by="anna", why="our voice") == 1
    assert wording.text_of(creditor, "en", "reminder.email") == mine
    assert wording.save(creditor, "en", "reminder.email", "", on=DAY, by="anna", why="") == 2
    assert wording.text_of(creditor, "en", "reminder.email") == shipped


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("{payment}", "Pay into the account you know."), "need_missing"),
        (("{greeting}", "{salute}"), "unknown_placeholder"),
        (("{greeting}", "{greeting}\n\nPay immediately or else."), "false_urgency"),
    ],
)
def test_wording_that_would_not_be_right_is_not_saved(creditor, change: tuple[str, str], code: str) -> None:
    shipped = wording.text_of(creditor, "en", "reminder.email")
    with pytest.raises(wording.TextUnfit) as refused:
        wording.save(creditor, "en", "reminder.email", shipped.replace(*change), on=DAY, by="anna", why="")
    assert code in {one.code for one in refused.value.findings}
    assert wording.text_of(creditor, "en", "reminder.email") == shipped


def test_a_text_that_there_is_not_is_refused_with_those_there_are(creditor) -> None:
    with pytest.raises(wording.TextUnknown, match=r"reminder\.email"):
        wording.text_of(creditor, "en", "reminders")
