"""The ways out of a creditor: in rehearsal every message becomes a file; live, each channel as it was configured."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from dunwell.core.channel import Channel, ChannelDown, Outgoing
from dunwell.core.refusal import DeliveryFailed, OutcomeUnknown, Refusal
from dunwell.plugins.channels import CHANNELS
from dunwell.plugins.channels.task import Task
from dunwell.run import mail_logins
from dunwell.store import audit, record_plan, scope, vault
from dunwell.store.models import Creditor

MESSAGE_CHANNELS = ("email", "sms")
TASK_CHANNELS = ("call", "visit", "letter")
Registry = Mapping[str, tuple[Any, Any]]
"""Plugins of one sort by their names: what makes one, and its `Config`."""


class SettingUnknown(Refusal):
    """{name!r} is not a setting of {kind}. Settings: {known}."""


class SettingUnfit(Refusal):
    """{name} of {kind} cannot be {text!r}: write {wanted}."""


class SettingMissing(Refusal):
    """{kind} needs its {names}: add --set {first}=…"""


class NoMailServer(Refusal):
    """No mail server is set yet."""


class TrialFailed(Refusal):
    """The letter did not leave: {reason}"""


class KindUnknown(Refusal):
    """There is no {kind!r}. Kinds: {known}."""


def of(creditor: Creditor, *, rehearsal: bool, folder: Path) -> dict[str, Channel]:
    """Channel name → way out; `folder` takes the files of a rehearsal."""
    if rehearsal:
        make, config = CHANNELS["rehearsal"]
        way = make(config(folder=str(folder / creditor.slug)))
        return dict.fromkeys((*MESSAGE_CHANNELS, *TASK_CHANNELS), way)
    by_hand = Task(lambda message, key: _put_on_work_list(creditor, message, key))
    return {
        **dict.fromkeys(TASK_CHANNELS, by_hand),
        **{name: channel(creditor, settings) for name, settings in creditor.channels.items()},
    }


def channel(creditor: Creditor, settings: Mapping[str, Any]) -> Channel:
    """A way out from its stored settings."""
    bearer = mail_logins.bearer(creditor, settings)
    found: Channel = made(CHANNELS, settings, **({"bearer": bearer} if bearer else {}))
    return found


def _put_on_work_list(creditor: Creditor, message: Outgoing, key: str) -> int:
    try:
        return record_plan.task_of_message(creditor.pk, message.message_id, key)
    except (OperationalError, InterfaceError) as error:
        raise ChannelDown(f"the work list cannot be written: {error}") from error
    finally:
        # The thread that sends has a session of its own, which nobody else would end.
        connection.close()


@contextmanager
def opened(creditor: Creditor, *, rehearsal: bool, folder: Path) -> Iterator[dict[str, Channel]]:
    """The ways out for one delivery; their connections are closed after it."""
    out = of(creditor, rehearsal=rehearsal, folder=folder)
    try:
        yield out
    finally:
        for way in out.values():
            way.close()


def configure(creditor: Creditor, channel: str, kind: str, settings: Mapping[str, str]) -> None:
    """Say how a channel reaches the world; secrets are sealed before they are written."""
    creditor.channels = {**creditor.channels, channel: stored(CHANNELS, kind, settings)}
    creditor.save(update_fields=["channels"])


def configure_mail(creditor: Creditor, settings: Mapping[str, str], *, by: str) -> None:
    """Another mail server; without a new password the old one stays, and what the settings do not name stays too. All but secrets stands in
    the audit chain.
    """
    told = {name: value for name, value in settings.items() if value}
    before = creditor.channels.get("email", {})
    kept = (
        {name: value for name, value in before.items() if name not in settings} if before.get("kind") == "smtp" else {}
    )
    new = {**kept, **stored(CHANNELS, "smtp", told)}
    if "password" not in new and before.get("password") and new.get("username") == before.get("username"):
        new["password"] = before["password"]
    with scope.of(creditor.pk):
        creditor.channels = {**creditor.channels, "email": new}
        creditor.save(update_fields=["channels"])
        audit.link(creditor.pk, actor=by, kind="channel", subject="email", content=shown(new))


def shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that anybody may see: all but the secrets."""
    return {name: value for name, value in settings.items() if not str(value).startswith(vault.MARK)}


def try_mail(creditor: Creditor, to: str, *, subject: str, text: str, now: datetime) -> str:
    """Send one short letter to somebody of ours by the mail server as it is set; gives what the server said."""
    if "email" not in creditor.channels:
        raise NoMailServer
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["From"], letter["To"], letter["Subject"] = creditor.reply_address or to, to, subject
    letter["Message-ID"] = make_msgid(domain=to.rpartition("@")[2])
    letter.set_content(text)
    outgoing = Outgoing(
        message_id=0, customer_id=0, customer="", channel="email", step="", slot_on=now.date(), locale=creditor.locale,
        subject=subject, text=text, html="", mime=bytes(letter), sender=creditor.reply_address or to, to=(to,), copies=(), at=now,
    )  # fmt: skip
    way = channel(creditor, creditor.channels["email"])
    try:
        said = way.check()
        way.send(outgoing, key=str(letter["Message-ID"]))
    except (ChannelDown, DeliveryFailed, OutcomeUnknown) as trouble:
        raise TrialFailed(reason=str(trouble)) from trouble
    finally:
        way.close()
    return str(said)


def stored(registry: Registry, kind: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """A plugin's settings as they are stored: checked against its `Config`, secrets sealed."""
    if kind not in registry:
        raise KindUnknown(kind=kind, known=", ".join(registry))
    _, config = registry[kind]
    known = {one.name: one for one in fields(config)}
    values = {name: _value(kind, known, name, text) for name, text in settings.items()}
    missing = [
        one.name
        for one in known.values()
        if one.default is MISSING and one.default_factory is MISSING and one.name not in values
    ]
    if missing:
        raise SettingMissing(kind=kind, names=" and ".join(missing), first=missing[0])
    return {"kind": kind, **values}


def made(registry: Registry, settings: Mapping[str, Any], **more: Any) -> Any:
    """A plugin from its stored settings, and what it is given beside them."""
    make, config = registry[settings["kind"]]
    values = {
        name: vault.unseal(value) if isinstance(value, str) else value
        for name, value in settings.items()
        if name != "kind"
    }
    return make(config(**values), **more)


def _value(kind: str, known: Mapping[str, Field[Any]], name: str, text: str) -> Any:
    """A setting as it is stored: numbers as numbers, secrets sealed."""
    if name not in known:
        raise SettingUnknown(name=name, kind=kind, known=", ".join(known))
    setting = known[name]
    choices = setting.metadata.get("choices", ())
    if choices and text not in choices:
        raise SettingUnfit(name=name, kind=kind, text=text, wanted=", ".join(choices))
    if setting.type in (int, "int"):
        if not text.isdecimal():
            raise SettingUnfit(name=name, kind=kind, text=text, wanted="a whole number")
        return int(text)
    return vault.seal(text) if setting.metadata.get("secret", False) else text
