"""The closed catalogue of reasons: every decision of the plan names at least one, and each has a sentence in every language.

A reason is written as `code` or `code=value`; several are separated by "; ". A value is a word of the vocabulary (a step, a
role, a channel …), never a count of days or a sum: nothing in a reason changes from day to day by itself, so that a book in
which nothing happened writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dunwell.core import policy_words

SEPARATOR = "; "

OUTCOMES: dict[str, dict[str, str]] = {
    "act": {"en": "is asked for now", "ru": "напоминаем сейчас", "bg": "напомняме сега"},
    "join": {"en": "joins the message", "ru": "войдёт в общее письмо", "bg": "влиза в общото писмо"},
    "task": {"en": "a person acts", "ru": "действует сотрудник", "bg": "действа служител"},
    "wait": {"en": "waits", "ru": "ждём", "bg": "изчакваме"},
    "hold": {"en": "is on hold", "ru": "приостановлено", "bg": "спряно"},
    "none": {"en": "nothing to do", "ru": "ничего не требуется", "bg": "не се изисква нищо"},
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason's sentences; `{value}` stands where the value is shown, and only where the code has one."""

    code: str
    en: str
    ru: str
    bg: str

    @property
    def has_value(self) -> bool:
        return "{value}" in self.en


_REASONS = (
    # why something is done
    Reason(
        "step_due", "Its step “{value}” is due.", "Наступил срок шага «{value}».", "Дошъл е редът на стъпка „{value}“."
    ),
    Reason(
        "joins_stricter",
        "Its step is taken together with the stricter step “{value}”: one message per customer.",
        "Шаг выполняется вместе с более строгим шагом «{value}»: клиенту уходит одно письмо.",
        "Стъпката се изпълнява заедно с по-строгата стъпка „{value}“: до клиента тръгва едно писмо.",
    ),
    Reason(
        "wake_up",
        "The debt was overdue when the book was taken over, so we begin gently.",
        "Срок оплаты прошёл ещё до начала работы с программой, поэтому начинаем мягко.",
        "Падежът е минал още преди началото на работата с програмата, затова започваме меко.",
    ),
    Reason(
        "task_not_done",
        "Nobody did the task “{value}” in time, so the step named for that case is taken.",
        "Задача «{value}» не выполнена в срок, поэтому выполняется шаг, предусмотренный на этот случай.",
        "Задачата „{value}“ не е изпълнена навреме, затова се изпълнява стъпката, предвидена за този случай.",
    ),
    Reason(
        "promise_broken",
        "A promise or payment plan was not kept; the letter says so.",
        "Обещание или график платежей не соблюдены; в письме об этом сказано.",
        "Обещание или погасителен план не са спазени; в писмото това е казано.",
    ),
    Reason(
        "promise_kept_in_part",
        "Part of what was promised came; the letter thanks for it and asks for the rest.",
        "Обещанное пришло частично; письмо благодарит за часть и просит об остальном.",
        "Обещаното дойде частично; писмото благодари за частта и моли за останалото.",
    ),
    Reason(
        "undisputed_rest",
        "Part of it is disputed; only the rest is asked for.",
        "Часть суммы оспаривается; просим оплатить только остальное.",
        "Част от сумата се оспорва; молим да се плати само останалото.",
    ),
    Reason(
        "credit_deducted",
        "Money on account is deducted.",
        "Учтён аванс клиента.",
        "Приспаднат е авансът на клиента.",
    ),
    Reason(
        "needs_approval",
        "A person approves it first: {value}.",
        "Сначала нужно утверждение: {value}.",
        "Първо е нужно одобрение: {value}.",
    ),
    Reason(
        "other_way",
        "It is asked another way than last time: {value}.",
        "Обращаемся иначе, чем в прошлый раз: {value}.",
        "Обръщаме се по друг начин от последния път: {value}.",
    ),
    Reason(
        "usual_recipient",
        "Nobody of the step's audience can be reached, so it goes to the usual recipient.",
        "Никто из адресатов шага недоступен, поэтому пишем обычному получателю.",
        "Никой от адресатите на стъпката не е достъпен, затова пишем на обичайния получател.",
    ),
    Reason(
        "to_representative",
        "The customer is represented: only the representative is contacted.",
        "У клиента есть представитель: обращаемся только к нему.",
        "Клиентът има представител: обръщаме се само към него.",
    ),
    Reason(
        "copied_to",
        "A copy goes along, as this step says: {value}. Earlier letters had no result.",
        "Копию получит {value}, как предусмотрено шагом: прежние письма результата не дали.",
        "Копие получава {value}, както предвижда стъпката: предишните писма не доведоха до резултат.",
    ),
    Reason(
        "copy_left_out",
        "A copy is left out: that person has been contacted often enough.",
        "Копия не отправляется: с этим человеком уже достаточно контактов.",
        "Копие не се изпраща: с този човек вече имаме достатъчно контакти.",
    ),
    Reason(
        "thanks", "It was paid: thank you, once.", "Оплачено: один раз благодарим.", "Платено е: благодарим веднъж."
    ),
    Reason(
        "announces_stop",
        "It announces that work waits for the payment from {value} on.",
        "В нём сказано, что с {value} работа ждёт оплаты.",
        "В него е казано, че от {value} работата чака плащането.",
    ),
    Reason(
        "work_resumes",
        "What was named has been paid: work goes on, and the customer is told so with thanks.",
        "Названное оплачено: работа продолжается, клиенту об этом сообщаем и благодарим.",
        "Посоченото е платено: работата продължава, съобщаваме го на клиента и благодарим.",
    ),
    Reason(
        "no_contact",
        "Nobody can be contacted ({value}); a person finds a way.",
        "Связаться не с кем ({value}); способ найдёт сотрудник.",
        "Няма с кого да се свържем ({value}); служител ще намери начин.",
    ),
    Reason(
        "hand_over",
        "The ladder has ended; a person decides what comes next.",
        "Все шаги пройдены; что дальше, решает сотрудник.",
        "Всички стъпки са минали; какво следва, решава служител.",
    ),
    # why nothing needs to be done
    Reason("nothing_open", "Nothing is open.", "Всё оплачено.", "Няма нищо за плащане."),
    Reason("cancelled", "The document was cancelled.", "Документ отменён.", "Документът е анулиран."),
    Reason(
        "became_invoice",
        "The request became an invoice; what was paid on it was carried over.",
        "По этому счёту на предоплату выставлен итоговый счёт; оплата перенесена на него.",
        "По тази проформа е издадена фактура; платеното е прехвърлено към нея.",
    ),
    Reason(
        "covered_by_credit",
        "Money on account covers it.",
        "Сумма покрыта авансом клиента.",
        "Сумата се покрива от аванса на клиента.",
    ),
    Reason(
        "below_minimum",
        "The balance is below the policy's minimum.",
        "Остаток меньше минимального по регламенту.",
        "Остатъкът е под минимума на политиката.",
    ),
    Reason(
        "offer_ended",
        "The request's ladder has ended.",
        "Шаги по этому счёту на предоплату закончились.",
        "Стъпките по тази проформа са приключили.",
    ),
    Reason("handed_over", "It was handed over to a person.", "Передано сотруднику.", "Предадено е на служител."),
    # what holds it
    Reason(
        "data_incomplete",
        "A fact is missing or unreadable ({value}); until it is repaired this counts as a hold.",
        "Нет данных или их нельзя прочесть ({value}); до исправления контакты приостановлены.",
        "Липсва или не се чете ({value}); докато се поправи, контактите са спрени.",
    ),
    Reason(
        "customer_state",
        "The customer's state stops all contact: {value}.",
        "Из-за положения клиента все контакты остановлены: {value}.",
        "Състоянието на клиента спира всички контакти: {value}.",
    ),
    Reason(
        "disputed",
        "The customer contests it.",
        "Клиент не согласен с суммой или самим долгом.",
        "Клиентът не е съгласен със сумата или със самия дълг.",
    ),
    Reason(
        "credit_awaited",
        "What is left will be taken off by a credit note of ours; nobody is asked for it.",
        "Остаток спишет наша кредит-нота; клиента о нём не просим.",
        "Останалото ще се приспадне с наше кредитно известие; клиентът не се моли за него.",
    ),
    Reason("promised", "The customer promised to pay.", "Клиент обещал оплатить.", "Клиентът е обещал да плати."),
    Reason(
        "promised_again",
        "The customer promised to pay. An earlier promise was not kept, so there are no days of grace.",
        "Клиент обещал оплатить. Прежнее обещание не сдержано, поэтому дней на ожидание сверх срока нет.",
        "Клиентът е обещал да плати. Предишно обещание не е спазено, затова няма дни изчакване след срока.",
    ),
    Reason(
        "instalment_plan",
        "A payment plan is being kept.",
        "Действует график платежей.",
        "Изпълнява се погасителен план.",
    ),
    Reason("held", "It is on hold: {value}.", "Контакты приостановлены: {value}.", "Контактите са спрени: {value}."),
    Reason(
        "finding",
        "A finding in the data waits for a person: {value}.",
        "Замечание к данным ждёт сотрудника: {value}.",
        "Забележка по данните чака служител: {value}.",
    ),
    Reason(
        "reply_waits",
        "The customer's reply waits to be read.",
        "Ответ клиента ещё не прочитан.",
        "Отговорът на клиента чака да бъде прочетен.",
    ),
    Reason(
        "unmatched_money",
        "Money has come in that may belong here and is not allocated.",
        "Поступил платёж, который может относиться сюда, но ещё не разнесён.",
        "Постъпило е плащане, което може да е за това, но още не е разнесено.",
    ),
    Reason(
        "debit_pending",
        "A payment is on its way or an automatic debit is pending.",
        "Платёж в пути или ожидается автоматическое списание.",
        "Плащането е на път или се очаква автоматично теглене.",
    ),
    Reason(
        "outcome_unknown",
        "Nobody knows whether the last message arrived; a person decides.",
        "Неизвестно, дошло ли последнее сообщение; решает сотрудник.",
        "Не се знае дали последното съобщение е пристигнало; решава служител.",
    ),
    Reason(
        "stale_money",
        "The step is due, but the payments are not known up to now.",
        "Наступил срок шага, но данные о платежах устарели.",
        "Дошъл е редът на стъпката, но данните за плащанията не са актуални.",
    ),
    # what it waits for
    Reason("not_yet", "Next is “{value}”.", "Следующий шаг: «{value}».", "Следва стъпка „{value}“."),
    Reason(
        "rest_day",
        "It is the customer's day of rest; the step waits for a working day.",
        "У клиента выходной: шаг ждёт рабочего дня.",
        "За клиента е почивен ден: стъпката чака работен ден.",
    ),
    Reason(
        "in_transit",
        "Money paid on the last day may still be on its way.",
        "Деньги, отправленные в последний день срока, могут быть ещё в пути.",
        "Парите, изпратени в последния ден, може още да са на път.",
    ),
    Reason("queued", "A message is already under way.", "Сообщение уже в очереди.", "Съобщение вече е на път."),
    Reason(
        "task_open",
        "The task “{value}” is open.",
        "Задача «{value}» ещё не закрыта.",
        "Задачата „{value}“ още не е приключена.",
    ),
    Reason(
        "task_late",
        "The task “{value}” is late: first on the work list.",
        "Задача «{value}» просрочена: она первая в списке дел.",
        "Задачата „{value}“ закъснява: тя е първа в списъка със задачи.",
    ),
    Reason(
        "our_side_owes",
        "A firm step waits while our side owes: {value}.",
        "Строгий шаг ждёт, пока мы сами должны клиенту: {value}.",
        "Строгата стъпка чака, докато ние дължим на клиента: {value}.",
    ),
    Reason(
        "spared",
        "“{value}” is spared: the client will very likely pay without it.",
        "Шаг «{value}» отложен: клиент, скорее всего, заплатит и так.",
        "Стъпка „{value}“ се отлага: клиентът най-вероятно ще плати и без нея.",
    ),
    Reason(
        "spare_compared",
        "The forecast would have spared it, but this client is one of those never spared, so that the price of sparing can be measured.",
        "По прогнозу шаг можно было отложить, но этот клиент входит в контрольную группу: ей шаги не откладываются, чтобы измерить цену отсрочки.",
        "По прогнозата стъпката можеше да се отложи, но клиентът е в контролната група: при нея стъпки не се отлагат, за да се измери цената на отлагането.",
    ),
    Reason(
        "stricter_first",
        "Another receivable of the customer stands at a higher level; this joins its next message.",
        "По другому счёту клиента дошли до более строгого шага; этот счёт войдёт в его следующее письмо.",
        "По друга фактура на клиента сме на по-строга стъпка; тази влиза в следващото ѝ писмо.",
    ),
    Reason(
        "wake_up_first",
        "The customer is first approached gently about the older debt.",
        "Сначала мягко напоминаем клиенту о более старом долге.",
        "Първо напомняме меко на клиента за по-старото задължение.",
    ),
    Reason(
        "other_document_first",
        "Another message to this customer goes first: “{value}”.",
        "Сначала уйдёт другое письмо этому клиенту: «{value}».",
        "Първо тръгва друго писмо до този клиент: „{value}“.",
    ),
    Reason(
        "slot_used",
        "The customer has been written to today.",
        "Сегодня клиенту уже писали.",
        "Днес вече сме писали на клиента.",
    ),
    Reason(
        "thanks_first",
        "Today the customer is thanked for a payment.",
        "Сегодня благодарим клиента за оплату.",
        "Днес благодарим на клиента за плащане.",
    ),
    Reason(
        "minimum_gap",
        "The last contact with this person was too recent.",
        "С последнего контакта с этим человеком прошло слишком мало времени.",
        "От последния контакт с този човек е минало твърде малко време.",
    ),
    Reason(
        "cap_reached",
        "This person has been contacted as often as is allowed: {value}.",
        "Достигнуто допустимое число контактов с этим человеком: {value}.",
        "Достигнат е допустимият брой контакти с този човек: {value}.",
    ),
    Reason(
        "person_shared",
        "The same person is contacted today for another customer.",
        "К этому же человеку сегодня обращаемся по счетам другого клиента.",
        "Днес се обръщаме към същия човек за фактури на друг клиент.",
    ),
    # why a step was passed over
    Reason(
        "unknown_then",
        "Its day had passed before the document was known.",
        "День шага прошёл раньше, чем стал известен документ.",
        "Денят на стъпката е минал, преди документът да стане известен.",
    ),
    Reason(
        "day_is_past",
        "What it says is no longer true: its day is past.",
        "Текст шага уже неверен: его день прошёл.",
        "Текстът на стъпката вече не е верен: денят ѝ е минал.",
    ),
    Reason(
        "sent_by_other_means",
        "The document was sent by other means.",
        "Документ отправлен другим способом.",
        "Документът е изпратен по друг начин.",
    ),
    Reason(
        "not_silent",
        "The customer has given a sign of life, or nothing was sent before.",
        "Клиент уже откликнулся, или раньше ему ничего не отправляли.",
        "Клиентът се е обадил или преди това не сме му изпращали нищо.",
    ),
    Reason(
        "no_right_to_stop",
        "Neither contract nor law gives the right to stop work for this customer, or there is no work to stop.",
        "Ни договор, ни закон не дают права приостановить работу для этого клиента, или приостанавливать нечего.",
        "Нито договорът, нито законът дават право да спрем работата за този клиент, или няма какво да се спира.",
    ),
    Reason(
        "work_is_stopped",
        "Work for this customer waits for payment already.",
        "Работа для этого клиента уже ждёт оплаты.",
        "Работата за този клиент вече чака плащане.",
    ),
    Reason("not_bounced", "No message came back.", "Ни одно сообщение не вернулось.", "Няма върнато съобщение."),
    Reason("not_answered", "There was no answer.", "Ответа не было.", "Отговор не е имало."),
    # why a message that was planned is withdrawn
    Reason(
        "changed",
        "What the message says has changed: {value}.",
        "Содержание письма изменилось: {value}.",
        "Съдържанието на писмото се е променило: {value}.",
    ),
    Reason(
        "no_longer_planned",
        "The plan no longer has this message.",
        "По плану это письмо больше не нужно.",
        "По плана това писмо вече не е нужно.",
    ),
    Reason(
        "assumed_contact",
        "Planned as if the customer had a contact (rehearsal only).",
        "План составлен, как если бы у клиента был контакт (только пробный режим).",
        "Планът е съставен, сякаш клиентът има контакт (само в пробен режим).",
    ),
)

CATALOGUE: dict[str, Reason] = {reason.code: reason for reason in _REASONS}
LOCALES = ("en", "ru", "bg")


def parse(text: str) -> Iterator[tuple[str, str]]:
    """(code, value) pairs of a `reasons` text, in order; the value is empty where there is none."""
    for part in filter(None, text.split(SEPARATOR)):
        code, _, value = part.partition("=")
        yield code, value


def sentences(text: str, locale: str) -> list[str]:
    """A `reasons` text as sentences, steps, roles and channels in words; an unknown code is a bug and crashes."""
    return [
        getattr(CATALOGUE[code], locale).format(value=policy_words.word(value, locale)) for code, value in parse(text)
    ]
