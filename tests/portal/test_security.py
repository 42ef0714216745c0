"""Nothing on a page can be used to learn about anybody else, and nothing but a person's deliberate answer changes anything."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.urls import get_resolver

from dunwell.core.page import LINK_DAYS, AnswerKind
from dunwell.run import creditors
from dunwell.store import scope
from dunwell.store.models import PageAnswer, PageLink, PageOpening, Promise, Sign
from dunwell.store.pages import find
from portal.clients import BROWSER, Reader, link_in
from regressions import world

FIRST_VIEW_BYTES_MAX = 60_000
PAGES = (
    "",
    "paid",
    "promise",
    "dispute",
    "question",
    "redirect",
    "other_way",
    "stop",
    "statement",
    "plan",
    "done/paid",
)
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def facts(firm) -> dict[str, int]:
    """How many rows there are of what a page could write."""
    with scope.of(firm.creditor.pk):
        return {
            "answers": PageAnswer.objects.count(),
            "opened": PageOpening.objects.count(),
            "signs": Sign.objects.count(),
        }


def other_reader(firm) -> Reader:
    """Somebody else at the same creditor, with a letter of the same day."""
    firm.owing("2026-02-20", client="C2", sum_="777.00")
    firm.plan(world.DAY)
    firm.deliver()
    with scope.of(firm.creditor.pk):
        (message,) = [one for one in firm.messages("sent", "queued") if one.customer.external_id == "C2"]
    return Reader(link_in(message))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_keeps_its_address_to_itself(reader, page):
    answer = reader.get(page)
    assert answer.status_code == 200
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    html = answer.content.decode()
    assert "style=" not in html and "<script>" not in html and "onclick" not in html
    assert not answer.cookies and "Set-Cookie" not in answer.headers


def test_every_address_of_a_link_is_among_those_tested_here():
    """A new page cannot escape these tests: the table of addresses is compared."""
    ((portal),) = [one for one in get_resolver().url_patterns if getattr(one, "app_name", "") == "portal"]
    assert {pattern.name for pattern in portal.url_patterns} == {
        *("alive", "hook", "hook_replies", "short", "unsubscribe", "main", "statement", "code", "done", "say"),
        *(
            "begin",
            "online",
            "stand_in",
            "photo",
            "logo",
            "statement_pdf",
            "invoice_pdf",
            "offer",
            "offer_code",
            "auto_end",
        ),
        *("terms", "plan", "plan_read", "plan_accept", "plan_pdf"),
        *("video", "video_still", "video_captions"),
    }


def test_the_first_view_is_light(reader):
    html = reader.get().content
    css = b"".join(open(finders.find(f"portal/portal.{kind}"), "rb").read() for kind in ("css", "js"))  # noqa: SIM115, PTH123
    assert len(gzip.compress(html)) + len(gzip.compress(css)) < FIRST_VIEW_BYTES_MAX


def test_a_link_that_never_was_shows_nothing_of_anybody(reader):
    token = reader.path.removeprefix("/p/")
    for wrong in ("a" * 24, token[::-1], token[:-1] + ("a" if token[-1] != "a" else "b")):
        answer = reader.client.get(f"/p/{wrong}/en")
        assert answer.status_code == 404
        assert "Студия".encode() not in answer.content and b"C1" not in answer.content


def test_a_typed_link_is_read_whatever_its_case(reader):
    assert reader.client.get(reader.path.replace("/p/", "/p/", 1)[:3] + reader.path[3:].upper()).status_code == 200


def test_guessing_is_answered_ever_more_slowly_but_real_links_open(reader):
    codes = [
        reader.client.get(f"/p/{'b' * 22}{a}{b}", REMOTE_ADDR="10.1.1.1").status_code
        for a in "abcdef"
        for b in "abcdef"
    ]
    assert codes[0] == 404 and codes[-1] == 429
    assert reader.client.get(reader.path, REMOTE_ADDR="10.1.1.1").status_code == 200


def test_the_token_is_nowhere_in_the_books(firm, reader):
    token = reader.path.removeprefix("/p/")
    with scope.of(firm.creditor.pk):
        link = PageLink.objects.get()
    assert token not in str(vars(link)) and len(link.token_hash) == 64
    assert not PageLink.objects.exists(), "without a creditor and without its token no link is seen"


def test_r42_a_letter_that_waited_goes_with_a_fresh_link_or_not_at_all(firm):
    firm.owing("2026-02-20")
    firm.plan()
    old = link_in(world.only(firm.messages("queued")))
    later = world.DAY + timedelta(2)  # the day between is a holiday
    firm.plan(later)
    firm.deliver(later)
    fresh = link_in(world.only(firm.sent()))
    assert fresh != old
    assert find(fresh.removeprefix("/p/")).last_day == later + timedelta(LINK_DAYS)


def test_one_customer_never_sees_another(firm, reader):
    other = other_reader(firm)
    for page in PAGES:
        html = reader.read(page)
        assert "777" not in html and "C2" not in html, page
    mark = reader.form("promise")
    with scope.of(firm.creditor.pk):
        theirs = PageLink.objects.get(customer__external_id="C2").receivables
    assert reader.client.post(f"{other.path}/en/promise", {**mark, "quick": "2026-03-06"}).status_code == 422
    reader.say("promise", quick="2026-03-06", item=[str(one) for one in theirs])
    with scope.of(firm.creditor.pk):
        assert {promise.receivable_id for promise in Promise.objects.all()}.isdisjoint(theirs)


def test_the_requester_sees_the_invoices_of_the_message_alone(firm):
    firm.customers("C1,C1 Ltd,business,BG,en,Anna Brown,requester,c1@client.example")
    firm.invoices("C1,invoice,A-1,2026-01-30,2026-02-20,100.00,EUR,")
    firm.day()
    firm.invoices("C1,invoice,A-2,2026-03-02,2026-06-01,555.00,EUR,")
    assert "555" not in Reader(link_in(world.only(firm.sent()))).read()


def test_accounts_payable_sees_all_that_is_open(firm, reader):
    firm.invoices("C1,invoice,A-2,2026-03-02,2026-06-01,555.00,EUR,")
    assert "€555.00" in reader.read("statement")


def test_another_creditors_link_leads_to_another_creditor(firm, reader, creditor):
    other = creditors.create("Other", slug=f"other-{creditor.pk}", country="BG", on=world.DAY, by="anna")
    with scope.of(other.pk):
        assert not PageLink.objects.exists()
    assert "Other" not in reader.read()


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "WhatsApp/2.23.20.0 A"},
        {"User-Agent": "Mozilla/5.0 (compatible; Google-Safety-Scan; +http://google.com)"},
        {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0", "Accept-Language": None},
        {"User-Agent": "curl/8.0"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
    ],
)
def test_a_preview_is_no_person(firm, reader, headers):
    sent = {name: value for name, value in {**BROWSER, **headers}.items() if value is not None}
    reader.client.__class__(headers=sent).get(reader.path)
    with scope.of(firm.creditor.pk):
        assert PageOpening.objects.get().is_robot
        assert not Sign.objects.filter(kind="opened").exists()


def test_a_person_who_opens_it_is_a_sign_of_life_once_a_day(firm, reader):
    for _ in range(3):
        reader.get()
    assert facts(firm) == {"answers": 0, "opened": 1, "signs": 1}


def test_looking_changes_nothing(firm, reader):
    reader.client.head(reader.path)
    for kind in AnswerKind:
        reader.get(kind.value)
        reader.client.head(f"{reader.path}/en/{kind.value}")
    reader.client.get(f"{reader.path}/unsubscribe")
    reader.get("online")
    assert facts(firm) == {"answers": 0, "opened": 1, "signs": 1} or facts(firm)["opened"] <= 1
    assert facts(firm)["answers"] == 0


@pytest.mark.parametrize("mark", ["", "forged", "eyJhIjoxfQ:1abc:xyz"])
def test_a_form_without_its_mark_says_nothing(firm, reader, mark):
    answer = reader.client.post(f"{reader.path}/en/question", {"mark": mark, "text": "hello"})
    assert answer.status_code == 422
    assert facts(firm)["answers"] == 0


def test_another_sites_page_cannot_send_a_form(firm, reader):
    form = {**reader.form("question"), "text": "hello"}
    answer = reader.client.post(f"{reader.path}/en/question", form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 422
    assert facts(firm)["answers"] == 0


def test_an_old_form_is_shown_again_with_what_was_typed(firm, reader, monkeypatch):
    form = {**reader.form("question"), "text": "hello there"}
    monkeypatch.setattr("dunwell.web.portal.forms.FORM_AGE_MAX_S", -1)
    answer = reader.client.post(f"{reader.path}/en/question", form)
    assert answer.status_code == 422 and b"hello there" in answer.content


def test_what_a_client_types_is_never_markup(firm, reader):
    evil = '"><script>alert(1)</script>'
    answer = reader.client.post(f"{reader.path}/en/redirect", {**reader.form("redirect"), "email": evil, "name": evil})
    assert answer.status_code == 422
    assert b"<script>alert" not in answer.content


def test_the_host_of_a_request_is_never_believed(reader):
    assert reader.client.get(reader.path, headers={"Host": "evil.example"}).status_code == 400
    for link in ("href", "action"):
        assert f'{link}="http' not in reader.read(), "links of the page are its own"


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example", "..%2f..%2fadmin", "done/../../x", "xx"])
def test_there_is_no_way_to_be_sent_elsewhere(reader, page):
    answer = reader.get(page)
    assert answer.status_code in (301, 404) and "evil" not in answer.headers.get("Location", "").split("/p/")[0]


def test_too_much_at_once_is_not_even_read(firm, reader):
    answer = reader.client.post(
        f"{reader.path}/en/question", {**reader.form("question"), "text": "x"}, CONTENT_LENGTH="99000000"
    )
    assert answer.status_code == 422
    assert facts(firm)["answers"] == 0
