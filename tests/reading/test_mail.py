"""Replies, delivery reports and automatic answers as mail programs write them."""

from __future__ import annotations

import pytest

from dunwell.plugins.readers.mail import read_mail
from dunwell.plugins.readers.visible import visible_from_html, visible_from_text
from dunwell.run.inspect_mail import inspect_email

REPORT = b"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

The mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ivan@client.example
Action: %s
Status: %s

--b--
"""


@pytest.mark.parametrize(
    ("action", "status", "word"), [(b"failed", b"5.1.1", "failed"), (b"delayed", b"4.4.1", "delayed")]
)
def test_delivery_reports_tell_lost_from_late(action: bytes, status: bytes, word: str) -> None:
    answer = inspect_email(REPORT % (action, status))
    assert answer["is_bounce"]
    assert answer["bounce_action"] == word
    assert answer["bounced_addresses"] == ["ivan@client.example"]
    assert not answer["is_auto_reply"]


def test_a_delivered_report_is_no_bounce() -> None:
    assert not inspect_email(REPORT % (b"delivered", b"2.0.0"))["is_bounce"]


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
        "Subject: Автоматический ответ: отпуск",
        "Subject: Out of Office: invoice",
    ],
)
def test_automatic_answers(header: str) -> None:
    assert read_mail(f"From: a@b.example\n{header}\n\nВернусь 16 марта.\n".encode()).is_auto_reply


def test_a_plain_reply_is_neither() -> None:
    mail = read_mail("From: a@b.example\nSubject: Re: счёт\nAuto-Submitted: no\n\nОплатим в пятницу.\n".encode())
    assert (mail.is_auto_reply, mail.bounce, mail.visible_text) == (False, None, "Оплатим в пятницу.")


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "utf-8"])
def test_a_charset_without_a_name_is_guessed(charset: str) -> None:
    body = "Добрый день! Оплатим счёт в следующую пятницу, извините за задержку.".encode(charset)
    assert read_mail(
        b"From: a@b.example\nContent-Type: text/plain; charset=x-unknown\n\n" + body
    ).visible_text.startswith("Добрый день! Оплатим")


QUOTED = [
    "Оплатим завтра.\n\n9 марта 2026 г., в 10:02, Отдел <a@b.example> написал(а):\n> Напоминаем",
    "Ще платим утре.\n\nНа пн, 9.03.2026 г. в 10:02 Отдел <a@b.example> написа:\n> Напомняме",
    "We pay tomorrow.\n\nOn Mon, Mar 9, 2026 at 10:02 AM Priya <a@b.example> wrote:\n> Reminder",
    "Оплатим завтра.\n\n-----Исходное сообщение-----\nОт: Отдел\nОтправлено: 9 марта\nТема: Счёт\n\nНапоминаем",
    "Оплатим завтра.\n\nОт: Отдел <a@b.example>\nОтправлено: 9 марта 2026\nКому: Иван\nТема: Счёт\n\nНапоминаем",
    "We pay tomorrow.\n\nKind regards,\nDorothy Quill\nAccounts Payable\n+44 20 7946 0181",
    "Ще платим утре.\n\nПоздрави,\nЦвета Гъбарова\nсчетоводител",
    "We pay tomorrow.\n\nSent from my iPhone",
    "Оплатим завтра.\n\n-- \nГерман | финансы",
    "> Напоминаем об оплате\n\nОплатим завтра.",
]


@pytest.mark.parametrize("body", QUOTED)
def test_only_what_was_typed_is_visible(body: str) -> None:
    assert visible_from_text(body) in ("Оплатим завтра.", "Ще платим утре.", "We pay tomorrow.")


@pytest.mark.parametrize(
    "markup",
    [
        "<p>We pay tomorrow.</p><div class='gmail_quote'>On Monday<blockquote>Reminder</blockquote></div>",
        "<div>We pay tomorrow.</div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><b>From:</b> a</div><p>Reminder</p>",
        "<style>p{}</style><p>We pay&nbsp;tomorrow.</p><script>x()</script><blockquote type=cite>Reminder</blockquote>",
    ],
)
def test_quotations_in_html_are_cut(markup: str) -> None:
    assert visible_from_html(markup) == "We pay tomorrow."
