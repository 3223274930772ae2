"""The first message of a chat and the notice before it: an automated assistant, not a person, and what it is for."""

from typing import Any

NOTICE: dict[str, str] = {
    "en": "You are writing with an automated assistant (AI), not with a person. We use your messages to answer you "
    "and delete them after {days} days. Please do not enter sensitive data. You can ask for a member of "
    "staff at any time.",
    "de": "Sie schreiben mit einem automatischen Assistenten (KI), nicht mit einem Menschen. Wir nutzen Ihre "
    "Nachrichten, um Ihnen zu antworten, und löschen sie nach {days} Tagen. Bitte geben Sie keine sensiblen "
    "Daten ein. Sie können jederzeit eine Mitarbeiterin oder einen Mitarbeiter verlangen.",
    "zh": "您正在与自动助手（AI）对话，而非真人。我们仅用您的消息来回答您，{days} 天后删除。"
    "请勿输入敏感信息。您可随时要求转接工作人员。",
}

# Said where such questions are kept.
KEPT_QUESTIONS: dict[str, str] = {
    "en": "Questions that we could not answer well are kept for {days} days without personal data, so that the answers get better.",
    "de": "Fragen, die wir nicht gut beantworten konnten, bewahren wir {days} Tage lang ohne personenbezogene Daten auf, "
    "damit die Antworten besser werden.",
    "zh": "未能妥善回答的问题会在去除个人信息后保留 {days} 天，用于改进答复。",
}

GREETING: dict[str, str] = {
    "en": "Hello. I am an automated assistant (AI), not a person, and I answer for the China Competence Centre "
    "Middle Ruhr Area.\nAsk me about the Centre, its partners in Germany and China, Herne’s twin cities, or "
    "whom to turn to.",
    "de": "Guten Tag. Ich bin ein automatischer Assistent (KI), kein Mensch, und antworte für das "
    "China-Kompetenz-Zentrum Mittleres Ruhrgebiet.\nFragen Sie mich nach dem Zentrum, seinen Partnern in "
    "Deutschland und China, nach Hernes Partnerstädten oder nach Ansprechpartnern.",
    "zh": "您好。我是自动助手（AI），不是真人，为中鲁尔地区中国能力中心解答问题。\n"
    "您可以询问本中心、其在德国和中国的合作伙伴、黑尔讷的友好城市，或该联系哪个部门。",
}

# intent -> title per language; the three things most visitors want first.
GREETING_CHOICES: tuple[tuple[str, dict[str, str]], ...] = (
    ("ask_centre", {"en": "What is the Centre?", "de": "Was ist das Zentrum?", "zh": "本中心是什么？"}),
    ("list_partners", {"en": "Who are the partners?", "de": "Wer sind die Partner?", "zh": "合作伙伴有哪些？"}),
    (
        "talk_to_human",
        {"en": "I want to talk to a person", "de": "Ich möchte mit einem Menschen sprechen", "zh": "我想联系工作人员"},
    ),
)


def greeting(language: str) -> tuple[str, list[dict[str, Any]]]:
    """Text of the first message and its buttons [{title, intent, entities}]."""
    buttons = [{"title": titles[language], "intent": intent, "entities": {}} for intent, titles in GREETING_CHOICES]
    return GREETING[language], buttons


def chat_notice(language: str, days: int, question_days: int = 0) -> str:
    """What a visitor reads before the first input; `days` is how long messages are kept, `question_days` what was asked
    in vain."""
    text = NOTICE[language].format(days=days)
    if not question_days:
        return text
    between = "" if language == "zh" else " "
    return text + between + KEPT_QUESTIONS[language].format(days=question_days)
