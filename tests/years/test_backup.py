"""A backup is one file that only its key opens, tried before it gets its name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyrage
import pytest
from django.conf import settings

from dunwell.run import archives, backup, check, creditors, restored
from dunwell.store import dumps, scope, switches
from dunwell.store.models import Staff, Switch

NOW = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)


def made(folder, at=NOW):
    return backup.make(at, folder=folder)


def test_it_holds_every_row_and_only_its_key_opens_it(creditor, tmp_path):
    with scope.of(creditor.pk):
        Staff.objects.create(creditor=creditor, name="Мария Иванова")

    one = made(tmp_path)

    assert "Мария".encode() not in one.file.read_bytes()
    with archives.opened(one.file) as archive:
        assert archive.manifest.taken_at == NOW
        assert archive.manifest.tally["staff"][0] >= 1
        assert (archive.files / "secrets" / "vault").read_text() == settings.VAULT_KEY
        assert not list(archive.files.rglob(archives.KEY)), "the key must not lie in what it opens"
    other = tmp_path / "other.key"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(archives.KeyWrong), archives.opened(one.file, key_in=other):
        pass


def test_a_damaged_file_is_refused(creditor, tmp_path):
    one = made(tmp_path)
    body = bytearray(one.file.read_bytes())
    body[len(body) // 2] ^= 1
    one.file.write_bytes(body)

    with pytest.raises(archives.KeyWrong), archives.opened(one.file):
        pass


def test_what_is_written_meanwhile_is_in_neither_copy_nor_tally(creditor, tmp_path, monkeypatch):
    before = made(tmp_path)
    real = dumps.migrations

    def late(session):
        """Asked when the copy is made and the tally is not compared yet."""
        with scope.of(creditor.pk):
            Staff.objects.create(creditor=creditor, name="Late")
        return real(session)

    monkeypatch.setattr(dumps, "migrations", late)
    after = made(tmp_path / "second", NOW + timedelta(hours=1))

    with archives.opened(before.file) as old, archives.opened(after.file) as new:
        assert new.manifest.tally["staff"] == old.manifest.tally["staff"]


def test_a_copy_that_differs_is_thrown_away(creditor, tmp_path, monkeypatch):
    real = dumps.put

    def lossy(file, name):
        return {**real(file, name), "staff": (10**6, "0")}

    monkeypatch.setattr(dumps, "put", lossy)
    with pytest.raises(backup.CopyDiffers, match="staff"):
        made(tmp_path)

    assert list(tmp_path.iterdir()) == []
    assert not dumps.exists(f"{dumps.here()}_trial")


def test_older_ones_go_and_other_peoples_stay(creditor, tmp_path):
    foreign = tmp_path / "dunwell-abcdef-20200101T000000Z.age"
    foreign.write_bytes(b"of another installation")
    old = [tmp_path / archives.name_of(NOW - timedelta(hours=hours)) for hours in (3, 2, 1)]
    for one in old:
        one.write_bytes(b"an older backup of the same night")

    found = made(tmp_path)

    assert found.removed == 2  # one more lies in the day before in UTC
    assert foreign.exists()
    assert found.file.exists()


def test_a_role_that_does_not_see_every_row_is_refused(creditor, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "BACKUP_DATABASE_URL", settings.OWNER_DATABASE_URL)

    with pytest.raises(dumps.KeeperUnfit, match="BYPASSRLS"):
        made(tmp_path)


def test_it_is_due_once_a_day(creditor, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "BACKUPS", tmp_path)
    assert backup.is_due(NOW)

    made(tmp_path)

    assert not backup.is_due(NOW + timedelta(hours=12))
    assert backup.is_due(NOW + timedelta(hours=24))
    (line,) = [
        one for one in check.everything(now=lambda: NOW + timedelta(hours=48), data=tmp_path) if one.what == "backup"
    ]
    assert not line.ok


def test_nothing_goes_live_before_a_person_has_said_what_went_out(creditor, tmp_path):
    switches.turn(creditor.pk, Switch.MODE, switches.LIVE, by="anna", why="", on=NOW.date())
    restored.settle(creditor, backup_at=NOW, replaced="nowhere", on=NOW.date(), by="anna", why="disk")

    assert not switches.is_live(creditor.pk)
    assert isinstance(creditors.against_live(creditor, now=NOW)[0], creditors.RestoreUnconfirmed)
    with pytest.raises(Exception, match="nobody has said what went out"):
        switches.turn(creditor.pk, Switch.MODE, switches.LIVE, by="eve", why="", on=NOW.date())

    letters = restored.may_have_gone(creditor, today=NOW.date())
    restored.confirm(creditor, letters, lambda one: False, on=NOW.date(), by="anna", why="looked up")
    switches.turn(creditor.pk, Switch.MODE, switches.LIVE, by="anna", why="", on=NOW.date())
    assert switches.is_live(creditor.pk)
    with pytest.raises(restored.NothingRestored):
        restored.may_have_gone(creditor, today=NOW.date())
