"""The post's numbers: a slip of the finger is found where the number can tell it."""

from __future__ import annotations

import pytest

from dunwell.core import tracking


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("RR 123 456 785 BG", "RR123456785BG"),
        ("ee473124829ru", "EE473124829RU"),
        ("1410 0080 0000 13", "14100080000013"),
        ("JD0002 1234-5678", "JD000212345678"),
    ],
)
def test_a_number_is_kept_as_posts_write_it(typed: str, kept: str) -> None:
    assert tracking.read(typed) == kept


@pytest.mark.parametrize("typed", ["RR123456786BG", "RR213456785BG", "14100080000012"])
def test_a_slip_is_found(typed: str) -> None:
    with pytest.raises(tracking.TrackingMistyped):
        tracking.read(typed)


@pytest.mark.parametrize("typed", ["", "yes", "sent it", "abcdefgh", "1", "№ 12345678", "x" * 60])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(tracking.TrackingUnreadable):
        tracking.read(typed)
