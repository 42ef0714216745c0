"""Hand-assembled MIME says to the standard library's parser exactly what the draft says, and nothing else."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import samples
from dunwell.core.message import LOCALES, Attachment, Draft, Message
from dunwell.engine import mime
from dunwell.engine.render import compose, prepare
from dunwell.run import packs

PACK = prepare(packs.standard())
NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=80)
LINES = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00"),
    max_size=400,
)


def draft(**changes: object) -> Draft:
    made = compose(samples.facts("formal", "ru"), PACK)
    assert isinstance(made, Draft)
    return replace(made, **changes)  # type: ignore[arg-type]


def message(**changes: object) -> Message:
    return Message(draft(**changes), key="k", message_id="<k@studio.example>")


def parsed(one: Message) -> EmailMessage:
    found = email.message_from_bytes(mime.assemble(one), policy=policy.default)
    assert not found.defects
    for part in found.walk():
        assert not part.defects
    return found  # type: ignore[return-value]


def said(part: EmailMessage | None) -> str:
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("locale", LOCALES)
def test_text_html_and_pictures_come_back(locale: str) -> None:
    made = compose(samples.facts("formal", locale), PACK)
    assert isinstance(made, Draft)
    paper = Attachment("Счёт № 1042 от 31 марта 2026 г. за фирменный стиль.pdf", "application/pdf", b"%PDF-1.7\x00\xff")
    whole = parsed(Message(replace(made, attachments=(*made.attachments, paper)), "k", "<k@studio.example>"))
    assert whole.get_content_type() == "multipart/mixed"
    assert said(whole.get_body(("plain",))) == made.text
    assert said(whole.get_body(("html",))) == made.html
    files = [part for part in whole.walk() if part.get_content_disposition() == "attachment"]
    assert [(part.get_filename(), part.get_content()) for part in files] == [(paper.file_name, paper.content)]
    pictures = [part for part in whole.walk() if part.get_content_disposition() == "inline"]
    assert [part["Content-ID"] for part in pictures] == [f"<{one.content_id}>" for one in made.attachments]
    assert [part.get_content() for part in pictures] == [one.content for one in made.attachments]
    assert whole["Auto-Submitted"] == "auto-generated"
    assert whole["Content-Language"] == locale


@settings(max_examples=150, deadline=None)
@given(subject=NAMES, text=LINES, name=NAMES)
def test_whatever_is_written_comes_back(subject: str, text: str, name: str) -> None:
    name = name.replace("<", "(").replace(">", ")")
    one = message(subject=subject, text=text + "\n", sender=f"{name} <maria@studio.example>")
    raw = mime.assemble(one)
    head = raw.split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(len(line) for line in head.split(b"\r\n")) <= 160
    whole = email.message_from_bytes(raw, policy=policy.compat32)
    assert str(make_header(decode_header(whole["Subject"]))).replace("\n", "") == subject
    assert parseaddr(whole["From"])[1] == "maria@studio.example"
    assert said(parsed(one).get_body(("plain",))) == text + "\n"


@settings(max_examples=100, deadline=None)
@given(
    evil=st.sampled_from(["\r\nBcc: x@y.example", "\nX: 1", "\r", "\x00", "\u2028To: a@b.example"]),
    at=st.integers(0, 3),
)
def test_no_fact_can_start_a_header(evil: str, at: int) -> None:
    fields = [
        {"subject": f"a{evil}"},
        {"sender": f"A{evil} <a@b.example>"},
        {"to": (f"a@b.example{evil}",)},
        {"reply_to": f"a{evil}@b.example"},
    ]
    with pytest.raises(mime.HeaderUnsafe):
        mime.assemble(message(**fields[at]))


def test_a_fact_with_a_line_end_becomes_one_line_before_it_reaches_a_header() -> None:
    letter = samples.facts("formal", "en")
    hostile = replace(letter, customer=replace(letter.customer, name="Daisy\r\nBcc: all@world.example"))
    made = compose(hostile, PACK)
    assert isinstance(made, Draft)
    whole = parsed(Message(made, "k", "<k@studio.example>"))
    assert whole["Bcc"] is None
    assert whole["Subject"].startswith("Daisy Bcc: all@world.example: ")


@pytest.mark.parametrize("box", ["", "anna", "a b@c.example", "a@b@c.example", "a@b,c@d.example", "<a@b.example"])
def test_what_is_no_address_is_refused(box: str) -> None:
    with pytest.raises(mime.HeaderUnsafe):
        mime.assemble(message(to=(box,)))


def test_r36_recipients_stand_in_one_mail_as_the_draft_names_them() -> None:
    whole = parsed(message())
    assert [one.addr_spec for one in whole["To"].addresses] == ["anna@client.example"]
    assert [one.addr_spec for one in whole["Cc"].addresses] == ["levin@client.example"]
    assert whole["Cc"].addresses[0].display_name == "Игорь Левин"
    assert mime.mailbox("Игорь <igor@пример.example>") == "igor@xn--e1afmkfd.example"


def test_threading_and_unsubscribing() -> None:
    one = replace(
        message(),
        in_reply_to="<a@studio.example>",
        references=("<a@studio.example>", "<b@studio.example>"),
        unsubscribe_mailto="maria@studio.example?subject=stop",
        unsubscribe_url="https://pay.studio.example/u/1",
    )
    whole = parsed(one)
    assert whole["In-Reply-To"] == "<a@studio.example>"
    assert whole["References"].split() == ["<a@studio.example>", "<b@studio.example>"]
    assert whole["List-Unsubscribe"] == "<mailto:maria@studio.example?subject=stop>, <https://pay.studio.example/u/1>"
    assert whole["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed(replace(one, unsubscribe_url=""))["List-Unsubscribe-Post"] is None


def test_the_date_is_the_one_slot_left_for_sending() -> None:
    raw = mime.assemble(message())
    assert raw == mime.assemble(message())
    sent = mime.dated(raw, datetime(2026, 5, 14, 9, 30, tzinfo=UTC))
    assert email.message_from_bytes(sent)["Date"] == "Thu, 14 May 2026 09:30:00 +0000"
    assert sent.partition(b"\r\n")[2] == raw.partition(b"\r\n")[2]
    with pytest.raises(ValueError, match="date already"):
        mime.dated(sent, datetime(2026, 5, 14, tzinfo=UTC))


def test_every_line_ends_as_smtp_wants_it() -> None:
    raw = mime.dated(mime.assemble(message()), datetime(2026, 5, 14, tzinfo=UTC))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
