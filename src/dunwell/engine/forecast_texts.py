"""The words of forecast reasons in ru, bg and en: one table, and the counted forms each language needs."""

from __future__ import annotations

LOCALES = ("en", "bg", "ru")

# code: (en, bg, ru)
TEXTS: dict[str, tuple[str, str, str]] = {
    "earlier": ("speaks for an earlier payment", "говори за по-ранно плащане", "говорит за более раннюю оплату"),
    "later": ("speaks for a later payment", "говори за по-късно плащане", "говорит за более позднюю оплату"),
    "habit_late": (
        "Usually pays {days} late ({payments} seen)",
        "Обикновено плаща със закъснение {days} (видени {payments})",
        "Обычно платит с опозданием на {days} (известно {payments})",
    ),
    "habit_early": (
        "Usually pays {days} early ({payments} seen)",
        "Обикновено плаща {days} по-рано (видени {payments})",
        "Обычно платит на {days} раньше срока (известно {payments})",
    ),
    "habit_on_time": (
        "Usually pays on the due date ({payments} seen)",
        "Обикновено плаща на падежа (видени {payments})",
        "Обычно платит в срок (известно {payments})",
    ),
    "habit_unknown": (
        "No payment seen yet, judged like your other customers",
        "Още няма плащания, преценява се като другите ви клиенти",
        "Платежей ещё не было, оценивается как другие ваши клиенты",
    ),
    "recent_late": (
        "The last three payments came {days} late on average",
        "Последните три плащания са закъснели средно с {days}",
        "Последние три платежа опоздали в среднем на {days}",
    ),
    "recent_early": (
        "The last three payments came {days} early on average",
        "Последните три плащания са дошли средно {days} по-рано",
        "Последние три платежа пришли в среднем на {days} раньше срока",
    ),
    "recent_on_time": (
        "The last three payments came on time",
        "Последните три плащания са дошли навреме",
        "Последние три платежа пришли в срок",
    ),
    "recent_none": ("No recent payment", "Няма скорошно плащане", "Недавних платежей нет"),
    "rhythm": (
        "Pays mostly {weekday} ({percent} of payments)",
        "Плаща най-често {weekday} ({percent} от плащанията)",
        "Платит чаще всего {weekday} ({percent} платежей)",
    ),
    "rhythm_month_end": (
        "Pays mostly at the month end ({percent} of payments)",
        "Плаща най-често в края на месеца ({percent} от плащанията)",
        "Платит чаще всего в конце месяца ({percent} платежей)",
    ),
    "rhythm_none": (
        "The time since the last payment",
        "Времето от последното плащане",
        "Время с последнего платежа",
    ),
    "calendar": (
        "Where the due date lies in the week and month",
        "Мястото на падежа в седмицата и месеца",
        "Место срока оплаты в неделе и месяце",
    ),
    "calendar_weekend": ("Due at a weekend", "Падежът е в почивен ден", "Срок оплаты приходится на выходной"),
    "calendar_month_end": ("Due at the month end", "Падежът е в края на месеца", "Срок оплаты — конец месяца"),
    "amount_large": (
        "This sum is {percent} of the usual one",
        "Тази сума е {percent} от обичайната",
        "Эта сумма — {percent} от обычной",
    ),
    "amount_small": (
        "This sum is only {percent} of the usual one",
        "Тази сума е само {percent} от обичайната",
        "Эта сумма — всего {percent} от обычной",
    ),
    "amount_usual": ("The sum is as usual", "Сумата е обичайна", "Сумма обычная"),
    "amount_first": ("The first sum in this currency", "Първа сума в тази валута", "Первая сумма в этой валюте"),
    "book_overdue": (
        "{invoices} overdue already",
        "Вече са просрочени {invoices}",
        "Уже просрочено: {invoices}",
    ),
    "book_open": ("{invoices} open, none overdue", "{invoices} с непадежирал остатък", "{invoices} без просрочки"),
    "book_clear": ("Nothing else is open", "Няма други неплатени фактури", "Других неоплаченных счетов нет"),
    "terms": ("The agreed term is {days}", "Уговореният срок е {days}", "Согласованный срок — {days}"),
    "expected": (
        "Forecast: money is expected on {on}, four times of five between {early} and {late}",
        "Прогноза: парите се очакват на {on}, в четири от пет случая между {early} и {late}",
        "Прогноз: деньги ожидаются {on}, в четырёх случаях из пяти – с {early} по {late}",
    ),
    "expected_from": (
        "Forecast: money is expected on {on}, or much later; hardly before {early}",
        "Прогноза: парите се очакват на {on} или много по-късно; едва ли преди {early}",
        "Прогноз: деньги ожидаются {on} или намного позже; вряд ли раньше {early}",
    ),
    "expected_never": (
        "Forecast: money is not to be expected within nine months",
        "Прогноза: в следващите девет месеца плащане не се очаква",
        "Прогноз: в ближайшие девять месяцев оплаты ждать не стоит",
    ),
    "by_itself": (
        "Within {days} it comes by itself with a probability of {percent}",
        "До {days} ще дойде от само себе си с вероятност {percent}",
        "В течение {days} придёт сама собой с вероятностью {percent}",
    ),
    "age": ("Not due yet", "Падежът още не е настъпил", "Срок оплаты ещё не наступил"),
    "age_overdue": ("Overdue for {days}", "Просрочена от {days}", "Просрочено на {days}"),
}  # fmt: skip

# Forms for one, few (ru: 2–4) and many.
NOUNS = {
    "days": {"en": ("day", "days", "days"), "bg": ("ден", "дни", "дни"), "ru": ("день", "дня", "дней")},
    # Russian asks for the genitive after "in the course of".
    "days_of": {"en": ("day", "days", "days"), "bg": ("ден", "дни", "дни"), "ru": ("дня", "дней", "дней")},
    "payments": {
        "en": ("payment", "payments", "payments"),
        "bg": ("плащане", "плащания", "плащания"),
        "ru": ("платёж", "платежа", "платежей"),
    },
    "invoices": {
        "en": ("invoice", "invoices", "invoices"),
        "bg": ("фактура", "фактури", "фактури"),
        "ru": ("счёт", "счёта", "счетов"),
    },
}
WEEKDAYS = {
    "en": "on Mondays|on Tuesdays|on Wednesdays|on Thursdays|on Fridays|on Saturdays|on Sundays".split("|"),
    "bg": "в понеделник|във вторник|в сряда|в четвъртък|в петък|в събота|в неделя".split("|"),
    "ru": "по понедельникам|по вторникам|по средам|по четвергам|по пятницам|по субботам|по воскресеньям".split("|"),
}


def text(code: str, locale: str) -> str:
    return TEXTS[code][LOCALES.index(locale)]


def counted(name: str, value: str | int, locale: str) -> str:
    """A value in words: "6 days", "на 6 дней", "on Thursdays", "40 %"."""
    if name == "weekday":
        return WEEKDAYS[locale][int(value) - 1]
    if name == "percent":
        return f"{value}\N{NO-BREAK SPACE}%"
    return f"{value}\N{NO-BREAK SPACE}{NOUNS[name][locale][_form(int(value), locale)]}"


def _form(number: int, locale: str) -> int:
    if locale != "ru":
        return 0 if number == 1 else 2
    tens, ones = number % 100, number % 10
    if 11 <= tens <= 14 or ones == 0 or ones >= 5:
        return 2
    return 0 if ones == 1 else 1
