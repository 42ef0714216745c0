"""Sign-in by OAuth 2: allowed once by a person, renewed by itself, never in clear in the books."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from deliver.mail_services import PENDING, SLOW, TokenService, token_mail_server, token_service
from deliver.test_smtp import message
from dunwell.core.channel import ChannelDown
from dunwell.plugins import oauth
from dunwell.plugins.mailboxes import imap
from dunwell.plugins.oauth import Client, Granted, Service
from dunwell.run import mail_logins, ways
from dunwell.store.models import Creditor
from inbox import dovecot

CLIENT = Client("client-7", "hush")


@pytest.fixture
def service() -> Iterator[TokenService]:
    with token_service() as found:
        yield found


def at(service: TokenService) -> Service:
    return Service(
        token_url=f"{service.url}/token",
        scope="mail",
        device_url=f"{service.url}/device",
        allow_url=f"{service.url}/allow?prompt=consent",
    )


def signed_in(creditor: Creditor, service: TokenService) -> mail_logins.Login:
    asked = mail_logins.by_device(at(service), CLIENT)
    granted = oauth.granted_to_device(at(service), CLIENT, asked, lambda _: None)
    mail_logins._store(creditor, "google", at(service), CLIENT, granted, "anna")
    found = mail_logins.bearer(creditor, {"login": "google"})
    assert found is not None
    return found


def test_a_device_waits_for_the_person_as_slowly_as_it_is_told_to(service: TokenService) -> None:
    service.says = [PENDING, SLOW, PENDING]
    asked = mail_logins.by_device(at(service), CLIENT)
    assert (asked.code, asked.where) == ("WDJB-MJHT", "https://service.example/device")
    rested: list[float] = []
    granted = oauth.granted_to_device(at(service), CLIENT, asked, rested.append)
    assert (granted.access, granted.refresh) == ("token-1", "refresh-1")
    assert rested == [5, 5, 10, 10]


def test_a_person_who_declines_is_heard(service: TokenService) -> None:
    service.says = [(400, {"error": "access_denied"})]
    asked = mail_logins.by_device(at(service), CLIENT)
    with pytest.raises(oauth.NotAllowed, match="access_denied"):
        oauth.granted_to_device(at(service), CLIENT, asked, lambda _: None)


def test_an_address_that_came_back_proves_that_it_was_we_who_asked(service: TokenService) -> None:
    errand = mail_logins.by_address(at(service), CLIENT)
    query = parse_qs(urlsplit(errand.address).query)
    assert query["prompt"] == ["consent"] and query["redirect_uri"] == [oauth.COMES_BACK_TO]
    service.challenge = query["code_challenge"][0]
    back = f"{oauth.COMES_BACK_TO}?code=c-1&state={errand.state}"
    assert oauth.granted_to_address(at(service), CLIENT, errand, back).access == "token-1"
    with pytest.raises(oauth.NoCode):
        oauth.granted_to_address(at(service), CLIENT, errand, f"{oauth.COMES_BACK_TO}?code=c-1&state=other")
    with pytest.raises(oauth.NoCode):
        oauth.granted_to_address(at(service), CLIENT, errand, f"{oauth.COMES_BACK_TO}?error=access_denied")


def test_what_is_stored_is_sealed_and_a_new_refresh_token_takes_the_place_of_the_old(
    creditor: Creditor, service: TokenService
) -> None:
    login = signed_in(creditor, service)
    before = str(Creditor.objects.get(pk=creditor.pk).logins)
    assert "refresh-1" not in before and "hush" not in before
    assert login.token() == "token-2"
    assert login.token() == "token-2"  # from memory
    login.refused()
    assert login.token() == "token-3"  # by the refresh token that came with the second
    assert [one.get("refresh_token") for one in service.asked[-2:]] == ["refresh-1", "refresh-2"]


def test_a_token_is_asked_for_anew_before_it_ends(creditor: Creditor, service: TokenService) -> None:
    signed_in(creditor, service)
    now = [0.0]
    tokens = mail_logins._Tokens(lambda: now[0])
    assert tokens.of(creditor.pk, "google") == "token-2"
    now[0] = 3600 - mail_logins.SPARE_S - 1
    assert tokens.of(creditor.pk, "google") == "token-2"
    now[0] += 1
    assert tokens.of(creditor.pk, "google") == "token-3"


def test_a_sign_in_that_was_taken_back_makes_all_messages_wait(creditor: Creditor, service: TokenService) -> None:
    login = signed_in(creditor, service)
    service.given = 9  # the service knows no refresh-1 any more
    with pytest.raises(ChannelDown, match=r"expired or revoked.* `dunwell mail login google`\. The messages wait"):
        login.token()


def test_a_service_without_a_refresh_token_is_refused(creditor: Creditor, service: TokenService) -> None:
    with pytest.raises(mail_logins.NothingLasting):
        mail_logins._store(creditor, "google", at(service), CLIENT, Granted("a", 10), "anna")


def test_letters_leave_with_a_token(creditor: Creditor, service: TokenService) -> None:
    signed_in(creditor, service)
    with token_mail_server("token-2", "token-3") as box:
        settings = {"host": "127.0.0.1", "port": str(box.port), "security": "none", "username": "maria@firm.example"}
        ways.configure(creditor, "email", "smtp", {**settings, "login": "google"})
        way = ways.channel(creditor, creditor.channels["email"])
        way.send(message(), "k")
        assert len(box.taken) == 1
        assert box.shown == ["user=maria@firm.example\x01auth=Bearer token-2\x01\x01"]
        way.close()
        # The service ended the token early: the next connection is refused, the one after it has a new token.
        box.tokens = {"token-3"}
        with pytest.raises(ChannelDown, match=r"sign-in 'google' of maria@firm\.example is refused"):
            way.send(message(), "k")
        way.send(message(), "k")
        assert len(box.taken) == 2
        way.close()


def test_a_channel_that_names_no_sign_in_is_refused(creditor: Creditor) -> None:
    ways.configure(creditor, "email", "smtp", {"host": "127.0.0.1", "login": "google"})
    with pytest.raises(mail_logins.NotSignedIn):
        ways.channel(creditor, creditor.channels["email"])


class Fixed:
    """A bearer that has one token."""

    def __init__(self, token: str) -> None:
        self.held, self.was_refused = token, False

    def token(self) -> str:
        return self.held

    def refused(self) -> None:
        self.was_refused = True


def test_a_mailbox_is_opened_with_a_token() -> None:
    with dovecot.running() as server:
        config = imap.Config(server.host, server.username, port=server.port, security="none", login="google")
        with imap.opened(config, Fixed(dovecot.PASSWORD)) as mailbox:
            assert list(mailbox.after(0)) == []
        wrong = Fixed("stale")
        with pytest.raises(imap.MailboxDown), imap.opened(config, wrong):
            pass
        assert wrong.was_refused


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["PLAIN", "XOAUTH2", "OAUTHBEARER"], "XOAUTH2"),
        (["PLAIN", "OAUTHBEARER"], "OAUTHBEARER"),
        (["PLAIN"], "XOAUTH2"),
    ],
)
def test_the_mechanism_is_one_that_the_server_offers(offered: list[str], chosen: str) -> None:
    assert oauth.mechanism(offered) == chosen


def test_an_unknown_service_says_what_is_missing() -> None:
    with pytest.raises(oauth.ServiceUnknown, match="google, microsoft"):
        mail_logins.service("acme", token_url="https://acme.example/token")
