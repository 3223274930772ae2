"""What staff read about a case in a help desk of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.handoff.records import Case, Contact
from bot.handoff.summary import Summary

LONGEST_LINE = 1000  # characters of one message in the transcript

CASE: dict[str, str] = {"en": "Case {number}", "de": "Fall {number}", "zh": "个案 {number}"}
LATE: dict[str, str] = {
    "en": "The visitor does not get the last answer: the case was closed in the chat before. Where the visitor gave an "
    "e-mail address, please answer there.",
    "de": "Die letzte Antwort erreicht den Besucher nicht: Der Fall war im Chat schon geschlossen. Wenn eine "
    "E-Mail-Adresse angegeben ist, antworten Sie bitte dorthin.",
    "zh": "访客收不到最后一条答复：该个案此前已在聊天中关闭。如访客留有电子邮箱，请通过邮件答复。",
}
ANSWERED_HERE: dict[str, str] = {
    "en": "Answered at the assistant's own desk. The visitor has read or been sent this:",
    "de": "Am eigenen Schreibtisch des Assistenten beantwortet. Der Besucher hat dies gelesen oder zugesandt bekommen:",
    "zh": "已在助手自带的工作台答复，访客已看到或将收到以下内容：",
}
SOMEONE: dict[str, str] = {"en": "Our team", "de": "Unser Team", "zh": "我们的工作人员"}
LABELS: dict[str, dict[str, str]] = {
    "language": {"en": "Language", "de": "Sprache", "zh": "语言"},
    "topic": {"en": "Topic", "de": "Thema", "zh": "主题"},
    "desk": {"en": "Desk", "de": "Stelle", "zh": "负责部门"},
    "name": {"en": "Name", "de": "Name", "zh": "姓名"},
    "company": {"en": "Company", "de": "Firma", "zh": "公司"},
    "email": {"en": "E-mail", "de": "E-Mail", "zh": "电子邮箱"},
    "reach": {"en": "Wants the answer", "de": "Wünscht die Antwort", "zh": "希望的答复方式"},
    "shown": {"en": "Was shown", "de": "Wurde gezeigt", "zh": "已展示"},
    "questions": {"en": "Last questions", "de": "Letzte Fragen", "zh": "最近的问题"},
    "transcript": {"en": "Conversation", "de": "Gespräch", "zh": "对话"},
}
LANGUAGES: dict[str, dict[str, str]] = {
    "en": {"en": "English", "de": "Englisch", "zh": "英语"},
    "de": {"en": "German", "de": "Deutsch", "zh": "德语"},
    "zh": {"en": "Chinese", "de": "Chinesisch", "zh": "中文"},
}
REACH: dict[str, dict[str, str]] = {
    "chat": {"en": "in the chat", "de": "im Chat", "zh": "在聊天中"},
    "email": {"en": "by e-mail", "de": "per E-Mail", "zh": "通过电子邮件"},
}
AUTHORS: dict[str, dict[str, str]] = {
    "visitor": {"en": "Visitor", "de": "Besucher", "zh": "访客"},
    "assistant": {"en": "Assistant", "de": "Assistent", "zh": "助手"},
    "staff": {"en": "Staff", "de": "Team", "zh": "工作人员"},
    "system": {"en": "Notice", "de": "Hinweis", "zh": "提示"},
}


class Said(Protocol):
    """One message of the conversation."""

    @property
    def author(self) -> str: ...
    @property
    def text(self) -> str: ...


class HelpdeskTexts:
    """Plain text in the language of the house."""

    def title(self, case: Case, language: str) -> str:
        """One line with the number as a word of its own, by which the case is found again."""
        title = CASE[language].format(number=case.number)
        return f"{title} – {case.topic}" if case.topic else title

    def note(self, case: Case, contact: Contact, summary: Summary, lines: Sequence[Said], language: str) -> str:
        """Who asks, about what, and the conversation so far; the question itself is not part of it."""
        facts = {
            "language": LANGUAGES.get(summary.language, {}).get(language, summary.language),
            "topic": case.topic,
            "desk": case.desk,
            "name": contact.name,
            "company": contact.company,
            "email": contact.email,
            "reach": REACH[case.reach][language],
            "shown": ", ".join(summary.organisations),
        }
        parts = [CASE[language].format(number=case.number), _lines(facts, language)]
        if summary.questions:
            parts.append("\n".join([_label("questions", language), *(f"- {asked}" for asked in summary.questions)]))
        if lines:
            parts.append("\n".join([_label("transcript", language), *(_said(line, language) for line in lines)]))
        return "\n\n".join(parts)

    def late(self, language: str) -> str:
        """That an answer came when the case was closed."""
        return LATE[language]

    def answered_here(self, text: str, language: str) -> str:
        """What staff wrote to the visitor at the assistant's own desk."""
        return f"{ANSWERED_HERE[language]}\n\n{text}"

    def someone(self, language: str) -> str:
        """What a visitor sees of a person whose name the help desk does not give."""
        return SOMEONE[language]


def _lines(facts: Mapping[str, str | None], language: str) -> str:
    return "\n".join(f"{_label(name, language)} {value}" for name, value in facts.items() if value)


def _label(name: str, language: str) -> str:
    return LABELS[name][language] + ("：" if language == "zh" else ":")


def _said(line: Said, language: str) -> str:
    text = " ".join(line.text.split())
    short = text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1].rstrip() + "…"
    return f"[{AUTHORS.get(line.author, AUTHORS['system'])[language]}] {short}"
