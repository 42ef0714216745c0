"""Rehearsal files: readable names, whole or not at all, never overwritten, the same message once."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from deliver.test_smtp import message
from dunwell.core.channel import ChannelDown
from dunwell.plugins.channels import CHANNELS
from dunwell.plugins.channels.rehearsal import Config, Rehearsal


@pytest.fixture
def way(tmp_path):
    return Rehearsal(Config(str(tmp_path)))


def files(way):
    return sorted(
        p.relative_to(way.config.folder).as_posix() for p in Path(way.config.folder).rglob("*") if p.is_file()
    )


def test_it_writes_what_would_have_been_sent(way):
    receipt = way.send(message(customer="ООД „Роза“ / София"), "k")
    (eml, txt) = files(way)
    assert eml.startswith("2026-03-02/2026-03-02 ООД-Роза-София first ")
    assert Path(receipt.reference).read_text().startswith("To: a@customer.test\nSubject: S\n\nT")
    assert (Path(way.config.folder) / eml).read_bytes().startswith(b"Date: Mon, 02 Mar 2026")
    assert txt == eml.replace(".eml", ".txt")


def test_the_same_key_is_one_message_and_stays_as_it_was(way):
    way.send(message(), "k")
    before = {name: (Path(way.config.folder) / name).read_bytes() for name in files(way)}
    way.send(replace(message(text="changed"), at=message().at + timedelta(days=2)), "k")
    assert {name: (Path(way.config.folder) / name).read_bytes() for name in files(way)} == before


def test_two_messages_of_one_customer_are_two_files(way):
    way.send(message(), "k1")
    way.send(message(), "k2")
    assert len(files(way)) == 4


def test_an_attached_pdf_can_be_opened_beside_the_letter(way):
    mail = EmailMessage()
    mail["Subject"] = "S"
    mail.set_content("T")
    mail.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="letter.pdf")
    way.send(message(mime=mail.as_bytes().replace(b"\n", b"\r\n")), "k")
    (pdf,) = [name for name in files(way) if name.endswith(".pdf")]
    assert (Path(way.config.folder) / pdf).read_bytes() == b"%PDF-1.7 x"


def test_a_short_text_has_no_mail_file(way):
    way.send(message(mime=b"", channel="sms"), "k")
    assert [name.rsplit(".", 1)[1] for name in files(way)] == ["txt"]


@pytest.mark.parametrize("customer", ["../../etc/passwd", "", "…", "x" * 400, "ж" * 400, "a\0b\nc"])
def test_a_customers_name_stays_inside_the_folder(way, customer):
    way.send(message(customer=customer), "k")
    assert all(name.startswith("2026-03-02/2026-03-02 ") and name.count("/") == 1 for name in files(way))


def test_a_full_disk_lets_the_messages_wait_and_leaves_no_half_file(way, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dunwell.plugins.channels.rehearsal.os.link", full)
    with pytest.raises(ChannelDown, match="No space left on device"):
        way.send(message(), "k")
    assert files(way) == []


def test_every_way_out_has_a_name_and_a_form():
    assert set(CHANNELS) == {"smtp", "rehearsal", "memory"}
    for channel, config in CHANNELS.values():
        assert channel.__doc__ is None or channel.capabilities
        assert hasattr(config, "__dataclass_fields__")
