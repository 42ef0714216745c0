"""What a monitor asks, and what the logs leave out."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from dunwell.run import check, measures, people
from dunwell.site.logs import Lines
from dunwell.web import monitor
from regressions import world
from regressions.world import DAY

NOON = datetime.combine(DAY, time(12), UTC)


@pytest.fixture
def firm(creditor, tmp_path):
    return world.fresh(creditor, tmp_path)


def test_alive_and_ready(creditor):
    client = Client()
    assert client.get("/health").content == b"alive\n"
    assert client.get("/ready").status_code == 200
    assert client.post("/health").status_code == 405


def test_not_ready_without_the_database(creditor, monkeypatch):
    class Lost:
        def cursor(self):
            raise OperationalError("gone")

    monkeypatch.setattr(monitor, "connection", Lost())
    assert Client().get("/ready").status_code == 503
    assert Client().get("/health").status_code == 200


def test_figures_are_for_whoever_knows_the_token(creditor, monkeypatch):
    assert Client().get("/metrics").status_code == 404
    monkeypatch.setattr(settings, "METRICS_TOKEN", "0123456789abcdef")
    assert Client().get("/metrics").status_code == 404
    assert Client(headers={"Authorization": "Bearer 0123456789abcdeF"}).get("/metrics").status_code == 404

    page = Client(headers={"Authorization": "Bearer 0123456789abcdef"}).get("/metrics")
    assert page.status_code == 200
    assert f'dunwell_live{{creditor="{creditor.slug}"}} 0' in page.content.decode()


def test_the_figures_tell_what_waits_and_how_old_it_is(firm):
    firm.owing((DAY + timedelta(7)).isoformat())
    firm.go_live()
    people.cover(firm.creditor, "bank", DAY - timedelta(1), on=DAY, by="anna")
    firm.plan()
    later = NOON + timedelta(days=4)

    told = {(one.name, *one.labels.values()): one.value for one in measures.of_installation(later)}

    slug = firm.creditor.slug
    assert told["dunwell_live", slug] == 1
    assert told["dunwell_messages", slug, "queued"] == 1
    assert told["dunwell_oldest_due_seconds", slug] > 3 * 86400
    assert told["dunwell_last_day_age_days", slug] == 4
    assert told["dunwell_money_late", slug, "bank"] == 1
    for one in measures.of_installation(later):
        assert one.name in measures.MEANINGS
    assert "C1" not in measures.as_text(measures.of_installation(later)), "no figure names a client"


def test_the_doctor_says_the_same(firm, tmp_path):
    firm.owing((DAY + timedelta(7)).isoformat())
    firm.go_live()
    firm.plan()

    def wrong(now):
        return {one.what for one in check.everything(now=lambda: now, data=tmp_path) if not one.ok}

    assert f"{firm.creditor.slug} sending" in wrong(NOON + timedelta(hours=6))
    firm.deliver()
    assert f"{firm.creditor.slug} sending" not in wrong(NOON + timedelta(hours=6))


def test_a_label_with_quotes_and_lines_stays_one_figure():
    text = measures.as_text(iter([measures.Measure("dunwell_money_late", 1, {"source": 'a "b"\n\\c'})]))
    assert text.splitlines()[-1] == 'dunwell_money_late{source="a \\"b\\"\\n\\\\c"} 1'


def test_a_log_line_holds_no_value():
    try:
        raise ValueError("petr@home.example owes 100.00")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "cannot write to %s", ("petr@home.example",), None)
        record.exc_info = (ValueError, error, error.__traceback__)
    line = Lines().format(record)

    assert "petr" not in line and "100.00" not in line
    told = json.loads(line)
    assert (told["event"], told["exception"], told["level"]) == ("cannot write to %s", "ValueError", "error")
    assert "test_monitor.py" in told["where"][0]

    put_together = logging.LogRecord("x", logging.WARNING, "f.py", 1, "lost petr@home.example", None, None, func="send")
    assert json.loads(Lines().format(put_together))["event"] == "send"
