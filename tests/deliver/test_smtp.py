"""The SMTP channel tells every stage of a failure apart."""

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dunwell.core.channel import ChannelDown, Outgoing, Refused
from dunwell.core.refusal import DeliveryFailed, OutcomeUnknown
from dunwell.plugins.channels.smtp import Config, Smtp

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
DROP = object()
"""The server closes the connection instead of answering."""


def message(**changes) -> Outgoing:
    values = {
        "message_id": 1,
        "customer_id": 1,
        "customer": "Клиент",
        "channel": "email",
        "step": "first",
        "slot_on": date(2026, 3, 2),
        "locale": "bg",
        "subject": "S",
        "text": "T",
        "html": "",
        "mime": b"Message-ID: <k@x>\r\nSubject: S\r\n\r\n.one\r\n..two\r\n",
        "sender": "me@creditor.test",
        "to": ("a@customer.test",),
        "copies": (),
        "at": AT,
    }
    return Outgoing(**{**values, **changes})


class Scripted:
    """A mail server that answers by the beginning of a command: a reply, `DROP`, or one after the other from a list."""

    greeting = b""

    def __init__(self, **answers):
        self.answers = {
            "EHLO": self.greeting,
            "MAIL": b"250 ok\r\n",
            "RCPT": b"250 ok\r\n",
            "DATA": b"354 go\r\n",
            "BODY": b"250 taken\r\n",
            "RSET": b"250 ok\r\n",
            "QUIT": b"221 bye\r\n",
            "NOOP": b"250 ok\r\n",
            **answers,
        }
        self.commands: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, connection.makefile("rb") as lines:
                connection.sendall(b"220 here\r\n")
                self._talk(connection, lines)

    def _talk(self, connection, lines) -> None:
        for line in lines:
            verb = line[:4].decode().upper()
            self.commands.append(line.decode().strip())
            answer = self._answer(verb)
            if answer is DROP:
                return
            connection.sendall(answer)
            if verb == "DATA" and answer.startswith(b"354") and not self._body(connection, lines):
                return

    def _body(self, connection, lines) -> bool:
        body = b""
        if self.answers["BODY"] == "drop in the body":
            lines.readline()
            return False
        for line in lines:
            if line == b".\r\n":
                break
            body += line
        answer = self._answer("BODY")
        if answer is DROP:
            return False
        self.bodies.append(body)
        connection.sendall(answer)
        return True

    def _answer(self, verb: str):
        answer = self.answers[verb]
        return answer.pop(0) if isinstance(answer, list) else answer


@pytest.fixture(
    params=[b"250-here\r\n", b"250-here\r\n250-PIPELINING\r\n"], ids=["one by one", "pipelined"], autouse=True
)
def greeting(request, monkeypatch):
    monkeypatch.setattr(Scripted, "greeting", request.param + b"250 8BITMIME\r\n")


@contextmanager
def talking(**answers):
    server = Scripted(**answers)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=server.serve, args=[listener], daemon=True).start()
    way = Smtp(Config(host="127.0.0.1", port=listener.getsockname()[1], security="none", timeout_s=5))
    try:
        yield server, way
    finally:
        way.close()
        listener.close()


def test_the_bytes_arrive_with_a_date_and_dots_doubled():
    with talking() as (server, way):
        receipt = way.send(message(copies=("c@customer.test",)), "k")
    assert receipt.reference == "250 taken"
    assert [r.address for r in receipt.replies] == ["a@customer.test", "c@customer.test"]
    assert server.bodies == [
        b"Date: Mon, 02 Mar 2026 12:00:00 +0000\r\nMessage-ID: <k@x>\r\nSubject: S\r\n\r\n..one\r\n...two\r\n"
    ]


def test_a_connection_is_used_again():
    with talking() as (server, way):
        for _ in range(3):
            way.send(message(), "k")
        assert server.connections == 1


def test_an_idle_connection_that_was_closed_is_opened_anew():
    with talking(MAIL=[b"250 ok\r\n", DROP, b"250 ok\r\n"]) as (server, way):
        way.send(message(), "k")
        way.send(message(), "k")
        assert (server.connections, len(server.bodies)) == (2, 2)


def test_an_idle_connection_that_says_421_is_opened_anew():
    with talking(MAIL=[b"250 ok\r\n", b"421 timeout\r\n", b"250 ok\r\n"]) as (server, way):
        way.send(message(), "k")
        way.send(message(), "k")
        assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("answers", "permanent"),
    [
        ({"MAIL": b"451 busy\r\n"}, False),
        ({"MAIL": b"552 too large\r\n"}, True),
        ({"MAIL": DROP}, False),
        ({"RCPT": DROP}, False),
        ({"RCPT": b"421 closing\r\n"}, False),
        ({"RCPT": b"450 greylisted\r\n"}, False),
        ({"RCPT": b"550 5.1.1 unknown\r\n"}, True),
        ({"DATA": b"451 not now\r\n"}, False),
        ({"DATA": b"554 no\r\n"}, True),
        ({"DATA": DROP}, False),
        ({"BODY": b"452 full\r\n"}, False),
        ({"BODY": b"554 5.7.1 spam\r\n"}, True),
    ],
)
def test_a_refusal_or_a_loss_before_the_final_dot_is_a_definite_failure(answers, permanent):
    with talking(**answers) as (server, way), pytest.raises(DeliveryFailed) as failure:
        way.send(message(), "k")
    assert failure.value.permanent is permanent
    assert server.bodies == [] or "BODY" in answers


@pytest.mark.parametrize("answer", [DROP, b"garbage\r\n", b"399 what\r\n"])
def test_after_the_final_dot_silence_is_unknown(answer):
    with talking(BODY=answer) as (_, way), pytest.raises(OutcomeUnknown):
        way.send(message(), "k")


def test_a_connection_lost_in_the_middle_of_the_body_is_a_failure():
    big = message(mime=b"Subject: S\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 998 + b"\r\n") * 20_000)
    with talking(BODY="drop in the body") as (_, way), pytest.raises(DeliveryFailed) as failure:
        way.send(big, "k")
    assert not failure.value.permanent


def test_all_refused_means_reset_and_the_connection_serves_the_next():
    with talking(RCPT=[b"550 5.1.1 no\r\n", b"550 5.1.1 no\r\n", b"250 ok\r\n"]) as (server, way):
        with pytest.raises(Refused) as failure:
            way.send(message(to=("a@customer.test", "b@customer.test")), "k")
        assert [r.is_dead_address for r in failure.value.replies] == [True, True]
        assert server.commands[-1] == "RSET"
        way.send(message(), "k")
        assert server.connections == 1


def test_a_refused_copy_is_told_and_the_message_goes():
    with talking(RCPT=[b"250 ok\r\n", b"550 5.1.1 no\r\n"]) as (_, way):
        receipt = way.send(message(copies=("c@customer.test",)), "k")
    assert [str(r) for r in receipt.refused] == ["c@customer.test: 550 5.1.1 no"]


def test_an_accepted_copy_alone_does_not_carry_the_message():
    with talking(RCPT=[b"550 5.1.1 no\r\n", b"250 ok\r\n"]) as (server, way), pytest.raises(Refused):
        way.send(message(copies=("c@customer.test",)), "k")
    assert server.bodies == []


def test_a_sender_that_the_server_does_not_take_stops_everything():
    with talking(MAIL=b"550 not yours\r\n") as (_, way), pytest.raises(ChannelDown, match=r"me@creditor\.test"):
        way.send(message(), "k")


@pytest.mark.parametrize(
    "address", ["a@x.test>\r\nRCPT TO:<b@y.test", "a b@x.test", "петя@x.test", "nobody", "@x.test"]
)
def test_an_address_never_becomes_a_command(address):
    with talking() as (server, way), pytest.raises(Refused) as failure:
        way.send(message(to=(address,)), "k")
    assert failure.value.permanent
    assert not [c for c in server.commands if c.startswith("RCPT")]


def test_a_cyrillic_domain_travels_as_idna():
    with talking() as (server, way):
        way.send(message(to=("info@пример.рф",)), "k")
    assert "RCPT TO:<info@xn--e1afmkfd.xn--p1ai>" in server.commands


def test_a_server_that_is_not_there_says_where_and_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    way = Smtp(Config(host="127.0.0.1", port=port, security="none"))
    with pytest.raises(ChannelDown, match=rf"127\.0\.0\.1:{port} .* The messages wait"):
        way.send(message(), "k")
    with pytest.raises(ChannelDown):
        way.check()


def test_a_server_without_starttls_gets_no_letter():
    with talking() as (server, way):
        secure = Smtp(Config(host="127.0.0.1", port=way.config.port, timeout_s=5))
        with pytest.raises(ChannelDown, match="STARTTLS"):
            secure.send(message(), "k")
        assert server.bodies == []


# --- TLS and passwords, against aiosmtpd -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate of `localhost` and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return file


class Box:
    def __init__(self):
        self.bodies = []

    async def handle_DATA(self, server, session, envelope):
        self.bodies.append(envelope.content)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"me" and data.password == b"secret", handled=False)


@contextmanager
def secure_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
    )
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def test_it_logs_in_over_a_verified_connection(certificate):
    with secure_server(certificate) as (box, port):
        way = Smtp(Config("localhost", port, "starttls", "me", "secret", ca_file=str(certificate)))
        way.send(message(), "k")
        assert "250" in way.check()
        way.close()
        assert len(box.bodies) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate):
    with secure_server(certificate) as (_, port), pytest.raises(ChannelDown, match="certificate is not trusted"):
        Smtp(Config("localhost", port, "starttls", "me", "secret")).send(message(), "k")


def test_a_certificate_of_another_host_is_refused(certificate):
    with secure_server(certificate) as (_, port), pytest.raises(ChannelDown, match="certificate is not trusted"):
        Smtp(Config("127.0.0.1", port, "starttls", "me", "secret", ca_file=str(certificate))).send(message(), "k")


def test_a_wrong_password_is_said_without_showing_it(certificate):
    with secure_server(certificate) as (_, port), pytest.raises(ChannelDown, match="password of me is refused") as down:
        Smtp(Config("localhost", port, "starttls", "me", "guess", ca_file=str(certificate))).send(message(), "k")
    assert "guess" not in str(down.value)
    assert "guess" not in repr(Config("h", password="guess"))
