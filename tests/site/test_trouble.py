"""Trouble that is nobody's fault is one sentence and exit code 2, never a traceback."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from django.db.utils import OperationalError

from dunwell.site import main
from dunwell.store import bulk
from dunwell.store.models import Creditor


def said(raised: Callable[[], object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What `dunwell` says when a command comes to this end."""
    monkeypatch.setattr(main, "_application", lambda words: lambda prog_name: raised())
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == main.REFUSED
    return capsys.readouterr().err


def full() -> NoReturn:
    raise OperationalError("could not extend file") from psycopg.errors.DiskFull("could not extend file")


def out_of_room() -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device", "/data/rehearsal/1.eml")


@pytest.mark.parametrize("trouble", [full, out_of_room])
def test_a_full_disk_is_named(
    trouble: Callable[[], object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "the disk is full" in said(trouble, monkeypatch, capsys)


@pytest.mark.parametrize("name", ["missing/sheet.csv", ".", "x" * 300])
def test_a_path_that_cannot_be_read_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert str(tmp_path) in said((tmp_path / name).read_bytes, monkeypatch, capsys)


def test_a_database_that_dies_while_a_portfolio_is_read_is_named(
    creditor: Creditor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Portfolios are read by a driver of its own, whose errors are not Django's."""

    def read() -> None:
        with bulk.reader(creditor.pk) as ask:
            (process,) = ask("SELECT pg_backend_pid() AS pid")["pid"]
            bulk.rows("SELECT pg_terminate_backend(%s)", process)
            ask("SELECT 1 AS one")

    assert "the database does not answer" in said(read, monkeypatch, capsys)


def test_a_database_that_dies_while_rows_are_written_is_named(
    creditor: Creditor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write() -> None:
        raise psycopg.OperationalError("the connection is closed")  # by COPY, which Django hands through as it is

    assert "the database does not answer" in said(write, monkeypatch, capsys)


def test_a_bug_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "_application", lambda words: lambda prog_name: 1 / 0)
    monkeypatch.setattr(sys, "argv", ["dunwell"])
    with pytest.raises(ZeroDivisionError):
        main.main()
