"""Which of the three languages a message is in: script first, then words, then word shapes, then the session's language."""

import re
import unicodedata

LANGUAGES = ("en", "de", "zh")
DEFAULT_LANGUAGE = "en"

# Frequent words that occur in one of the two languages only; German ones also as typed without umlauts.
ENGLISH = frozenset([
    "the", "a", "an", "of", "and", "or", "to", "is", "are", "was", "were", "be", "been", "being", "do", "does",
    "did", "done", "have", "has", "had", "can", "could", "would", "should", "may", "might", "must", "shall", "what",
    "which", "who", "whom", "whose", "where", "when", "why", "how", "this", "that", "these", "those", "there",
    "here", "it", "its", "he", "she", "they", "them", "their", "his", "her", "you", "your", "yours", "we", "us",
    "our", "my", "me", "i", "ive", "id", "its", "isnt", "arent", "dont", "doesnt", "didnt", "cant", "from", "with",
    "for", "about", "into", "onto", "by", "at", "on", "as", "if", "than", "then", "but", "because", "since", "until",
    "while", "between", "within", "without", "please", "thanks", "thank", "cheers", "hi", "hello", "hey", "bye",
    "goodbye", "yes", "yeah", "yep", "yup", "nope", "sure", "okay", "welcome", "sorry", "good", "morning", "evening",
    "afternoon", "tell", "show", "give", "list", "find", "help", "need", "want", "know", "speak", "talk", "say",
    "explain", "describe", "contact", "call", "answer", "switch", "english", "more", "much", "many", "any", "some",
    "all", "every", "each", "other", "another", "else", "next", "first", "second", "third", "one", "two", "three",
    "both", "neither", "number", "last", "previous", "only", "just", "also", "too", "very", "really", "again",
    "still", "yet", "ever", "never", "not", "no", "company", "companies", "firm", "partners", "twin", "town",
    "towns", "city", "cities", "chamber", "university", "business", "trade", "market", "people", "someone", "person",
    "human", "staff", "founded", "located", "members", "member", "address", "phone", "weather", "joke", "great",
    "wrong", "right", "correct", "useless", "helpful", "awesome", "perfect", "bad", "nice", "go", "on", "keep",
    "continue", "details", "further", "during", "after", "before", "long", "old", "big", "year", "years", "germany",
    "german", "chinese", "language", "data", "privacy", "delete", "stored", "store", "bot", "robot", "machine",
    "real", "get", "got", "make", "made", "work", "works", "out", "up", "down", "off", "over", "under", "them",
    "office", "money", "tax", "visa", "law", "lawyer", "flight", "restaurant", "recipe", "write", "code", "ignore",
    "previous", "instructions", "system", "prompt", "pretend", "let", "lets", "see", "look", "looking", "like",
    "love", "hate", "feel", "today", "tomorrow", "now", "overview", "available", "thx", "website",
]
)  # fmt: skip
GERMAN = frozenset([
    "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines", "und", "oder",
    "nicht", "kein", "keine", "keinen", "ist", "sind", "war", "waren", "wird", "werden", "wurde", "wurden", "sein",
    "bin", "bist", "seid", "habe", "hast", "haben", "hatte", "hatten", "kann", "kannst", "koennen", "konnen",
    "konnte", "koennte", "konnte", "moechte", "mochte", "mag", "muss", "muessen", "mussen", "soll", "sollte", "darf",
    "duerfen", "durfen", "will", "wollen", "ich", "du", "er", "wir", "ihr", "sie", "mir", "mich", "dir", "dich",
    "uns", "euch", "ihnen", "ihm", "ihn", "mein", "meine", "meinen", "dein", "deine", "unser", "unsere", "euer",
    "eure", "ihre", "ihren", "was", "wer", "wen", "wem", "wo", "wohin", "woher", "wann", "warum", "wieso", "weshalb",
    "wie", "wieviel", "wieviele", "welche", "welcher", "welches", "welchen", "wozu", "wofuer", "wofur", "womit",
    "worum", "worueber", "von", "vom", "zu", "zum", "zur", "mit", "bei", "beim", "nach", "aus", "auf", "fuer", "fur",
    "ueber", "uber", "unter", "zwischen", "durch", "gegen", "ohne", "um", "seit", "bis", "ab", "vor", "hinter",
    "neben", "wegen", "waehrend", "wahrend", "im", "ins", "am", "ans", "dass", "weil", "wenn", "ob", "als", "denn",
    "doch", "aber", "sondern", "auch", "noch", "schon", "nur", "sehr", "mehr", "viel", "viele", "alle", "alles",
    "jede", "jeder", "jedes", "dieser", "diese", "dieses", "es", "gibt", "gib", "hallo", "moin", "tach", "servus",
    "danke", "dankeschoen", "dankeschon", "bitte", "tschuess", "tschuss", "tschues", "ciao", "guten", "tag",
    "morgen", "abend", "auf", "wiedersehen", "gern", "gerne", "ja", "jo", "jep", "nee", "nein", "doch", "genau",
    "stimmt", "richtig", "falsch", "klar", "okidoki", "super", "toll", "prima", "gut", "schlecht", "hilfe", "hilf",
    "hilfst", "sag", "sagen", "sage", "zeig", "zeige", "zeigen", "erzaehl", "erzahl", "erzaehle", "erklaer",
    "erklaere", "erklare", "nenn", "nenne", "liste", "sprich", "sprichst", "sprechen", "spricht", "rede", "reden",
    "deutsch", "englisch", "chinesisch", "weiter", "mal", "bisschen", "etwas", "nichts", "niemand", "jemand",
    "mensch", "menschen", "mitarbeiter", "leute", "partnerstadt", "partnerstaedte", "partnerstadte", "staedte",
    "stadte", "stadt", "staedtepartnerschaft", "hochschule", "kammer", "zentrum", "gegruendet", "gegrundet",
    "gruendung", "grundung", "sitz", "wirtschaft", "unternehmen", "firma", "firmen", "mitglieder", "einwohner",
    "ansprechpartner", "kontakt", "adresse", "telefonnummer", "nummer", "anrufen", "rufen", "zurueck", "zuruck",
    "erste", "erster", "erstes", "zweite", "zweiter", "zweites", "dritte", "dritten", "zweiten", "ersten", "letzte",
    "letzten", "letzter", "beide", "beiden", "andere", "anderen", "genauer", "ausfuehrlicher", "aelteste", "alteste",
    "wetter", "witz", "daten", "datenschutz", "loeschen", "loschen", "speichert", "speichern", "gespeichert",
    "maschine", "echt", "wirklich", "dein", "jahr", "jahre", "jahren", "gehoert", "gehort", "macht", "machen", "tut",
    "liegt", "liegen", "heisst", "heisse", "heissen", "kommt", "kommen", "geht", "gehen", "steht", "dahinter",
    "darueber", "daruber", "davon", "dazu", "dort", "hier", "dann", "jetzt", "heute", "immer", "ueberhaupt",
    "uberhaupt", "eigentlich", "denn", "welch", "visum", "steuer", "steuern", "recht", "anwalt", "flug", "bedeutet",
    "bedeuten", "schreib", "schreibe", "wissen", "weisst", "weiss", "vielen", "dank", "infos", "weitere", "weiteren",
    "nun", "sich", "man", "frage", "fragen", "antwort", "antworte", "zustaendig", "zustandig", "hab", "gabs",
    "isses",
]
)  # fmt: skip
# Towns that are written like this in English sentences too.
TOWNS = frozenset([
    "düsseldorf", "münster", "mönchengladbach", "lübeck", "osnabrück", "saarbrücken", "göttingen", "tübingen", "würzburg",
    "lüdenscheid", "gütersloh",
]
)  # fmt: skip
# Pinyin: words that mean nothing in the other two, and short ones that count only in company.
PINYIN_STRONG = frozenset([
    "nihao", "ninhao", "xiexie", "zaijian", "shenme", "sheme", "nali", "nar", "zenme", "zenmeyang", "weishenme",
    "duoshao", "jige", "qingwen", "jieshao", "gaosu", "zhongguo", "zhongwen", "yingwen", "dewen", "hezuo", "huoban",
    "chengshi", "youhao", "zhongxin", "dianhua", "dizhi", "women", "nimen", "tamen", "zhege", "nage", "meiyou",
    "keyi", "bangzhu", "xiangyao", "xiangzhi", "zhidao", "shihou", "haishi", "danshi", "yinwei", "suoyi", "bu4",
    "renkou", "gongsi", "xuexiao", "daxue", "lianxi", "jixu", "huida", "shei", "yingyu", "deyu", "tianqi", "rengong",
    "mianji", "hulue", "zhiqian", "yong", "zhao", "qian", "shuo", "meishi",
]
)  # fmt: skip
PINYIN_WEAK = frozenset([
    "ni", "nin", "wo", "ta", "shi", "shui", "zai", "you", "de", "ma", "ne", "ba", "hao", "bu", "le", "na", "ge",
    "he", "ren", "jia", "qing", "shuo", "yao", "xiang", "dui",
]
)  # fmt: skip
WITHOUT_SHAPE = TOWNS | PINYIN_STRONG | PINYIN_WEAK
# Han characters that carry grammar rather than names: one is worth a word.
HAN_FUNCTION = frozenset(
    "的了吗呢吧是在有和与跟就也不没很都还能会可请我你您他她它们这那哪谁什么怎为多少几个要想从到对把被给说做做让问答谢嗎們這為麼請說個還會"
)
GERMAN_SHAPES = re.compile(
    r"(ung|ungen|keit|heit|lich|liche|lichen|schaft|schaften|isch|ische|ischen|chen|ieren|iert|sch|straße|strasse|zent|tät|taet)$"
    r"|^(ge\w{3,}t|ver\w{3,}|be\w{3,}en|\w*sch\w*|\w*[äöüß]\w*|zw\w+|\w+pf\w*)$"
)
ENGLISH_SHAPES = re.compile(
    r"(ing|tion|tions|ness|ment|ments|ly|ity|ies|ous|ful|ght|ould|ship|ships)$|^(wh\w+|th\w+|\w+th|kn\w+)$"
)
# Longer ones are no words of any language; keeps the shapes' cost bounded.
LONGEST_WORD = 64
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def scores(text: str) -> dict[str, float]:
    """Returns evidence for each language in words' worth (0 = none); names and unknown words weigh nothing."""
    text = unicodedata.normalize("NFKC", text)
    result = dict.fromkeys(LANGUAGES, 0.0)
    han = _HAN.findall(text)
    result["zh"] = sum(1.0 if character in HAN_FUNCTION else 0.2 for character in han)
    strong = weak = 0
    for match in _WORD.finditer(_HAN.sub(" ", text)):
        original = match.group()[:LONGEST_WORD]
        word = original.casefold().replace("’", "").replace("'", "")
        plain = word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
        english = word in ENGLISH
        german = word in GERMAN or plain in GERMAN
        strong += word in PINYIN_STRONG
        weak += word in PINYIN_WEAK
        if english != german:
            result["en" if english else "de"] += 1.0
        elif not english and len(word) > 3 and word not in WITHOUT_SHAPE:
            # A capital inside an English sentence marks a name, so shapes of capitalised words say little there.
            weight = 0.15 if original[:1].isupper() else 0.5
            if GERMAN_SHAPES.search(word):
                result["de"] += weight
            elif ENGLISH_SHAPES.search(word):
                result["en"] += weight
    if strong or weak >= 2:
        result["zh"] += 1.5 * strong + (1.0 if strong else 0.75) * weak
    return result


def detect(text: str, hint: str | None = None) -> str:
    """Returns "en", "de" or "zh"; `hint` (the session's language) decides where the text does not."""
    evidence = scores(text)
    best = max(evidence.values())
    fallback = hint if hint in LANGUAGES else DEFAULT_LANGUAGE
    if best <= 0:
        return fallback
    winners = [language for language in LANGUAGES if evidence[language] == best]
    if fallback in winners:
        return fallback
    # One word shape alone (a surname, a street) does not outweigh the language of the session.
    if best < 0.2 and hint in LANGUAGES and not _HAN.search(text):
        return hint
    return winners[0]
