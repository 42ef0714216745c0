"""What is said in collection calls, by move and language. The notation is that of `words`.

Moves of the manager come first, then what only clients say. "turn" patterns are matched within one turn.
"""

from __future__ import annotations

MACROS: dict[str, dict[str, str]] = {"ru": {}, "bg": {}, "en": {}}

MOVES: dict[str, dict[str, list[str]]] = {
    "ru": {
        "greeting": [
            "(здравствуйте|здравствуй|добрый день|доброе утро|добрый вечер|день добрый|приветствую|добрый|вечер добрый|утро доброе|привет)"
        ],
        "introduction": [
            "(меня зовут|это|я из|звоню из|беспокоит|вас беспокоит|с вами говорит|говорит|компания|из компании|отдел|на линии|представляю)"
        ],
        "ask_party": [
            "(правильно понимаю|это вы (занимаетесь|отвечаете)|могу услышать|я говорю с)",
            "(я говорю с|с кем (я )?говорю|это вы|верно|правильно|вы (ведь )?(отвечаете|занимаетесь|ведете|курируете|решаете)|кто .. (отвечает|занимается|ведет)|за оплату|за платежи|бухгалтери*|оплатой .. занима*|могу (я )?(услышать|поговорить)|мне нужен|мне нужна|пригласите|соедините|директор|главный бухгалтер)",
        ],
        "confirms": [
            "(да|это я|она самая|он самый|я|слушаю|верно|так точно|конечно|ага|угу|правильно|точно|именно|я самая|я самый|на проводе|у телефона|вы с ним говорите|ну да)"
        ],
        "denies": ["(нет|не я|не туда|ошиблись|не тот|его нет|ее нет|не занимаюсь|не отвечаю|это склад|не работает)"],
        "due": [
            "(срок*|просроч*|должны были|нужно было|надо было|следовало|не позднее|обязаны были|оплату ждали|оплату ждал*|по договору .. дн*|опоздани*|задержк* .. (дн*|недел*)|дней назад|уже недел*|крайн* дат*)"
        ],
        "ask_reason": [
            "(с чем связан*|что случилось|что произошло|в чем (задержка|причина|дело|проблема|сложность)|подскажите .. (что|почему|в чем)|почему|что мешает|расскажите|что там|что с оплатой|как дела с|все ли в порядке|по какой причине|что не так|чем вызван*|что именно|что говорит|а что он|что не устроило|какие сложности|есть (какие-то )?вопросы)"
        ],
        "empathy": [
            "(понимаю|понимаем|жаль|сочувствую|неприятно|бывает|спасибо, что|ясно|понятно|извините|прошу прощения|мне жаль|сожале*|хорошо что сказали|спасибо за|не отвлекаю|услышал*|согласен|согласна|действительно|тяжело|представляю|благодарю)"
        ],
        "brush": [
            "(не волнует|не интересует|без разницы|какая разница|и точка|ваши проблемы|не мои проблемы|мне все равно|не рассказывайте|сказки|отговорк*|хватит оправд*|не надо (мне )?(рассказывать|сказок)|надо было|это отговорки|меня это не|слышали уже|да какая разница|плевать|ничего не знаю|не мое дело|система так показывает|у меня .. и точка)"
        ],
        "offer": [
            "(если .. убрать|можно через|можно (картой|отделен*|по ссылке)|в два захода|два платежа|подойдет|выслать ему|уточню у)",
            "(давайте|могу|можем|могли бы мы|предлагаю|предлагаем|предложить|вариант*|разделить|разбить|частями|рассрочк*|перешлю|пришлю|отправляю|вышлю|направлю|отправила|отправил|перенесем|подождем|оформлю|оформим|заморозим|приостанов*|не требуем|может (ей|ему|вам|быть)?|через мобильный|по qr|удобнее|или завтра|или письмом|вам удобно|удобнее|частично|хотите|оплатить картой|по ссылке|перезвоню вам|сверку сделаем|проверю .. и|передам .. (сервис|инженер|руковод*|отдел*)|созвониться|другой способ|часть сейчас)",
        ],
        "ask_date": [
            "(на какое число рассчитывать|когда именно ждать|в первой половине|к какому дню)",
            "(какого числа|какое число|какую дату|назовите .. (дату|число|день)|когда .. (оплат*|заплат*|плат*|деньг*|провед*|перев*|закро*|сможете|могли|ждать|ожидать|поступ*|получится|рассчита*|перечисл*)|деньги когда|число назовите|дату (оплаты|платежа|назовите|скажите)|к какому числу|в какой день|на какое число|до какого числа|какой датой|получится .. (сегодня|завтра|на этой)|назовите одно число|сегодня или завтра|на какую дату|точную дату|конкретную дату|когда именно|когда ориентировочно|когда планируете)",
        ],
        "ask_talk": ["(когда .. (обсудить|поговорить|перезвонить|набрать|связаться|удобно|созвон*))"],
        "next_step": [
            "(позвоню|перезвоню|набираю|наберу|перезваниваю|позвонят|позвонит|свяжусь|напишу|пришлю|вышлю|отправлю|проверю|сверюсь|жду|ждем|фиксирую|записала|записал|договорились|подытожу|итого|значит|тогда|подтвержд*|направлю|оплата|платеж|звоню|передам|зафиксир*|до связи|созвонимся|увижу|подготовлю|сделаю|буду ждать|отмечу)"
        ],
        "time": [
            "(\\d{1,2}:\\d\\d|в (два|три|четыре|пять|шесть|час|десять|одиннадцать|двенадцать|девять|восемь|семь)|до (обеда|вечера|шести|пяти|конца дня|трех|четырех|двух|часа)|после (обеда|двух|трех|десяти|совещания)|утром|вечером|через (час|полчаса|минут*|пять минут|десять минут)|сегодня|завтра|ноль-ноль|прямо сейчас|сейчас|в течение (часа|дня))"
        ],
        "rude": [
            "(конь в пальто|почку продай|детский сад|шерсти клок|какое дело)",
            "(торчите|торчишь|совесть|обнаглели|врете|врешь|хамы|хамло|наглые|идиот*|дурак*|дура|тупые|тупой|тупая|козл*|урод*|жулик*|мошенник*|воры|вор|воруете|бездельник*|лапшу|заткнитесь|рот закрой|меня это не волнует|мне плевать|сами напросились|какая разница кто|не надо было заказывать|безответственн*|позорище|нищеброд*|слышь|чего ты|достали|надоели|хватит врать|да пошли|смешно слушать|детский сад|как ребенок|сказки)",
        ],
        "threat": [
            "(всей бригадой|пожалеете|расскажу|позвоню вашему|почку)",
            "(по судам|подадим в суд|в суд подам|засудим|поедете по|репутаци*|всем .. (расска*|нашим)|расскажу .. (партнер*|поставщик*|клиент*)|приедем|приедут|коллектор*|черный список|последнее предупреждение|пожалеете|иначе ще|отключим|стоп-отгрузк*|предоплат* навсегда|лишим|уголовн*|сообщу .. (начальств*|жене|директор*|всем)|опозор*|найдем|ославим|придется плохо|ни один поставщик|прокуратур*|будете работать только|наложим|арест*|приставы|заблокируем|разнесу|выложу|в соцсет*|а то .. (хуже|плохо))",
        ],
        "rejects": ["не (нужн*|надо|поможет|подходит|интересн*) .. (рассрочк*|мне|это|частями|нам)"],
        "promise_client": [
            "(смогу|сможем|проведу|оплачу|оплатим|переведу|заплачу|заплатим|попадем|отправлю|сделаю|закроем|проведем|уйдет|перечислим|готовы|погасим|отдадим|внесу)"
        ],
        "own_action": [
            "(скину|скинем|пришлю|пришлем|отправлю|вышлю|перешлю|передам|напишу|перезвоню|сообщу|сделаю|проверю|подтвержу|направлю|дам знать|отсканирую)"
        ],
        "voicemail": [
            "(гудки|автоответчик|голосов* почт*|оставьте сообщени*|после сигнала|абонент|недоступен|не слышу|прерывается|не отвечает|сигнал|сброс|вне зоны|занято|тишина|обрыв)"
        ],
        "no_money": [
            "(денег нет|нет денег|денег сейчас нет|касса пуст*|пусто на счет*|на счету пусто|нет средств|не на что|кассовый разрыв|пустая касса|сами без денег|счет заблокирован|счета арестован*|заблокирован*|не сезон|выручки нет|продаж нет|мертвый сезон|в минусе|туго|не тянем|тяжело|нечем платить|зарплат*|кризис|просадк* .. продаж*|просели|сложный период|трудност*|деньгами плохо|с деньгами)"
        ],
        "approval": [
            "(на подпис*|подпис*|согласован*|утвержд*|финдир*|директор* .. (не|в отпуск*|в командировк*|подпи*|нет)|у руководства|реестр*|виза|визир*|казначейств*|ждем директора|не одобр*|бюджет не|на рассмотрени*|у шефа|шеф .. (не|в)|лежит у|в папке)"
        ],
        "dispute": [
            "(не запуска*|брак*|бит*|не работа*|сломан*|не привезли|не довезли|недостач*|не те|переделаете|дефект*|качеств*|недопостав*|не поставили|не хватает|повредил*|рекламаци*|претензи*|протекает|поцарапан*|не доехал*|не приехал*|неправильн* сумм*|сумма не|лишн* .. выстав*|дважды|двойн* ндс|не заказывали|не то привезли|не соответств*|акт не подпи*|замечани*|перепутали|недовоз*|криво|пересорт*|половин* не|меньше)"
        ],
        "lost": [
            "(не видел*|не получал*|не приходил*|спам*|потерял*|не дошел|не пришел|нет такого счета|не вижу|счета нет|не доходил*|счет не|в почте нет|вышлите (еще раз|заново|счет)|какой счет|первый раз слышу про счет)"
        ],
        "client_not_paid": [
            "(генподряд*|заказчик*|клиент* .. не|покупател* .. (тян*|не)|нам не заплат*|нам .. не перечисл*|не перечислил* нам|не рассчитал*|управляющ* компани*|нам не плат*|сами жд*|ждем оплат*|ждем деньг*|бюджетн*|подрядчик*|от контрагент*|сети .. не|нам должны|субсиди*|дебитор*)"
        ],
        "wrong_person": [
            "(не туда|это склад|ошиблись|не тот|я не занимаюсь|не отвечаю|не работает|уволил*|не ко мне|нет такого|нет таких|частн* номер|вы куда|номер мой|другой отдел|я охранник|я секретарь|не бухгалтерия|соединили|я не)"
        ],
        "busy": [
            "(совещани*|не могу сейчас|неудобно|занят*|не сейчас|перезвоните|за рулем|на встрече|убегаю|некогда|не вовремя|на переговорах|позже|потом|минуты нет|у врача|на объекте)"
        ],
        "terms": [
            "(отсрочк*|по договору|допсоглашени*|цен* .. (выше|не|друг*|завыш*|дорог*)|наценк*|тариф*|пени|неустойк*|условия*|скидк*|прайс*|подорожал*|по другой цене|доплат*|повысили|комисси*|надбавк*|процент* .. (выше|накрут*)|в договоре)"
        ],
        "technical": [
            "(банк (лег|лежит|не пускает)|клиент-банк .. не|не пускает|второй день)",
            "(банк-клиент|банк клиент|клиент-банк|токен|не проходит|не грузится|приложени*|сбой|карта не|терминал|интернет|электричеств*|свет* нет|эцп|ссылка не|страница .. не|пароль|банк .. (не|завис*|обновл*|вернул|отклонил|лежит)|лимит*|реквизиты неверн*|вернулся платеж|платеж вернул*|отклонен|ошибк* .. (бик|реквизит*|счет*)|программа .. не|1с)",
        ],
        "paid": [
            "(оплатили|оплатил|оплачено|оплачен|заплатили|перевели|перечислили|платеж ушел|деньги ушли|провели|оплатила|закрыли|уже платили|платили)"
        ],
        "refuse": [
            "(не буду .. платить|платить .. не буд*|не заплат*|платить не|не собира* платить|никогда|отказыва*|не будем платить|ничего не заплат*|вам платить не|ни копейки|разговор окончен|не дождетесь)"
        ],
    },
    "bg": {
        "greeting": ["(здравейте|добър ден|добро утро|добър вечер|здравей|привет|добър ви ден|приятен ден)"],
        "introduction": ["(казвам се|аз съм|съм от|обаждам се от|от|ви се обажда|на телефона|екип|отдел|фирма)"],
        "ask_party": [
            "(правилно ли (разбирам|съм разбрал*)|с .. ли (говоря|разговарям)|вие ли (сте|отговаряте))",
            "(с .. (ли говоря|ли разговарям)|ли говоря|говоря ли|вие ли|ти ли си|вие сте|вие водите|вие отговаряте|отговаряте ли|кой .. (отговаря|плаща|се занимава)|нали|ли е|мога ли да говоря|търся|свържете ме|ли отговаря|ли сте|ли е на телефона|нали така)",
        ],
        "confirms": [
            "(да|аз съм|аз|същата|същият|на телефона|точно|така е|слушам|кажете|аха|вярно|именно|разбира се|на линия|с мен)"
        ],
        "denies": ["(не|няма такъв|няма такава|грешка|грешен|не съм|сбъркали|няма го|няма я|отсъства)"],
        "due": [
            "(падеж*|срок*|просроч*|закъсня*|трябваше да|дни закъснение|беше дължим*|забава|изтече|изтекъл|дължим*)"
        ],
        "ask_reason": [
            "(какво се случи|какво стана|какво пречи|защо|каква е причината|на какво се дължи|как стоят|какъв е проблемът|кажете ми|разкажете|как го виждате|стигна ли|какво има|от какво идва|какво точно|какво не|на кого|от кой ред|има ли проблем|какво затруднява|какво .. забави)"
        ],
        "empathy": [
            "(разбирам|съжалявам|неприятно|ясно|благодаря .. (че|за)|извинете|извинявайте|случва се|знам|прав сте|права сте|може да сте прав|моите извинения|жалко|съчувствам|наистина|добре, че|успех)"
        ],
        "brush": [
            "(не ме интересува|не ме занимавай*|все ми е едно|разправяйте|ваш проблем|ваши проблеми|не е мой проблем|само дата|само за минутка|оправдания|измислици|баба си|приказки|и толкова|не ме засяга|чувал* съм|знам ги тия|няма значение|какво ми|не е моя работа|като ми казвате)"
        ],
        "offer": [
            "(ако (махн*|свал*)|може от клон|може и|две (части|вноски)|да (му|и|ви) (изпратя|пратя) ли|ще ви я пратя|да направим)",
            "(предлагам*|може ли да|можем да|да го раздробим|разсроч*|на части|вноски|да пратя|да изпратя|да ви пратя|ще ви препратя|препратя|пратих|ще я препратя|бих могъл|мога да|ще проверя|ще го проверя|кредитно известие|корекция|ще издадем|да ви звънна|или в|или утре|вариант*|друг начин|линк|по телефона ли|да отложим|да изчакаме|спрем напомнянията|замразим|с карта|задържим|предложа|част от сумата|някаква част|искате ли|звънете ми|рекламаци*)",
        ],
        "ask_date": [
            "(по кое време|за коя дата|кога ще успеете|кога ще можеш)",
            "(на коя дата|коя дата|каква дата|към коя дата|кога .. (плат*|превод*|превед*|пусн*|очаква*|плащ*|парите|сумата|да ги|бихте|ще стане|нареди*|ще я|ще го|мога да очаквам)|дата и час|дата ми кажете|кой ден|до кога|до коя дата|казвай дата|посочете дата|конкретна дата|за кога|точна дата)",
            "кога",
        ],
        "ask_talk": [
            "(кога .. (се връща|да звънна|да се чуем|удобно|тръгват|е на|ще е там|да ви потърся|се прибира|ще имате достъп))"
        ],
        "next_step": [
            "(ще ви звънна|звъня|ви звъня|ще звънна|ще се обадя|ви се обаждам|ще пратя|ще ви пратя|ще изпратя|ще проверя|проверявам|записах|записвам|разбрахме се|значи|чуваме се|потвърждение|очаквам|ще пиша|ще ви пиша|ще следя|ще изтрия|ще премахна|ще коригирам|ще оправя|ще предам|ще уточня|уточняваме|ще бъде направено|пращам|разчитам|обаждам с|звънете|утре|до .. ви)"
        ],
        "time": [
            "(\\d{1,2}:\\d\\d|след два|след обяд|преди обяд|следобед|до обяд|до шест|до пет|в пет|в девет|в десет|сутринта|вечерта|днес|утре|веднага|до края на деня|след малко|до един час|до час|сега|началото на|след час)"
        ],
        "rude": [
            "(баба яга|бъбрек*|като деца|тъпак*|не ми пука)",
            "(нагли|нагъл|нагла|нахал*|лъжете|лъжец|лъжци|идиот*|тъпак*|тъпи|глупак*|охлюви|баба си|за ухото|мошени*|крадци|крадете|безделни*|мързелив*|срам нямате|не ме занимавай|боклуц*|простак*|шегувате ли се|абе|бе човек|стига лъжи|айде стига|некадърн*|измамни*|като деца|малки деца|ясно ли е|къде са парите)",
        ],
        "threat": [
            "(идваме с|ще съжалява*|ще се обадя на (възложител*|клиент*|шеф*|жен*)|бъбрек*)",
            "(съд|съда|ще съжалявате|пусна човек|пред служителите|ще разкажа|ще кажа на всички|чси|съдия-изпълнител|черен списък|репутаци*|иначе ще|ще спрем|спирам ви|в пет и една|ще ви намер*|ще дойда|последно предупрежд*|ще пожалите|на място да ви|ще разберат|излож*|колектор*|прокуратура*|полици*|запор*|накарай|ще го публик*|всички ще|ще ви се стъжни|тогава ще видите)",
        ],
        "rejects": ["(не ми трябва|не ни трябва|не искам|няма да помогне)"],
        "promise_client": [
            "(ще платя|ще платим|плащам|пускам|ще пусна|ще я пусна|ще я включа|ви оправям|ще преведа|превеждам|нареждам|мога|ще наредя|ще бъде|ще е пусната|ще ги|го пускам|ще ви|плащаме|давам)"
        ],
        "own_action": [
            "(ще пратя|пращам|ще изпратя|пращам я|ще проверя|ще питам|ще се обадя|ще ви кажа|ще ви пратя|ще пиша|ще потвърдя|ще сканирам)"
        ],
        "voicemail": [
            "(гласова* поща|гласовата поща|сигнал*|оставете съобщение|съобщението е записано|няма връзка|не ви чувам|прекъсва|абонат*|недостъпен|изключен|заето|свободно|телефонен секретар|тишина)"
        ],
        "no_money": [
            "(няма пари|нямам пари|нямаме пари|без пари|празна каса|нямаме средства|сметката .. (запорирана|празна|блокирана)|мъртв*|няма оборот|зимата|сезонът|нямам откъде|нямаме откъде|зле сме|затрудн*|криза|не стигат|парите ги няма|свършиха|заплати*|на червено|без приходи|трудно|стегнати|на сухо|ликвидност)"
        ],
        "approval": [
            "(подпис*|одобр*|управителят .. (не|го)|прокурист*|директор* .. (не|го няма|в)|шефът|шефа|съгласув*|чака .. (подпис|одобрение|виза)|собственик* .. (не|го)|централата|виза|ръководството .. (не|разглежда))"
        ],
        "dispute": [
            "(два пъти|грешн*|дефект*|счупен*|не е доставен*|не сте доставили|липсва*|не дойде|не работи|рекламаци*|качество*|не съм получил* стока*|повреден*|бракувани|брак|не отговаря|друга стока|недостиг*|начислено|надписа*|не сме поръчвали|сгрешен*|не сме получили|не пристигна|протича|крив|забележки|половината)"
        ],
        "lost": [
            "(не съм я виждал*|няма я|не съм получавал*|не сме получавали|не е идвала|не е пристигнала|не я намирам|загуб*|спам*|не съм я получил*|не сме я получили|в папката|не я виждам|първи път чувам за|пратете я пак|коя фактура|нямам такава фактура|няма такава фактура)"
        ],
        "client_not_paid": [
            "(възложител*|клиент* .. (не|ни|бави)|не са ни плат*|не ни е превел|не ни превежда*|чакаме .. (пари|превод|плащане|от)|бавят ни|на нас ни|субсиди*|борсата|общината|инвеститор*|главния изпълнител|на нас не ни|не ни плащат)"
        ],
        "wrong_person": [
            "(няма такъв|няма такава|грешка|грешен номер|частен номер|не е тук|не съм аз|сбъркали|друг отдел|не отговарям|не се занимавам|напусна|вече не работи|тука е склад|склада|не сте на правилн*|аз съм охран*|това е магазин*)"
        ],
        "busy": [
            "(не мога сега|на строежа|в среща|на среща|зает*|нямам време|звънете по-късно|карам|шофирам|не ми е удобно|не сега|бързам|в болница|после|по-късно|на път съм|имам клиенти|имам хора)"
        ],
        "terms": [
            "(цената|цена|рамковия|рамков договор|по договор|процента над|отстъпка|условия*|такса*|лихва|неустойка|по-скъпо|оскъпи*|поскъпна*|надценка|отложено|дни срок|уговорката|анекс|тарифа|офертата .. (беше|пише))"
        ],
        "technical": [
            "(банкиране*|не работи системата|токен*|картата не|сайт*|грешка в|електронен подпис|сменят ни подпис*|банката .. (не|върна|отхвърли|ми)|достъп|няма ток|токът спря|интернет*|системата|приложение*|пин|парола|линкът не|не минава|отхвърлен|върнат превод|iban .. (греш*|не))"
        ],
        "paid": [
            "(платихме|платих|платена|платено|преведох|преведохме|наредих|наредихме|пуснахме|преведена|уредихме|минала е|преведено)"
        ],
        "refuse": [
            "(няма да плащам*|няма да платя|не плащам|отказвам*|няма да ви платя|нищо няма да|решение на собственика|няма да я платя|няма да платим|отказваме)"
        ],
    },
    "en": {
        "greeting": ["(hello|hi|good morning|good afternoon|good evening|morning|afternoon|evening|hiya|hey|good day)"],
        "introduction": [
            "(this is|my name is|my name's|i'm|it's|from|at|here|calling from|ringing from|speaking|with|of|on behalf of)"
        ],
        "ask_party": [
            "(am i right|am i talking to|could i speak to|do you (deal with|handle|look after)|is that)",
            "(am i speaking|is that|is this|speaking with|speak to|speak with|may i speak|could i speak|are you the|you deal|you handle|you're the|you look after|you do the payments|responsible|who .. (handles|deals|looks after|pays|would be)|right person|in charge|authorise|accounts payable|could i talk|do i have|have i reached|you manage)",
        ],
        "confirms": [
            "(yes|yeah|yep|speaking|it is|you are|i am|i do|that's me|correct|that's right|this is|sure|for my sins|right|uh huh|indeed|the very same|that would be me|she is|he is|one and the same|aye)"
        ],
        "denies": [
            "(no|not me|wrong number|isn't here|not here|she's not|he's not|nope|there's no|never heard|don't work|doesn't work|left the company)"
        ],
        "due": [
            "(due|overdue|late|past due|outstanding since|should have been paid|days over|weeks over|was payable|payment date was|deadline was|terms were)"
        ],
        "ask_reason": [
            "(what happened|how are things|what's holding|what is holding|what's the (reason|delay|problem|issue|matter|hold-up|hold up)|why|is there (something|a problem|an issue|anything)|what seems|tell me|was it|what's going on|what went wrong|can i ask what|could you explain|which .. missing|what do they need|has something|anything wrong|what's behind|have they given you|is the .. certified|i can see it bounced|anything i should know|what's stopping|what did you agree)"
        ],
        "empathy": [
            "(sorry to hear|i understand|understood|i see|i appreciate|that's tough|thank you for telling|thanks for telling|thanks for letting|i'm sorry|sorry about|fair question|fair enough|i know the type|ouch|that's frustrating|no problem|appreciate you|thanks for spotting|that must be|sounds|makes sense|i hear you|apologies|thank you for|puts you in a|fair point|oh dear|sorry to trouble|of course|not at all|great)"
        ],
        "brush": [
            "(boo hoo|not my problem|don't care|do not care|whatever|heard it all before|excuses|i've heard|so what|that's your problem|not interested in|spare me|cry me a river|just pay|nothing to do with me|well it's in our|our price list|tough luck|save it|not my concern|that's not my|no excuse|blah|makes no difference to me|the system says)"
        ],
        "offer": [
            "(if i (take|took)|you could|two payments|would that do|shall we|i could send|would it help)",
            "(i can|we can|could i|can i send|shall i|i could|we could|would splitting|split|instalments|payment plan|part payment|i'll email it|i'll resend|i'll send|resend|put .. on hold|raise a claim|if i moved|would it help|would .. suit|how about|what if|or would she|or tomorrow|or would|i can raise|a different way|by card|pay by card|link|direct line|some now|half now|option|would you prefer|i'll mark|pay the .. then|let me read|another time|call back|extension|extra week|i'll ask)",
        ],
        "ask_date": [
            "(what time should|when should i|when could you)",
            "(when (can|will|are|could|would|do|should|might|is) .. (pay*|paid|payment|settle*|transfer*|expect|send|clear*|money|it|that)|what (date|day)|which (day|date)|on which day|on what date|by when|what day can|date could you|date would|date can|when are you|when you|when can we expect|when will|specific date|exact date|give me a date|name a date|a firm date|when exactly|how soon|what date|when's)",
        ],
        "ask_talk": [
            "(when .. (call back|ring back|speak|talk|try again|reach|be free|good time|available|be in|back))"
        ],
        "next_step": [
            "(i'll|i will|we'll|you'll|let's|so that's|so it's|to confirm|confirm|ring|call|email|drop you|look out|expect|send|payment on|check|from me now|word from|diary|note|written down|speak|letter|follow up|it is|make a note|in touch|i've got|chase)"
        ],
        "time": [
            "(\\d{1,2}:\\d\\d|\\d{1,2} (am|pm|o'clock)|\\d{1,2}(am|pm)|at (one|two|three|four|five|nine|ten|eleven|twelve|noon|quarter|half)|before noon|by noon|by (five|six|four|three|two|lunch)|this (morning|afternoon|evening)|today|tomorrow|within the hour|in (ten|five|an hour|twenty|thirty) .. (minutes|hour)?|right now|now|after lunch|end of day|that evening|first thing|in an hour)"
        ],
        "rude": [
            "(father christmas|kidney|like a nursery|clown|not my problem)",
            "(stealing|boo hoo|thieves|thief|liar*|lying|idiot*|stupid|ridiculous excuse|pathetic|shut up|big mistake mate|scumbag*|crook*|deadbeat*|whatever|useless|moron*|clown*|rubbish|disgrace|shame on you|cheapskate*|grow up|don't be silly|are you deaf|ripping us off|joke of a|lazy|incompetent|charming|muppet*|bloody)",
        ],
        "threat": [
            "(coming round|you'll regret|you will regret|phone your (client|boss|wife)|tell them how|kidney)",
            "(landlord|your wife|your husband|your boss|court|bailiff*|debt collector*|cutting your access|cut you off|cut off your|or else|otherwise i'm|otherwise we|last chance|final warning|ruin|blacklist|credit rating|tell everyone|tell your|come round|round your|be round|telling every|tell every|come to your|consequences|regret|legal action|report you|name and shame|expose|solicitor*|no discussion|turn up at|make sure everyone|sue|your customers|your family|put it online|going to pay for this|watch what happens)",
        ],
        "rejects": ["(don't need|doesn't help|that won't help|not what i asked|i have not signed|no use to)"],
        "promise_client": [
            "(i'll pay|we'll pay|will pay|i can pay|can do|could do|i'll do|we pay|you'll have it|will be paid|i'll transfer|i'll send it|get it paid|i'll sort|can manage|we'll do|i'll put|it'll go|will go|i'll get|i could manage|pay you)"
        ],
        "own_action": [
            "(you'll have it|i'll send|i'll email|i'll tell you|i'll let you know|i'll forward|i'll scan|i'll check|i'll get back|we'll send|i'll pass|i'll ask|i'll find out|i'll confirm|i'll call)"
        ],
        "voicemail": [
            "(voicemail|leave a message|after the tone|beep|message has been saved|not available|cannot take your call|can't take your call|breaking up|can't hear|no answer|dial tone|line went dead|disconnected|mailbox|person you are calling|engaged tone|ringing out)"
        ],
        "no_money": [
            "(account's empty|account is empty|haven't a bean|nothing coming in|money's tight|haven't got that much)",
            "(skint|nothing in the bank|nothing in the till|no money|haven't got the money|don't have the money|broke|cash flow|cashflow|cash is tight|froze the overdraft|overdraft|nothing in the account|account is empty|can't afford|money's tight|strapped|quiet month|killed us|no cash|hard up|struggling|short this month|not got it|can't pay|tight|slow season|in the red|no funds|payroll|bills are)",
        ],
        "approval": [
            "(with the (finance director|fd|director|boss|manager)|on .. desk|waiting for .. signature)",
            "(budget holder|countersign*|sign anything|approv*|sign off|sign-off|signed off|signature|authoris*|authoriz*|waiting with|director .. (away|sign|not)|boss .. (sign|away|approve)|on someone's desk|on his desk|on her desk|head office|committee|counter-sign|awaiting|po reference|pending with|second signatory|payment run .. approve)",
        ],
        "dispute": [
            "(never showed|didn't arrive|never arrived|missing|faulty|broken|damaged|wrong item*|wrong amount|not delivered|short delivery|leak*|not working|doesn't work|quality|cracked|defect*|incomplete|never turned up|didn't turn up|duplicate*|overcharged|charged twice|didn't order|never ordered|wrong quantity|half of it|wasn't finished|not finished|not as described|isn't right|wrong size|wrong colour|scratched|returned it|sent it back|of my twelve)"
        ],
        "lost": [
            "(never seen it|never saw|haven't seen|didn't get|never got|haven't received|never received|not received|didn't receive|lost|spam|can't find|no record of|what invoice|which invoice|are you sure you sent|haven't got it|not in my inbox|doesn't ring a bell|nothing here|no trace|resend it|not on the system)"
        ],
        "client_not_paid": [
            "(main contractor|client hasn't|client has not|customer hasn't|our client|our customer|haven't paid us|hasn't paid us|not paid us|waiting on .. (payment|contractor|client|customer|insurer|council)|waiting to be paid|waiting for .. (client|customer|payment from|council|grant)|owed money|insurer|the council|grant|they just sit on it|end client|get paid first|paid ourselves)"
        ],
        "wrong_person": [
            "(shop floor|wrong number|wrong person|not me|wrong department|left the company|doesn't work here|no longer|isn't here|private number|never heard of|don't deal with|do not deal|i'm just the|reception|warehouse|not my department|you want|that'd be|moved on|different company|i only)"
        ],
        "busy": [
            "(meeting|busy|driving|can't talk|can't look|not a good time|bad time|in the middle of|call me later|call back later|call later|ring later|about to|on the other line|with a client|with a customer|rushed off|no time|catch me|boarding|running into|try me)"
        ],
        "terms": [
            "(surcharge|price|contract says|terms|rate|discount|fee|never agreed|payment terms|sixty days|ninety days|thirty days|price list|too expensive|interest|quoted|put up|went up|increase|late charge|not what we agreed|clause|base fee|renewal|auto-renew*)"
        ],
        "technical": [
            "(rejected it|iban|bank app|portal|system is down|systems are down|card declined|declined|bounced|website|link .. (doesn't|broken|not|didn't)|power cut|no power|internet|server|token|locked out|card reader|login|password|payment page|page .. (crash*|froze|error|won't)|bank .. (down|rejected|refused|blocked|won't)|online banking|error message|check digit|timed out|two-factor)"
        ],
        "paid": [
            "(was paid|already paid|paid it|paid that|paid this|paid yesterday|it's been paid|has been paid|we paid|i paid|went out|sent it yesterday|transferred it|that was paid|been settled|settled that)"
        ],
        "refuse": [
            "(not paying|won't pay|will not pay|refuse|never paying|not going to pay|no intention|not a penny|not getting|call is over|not giving you|you won't get|we're not paying)"
        ],
    },
}
