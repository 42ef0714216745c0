"""A client before the page: what a browser sends, how a form is filled, where the link stood in the letter."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from django.test import Client

from dunwell.store.models import Message

BROWSER = {
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
    "Accept-Language": "en",
    "Host": "localhost",
}
LINK = re.compile(r"https?://[^/\s]+(/p/[a-z2-7]{24})\b")


def link_in(message: Message) -> str:
    """The path of the page that a letter names."""
    found = LINK.search(message.content_row.text)
    assert found, message.content_row.text
    return found[1]


@dataclass
class Reader:
    """One person with a browser and a link."""

    path: str
    locale: str = "en"
    client: Client = field(default_factory=lambda: Client(headers=BROWSER, enforce_csrf_checks=True))

    def get(self, page: str = "", **options):
        return self.client.get("/".join(filter(None, [self.path, self.locale, page])), **options)

    def read(self, page: str = "") -> str:
        """A page's HTML with plain spaces, as it is read."""
        return html.unescape(self.get(page).content.decode()).replace("\u00a0", " ")

    def form(self, kind: str) -> dict[str, list[str]]:
        """The fields of a form as it is shown, ticked where it ticks."""
        source = self.get(kind).content.decode()
        fields: dict[str, list[str]] = {}
        for tag in re.findall(r"<input[^>]*>", source):
            values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if "name" in values and (values.get("type") not in ("checkbox", "radio", "file") or " checked" in tag):
                fields.setdefault(values["name"], []).append(values.get("value", ""))
        return fields

    def mark(self) -> str:
        """A fresh mark of a form, as any page of the link shows one."""
        return self.form("question")["mark"][0]

    def say(self, kind: str, **typed):
        """Fill the form of an answer and send it."""
        return self.client.post(f"{self.path}/{self.locale}/{kind}", {**self.form(kind), **typed})
