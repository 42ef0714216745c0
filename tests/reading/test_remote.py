"""A remote reader is believed only where the text shows what it says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from dunwell.core.reading import OpenInvoice, Reading, ReplyContext
from dunwell.plugins.readers import READERS
from dunwell.plugins.readers.remote import Endpoint

TEXT = "We shall pay 200 EUR on 20 March."
CONTEXT = ReplyContext(date(2026, 3, 11), "en", "email", (OpenInvoice("A-1", Decimal(500), "EUR"),))
PROMISE = {"value": "promise_to_pay", "quotation": "We shall pay"}


@contextmanager
def answering(content: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"choices": [{"message": {"content": content}}]}).encode())

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def read(content: str) -> Reading:
    with answering(content) as url:
        return READERS["openai"](Endpoint(url, "any")).read(TEXT, CONTEXT)


LOCAL = READERS["local"]().read(TEXT, CONTEXT)


def test_claims_with_quotations_hold() -> None:
    answer = {
        "intents": [PROMISE],
        "promised_date": {"value": "2026-03-20", "quotation": "20 March"},
        "promised_amount": {"value": "200", "quotation": "200 EUR"},
    }
    reading = read(json.dumps(answer))
    assert reading.promised_date is not None
    assert reading.promised_date.value == date(2026, 3, 20)
    assert reading.promised_amount is not None
    assert reading.promised_amount.value == Decimal(200)


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        "{}",
        '{"intents": [{"value": "already_paid", "quotation": "it is paid"}]}',
        '{"intents": [{"value": "made_up", "quotation": "We shall pay"}]}',
    ],
)
def test_what_the_text_does_not_show_changes_nothing(content: str) -> None:
    assert read(content) == LOCAL


@pytest.mark.parametrize("day", ["2020-01-01", "2099-01-01", "soon"])
def test_an_impossible_day_is_dropped(day: str) -> None:
    assert (
        read(json.dumps({"intents": [PROMISE], "promised_date": {"value": day, "quotation": "20 March"}})).promised_date
        is None
    )


def test_a_silent_endpoint_leaves_the_local_reading() -> None:
    reader = READERS["openai"](Endpoint("http://127.0.0.1:9", "any", timeout_seconds=1))
    assert reader.read(TEXT, CONTEXT) == LOCAL
