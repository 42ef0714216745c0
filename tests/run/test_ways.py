"""A channel's settings are refused while they are typed, with what to write instead."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from deliver.outboxes import DAY, NOON, go_live, queued, reload
from dunwell.run import creditors, people, ways
from dunwell.run.deliver import deliver
from dunwell.store import outbox, scope
from dunwell.store.models import Task, TaskItem

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


@pytest.mark.parametrize("channel", ["call", "visit", "letter"])
def test_live_what_a_person_must_do_goes_on_the_work_list_once(creditor, tmp_path: Path, channel: str) -> None:
    go_live(creditor)
    message = queued(creditor, 100_00, 50_00, channel=channel, html="", mime=b"")
    with ways.opened(creditor, rehearsal=False, folder=tmp_path) as out:
        assert deliver(creditor.pk, NOON, out).sent == 1
        out[channel].put_on_work_list(SimpleNamespace(message_id=message.pk), message.key)
    with scope.of(creditor.pk):
        task = Task.objects.get()
        assert (task.kind, task.customer_id, task.step, task.due_on) == (
            channel,
            message.customer_id,
            message.step,
            DAY,
        )
        assert task.text == "Здравейте!" and not task.rehearsal
        assert TaskItem.objects.filter(task=task, step="first-reminder").count() == 2
    assert reload(message).state == "sent"


def test_a_kill_between_the_task_and_its_record_makes_no_second_task(creditor, tmp_path: Path) -> None:
    go_live(creditor)
    message = queued(creditor, channel="letter", html="", mime=b"")
    with ways.opened(creditor, rehearsal=False, folder=tmp_path) as out:
        (claimed,) = outbox.claim(creditor.pk, at=NOON, channels=["letter"], rehearsal=False, limit=1)
        outbox.advance(creditor.pk, [], [outbox.Begin(message.pk, claimed.token, NOON, DAY)])
        out["letter"].send(claimed.outgoing, claimed.key)
        assert deliver(creditor.pk, NOON, out).sent == 1
    with scope.of(creditor.pk):
        assert Task.objects.count() == 1
