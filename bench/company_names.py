"""Plausible names of organisations that do not exist, from a seed: what a chamber's list of members looks like."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pypinyin import lazy_pinyin

from bot.common.text import fold
from bot.partners.records import Name

FAMILIES = [
    "Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Koch",
    "Bauer", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger", "Hofmann",
    "Hartmann", "Lange", "Krause", "Meier", "Lehmann", "Köhler", "Herrmann", "König", "Walter", "Huber", "Kaiser",
    "Fuchs", "Peters", "Scholz", "Möller", "Weiß", "Jung", "Hahn", "Vogel", "Friedrich", "Keller", "Günther", "Frank",
    "Berger", "Winkler", "Roth", "Beck", "Lorenz", "Baumann", "Franke", "Albrecht", "Schuster", "Simon", "Ludwig",
    "Böhm", "Winter", "Kraus", "Schumacher", "Krämer", "Vogt", "Stein", "Jäger", "Sommer", "Groß", "Seidel", "Brandt",
    "Haas", "Schreiber", "Graf", "Dietrich", "Ziegler", "Kuhn", "Kühn", "Pohl", "Engel", "Horn", "Busch", "Bergmann",
    "Voigt", "Sauer", "Arnold", "Pfeiffer", "Nowak", "Kowalski", "Grabowski", "Szymanski", "Yilmaz", "Özdemir",
    "Dombrowski", "Steinbrink", "Overbeck", "Niehaus", "Terhorst",
]  # fmt: skip
SURNAMES = [
    "Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans", "Walker", "Roberts", "Hughes", "Edwards", "Hall", "Wood",
    "Harris", "Clark", "Turner", "Cooper", "Ward", "Bennett", "Fletcher", "Hargreaves", "Whitaker", "Ashworth",
    "Pemberton", "Holloway", "Lockwood", "Radcliffe", "Thornton", "Barlow", "Sutcliffe",
]  # fmt: skip
TOWNS = [
    "Herne", "Bochum", "Witten", "Hattingen", "Dortmund", "Essen", "Gelsenkirchen", "Recklinghausen", "Castrop",
    "Herten", "Oberhausen", "Mülheim", "Unna", "Hagen", "Hamm", "Lünen", "Marl", "Bottrop", "Duisburg", "Krefeld",
    "Düsseldorf", "Köln", "Wuppertal", "Solingen", "Iserlohn", "Menden", "Soest", "Werl",
]  # fmt: skip
TRADES = {
    "Maschinenbau": ("Mechanical Engineering", "机械"), "Elektrotechnik": ("Electrical Engineering", "电气"),
    "Logistik": ("Logistics", "物流"), "Metallbau": ("Metal Construction", "金属"), "Handel": ("Trading", "贸易"),
    "Spedition": ("Freight", "货运"), "Bau": ("Construction", "建筑"), "Medizintechnik": ("Medical Devices", "医疗器械"),
    "Werkzeugbau": ("Toolmaking", "模具"), "Umwelttechnik": ("Environmental Technology", "环保科技"),
    "Software": ("Software", "软件"), "Beratung": ("Consulting", "咨询"), "Energietechnik": ("Energy Systems", "能源"),
    "Kunststofftechnik": ("Plastics", "塑料"), "Fördertechnik": ("Conveyors", "输送设备"), "Chemie": ("Chemicals", "化工"),
    "Immobilien": ("Real Estate", "地产"), "Lebensmittel": ("Foods", "食品"), "Druck": ("Printing", "印刷"),
    "Automation": ("Automation", "自动化"), "Antriebstechnik": ("Drives", "传动"), "Gebäudetechnik": ("Building Services", "楼宇科技"),
}  # fmt: skip
GERMAN_FORMS = ("GmbH", "GmbH", "GmbH", "GmbH & Co. KG", "AG", "KG", "UG", "OHG", "e.V.", "mbH")
ENGLISH_FORMS = ("Ltd", "Ltd.", "Limited", "Inc.", "LLC", "PLC", "Corporation")
PROVINCES = {
    "四川": "Sichuan", "成都": "Chengdu", "泸州": "Luzhou", "重庆": "Chongqing", "上海": "Shanghai", "苏州": "Suzhou",
    "无锡": "Wuxi", "江苏": "Jiangsu", "深圳": "Shenzhen", "广东": "Guangdong", "北京": "Beijing", "天津": "Tianjin",
    "青岛": "Qingdao", "宁波": "Ningbo", "浙江": "Zhejiang", "绵阳": "Mianyang",
}  # fmt: skip
BRANDS = (
    "华兴盛泰恒丰宏达鑫源瑞祥腾飞永昌金隆博远天和德邦嘉诚凯旋明辉新锐联创智云汉光海森佳沃晟润尚卓越启航锦荣"
    "立信安康茂林洪宇朗润颐顺赛诺亿佰科维拓普亚欧"
)
SYLLABLES = [
    "in", "no", "ba", "nex", "ter", "ra", "vi", "so", "lu", "mex", "cor", "dan", "pro", "ti", "ga", "mo", "ri", "fen",
    "tec", "ka", "zo", "le", "sy", "nu", "pha", "qui", "wes", "tor", "bel", "dra",
]  # fmt: skip
ENDINGS = ("banx", "tec", "soft", "lux", "ova", "ium", "ix", "ando", "era", "works", "wave", "lytics", "form", "dyn")
EVERYDAY = {
    "de": ("Sonne", "Haus und Garten", "Der Friseur", "Gute Reise", "Die Brille", "Grüner Strom", "Neue Wege", "Wir helfen",
           "Auto und Technik", "Kaffee", "Sprachen lernen", "Wetter", "Partner in China", "Guten Morgen"),
    "en": ("China Trade", "Sunshine", "Business Services", "Good Morning", "Next Step", "Open House", "Energy", "The Company",
           "Happy Travel", "Future", "Red Star", "Contact", "Help Desk", "Our Members"),
    "zh": ("阳光", "中国贸易", "花园", "太阳", "光明", "中国文化", "早上好", "未来", "朋友", "天气"),
}  # fmt: skip


@dataclass(frozen=True)
class Company:
    """One organisation: its id, city, and (language, kind, text) of each of its names."""

    id: str
    city: str
    names: tuple[tuple[str, str, str], ...]


def companies(count: int, seed: int = 7) -> Iterator[Company]:
    """`count` organisations, of which one in a hundred is called by everyday words; the same for the same seed."""
    chance = random.Random(seed)
    makers = (_german, _german, _german, _english, _chinese, _chinese)
    for number in range(count):
        ways = _everyday(chance) if number % 100 == 99 else chance.choice(makers)(chance)
        ways += [
            ("zh", "transliteration", joint.join(map(_pinyin, text)))
            for language, kind, text in ways
            if language == "zh" and kind != "transliteration"
            for joint in (" ", "")
        ]
        yield Company(f"member-{number:07d}", chance.choice(TOWNS), tuple(dict.fromkeys(ways)))


def as_names(company: Company) -> Iterator[Name]:
    """The names as the database hands them out."""
    for language, kind, text in company.names:
        yield Name(company.id, language, kind, text, fold(text))


@cache
def _pinyin(character: str) -> str:
    return "".join(lazy_pinyin(character))


def _coined(chance: random.Random) -> str:
    return ("".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 3)))) + chance.choice(ENDINGS)).capitalize()


def _german(chance: random.Random) -> list[tuple[str, str, str]]:
    trade, (english, chinese) = chance.choice(list(TRADES.items()))
    form, family, town = chance.choice(GERMAN_FORMS), chance.choice(FAMILIES), chance.choice(TOWNS)
    shape = chance.random()
    if shape < 0.35:
        brand = _coined(chance)
        core, foreign = f"{brand} {trade}", f"{brand} {english}"
    elif shape < 0.6:
        other = chance.choice(FAMILIES)
        core, foreign = f"{family} & {other} {trade}", f"{family} & {other} {english}"
    elif shape < 0.8:
        core, foreign = f"{family} {trade} {town}", f"{family} {english} {town}"
    else:
        brand = family + chance.choice(("tec", "plan", "werk", "haus", "bau", "technik", "logistik", "chem"))
        core, foreign = f"{brand} {town}", f"{brand} {town}"
    initials = "".join(word[0] for word in core.split() if word[0].isalpha()).upper()
    zh = "".join(chance.choices(BRANDS, k=3)) + chinese
    ways = [("de", "official", f"{core} {form}"), ("en", "official", f"{foreign} {form}"), ("de", "alias", core)]
    ways += [("zh", "official", f"{zh}有限公司"), ("zh", "alias", zh)] if chance.random() < 0.4 else []
    ways += [("de", "alias", f"{initials} {town}")] if chance.random() < 0.5 else []
    return ways


def _english(chance: random.Random) -> list[tuple[str, str, str]]:
    trade, (english, chinese) = chance.choice(list(TRADES.items()))
    first = _coined(chance) if chance.random() < 0.5 else f"{chance.choice(SURNAMES)} & {chance.choice(SURNAMES)}"
    zh = "".join(chance.choices(BRANDS, k=3)) + chinese
    ways = [
        ("en", "official", f"{first} {english} {chance.choice(ENGLISH_FORMS)}"),
        ("en", "alias", f"{first} {english}"),
    ]
    ways += [("de", "alias", f"{first} {trade}")]
    ways += [("zh", "official", f"{zh}公司"), ("zh", "alias", zh)] if chance.random() < 0.5 else []
    return ways


def _chinese(chance: random.Random) -> list[tuple[str, str, str]]:
    _, (english, chinese) = chance.choice(list(TRADES.items()))
    place, place_latin = chance.choice(list(PROVINCES.items()))
    brand = "".join(chance.choices(BRANDS, k=chance.choice((2, 3, 3))))
    latin = "".join(map(_pinyin, brand)).capitalize()
    return [
        ("zh", "official", f"{place}{brand}{chinese}有限公司"), ("zh", "alias", f"{place}{brand}"),
        ("zh", "alias", f"{brand}{chinese}"), ("en", "official", f"{place_latin} {latin} {english} Co., Ltd."),
        ("en", "alias", f"{latin} {english}"),
    ]  # fmt: skip


def _everyday(chance: random.Random) -> list[tuple[str, str, str]]:
    language = chance.choice(("de", "en", "zh"))
    word = chance.choice(EVERYDAY[language])
    form = {"de": " GmbH", "en": " Ltd", "zh": "有限公司"}[language]
    return [(language, "official", f"{word}{form}"), (language, "alias", word)]
