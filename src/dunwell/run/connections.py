"""Whether a way out, a payment provider or the mailbox answers: asked before anything depends on it; nothing is sent, charged or read."""

from __future__ import annotations

from contextlib import closing

from dunwell.core.channel import ChannelDown
from dunwell.core.refusal import Refusal
from dunwell.plugins.providers import PROVIDERS
from dunwell.run import mailboxes, ways
from dunwell.store.models import Creditor

CHANNEL, PROVIDER, MAILBOX = "channel", "provider", "mailbox"


class NotSetUp(Refusal):
    """Nothing is set up under the name {name!r}."""


class NoAnswer(Refusal):
    """{name} does not answer: {reason}"""


def check(creditor: Creditor, kind: str, name: str) -> str:
    """What the other side said."""
    if kind == MAILBOX:
        return mailboxes.check(creditor)
    known = {CHANNEL: creditor.channels, PROVIDER: creditor.providers}.get(kind, {})
    if name not in known:
        raise NotSetUp(name=name)
    if kind == PROVIDER:
        return str(ways.made(PROVIDERS, known[name]).check())
    try:
        with closing(ways.channel(creditor, known[name])) as way:
            return way.check()
    except ChannelDown as down:
        raise NoAnswer(name=name, reason=str(down)) from down
