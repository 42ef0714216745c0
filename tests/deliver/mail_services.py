"""On the loopback: a service that gives tokens, a mail server that takes them, and a name server that says what it is told."""

from __future__ import annotations

import base64
import hashlib
import json
import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from inbox import dovecot

PENDING, SLOW = (400, {"error": "authorization_pending"}), (400, {"error": "slow_down"})


@dataclass
class TokenService:
    """Gives `token-1`, `token-2` … each with a refresh token of its own; `says` is answered first, one after the other."""

    url: str = ""
    lasts_s: int = 3600
    challenge: str = ""
    says: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    given: int = 0

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        if path == "/device":
            return 200, {
                "device_code": "D", "user_code": "WDJB-MJHT", "verification_uri": "https://service.example/device",
                "interval": 5, "expires_in": 900,
            }  # fmt: skip
        if self.says:
            return self.says.pop(0)
        if form["grant_type"] == "authorization_code":
            proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
            if proof.rstrip(b"=").decode() != self.challenge:
                return 400, {"error": "invalid_grant"}
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != f"refresh-{self.given}":
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        self.given += 1
        number = self.given
        return 200, {
            "access_token": f"token-{number}",
            "refresh_token": f"refresh-{number}",
            "expires_in": self.lasts_s,
        }


@contextmanager
def token_service() -> Iterator[TokenService]:
    service = TokenService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            status, body = service.answer(self.path, form)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    with _serving(server):
        yield service


@dataclass
class Box:
    """Takes mail from whoever shows one of `tokens`; keeps what it took."""

    tokens: set[str]
    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    async def auth_XOAUTH2(self, server: Any, words: Sequence[str]) -> AuthResult:
        said = base64.b64decode(words[1]).decode()
        self.shown.append(said)
        token = said.split("auth=Bearer ")[1].rstrip("\x01")
        if token in self.tokens:
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"401"}')
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope.content)
        return "250 taken"


@contextmanager
def token_mail_server(*tokens: str) -> Iterator[Box]:
    box = Box(set(tokens), port=dovecot.free_port())
    controller = Controller(
        box, hostname="127.0.0.1", port=box.port, auth_required=bool(tokens), auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN", "PLAIN"],
    )  # fmt: skip
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@contextmanager
def name_server(records: Mapping[tuple[str, str], Sequence[str]]) -> Iterator[str]:
    """A name server that knows these records by name and kind; gives its address."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            raw, sock = self.request
            query = dns.message.from_wire(raw)
            question = query.question[0]
            name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
            answer = dns.message.make_response(query)
            if found := records.get((name, kind)):
                answer.answer.append(dns.rrset.from_text_list(question.name, 60, dns.rdataclass.IN, kind, list(found)))
            elif not any(known == name for known, _ in records):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            sock.sendto(answer.to_wire(), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    with _serving(server):
        yield f"127.0.0.1:{server.server_address[1]}"


@contextmanager
def _serving(server: Any) -> Iterator[None]:
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
