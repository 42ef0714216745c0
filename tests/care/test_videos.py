"""A personal video: kept after a look at its content, shown by kind letters up to its day, played on the page, counted, taken back."""

from __future__ import annotations

import io
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.test import Client
from PIL import Image

from dunwell.core import video as rules
from dunwell.plugins import transcoder
from dunwell.run import letter_facts, pictures, stories, videos
from dunwell.run.videos import Taken
from dunwell.store import scope
from dunwell.store.models import Message, Video, VideoContent, VideoView
from portal.clients import BROWSER, Reader, link_in
from regressions import world
from regressions.world import DAY

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2mp41" + bytes(range(256)) * 40
WEBM = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(500)
WORDS = "Hello Anna, this is Maria. Invoice C1-1 is due on Friday. Thank you!"


@pytest.fixture(autouse=True)
def as_it_came(monkeypatch):
    """A tool of the machine that runs the tests must not decide what they see."""
    monkeypatch.setattr(transcoder, "PROGRAM", "no-such-tool")


def poster() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (640, 360), (200, 180, 90)).save(drawn, "JPEG")
    return drawn.getvalue()


def keep(firm, *, on: date = DAY, days: int = 7, client: str = "C1", **more) -> Video:
    taken = {"recording": MP4, "poster": poster(), "captions": WORDS, "seconds": 12, "last_day": on + timedelta(days)}
    return videos.keep(firm.creditor, client, Taken(**{**taken, **more}), on=on, by="anna")


def issued(firm, client: str = "C1", *, on: date = DAY, language: str = "en") -> Message:
    """The letter with which an invoice of the day goes out."""
    firm.client(client, language=language)
    firm.take(
        "Customer ID,Document type,Invoice number,Invoice date,Due date,Amount,Currency,What for\n"
        f"{client},invoice,{client}-1,{on},{on + timedelta(14)},100.00,EUR,Design\n",
        on=on,
    )
    firm.day(on)
    return [one for one in firm.sent() if one.customer.external_id == client][-1]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "There is a short video for you:"), ("ru", "Для вас записано короткое видео:"), ("bg", "За Вас е записано кратко видео:")],
)  # fmt: skip
def test_the_letter_shows_a_still_and_the_page_plays(firm, language, said):
    firm.client("C1", language=language)
    keep(firm)
    letter = issued(firm, language=language)
    link = link_in(letter)
    assert said in letter.content_row.text and b"video@dunwell" in bytes(letter.content_row.mime)
    page = Reader(link, locale=language).read()
    assert f'src="{link}/video"' in page and 'preload="none"' in page and "Hello Anna" in page
    assert "Maria Ivanova" in page


def test_it_is_played_in_pieces_and_playing_is_a_fact_once_a_day(firm):
    firm.client("C1")
    video = keep(firm)
    link = link_in(issued(firm))
    client = Client(headers=BROWSER)
    whole = client.get(f"{link}/video")
    assert (whole.status_code, whole["Content-Type"], whole.content) == (200, "video/mp4", MP4)
    piece = client.get(f"{link}/video", headers={"Range": "bytes=100-199"})
    assert (piece.status_code, piece.content) == (206, MP4[100:200])
    assert piece["Content-Range"] == f"bytes 100-199/{len(MP4)}"
    rest = client.get(f"{link}/video", headers={"Range": f"bytes={len(MP4) - 5}-"})
    assert rest.content == MP4[-5:]
    for nonsense in (f"bytes={len(MP4)}-", "bytes=9-3"):
        assert client.get(f"{link}/video", headers={"Range": nonsense}).status_code == 416
    with scope.of(firm.creditor.pk):
        assert VideoView.objects.filter(video=video).count() == 1
    (story,) = stories.tell(firm.creditor, "C1-1", DAY, rehearsal=True)
    assert {"video played (rehearsal)", f"video {video.pk}"} <= {what for _, what, _ in story.events}
    shown = client.get(f"{link}/video.vtt")
    assert shown.content.decode().startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert client.get(f"{link}/video.jpg").content[:2] == b"\xff\xd8"


def test_a_program_that_looks_at_links_has_played_nothing(firm):
    firm.client("C1")
    keep(firm)
    link = link_in(issued(firm))
    Client(headers={**BROWSER, "User-Agent": "Mozilla/5.0 (compatible; SafeLinks scanner)"}).get(f"{link}/video")
    Client(headers=BROWSER).head(f"{link}/video")
    with scope.of(firm.creditor.pk):
        assert not VideoView.objects.exists()


def test_after_the_day_of_which_it_speaks_nobody_sees_it(firm):
    firm.client("C1")
    keep(firm, days=0)
    link = link_in(issued(firm))
    assert Client(headers=BROWSER).get(f"{link}/video").status_code == 200
    later = issued(firm, on=DAY + timedelta(2), client="C2")
    assert "short video" not in later.content_row.text, "nobody else's letter shows it"
    assert Client(headers=BROWSER).get(f"{link}/video").status_code == 404, "its day has passed"
    assert "<video" not in Reader(link).read()


def test_taken_back_it_is_neither_shown_nor_played_and_a_new_one_takes_its_place(firm):
    firm.client("C1")
    first = keep(firm)
    second = keep(firm, recording=WEBM)
    link = link_in(issued(firm))
    assert Client(headers=BROWSER).get(f"{link}/video")["Content-Type"] == "video/webm"
    videos.withdraw(firm.creditor, second.pk, on=DAY, by="anna")
    assert Client(headers=BROWSER).get(f"{link}/video").status_code == 404
    for number in (first.pk, second.pk, 10**9):
        with pytest.raises(videos.NoSuchVideo):
            videos.withdraw(firm.creditor, number, on=DAY, by="anna")


def test_a_letter_that_is_firm_or_read_by_others_shows_none():
    """The rule alone: a ladder to its firm end takes a month of days."""
    known = SimpleNamespace(videos={7: videos.Still(b"jpeg", 12)})
    action = {"customer_id": 7, "level": 3, "copies": [], "channel": "email"}
    assert letter_facts.video(known, action) is not None
    for other in ({"level": 5}, {"copies": [4]}, {"channel": "sms"}, {"customer_id": 8}):
        assert letter_facts.video(known, {**action, **other}) is None


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"recording": b"GIF89a" + bytes(100)}, rules.VideoUnfit),
        ({"recording": b"\x00\x00\x00\x18ftypheic" + bytes(100)}, rules.VideoUnfit),
        ({"recording": b""}, rules.VideoUnfit),
        ({"recording": MP4[:32] + bytes(rules.BYTES_MAX)}, rules.VideoTooLarge),
        ({"poster": b"no picture"}, pictures.PictureUnfit),
        ({"captions": "  "}, rules.CaptionsMissing),
        ({"seconds": 999}, rules.VideoTooLong),
        ({"last_day": DAY - timedelta(1)}, videos.VideoDayUnfit),
        ({"last_day": DAY + timedelta(31)}, videos.VideoDayUnfit),
    ],
)
def test_what_is_no_video_is_refused_and_nothing_is_kept(firm, wrong, refusal):
    firm.client("C1")
    with pytest.raises(refusal):
        keep(firm, **wrong)
    with scope.of(firm.creditor.pk):
        assert not VideoContent.objects.exists()


def test_a_video_of_another_client_is_never_played(firm):
    firm.client("C1")
    firm.client("C2")
    keep(firm, client="C2")
    assert Client(headers=BROWSER).get(f"{link_in(issued(firm))}/video").status_code == 404


@pytest.mark.parametrize(("locale", "said"), [("en", "€100.00"), ("ru", "100,00 €"), ("bg", "100,00 €")])
def test_the_script_says_what_the_ledger_says(creditor, tmp_path, locale, said):
    firm = world.fresh(creditor, tmp_path)
    firm.client("C1", language=locale)
    firm.invoices(f"C1,invoice,1042,{DAY},{DAY + timedelta(14)},100.00,EUR,")
    script = videos.script(creditor, "C1", DAY).replace("\u00a0", " ").replace("\u202f", " ")
    assert said in script and "1042" in script and "Maria Ivanova" in script and "+359" in script
    assert "{" not in script


def test_captions_cover_the_whole_video_in_order():
    shown = rules.vtt("One. Two < three & four. Five!", 10)
    moments = [line.split(" --> ") for line in shown.splitlines() if "-->" in line]
    assert moments[0][0] == "00:00:00.000" and moments[-1][1] == "00:00:10.000"
    assert all(before[1] == after[0] for before, after in pairwise(moments))
    assert "Two &lt; three &amp; four." in shown
