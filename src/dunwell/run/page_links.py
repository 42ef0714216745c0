"""Where a letter's page is: the address with a token that nobody can guess and that the same letter always gets again.

The token is an HMAC over what the letter is (creditor, customer, reader, day, invoices, mode) with a key of the installation. So a
letter rendered twice is the same to the byte, the plan stays a pure function of facts, and no token has to be stored: the table of
links knows its digest alone.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from dunwell.core.page import LINK_DAYS, SEES_ALL, AnswerKind
from dunwell.store import switches, vault
from dunwell.store.models import Creditor
from dunwell.store.pages import NewLink

TOKEN_BYTES = 15
"""120 bits: 24 letters and digits without case, which also a person can type from a printed letter."""
MESSAGE_PURPOSES = ("request", "answer", "auto_notice", "terms_proposed", "plan_allowed")


@dataclass(frozen=True, slots=True)
class Pages:
    """Where this creditor's pages are on a day, live or in rehearsal; `base` is empty where letters do without."""

    base: str
    creditor_id: int
    on: date
    live: bool

    def link(
        self,
        action: dict[str, Any],
        items: Sequence[dict[str, Any]],
        *,
        look: str,
        readers: Sequence[str],
        person_key: str,
        is_person: bool,
        asks_survey: bool = False,
    ) -> NewLink | None:
        """The link of a message; `readers` are the roles of all who read it, the copies' too."""
        if not self.base or action["task"] or not (asks_survey or action["purpose"] in MESSAGE_PURPOSES):
            return None
        every = {item["receivable_id"] for item in items}
        later = {item["receivable_id"] for item in items if item["part"] == "not_due"}
        receivables = tuple(sorted(every - later))
        contact = action["contact_id"] if (action["contact_id"] or 0) > 0 else None
        return NewLink(
            token=token(
                self.creditor_id,
                action["customer_id"],
                action["contact_id"],
                self.on,
                action["purpose"],
                "live" if self.live else "rehearsal",
                *sorted(every),
            ),
            customer_id=action["customer_id"],
            contact_id=contact,
            person_key=person_key,
            channel=action["channel"],
            receivables=receivables,
            later=tuple(sorted(later)),
            shows_all=is_person or (bool(readers) and all(role in SEES_ALL for role in readers)),
            is_shared=len(readers) > 1,
            locale=action["locale"],
            look=look,
            level=action["level"] or 0,
            pay_by=action["pay_by"],
            last_day=self.on + timedelta(LINK_DAYS),
            rehearsal=not self.live,
            asks_survey=asks_survey,
        )

    def address(self, link: NewLink | None) -> str:
        return f"{self.base}/p/{link.token}" if link else ""

    def survey_address(self, link: NewLink) -> str:
        """Where the one question is answered."""
        return f"{self.base}/p/{link.token}/{link.locale}/{AnswerKind.SURVEY.value}"

    def stop_address(self, link: NewLink | None) -> str:
        """Where one click stops messages to this reader; none where others read the same letter and could stop it for them."""
        return f"{self.base}/p/{link.token}/unsubscribe" if link and not link.is_shared else ""


def of(creditor: Creditor, on: date, *, live: bool) -> Pages:
    """The pages that letters of a day may name."""
    return Pages(base(creditor, live=live), creditor.pk, on, live)


def base(creditor: Creditor, *, live: bool) -> str:
    """Live, the public address counts once `dunwell check` has opened it; in rehearsal the page served here does."""
    address = creditor.public_url if live else creditor.public_url or settings.LOCAL_URL
    if live and address and switches.opened_address(creditor.pk) != address:
        return ""
    return str(address).rstrip("/")


def proof() -> str:
    """What this installation's pages answer when they are asked who they are."""
    return token("alive")


def token(*parts: object) -> str:
    digest = hmac.digest(vault.key_for("page links"), "\n".join(map(str, parts)).encode(), "sha256")
    return base64.b32encode(digest[:TOKEN_BYTES]).decode().lower()
