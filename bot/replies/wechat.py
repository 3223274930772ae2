"""Words of the WeChat channel alone: its menu, words that are commands, and what its rules make necessary to say."""

from __future__ import annotations

import unicodedata

# Names of the menu: at most 16 bytes for the three buttons (ask, human, more), 60 for entries.
MENU: dict[str, dict[str, str]] = {
    "en": {
        "ask": "Questions", "human": "Staff", "more": "More", "help": "Help", "language": "Language",
        "privacy": "Privacy", "delete": "Delete my chat", "website": "Website",
    },
    "de": {
        "ask": "Fragen", "human": "Team", "more": "Mehr", "help": "Hilfe", "language": "Sprache",
        "privacy": "Datenschutz", "delete": "Chat löschen", "website": "Website",
    },
    "zh": {
        "ask": "咨询", "human": "人工服务", "more": "更多", "help": "帮助", "language": "语言",
        "privacy": "隐私说明", "delete": "删除聊天记录", "website": "网站",
    },
}  # fmt: skip

# A message that is one of these words and nothing else is a command, in whatever language the chat is.
COMMAND_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "help": {"en": ("help", "menu"), "de": ("hilfe", "menü"), "zh": ("帮助", "菜单")},
    "human": {
        "en": ("staff", "human"),
        "de": ("mensch", "mitarbeiter", "mitarbeiterin"),
        "zh": ("人工", "人工服务", "转人工", "客服", "人工客服"),
    },
    "language": {"en": ("language",), "de": ("sprache",), "zh": ("语言", "切换语言")},
    "privacy": {"en": ("privacy",), "de": ("datenschutz",), "zh": ("隐私", "隐私说明")},
    "delete": {
        "en": ("delete", "delete my chat"),
        "de": ("löschen", "chat löschen"),
        "zh": ("删除", "删除记录", "删除聊天记录"),
    },
    "web": {"en": ("website", "web"), "de": ("webseite", "website"), "zh": ("网站", "网页", "网页版")},
}
# The platform itself puts this in the place of what it cannot hand on, such as stickers.
UNSHOWN = frozenset(
    {
        "【收到不支持的消息类型，暂无法显示】",
        "[收到不支持的消息类型，暂无法显示]",
        "[Unsupported Message]",
        "[Unsupported message]",
    }
)

# What gives the rest of an answer, and nothing else.
MORE_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("more", "go on"),
    "de": ("mehr", "weiter"),
    "zh": ("更多", "继续"),
}

# Below the first words, where nobody knows yet what the visitor reads.
LANGUAGE_MENU = "中文：发送“语言”\nEnglish: send “language”\nDeutsch: senden Sie „Sprache“"

STILL_WORKING: dict[str, str] = {
    "en": "One moment, the answer is still being worked out. Please send “more” to get it.",
    "de": "Einen Moment, die Antwort ist noch in Arbeit. Bitte senden Sie „weiter“, um sie zu erhalten.",
    "zh": "请稍候，正在为您查找答案。请发送“继续”获取回复。",
}
THERE_IS_MORE: dict[str, str] = {
    "en": "(There is more. Please send “more”.)",
    "de": "(Es geht noch weiter. Bitte senden Sie „weiter“.)",
    "zh": "（还有更多内容，请发送“继续”。）",
}
LAST_ONE: dict[str, str] = {
    "en": "(WeChat lets us send nothing more until you write. Please send any message so that we can go on.)",
    "de": "(WeChat lässt uns erst wieder etwas senden, wenn Sie schreiben. Bitte senden Sie eine beliebige Nachricht, "
    "damit es weitergehen kann.)",
    "zh": "（受微信限制，在您再次发送消息之前我们无法继续回复。请随意发送一条消息，以便我们继续。）",
}
_EDGES = " \t\n\u3000.。!！?？,，、:：;；“”\"'‘’「」『』*"


def command_of_word(text: str) -> str | None:
    """The command that a message consists of, if it does."""
    return _COMMANDS.get(_bare(text))


def asks_for_more(text: str) -> bool:
    """Whether a message only asks for the rest of an answer."""
    return _bare(text) in _MORE


def _bare(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:80]).casefold().strip(_EDGES)


_COMMANDS = {word: name for name, words in COMMAND_WORDS.items() for some in words.values() for word in some}
_MORE = frozenset(word for words in MORE_WORDS.values() for word in words)
