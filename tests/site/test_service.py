"""The program's own servers: a port is one program's, and a database that others use is not stopped under them."""

from __future__ import annotations

import socket

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
