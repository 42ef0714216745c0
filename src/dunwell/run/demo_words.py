"""The words of which the demo's names and invoices are made, by language."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """People's names of one gender in one language; `form` says in which order a list writes them."""

    form: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    middle: tuple[str, ...] = ("",)


def untitled(name: str) -> str:
    return re.sub(r"^M[rs] ", "", name)


_RU_FAMILY = "Орлов Соколов Кузнецов Лебедев Морозов Волков Зайцев Павлов Семёнов Голубев Виноградов Богданов Воробьёв Фёдоров Белов Тарасов Никитин Фролов Калинин Гусев".split()
_BG_FAMILY = "Петров Георгиев Димитров Стоянов Николов Ангелов Тодоров Илиев Василев Колев Маринов Попов Христов Атанасов Младенов Ковачев Бончев Генов".split()
_EN_FAMILY = tuple(
    "Harper Ashworth Whitfield Carter Doyle Bennett Lindqvist Fairley Novak Keller Brandt Moreau Visser Jansen Okafor Hughes Sinclair Murphy".split()
)

NAMES = {
    "ru": (
        Names("{family} {given} {middle}", tuple("Анна Елена Ольга Наталья Мария Ирина Татьяна Светлана Юлия Екатерина".split()),
              tuple(f"{one}а" for one in _RU_FAMILY), ("Сергеевна", "Андреевна", "Викторовна")),
        Names("{family} {given} {middle}", tuple("Алексей Дмитрий Сергей Андрей Михаил Иван Павел Николай Артём Виктор".split()),
              tuple(_RU_FAMILY), ("Сергеевич", "Андреевич", "Викторович")),
    ),
    "bg": (
        Names("{given} {family}", tuple("Мария Елена Десислава Ивана Петя Теодора Цветелина Радостина Гергана Николета".split()),
              tuple(f"{one}а" for one in _BG_FAMILY)),
        Names("{given} {family}", tuple("Георги Иван Димитър Николай Петър Стефан Калоян Борис Пламен Мартин".split()), tuple(_BG_FAMILY)),
    ),
    "en": (
        Names("Ms {given} {family}", tuple("Emma Olivia Charlotte Hannah Sophie Grace Laura Ingrid Claire Nora".split()), _EN_FAMILY),
        Names("Mr {given} {family}", tuple("James Oliver Thomas Daniel Henrik Lucas Martin Owen Peter Simon".split()), _EN_FAMILY),
    ),
}  # fmt: skip
ROLES = {
    "ru": {
        "requester": "заказчик",
        "payable": "бухгалтер",
        "manager": "руководитель",
        "finance": "финансовый директор",
        "director": "генеральный директор",
    },
    "bg": {
        "requester": "възложител",
        "payable": "счетоводител",
        "manager": "ръководител",
        "finance": "финансов директор",
        "director": "управител",
    },
    "en": {
        "requester": "buyer",
        "payable": "accounts payable",
        "manager": "manager",
        "finance": "CFO",
        "director": "managing director",
    },
}
FIRMS = {
    "ru": tuple("Северный Янтарный Речной Тихий Солнечный Лесной Озёрный Полевой Старый Медный Ясный Вечерний".split()),
    "bg": tuple("Балкан Тракия Родопи Витоша Дунав Марица Странджа Пирин Камчия Росица Янтра Загоре".split()),
    "en": tuple(
        "Ashford Bramley Copperfield Dunmore Elmwood Fernhill Greyfriars Hollowell Kingsbrook Larkfield Meadowbank Northgate".split()
    ),
}
TRADES = {
    "ru": tuple(f" {one}" for one in "двор|берег|мост|парк|дом|квартал|маршрут|сад|причал|ключ".split("|")),
    "bg": tuple(f" {one}" for one in "Трейд|Консулт|Мебел|Текстил|Агро|Логистик|Тур|Имоти|Прес|Строй".split("|")),
    "en": tuple(
        f" {one}"
        for one in "Interiors|Publishing|Foods|Textiles|Travel|Ceramics|Logistics|Gardens|Films|Bakery".split("|")
    ),
}
FORMS = {
    "RU": ("ООО «{}»", "ООО «{}»", "АО «{}»"),
    "BG": ("{} ООД", "{} ЕООД", "{} АД"),
    "GB": ("{} Ltd", "{} Ltd", "{} LLP"),
    "DE": ("{} GmbH",),
    "NL": ("{} B.V.",),
    "IE": ("{} Ltd",),
}
COUNTRIES = {
    "ru": (("RU", 88), ("BG", 7), ("DE", 5)),
    "bg": (("BG", 100),),
    "en": (("GB", 45), ("DE", 20), ("NL", 15), ("IE", 20)),
}
# No subscriber's number begins so in these places; the British range is Ofcom's for drama.
PHONES = {
    "BG": "+35920000",
    "RU": "+74950000",
    "GB": "+442079460",
    "DE": "+493023125",
    "NL": "+3120000",
    "IE": "+3531000",
}
STREETS = {
    "BG": (
        "София, ул. „Раковски“ {}",
        "Пловдив, бул. „Шести септември“ {}",
        "Варна, ул. „Преслав“ {}",
        "Бургас, ул. „Александровска“ {}",
    ),
    "RU": (
        "Москва, ул. Лесная, д. {}",
        "Санкт-Петербург, Литейный пр., д. {}",
        "Казань, ул. Баумана, д. {}",
        "Тверь, ул. Советская, д. {}",
    ),
    "GB": ("{} Station Road, Leeds", "{} Mill Lane, Bristol", "{} High Street, London"),
    "DE": ("Gartenstrasse {}, Berlin", "Hafenweg {}, Hamburg"),
    "NL": ("Prinsenkade {}, Breda", "Havenstraat {}, Utrecht"),
    "IE": ("{} Quay Street, Galway", "{} Merchant Road, Dublin"),
}
SEGMENTS = ("retail", "services", "manufacturing")
WORKS = {
    "ru": (
        "дизайн каталога",
        "печать буклетов",
        "поддержка сайта",
        "вёрстка меню",
        "съёмка продукции",
        "дизайн упаковки",
    ),
    "bg": (
        "дизайн на каталог",
        "печат на брошури",
        "поддръжка на сайт",
        "предпечат на меню",
        "снимки на продукти",
        "дизайн на опаковка",
    ),
    "en": (
        "catalogue design",
        "printing of brochures",
        "website care",
        "menu typesetting",
        "product photographs",
        "packaging design",
    ),
}
REMITTANCE = {
    "bg": ("плащане по ф-ра {}", "фактура {}", "ф-ра № {}"),
    "ru": ("Оплата по счёту {}", "счёт № {}"),
    "en": ("invoice {}", "Inv. {} thank you", "payment of invoice {}"),
}
LATIN = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
        "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y  e yu ya e".split(" "),
        strict=True,
    )
)
