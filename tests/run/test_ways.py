"""A channel's settings are refused while they are typed, with what to write instead."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dunwell.run import creditors, people, ways

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "settings", "refusal"),
    [
        ("smpt", {"host": "mail.example"}, ways.KindUnknown),
        ("smtp", {}, ways.SettingMissing),
        ("smtp", {"hosst": "mail.example"}, ways.SettingUnknown),
        ("smtp", {"host": "mail.example", "port": "five"}, ways.SettingUnfit),
        ("smtp", {"host": "mail.example", "security": "TLS"}, ways.SettingUnfit),
    ],
)
def test_it_refuses(creditor, kind: str, settings: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        ways.configure(creditor, "email", kind, settings)
    assert creditor.channels == {}


def test_a_password_is_stored_sealed_and_used_in_clear(creditor, tmp_path: Path) -> None:
    ways.configure(
        creditor, "email", "smtp", {"host": "mail.example", "port": "465", "security": "tls", "password": "s3cret"}
    )
    stored = creditor.channels["email"]
    assert stored["port"] == 465 and "s3cret" not in stored["password"]
    assert ways.of(creditor, rehearsal=False, folder=tmp_path)["email"].config.password == "s3cret"


def test_going_live_says_that_the_mail_server_is_down(creditor, tmp_path: Path) -> None:
    creditors.add_staff(creditor, "Maria Lane", email="us@example.org", phone="", gender="", title="", by="maria")
    people.cover(creditor, "bank", date(2026, 3, 4), on=date(2026, 3, 5), by="maria")
    ways.configure(creditor, "email", "smtp", {"host": "127.0.0.1", "port": "1", "security": "none"})
    with pytest.raises(creditors.WayOutDown, match=r"127\.0\.0\.1:1"):
        creditors.go_live(creditor, now=NOW, today=date(2026, 3, 5), by="maria", why="", folder=tmp_path)
    assert not creditors.status(creditor).live
