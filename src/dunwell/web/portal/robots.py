"""Who opens a link: a person's browser, or a program that looks at links (previews of messengers, scanners of mail).

A guess on purpose cautious in one direction: a program taken for a person would only spare somebody the gentle question whether the
letter arrived; a person taken for a program is asked it once more than needed. Neither stops or starts anything else.
"""

from __future__ import annotations

import re

from django.http import HttpRequest

PROGRAMS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|scan|monitor|fetch|archiv|headless|phantom|"
    r"facebookexternalhit|whatsapp|telegram|viber|skype|slack|discord|linkedin|vkshare|pinterest|embedly|"
    r"safelinks|proofpoint|mimecast|barracuda|symantec|trendmicro|forcepoint|ironport|fireeye|"
    r"python|curl|wget|libwww|java/|go-http|okhttp|apache-http|node|axios|ruby|perl|php",
    re.IGNORECASE,
)


def is_robot(request: HttpRequest) -> bool:
    """Whether what asks says itself that it is no person, or lacks what every browser sends."""
    headers = request.headers
    agent = headers.get("User-Agent", "")
    asks_ahead = any(
        "prefetch" in headers.get(name, "").lower() for name in ("Purpose", "Sec-Purpose", "X-Moz", "X-Purpose")
    )
    return (
        request.method != "GET"
        or asks_ahead
        or not agent.startswith("Mozilla/")
        or bool(PROGRAMS.search(agent))
        or "Accept-Language" not in headers
    )
