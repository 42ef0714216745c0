"""A personal video at the desk: recorded or chosen, refused with a sentence, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from console import clock
from dunwell.plugins import transcoder
from dunwell.store import scope
from dunwell.store.models import Customer, Video, VideoEnd
from regressions.world import DAY, World

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2mp41" + bytes(2000)


@pytest.fixture
def address(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(transcoder, "PROGRAM", "no-such-tool")
    clock.set_day(DAY)
    world.owing("2026-03-16")
    with scope.of(world.creditor.pk):
        return f"/c/{world.creditor.slug}/customers/{Customer.objects.get().pk}/video"


def recorded(content: bytes = MP4, **said: str) -> dict[str, object]:
    told = {"captions": "Hello Anna!", "last_day": "2026-03-09", "seconds": "12", **said}
    return {**told, "recording": SimpleUploadedFile("clip.mp4", content, "video/mp4")}


def test_it_is_kept_with_what_is_said_and_taken_back(
    client_as: Callable[..., Client], world: World, address: str
) -> None:
    client = client_as("collector", language="en")
    page = client.get(address).content.decode()
    assert "data-recorder" in page and "this is Maria Ivanova" in page and "console/video" in page
    assert client.post(address, recorded()).status_code == 302
    with scope.of(world.creditor.pk):
        video = Video.objects.get()
    assert (video.seconds, video.media_type, video.size) == (12, "video/mp4", len(MP4))
    shown = client.get(address).content.decode()
    assert "Not played yet." in shown
    assert client.post(f"/c/{world.creditor.slug}/videos/{video.pk}/withdraw").status_code == 302
    with scope.of(world.creditor.pk):
        assert VideoEnd.objects.get().video_id == video.pk


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"content": b"%PDF-1.7 not a video"}, "This is no video that browsers play"),
        ({"last_day": "2026-02-01"}, "A video goes with letters from today"),
        ({"seconds": "9000"}, "180"),
        ({"captions": " "}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    client_as: Callable[..., Client], world: World, address: str, wrong: dict[str, str], said: str
) -> None:
    refused = client_as("collector", language="en").post(address, recorded(**wrong))
    assert refused.status_code == 422 and said in refused.content.decode()
    with scope.of(world.creditor.pk):
        assert not Video.objects.exists()


def test_who_only_looks_records_nothing(client_as: Callable[..., Client], address: str) -> None:
    assert client_as("viewer").get(address).status_code == 403
