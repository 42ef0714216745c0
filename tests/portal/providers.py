"""Stand-ins of Stripe and YooKassa on this machine: what they were asked, and what they would tell."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

SECRET = "whsec_test"


@dataclass
class StandIn:
    """What was asked, by path, and the payments and refunds that YooKassa would show."""

    asked: list[tuple[str, dict, dict]] = field(default_factory=list)
    shown: dict[str, dict] = field(default_factory=dict)
    made: dict[str, dict] = field(default_factory=dict)  # by idempotency key: asked twice, made once
    is_down: bool = False
    declines: bool = False  # the payer's bank says no to what is charged without the payer
    address: str = ""

    def stripe_event(self, kind: str, thing: dict, *, event_id: str, at: int) -> tuple[bytes, dict[str, str]]:
        """A webhook as Stripe signs it."""
        body = json.dumps({"id": event_id, "type": kind, "data": {"object": thing}}).encode()
        signed = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return body, {"Stripe-Signature": f"t={at},v1={signed}"}


@contextmanager
def standing_in() -> Iterator[StandIn]:
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_stripe = self.path.startswith("/v1/")
            asked = {k: v[0] for k, v in parse_qs(body).items()} if is_stripe else json.loads(body)
            stand_in.asked.append((self.path, asked, dict(self.headers)))
            key = self.headers["Idempotency-Key"] or self.headers["Idempotence-Key"]
            number = f"{len(stand_in.made):08d}-0000"
            made = stand_in.made.setdefault(
                key,
                {"id": f"cs_{number}", "url": f"https://checkout.stripe.example/{number}"}
                if "checkout" in self.path
                else {"id": f"pi_{number}", "status": "succeeded"}
                if is_stripe
                else {
                    "id": number,
                    "status": "pending",
                    "confirmation": {"confirmation_url": f"https://yoomoney.example/{number}"},
                    **{name: asked[name] for name in ("amount", "metadata")},
                },
            )
            stand_in.shown.setdefault(f"/v3/payments/{made['id']}", made)
            if stand_in.declines and self.path == "/v1/payment_intents":
                self._answer({"error": {"message": "Your card was declined."}}, status=402)
            else:
                self._answer(made)

        def do_GET(self) -> None:
            self._answer(stand_in.shown.get(self.path))

        def _answer(self, thing: dict | None, *, status: int = 200) -> None:
            data = json.dumps(thing or {"description": "not found"}).encode()
            self.send_response(503 if stand_in.is_down else status if thing else 404)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
