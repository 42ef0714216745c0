"""A policy in the words of a person: "7 days before the due date", and the whole ladder as a table, in ru, bg and en.

The table is Markdown with aligned columns: it reads the same in a terminal, in the console and in the documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.core.calendar import Calendar
from dunwell.core.policy import Anchor, OnlyIf, Policy, Step

LOCALES = ("en", "ru", "bg")


@dataclass(frozen=True, slots=True)
class Example:
    """An invoice by which the ladder is shown with real dates; the steps' days are moved as the calendar says."""

    issued: date
    end: date  # the due date, or the end of validity
    calendar: Calendar

    def day(self, step: Step) -> date:
        if step.anchor == Anchor.ISSUE:
            return self.calendar.next_business_day(self.issued + timedelta(step.offset_days))
        move = self.calendar.previous_business_day if step.offset_days < 0 else self.calendar.next_business_day
        return move(self.end + timedelta(step.offset_days))


def when(anchor: Anchor, offset_days: int, locale: str = "en") -> str:
    """An offset as a person says it, so that a wrong sign is seen."""
    on, before, after = _WHEN[locale][anchor]
    if offset_days == 0:
        return on
    return (before if offset_days < 0 else after).format(days=days(abs(offset_days), locale))


def days(count: int, locale: str) -> str:
    return f"{count} {_DAYS[locale](count)}"


def describe(policy: Policy, locale: str, example: Example | None = None) -> str:
    """The ladder as a table, one row for each step, the wake-up first; with an example also the day of each step."""
    steps = ([policy.wake_up] if policy.wake_up else []) + list(policy.steps)
    words = _WORDS[locale]
    head = [
        words[column]
        for column in ("when", *(("day",) if example else ()), "step", "tone", "to", "copies", "by", "notes")
    ]
    rows = [_row(policy, step, locale, example) for step in steps]
    return "\n".join(_aligned([head, *rows]))


def word(key: str, locale: str) -> str:
    """The word for a content key, a task, a role, a channel (`by_email`) or why approval is asked for; an unknown key is its own word."""
    return _WORDS[locale].get(key, key)


def _row(policy: Policy, step: Step, locale: str, example: Example | None) -> list[str]:
    words = _WORDS[locale]
    is_wake_up = step is policy.wake_up
    day = [] if example is None else ["" if is_wake_up else example.day(step).isoformat()]
    return [
        words["wake_up_when"] if is_wake_up else when(step.anchor, step.offset_days, locale),
        *day,
        words[step.task or step.content] if step.task else words[step.content],
        words[f"tone_{step.tone}"],
        ", ".join(words[role] for role in step.audience),
        ", ".join(words[role] for role in step.copies),
        "" if step.task else ", ".join(words[f"by_{channel}"] for channel in step.channels),
        "; ".join(_notes(policy, step, locale)),
    ]


def _notes(policy: Policy, step: Step, locale: str) -> list[str]:
    words = _WORDS[locale]
    notes = {
        words["approval"]: step.approval,
        words["silence"].format(days=days(step.silence_days, locale)): step.only_if == OnlyIf.SILENCE,
        words["bounce"]: step.only_if == OnlyIf.BOUNCE,
        words["answer"]: step.only_if == OnlyIf.ANSWER,
        words["other_channel"]: step.other_channel,
        words["courtesy"]: step.courtesy,
        words["pay_by"].format(days=days(step.pay_by_days, locale)): bool(step.pay_by_days),
        words["attach_invoice"]: step.attach_invoice,
    }
    said = [note for note, holds in notes.items() if holds]
    if step.else_step:
        following = policy.step(step.else_step)
        otherwise = words["else"].format(
            days=days(step.task_days, locale), step=words[following.task or following.content]
        )
        said.append(otherwise)
    return said


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def _russian_days(count: int) -> str:
    if count % 10 == 1 and count % 100 != 11:
        return "день"
    return "дня" if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else "дней"


_DAYS: dict[str, Callable[[int], str]] = {
    "en": lambda count: "day" if count == 1 else "days",
    "ru": _russian_days,
    "bg": lambda count: "ден" if count == 1 else "дни",
}

# on the day itself, before it, after it
_WHEN: dict[str, dict[Anchor, tuple[str, str, str]]] = {
    "en": {
        Anchor.ISSUE: ("on the day of issue", "{days} before the day of issue", "{days} after the day of issue"),
        Anchor.DUE: ("on the due date", "{days} before the due date", "{days} after the due date"),
        Anchor.VALIDITY: ("on the last day of validity", "{days} before validity ends", "{days} after validity ended"),
    },
    "ru": {
        Anchor.ISSUE: ("в день выставления", "за {days} до выставления", "через {days} после выставления"),
        Anchor.DUE: ("в день срока оплаты", "за {days} до срока оплаты", "через {days} после срока оплаты"),
        Anchor.VALIDITY: (
            "в последний день действия",
            "за {days} до конца срока действия",
            "через {days} после конца срока действия",
        ),
    },
    "bg": {
        Anchor.ISSUE: ("в деня на издаване", "{days} преди издаването", "{days} след издаването"),
        Anchor.DUE: ("на падежа", "{days} преди падежа", "{days} след падежа"),
        Anchor.VALIDITY: (
            "в последния ден на валидност",
            "{days} преди края на валидността",
            "{days} след края на валидността",
        ),
    },
}

# One row for each word: en, ru, bg.
_TABLE: dict[str, tuple[str, str, str]] = {
    "when": ("when", "когда", "кога"),
    "day": ("day", "день", "ден"),
    "step": ("step", "шаг", "стъпка"),
    "tone": ("tone", "тон", "тон"),
    "to": ("to (first reachable)", "кому (первому доступному)", "до (първия достъпен)"),
    "copies": ("copies", "копии", "копия"),
    "by": ("by", "канал", "канал"),
    "notes": ("notes", "особенности", "бележки"),
    "wake_up_when": ("first, for an old book", "сначала, для старых долгов", "първо, за стари вземания"),
    "wake_up": ("gentle wake-up", "мягкое первое напоминание", "меко първо напомняне"),
    "instalment": ("an agreed payment comes up", "скоро платёж по графику", "наближава вноска по плана"),
    "request": ("the invoice itself", "сам счёт", "самата фактура"),
    "upcoming": ("due soon", "скоро срок", "наближава падежът"),
    "due_day": ("due today", "сегодня срок", "днес е падежът"),
    "reached": ("did it reach you?", "дошёл ли счёт?", "получихте ли фактурата?"),
    "reminder": ("reminder", "напоминание", "напомняне"),
    "firm": ("firm reminder", "настойчивое напоминание", "настоятелно напомняне"),
    "formal": ("formal letter", "официальное письмо", "официално писмо"),
    "final": ("final notice", "последнее уведомление", "последно уведомление"),
    "order_request": ("the request to pay", "счёт на оплату заказа", "проформа за поръчката"),
    "order_reminder": ("reminder of the order", "напоминание о заказе", "напомняне за поръчката"),
    "order_last": ("the offer ends soon", "предложение скоро закончится", "предложението скоро изтича"),
    "order_closed": ("the offer has ended", "предложение закончилось", "предложението изтече"),
    "call": ("call", "звонок", "обаждане"),
    "visit": ("visit", "визит", "посещение"),
    "letter": ("printed letter", "письмо по почте", "писмо по пощата"),
    "lifted": ("work goes on", "работа продолжается", "работата продължава"),
    "work_stopped": (
        "note to our people: work waits",
        "записка своим: работа ждёт оплаты",
        "бележка до нашите хора: работата чака плащане",
    ),
    "work_resumed": (
        "note to our people: work goes on",
        "записка своим: работа продолжается",
        "бележка до нашите хора: работата продължава",
    ),
    "no_contact": ("find a contact", "найти контакт", "намиране на контакт"),
    "early_call": ("early call", "ранний звонок", "ранно обаждане"),
    "check_in": ("a word between invoices", "весточка между счетами", "няколко думи между фактурите"),
    "care": ("ask how they are", "спросить, как дела", "да попитаме как са"),
    "survey": ("they are not happy with us", "недовольны работой с нами", "не са доволни от нас"),
    "hardship": ("paying is hard for them", "трудно заплатить", "трудно им е да платят"),
    "stop_work": ("decide whether work stops", "решить, ждёт ли работа оплаты", "решение дали работата чака плащане"),
    "talk": ("formal talk", "официальный разговор", "официален разговор"),
    "hand_over": ("a person takes over", "передача сотруднику", "предаване на служител"),
    "requester": ("requester", "заказчик", "възложител"),
    "payable": ("accounts payable", "бухгалтерия", "счетоводство"),
    "manager": ("manager", "руководитель", "ръководител"),
    "finance": ("finance director", "финансовый директор", "финансов директор"),
    "director": ("director", "генеральный директор", "управител"),
    "representative": ("representative", "представитель", "представител"),
    "tone_warm": ("warm", "тёплый", "топъл"),
    "tone_friendly": ("friendly", "дружелюбный", "приятелски"),
    "tone_neutral": ("neutral", "нейтральный", "неутрален"),
    "tone_firm": ("firm", "настойчивый", "настоятелен"),
    "tone_formal": ("formal", "официальный", "официален"),
    "by_email": ("e-mail", "эл. почта", "имейл"),
    "by_sms": ("SMS", "SMS", "SMS"),
    "by_call": ("call", "звонок", "обаждане"),
    "by_letter": ("letter", "письмо", "писмо"),
    "by_visit": ("visit", "визит", "посещение"),
    "by_policy": ("the policy asks for it", "так требует политика", "така изисква политиката"),
    "approval": ("after approval", "после утверждения", "след одобрение"),
    "silence": ("only after {days} of silence", "только если нет отклика {days}", "само след {days} без отклик"),
    "bounce": ("only if the letter came back", "только если письмо вернулось", "само ако писмото се върне"),
    "answer": ("only after an answer", "только после ответа", "само след отговор"),
    "other_channel": ("another way than before", "другим способом", "по друг начин"),
    "courtesy": (
        "spared where the client pays anyway",
        "не нужен, если клиент платит и так",
        "пропуска се, ако клиентът и така плаща",
    ),
    "pay_by": ("asks to pay within {days}", "просим оплатить за {days}", "молим за плащане в срок до {days}"),
    "attach_invoice": ("the invoice attached", "со счётом во вложении", "с приложена фактура"),
    "else": (
        "if not done in {days}: {step}",
        "если не сделано за {days}: {step}",
        "ако не е свършено до {days}: {step}",
    ),
}

_WORDS = {locale: {key: row[place] for key, row in _TABLE.items()} for place, locale in enumerate(LOCALES)}
