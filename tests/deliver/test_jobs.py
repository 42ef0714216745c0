"""Workers: each minute the outboxes are looked at, a killed worker's job is handed on, and nothing is sent twice."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from deliver.outboxes import NOON, go_live, queued, reload
from dunwell.plugins.channels.memory import Config, Memory
from dunwell.run import jobs

JOBS = "SELECT task_name, queueing_lock, status FROM procrastinate_jobs ORDER BY id"


@pytest.fixture
def live(creditor, monkeypatch):
    """A live creditor alone with the queue, at noon of the messages' day."""
    go_live(creditor)
    _sql("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    monkeypatch.setattr(jobs, "_now", lambda: NOON)
    # A worker that starts shortly after the full hour begins the days that are due: of all creditors that tests left behind.
    has_run = jobs._has_run
    monkeypatch.setattr(jobs, "_has_run", lambda one, local: one.pk != creditor.pk or has_run(one, local))
    return creditor


def _sql(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def _jobs_of(creditor, task):
    return [row for row in _sql(JOBS) if row[1] == f"{task} {creditor.id}"]


def test_due_messages_wake_one_sender_however_often_it_looks(live):
    queued(live)
    jobs.look(0)
    jobs.look(60)
    assert [row[2] for row in _jobs_of(live, "send")] == ["todo"]


def test_an_outbox_without_due_messages_wakes_nobody(live):
    queued(live, not_before=NOON + timedelta(hours=1))
    jobs.look(0)
    assert _jobs_of(live, "send") == []


def test_the_day_is_due_in_the_creditors_morning_and_once(live, monkeypatch):
    monkeypatch.setattr(jobs, "_now", lambda: NOON.replace(hour=3))
    jobs.days(0)
    assert _jobs_of(live, "day") == [], "05:00 in Sofia"
    monkeypatch.setattr(jobs, "_now", lambda: NOON.replace(hour=4))
    jobs.days(0)
    jobs.days(0)
    assert [row[2] for row in _jobs_of(live, "day")] == ["todo"]


def test_R29_a_job_delivered_twice_sends_once(live, monkeypatch):
    message = queued(live)
    way = Memory(Config())
    monkeypatch.setattr(jobs.ways, "of", lambda *_, **__: {"email": way})
    jobs.send(live.id)
    jobs.send(live.id)
    assert list(way.sent) == [message.key]
    assert reload(message).state == "sent"


def test_a_killed_workers_job_is_handed_on(live):
    queued(live)
    jobs.look(0)
    _sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
    _sql(
        """UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)
           WHERE queueing_lock = %s""",
        f"send {live.id}",
    )
    async_to_sync(jobs.rescue)(0)
    assert [row[2] for row in _jobs_of(live, "send")] == ["todo"]


def test_a_worker_does_what_waits(live, monkeypatch):
    message = queued(live)
    way = Memory(Config())
    monkeypatch.setattr(jobs.ways, "of", lambda *_, **__: {"email": way})
    jobs.look(0)
    jobs.work(name="test", concurrency=1, wait=False)
    assert reload(message).state == "sent"
