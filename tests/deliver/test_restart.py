"""The database server is stopped and started again while `dunwell deliver` sends: nothing doubled, nothing lost, and it says so.

A whole machine of its own: an embedded server, a data folder, the real command and a real mail server in another process.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from deliver import servers
from dunwell.site import database

MESSAGES = 150
CONNECTIONS = 4
TAKEN_BEFORE = 15
WAIT_S_MAX = 60
ROOT = Path(__file__).parents[2]

# A live creditor with so many letters in the outbox that may leave now; their way is the mail server at the port given.
FOUND = """
import sys
from datetime import timedelta
from dunwell.site import boot, clock
boot.boot()
from deliver.outboxes import draft, owing
from dunwell.run import people, ways
from dunwell.store import enqueue, switches
from dunwell.store.models import Creditor, Switch

messages, port, connections, now = int(sys.argv[1]), sys.argv[2], sys.argv[3], clock.now()
creditor = Creditor.objects.create(
    slug="studio", name="Studio", registered_name="Studio Ltd", country="BG", locale="bg", timezone="UTC", currency="EUR"
)
ways.configure(creditor, "email", "smtp", {
    "host": "127.0.0.1", "port": port, "security": "none", "connections": connections, "per_domain_per_minute": "0"
})
switches.turn(creditor.pk, Switch.MODE, switches.LIVE, by="Ani", why="test", on=now.date())
people.cover(creditor, "bank", now.date(), on=now.date(), by="Ani")
moment = {"slot_on": now.date(), "not_before": now - timedelta(hours=1), "not_after": now + timedelta(hours=6)}
enqueue.enqueue(creditor.pk, [draft(owing(creditor, 100), **moment) for _ in range(messages)])
"""

STATES = """
from dunwell.site import boot
boot.boot()
from dunwell.store import scope
from dunwell.store.models import Creditor, Message
with scope.of(Creditor.objects.get(slug="studio").pk):
    for name, state in Message.objects.values_list("message_id", "state"):
        print(name, state)
"""


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_restart_of_the_database_in_the_middle_of_a_send_doubles_and_loses_nothing(tmp_path):
    data, taken = tmp_path / "data", tmp_path / "taken"
    taken.touch()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DUNWELL_")}
    environment |= {"DUNWELL_DATA": str(data), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}

    def python(*arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    try:
        with servers.sink(taken) as port:
            founding = python("-c", FOUND, str(MESSAGES), str(port), str(CONNECTIONS))
            said, trouble = founding.communicate()
            assert founding.returncode == 0, trouble

            sending = python("-m", "dunwell", "deliver")
            _until(lambda: len(taken.read_text().split()) >= TAKEN_BEFORE)
            database.stop(data / "postgres")
            time.sleep(1)
            database.start(data / "postgres")
            said, trouble = sending.communicate(timeout=WAIT_S_MAX)
            assert "Traceback" not in trouble
            assert sending.returncode in {1, 2}, "it says by its exit code that something is left"
            assert "the database was lost" in said.replace("\n", " "), said + trouble
            assert len(taken.read_text().split()) < MESSAGES, "the restart came too late to prove anything"

            again = python("-m", "dunwell", "deliver")
            said, trouble = again.communicate(timeout=WAIT_S_MAX)
            assert again.returncode == 0, said + trouble
        listing = python("-c", STATES)
        said, trouble = listing.communicate()
        states = dict(line.split() for line in said.splitlines())
    finally:
        database.stop(data / "postgres")

    arrived = Counter(taken.read_text().split())
    assert set(arrived.values()) == {1}, "nothing arrives twice"
    assert len(states) == MESSAGES
    assert Counter(states.values()) == {"sent": MESSAGES}, "what this process sent it knows, through a restart too"
    assert set(states) == set(arrived)


def _until(holds) -> None:
    for _ in range(WAIT_S_MAX * 50):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to that")
