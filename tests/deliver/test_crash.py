"""Killed at any moment: every message arrives once, or is unknown and shown; none is lost, none doubled.

A real process delivers to a real mail server in another process, and is killed by SIGKILL at random moments.
`DUNWELL_CRASH_ROUNDS` makes the test longer.
"""

import contextlib
import os
import random
import signal
import threading
from collections import Counter

import pytest

from deliver import servers
from deliver.outboxes import NOON, draft, go_live, owing
from dunwell.store import enqueue, outbox, scope
from dunwell.store.models import Attempt, Message

ROUNDS = int(os.environ.get("DUNWELL_CRASH_ROUNDS", "50"))
CONNECTIONS = 4
NEW_A_ROUND = 12
LIFE_S_MAX = 0.2


@pytest.mark.timeout(1200)
def test_killed_at_random_moments_it_sends_everything_once_or_says_unknown(creditor, tmp_path):
    go_live(creditor)
    rng = random.Random(20260302)
    taken = tmp_path / "taken"
    taken.touch()
    unknown_before = 0
    with servers.sink(taken) as port, servers.deliverer(creditor.id, port, CONNECTIONS, NOON) as process:
        for _ in range(ROUNDS):
            enqueue.enqueue(creditor.id, [draft(owing(creditor, 100)) for _ in range(NEW_A_ROUND)])
            _live_and_die(process, rng.random() * LIFE_S_MAX)
            states = outbox.counts(creditor.id, rehearsal=False)
            # Those begun by the one just killed; earlier ones were found by its sweep and counted then.
            assert states.get("begun", 0) <= CONNECTIONS
            assert states.get("unknown", 0) - unknown_before <= CONNECTIONS
            unknown_before = states.get("unknown", 0)
        _live(process)

    arrived = Counter(taken.read_text().split())
    assert set(arrived.values()) == {1}, "nothing arrives twice"
    with scope.of(creditor.id):
        states = dict(Message.objects.values_list("message_id", "state"))
        shown = Attempt.objects.filter(outcome="unknown").values_list("message__message_id", flat=True)
        assert set(shown) == {m for m, state in states.items() if state == "unknown"}
    assert len(states) == ROUNDS * NEW_A_ROUND
    assert set(states.values()) <= {"sent", "unknown"}, "nothing is lost"
    assert {m for m, state in states.items() if state == "sent"} <= set(arrived), "what is called sent has arrived"
    assert "unknown" in states.values(), "no kill fell between sending and recording: the test proves nothing"


def _live_and_die(process, life_s: float) -> None:
    """One life of so many seconds from its first word; it may have finished before."""
    process.stdin.write("go\n")
    process.stdin.flush()
    pid = int(process.stdout.readline())
    killer = threading.Timer(life_s, _kill, [pid])
    killer.start()
    _until_ended(process)
    killer.cancel()
    killer.join()


def _live(process) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()
    process.stdout.readline()
    assert "halted=''" in _until_ended(process)


def _until_ended(process) -> str:
    said = ""
    while (line := process.stdout.readline()) != "ended\n":
        assert line, "the delivering process crashed by itself"
        said += line
    return said


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
