"""Words of the messengers: the notice at first contact, commands and what they answer, labels around messages."""

from __future__ import annotations

from bot.replies.greeting import GREETING_CHOICES
from bot.replies.names import isolated

type Text = dict[str, str]

# Small words around what is said.
LABELS: dict[str, Text] = {
    "colon": {"en": ": ", "de": ": ", "zh": "："},
    "staff": {"en": "{name} (staff):", "de": "{name} (Team):", "zh": "{name}（工作人员）："},
    "sources": {"en": "Sources:", "de": "Quellen:", "zh": "来源："},
    "as_of": {"en": ", as of {date}", "de": ", Stand {date}", "zh": "，截至{date}"},
    "options": {
        "en": "Answer with a number:",
        "de": "Antworten Sie mit einer Zahl:",
        "zh": "请回复数字选择：",
    },
    "choose": {"en": "Please choose:", "de": "Bitte wählen Sie:", "zh": "请选择："},
}

LINES: dict[str, Text] = {
    # first contact
    "third_country": {
        "en": "{provider} carries these messages and also processes them outside the EU, where your data may be less "
        "protected. If you would rather not have that, above all before you give contact details, use the same "
        "assistant on our website: {url}",
        "de": "{provider} übermittelt diese Nachrichten und verarbeitet sie auch außerhalb der EU, wo Ihre Daten weniger "
        "geschützt sein können. Wenn Sie das nicht möchten, vor allem bevor Sie Kontaktdaten angeben, nutzen Sie "
        "denselben Assistenten auf unserer Website: {url}",
        "zh": "这些消息由{provider}传输，并会在欧盟以外处理，您的数据在那里可能得不到同等保护。如您不希望如此，"
        "尤其是在提供联系方式之前，请改用我们网站上的同一助手：{url}",
    },
    # commands
    "help": {
        "en": "Write your question in English, German or Chinese, for example: “Who is behind the Centre?”\n\n{commands}",
        "de": "Schreiben Sie Ihre Frage auf Deutsch, Englisch oder Chinesisch, zum Beispiel: „Wer steht hinter dem "
        "Zentrum?“\n\n{commands}",
        "zh": "请用中文、英文或德文写下您的问题，例如：“本中心由哪些机构支撑？”\n\n{commands}",
    },
    "privacy_rights": {
        "en": "You can have this chat deleted here, or download it after taking it along to the website.",
        "de": "Sie können diesen Chat hier löschen lassen oder ihn auf die Website mitnehmen und dort herunterladen.",
        "zh": "您可以在此删除本次聊天，也可以将其转到网站后下载。",
    },
    "web_link": {
        "en": "Go on with this conversation on our website: {url}\nThe link works once and for {minutes} minutes. Then "
        "the conversation is there, and what you write here begins a new one.",
        "de": "Führen Sie dieses Gespräch auf unserer Website fort: {url}\nDer Link gilt einmal und {minutes} Minuten "
        "lang. Danach ist das Gespräch dort, und was Sie hier schreiben, beginnt ein neues.",
        "zh": "在我们的网站上继续本次对话：{url}\n该链接仅可使用一次，{minutes} 分钟内有效。之后对话将转到网站，"
        "您在这里再写的内容会开始新的对话。",
    },
    "delete_question": {
        "en": "Delete this chat? All its messages and open requests are erased with us. This cannot be undone. The "
        "messages on your device you delete in the app.",
        "de": "Diesen Chat löschen? Alle Nachrichten und offenen Anfragen werden bei uns gelöscht. Das lässt sich nicht "
        "rückgängig machen. Die Nachrichten auf Ihrem Gerät löschen Sie in der App.",
        "zh": "要删除本次聊天吗？我们这里的所有消息和未结请求都会被删除，且无法恢复。您设备上的消息请在应用中自行删除。",
    },
    "deleted": {
        "en": "Your chat has been deleted. If you write again, a new one begins.",
        "de": "Ihr Chat ist gelöscht. Wenn Sie wieder schreiben, beginnt ein neuer.",
        "zh": "您的聊天已删除。如再次发送消息，将开始新的聊天。",
    },
    "kept": {
        "en": "All right, the chat stays as it is.",
        "de": "In Ordnung, der Chat bleibt bestehen.",
        "zh": "好的，聊天保持不变。",
    },
    # what cannot be taken as it is
    "text_only": {
        "en": "I can only read text: pictures, recordings, files and the like are neither opened nor passed on. Please "
        "write what it is about.",
        "de": "Ich kann nur Text lesen: Bilder, Aufnahmen, Dateien und Ähnliches werden weder geöffnet noch "
        "weitergegeben. Bitte schreiben Sie, worum es geht.",
        "zh": "我只能阅读文字：图片、语音、文件等既不会被打开，也不会被转交。请用文字说明您的问题。",
    },
    "delayed": {
        "en": "We are sorry, the assistant cannot answer at the moment. Your message is kept and will be answered as "
        "soon as possible.",
        "de": "Es tut uns leid, der Assistent kann gerade nicht antworten. Ihre Nachricht bleibt erhalten und wird so "
        "bald wie möglich beantwortet.",
        "zh": "很抱歉，助手暂时无法回答。您的消息已保留，将尽快答复。",
    },
    "given_up": {
        "en": "We are sorry, your message could not be answered. Please send it again later.",
        "de": "Es tut uns leid, Ihre Nachricht konnte nicht beantwortet werden. Bitte senden Sie sie später noch einmal.",
        "zh": "很抱歉，未能回答您的消息，请稍后重新发送。",
    },
    "private_only": {
        "en": "I answer in private chats only. Please write to me here: {url}",
        "de": "Ich antworte nur in privaten Chats. Bitte schreiben Sie mir hier: {url}",
        "zh": "我只在私聊中回答，请在这里给我留言：{url}",
    },
    # for people who have the case in hand
    "left": {
        "en": "{provider} no longer delivers messages to the visitor, who has left or blocked the chat there. The last "
        "ones before this line may not have arrived; they and what is written from now on arrive when they come back.",
        "de": "{provider} stellt hier nichts mehr zu: Der Chat wurde dort verlassen oder blockiert. Die letzten "
        "Nachrichten vor dieser Zeile sind vielleicht nicht angekommen; sie und was ab jetzt geschrieben wird, kommen "
        "an, sobald der Chat dort wieder aufgenommen wird.",
        "zh": "访客已在{provider}取消关注或屏蔽本账号，消息无法再送达。此行之前的最后几条消息可能未送达；这些消息和此后"
        "写下的内容，要等访客回来后才会送达。",
    },
    # case details are not pushed
    "answer_on_website": {
        "en": "There is an answer from our staff. For your protection you read it on our website only: {url}\nThe link "
        "works once and for {minutes} minutes; you get a new one with {command}.",
        "de": "Es gibt eine Antwort unseres Teams. Zu Ihrem Schutz lesen Sie sie nur auf unserer Website: {url}\nDer "
        "Link gilt einmal und {minutes} Minuten lang; einen neuen erhalten Sie mit {command}.",
        "zh": "工作人员已答复。为保护您的信息，请仅在我们的网站上阅读：{url}\n该链接仅可使用一次，{minutes} 分钟内有效；"
        "发送 {command} 可获取新链接。",
    },
}

CHOICES: dict[str, Text] = {
    "human": dict(GREETING_CHOICES)["talk_to_human"],
    "language": {"en": "Choose a language", "de": "Sprache wählen", "zh": "选择语言"},
    "delete": {"en": "Delete chat", "de": "Chat löschen", "zh": "删除聊天"},
    "keep": {"en": "Keep it", "de": "Behalten", "zh": "保留"},
}

# What each command does, for the help text and for the menu of a platform that has one.
COMMANDS: dict[str, Text] = {
    "help": {"en": "what I can do", "de": "was ich kann", "zh": "我能做什么"},
    "human": {"en": "talk to a person", "de": "mit einem Menschen sprechen", "zh": "联系工作人员"},
    "language": {"en": "choose a language", "de": "Sprache wählen", "zh": "选择语言"},
    "privacy": {
        "en": "how your data are treated",
        "de": "wie mit Ihren Daten umgegangen wird",
        "zh": "如何处理您的数据",
    },
    "web": {"en": "go on at the website", "de": "auf der Website weitermachen", "zh": "在网站上继续"},
    "delete": {"en": "delete this chat", "de": "diesen Chat löschen", "zh": "删除本次聊天"},
}

PROVIDERS: dict[str, Text] = {
    "telegram": {"en": "Telegram", "de": "Telegram", "zh": "Telegram "},
    "wechat": {"en": "WeChat", "de": "WeChat", "zh": "微信"},
}


def label(key: str, language: str, **values: str) -> str:
    """One label, filled in."""
    return LABELS[key][language].format(**{name: isolated(value) for name, value in values.items()})


def line(key: str, language: str, **values: object) -> str:
    """One line, filled in."""
    return LINES[key][language].format(**values)


def choice(key: str, language: str) -> str:
    """The title of one choice."""
    return CHOICES[key][language]


def provider(channel: str, language: str) -> str:
    """The name of the company behind a channel."""
    return PROVIDERS[channel][language]


def command_lines(words: dict[str, str], language: str) -> str:
    """One line for each command; `words` says how a platform calls it."""
    between = "：" if language == "zh" else " – "
    return "\n".join(f"{words[name]}{between}{texts[language]}" for name, texts in COMMANDS.items() if name in words)
