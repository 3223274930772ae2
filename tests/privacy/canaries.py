"""Fifty made-up pieces of personal data in three languages: what must never be in a log, nor anywhere after an erasure."""

MAILS = tuple(
    f"{name}@example.org"
    for name in (
        "quirin.zabelfeld", "q_zabelfeld+chat", "zhangweicanary", "li.xiaolong.canary", "canary-büro", "anna.canaria", "k.a.n.a.r.i",
        "canary2026", "vogel.kanarien", "jinsique",
    )
)  # fmt: skip
PHONES = (
    "+49 2323 9988771", "02323/9988772", "(0234) 9988773", "0049 151 99887744", "+86 138 9988 7755", "13899887766",
    "１３８９９８８７７７７", "＋８６ １３８９９８８７７８８", "一三八九九八八七七九九", "0830-9988770",
)  # fmt: skip
NAMES = (
    "Quirin Zabelfeld", "Dr. Hedwiga Morgenklee", "Theodolf Brackwasser", "Frau Oldegard Pfenningschlag", "Xaverine Dünnbier",
    "Peregrine Oakenshaw", "Wilhelmina Thistledown", "Ambrose Quillfeather", "张蔚蓝舟", "欧阳晓鹭鸶", "司马听雨声", "诸葛青鸢尾",
    "李泠泠七弦", "王鹤鸣九皋", "Zhang Weilanzhou",
)  # fmt: skip
PAPERS = (
    "C01X00T47", "L9988776655", "E99887766", "G 9988776 5", "110101199003078888", "11010119900307888X", "DE89370400440532013000",
    "GB29NWBK60161331926819", "4111 1111 1111 1111", "护照号 E99887755", "身份证 51050219851231998X", "Ausweis T22000129",
    "1990-03-07-canary", "geboren am 07.03.1987", "出生日期 1988年3月7日",
)  # fmt: skip
CANARIES = (*MAILS, *PHONES, *NAMES, *PAPERS)
SENTENCES = {
    "de": ("Ich heiße {}, wo ist Luzhou?", "Wer ist {}?", "{}", "Bitte an {} schreiben"),
    "en": ("My name is {}, who are the partners?", "Who is {}?", "please call {}", "{}"),
    "zh": ("我叫{}，合作伙伴有哪些？", "{}是谁？", "请联系{}", "我的号码是{}"),
}


def messages() -> list[tuple[str, str]]:
    """(language, text): each canary in one sentence, all languages and sentences in turn."""
    languages = tuple(SENTENCES)
    found = []
    for number, canary in enumerate(CANARIES):
        language = languages[number % len(languages)]
        sentences = SENTENCES[language]
        found.append((language, sentences[number // len(languages) % len(sentences)].format(canary)))
    return found


def traces(canary: str) -> tuple[str, ...]:
    """How a canary may look in a file: as it is, in capitals and small letters, and as JSON writes it."""
    escaped = canary.encode("unicode_escape").decode()
    return (canary, canary.lower(), canary.upper(), escaped)


def found_in(content: bytes, canaries: tuple[str, ...] = CANARIES) -> list[str]:
    """The canaries of which a trace is in the content of a file."""
    return [one for one in canaries if any(trace.encode() in content for trace in traces(one))]
