"""Lines in the visitor's chat about people: who joined, who left, what is kept for them, how it was."""

from __future__ import annotations

from bot.handoff.hours import Standing
from bot.replies.handoff_times import moment_text
from bot.replies.names import isolated

type Text = dict[str, str]

LINES: dict[str, Text] = {
    "joined": {
        "en": "{name} has joined the chat. You are now writing with a person.",
        "de": "{name} ist jetzt im Chat. Sie schreiben nun mit einem Menschen.",
        "zh": "{name} 已加入聊天。您现在正与工作人员对话。",
    },
    "handed_over": {
        "en": "{name} now takes care of your request and has joined the chat.",
        "de": "{name} kümmert sich jetzt um Ihr Anliegen und ist im Chat.",
        "zh": "您的请求现由 {name} 处理，{name} 已加入聊天。",
    },
    "other_desk": {
        "en": "{name} has passed your request on and left the chat. It is now with: {desk}.",
        "de": "{name} hat Ihr Anliegen weitergegeben und den Chat verlassen. Es liegt jetzt hier: {desk}.",
        "zh": "{name} 已转交您的请求并离开聊天，现由以下部门处理：{desk}。",
    },
    "closed": {
        "en": "{name} has closed your request {number} and left the chat. If you write again, the automated assistant "
        "answers.",
        "de": "{name} hat Ihre Anfrage {number} abgeschlossen und den Chat verlassen. Wenn Sie wieder schreiben, "
        "antwortet der automatische Assistent.",
        "zh": "{name} 已结束您的请求 {number} 并离开聊天。如您继续留言，将由自动助手回答。",
    },
    "kept": {
        "en": "Your message is kept with your request {number} for our staff, who will answer here. The assistant does "
        "not answer meanwhile.",
        "de": "Ihre Nachricht ist bei Ihrer Anfrage {number} für unser Team gespeichert, das hier antwortet. Der "
        "Assistent antwortet solange nicht.",
        "zh": "您的消息已随请求 {number} 为工作人员保留，他们将在此回复。在此期间自动助手不会作答。",
    },
    "kept_until": {
        "en": "Your message is kept with your request {number} for our staff, who will answer here; they are "
        "back: {back}. The assistant does not answer meanwhile.",
        "de": "Ihre Nachricht ist bei Ihrer Anfrage {number} für unser Team gespeichert, das hier antwortet; "
        "wieder da ist es: {back}. Der Assistent antwortet solange nicht.",
        "zh": "您的消息已随请求 {number} 为工作人员保留，他们将在此回复；恢复办公时间：{back}。在此期间自动助手不会作答。",
    },
    "passed_on_anyway": {
        "en": "Something on our side broke off, but your request has reached our staff. Its number is {number}. What you "
        "write now reaches the people there.",
        "de": "Bei uns ist etwas abgebrochen, Ihre Anfrage ist aber bei unserem Team angekommen. Ihre Nummer ist {number}. "
        "Was Sie jetzt schreiben, lesen die Menschen dort.",
        "zh": "我们的系统刚才中断了，但您的请求已送达工作人员，编号为 {number}。您现在所写的内容将由工作人员阅读。",
    },
    "resumed": {
        "en": "You are with the automated assistant again.",
        "de": "Sie sind wieder beim automatischen Assistenten.",
        "zh": "您已回到自动助手。",
    },
    "withdrawn": {
        "en": "You are with the automated assistant again. Your request {number} is withdrawn.",
        "de": "Sie sind wieder beim automatischen Assistenten. Ihre Anfrage {number} ist zurückgezogen.",
        "zh": "您已回到自动助手，您的请求 {number} 已撤回。",
    },
    "still_by_email": {
        "en": "You are with the automated assistant again. Your request {number} stays with our staff, who answer by "
        "e-mail.",
        "de": "Sie sind wieder beim automatischen Assistenten. Ihre Anfrage {number} bleibt bei unserem Team, das per "
        "E-Mail antwortet.",
        "zh": "您已回到自动助手。您的请求 {number} 仍由工作人员处理，他们将通过电子邮件答复。",
    },
    "how_was_it": {
        "en": "How satisfied are you with the help you got?",
        "de": "Wie zufrieden sind Sie mit der Hilfe?",
        "zh": "您对这次服务满意吗？",
    },
    "rated": {
        "en": "Thank you. If you like, say more in your next message; a question goes to the assistant.",
        "de": "Danke. Wenn Sie mögen, schreiben Sie in der nächsten Nachricht mehr dazu; eine Frage geht an den Assistenten.",
        "zh": "谢谢。如您愿意，可在下一条消息中补充意见；若是提问，则由自动助手回答。",
    },
    "thanks": {"en": "Thank you.", "de": "Vielen Dank.", "zh": "谢谢。"},
    "commented": {
        "en": "Thank you, your comment is kept with your rating.",
        "de": "Vielen Dank, Ihre Anmerkung ist bei Ihrer Bewertung gespeichert.",
        "zh": "谢谢，您的意见已与评价一并保存。",
    },
}

# Satisfaction, best first: the number that is kept, and the button.
RATINGS: dict[int, Text] = {
    1: {"en": "Good", "de": "Gut", "zh": "满意"},
    2: {"en": "All right", "de": "In Ordnung", "zh": "一般"},
    3: {"en": "Not good", "de": "Nicht gut", "zh": "不满意"},
}
BACK_TO_ASSISTANT: Text = {"en": "Back to the assistant", "de": "Zurück zum Assistenten", "zh": "返回自动助手"}


def line(key: str, language: str, **values: str) -> str:
    """One line, filled in."""
    return LINES[key][language].format(**{name: isolated(value) for name, value in values.items()})


def kept_line(language: str, number: str, office: Standing) -> str:
    """That a message is kept; outside hours also when people are back, as far as that is known."""
    if office.back is None:
        return line("kept", language, number=number)
    return line("kept_until", language, number=number, back=moment_text(office.back, language))
