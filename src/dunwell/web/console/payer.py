"""How a customer pays, as one small picture: a dot for each of the latest payments, by day across and by delay upwards."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.core.forecast import PayerProfile
from dunwell.run import forecasting
from dunwell.web.console.templatetags.look import locale

WIDTH, HEIGHT, EDGE = 280, 84, 8


@dataclass(frozen=True, slots=True)
class Picture:
    """`dots` are (across, downwards, is late) in units of the drawing; `due` is how far down the due date lies."""

    profile: PayerProfile
    dots: tuple[tuple[int, int, bool], ...]
    due: int
    rhythm: str


def pictured(profile: PayerProfile | None) -> Picture | None:
    if profile is None:
        return None
    delays = [delay for _day, delay in profile.latest]
    low, high = min(0, *delays), max(0, *delays)
    span = max(high - low, 1)
    step = (WIDTH - 2 * EDGE) / max(len(delays) - 1, 1)

    def down(delay: int) -> int:
        return round(EDGE + (HEIGHT - 2 * EDGE) * (high - delay) / span)

    dots = tuple((round(EDGE + place * step), down(delay), delay > 0) for place, delay in enumerate(delays))
    return Picture(profile, dots, down(0), forecasting.rhythm(profile, locale()))
