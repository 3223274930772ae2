"""What our mails say: one notice per occasion, each part in three languages side by side.

`{{ name }}` is a value of the notice; a paragraph whose optional value is missing is left out as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass

type Text = dict[str, str]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; `needs` names an optional value without which it is left out. `quoted`: somebody's own words."""

    text: Text
    needs: str = ""
    quoted: bool = False


@dataclass(frozen=True)
class Notice:
    """One kind of mail. `path` leads from our public address to the page it is about; `{number}` and the like in it."""

    subject: Text
    paragraphs: tuple[Paragraph, ...]
    link: Text
    path: str
    footer: str  # key of FOOTERS
    required: frozenset[str] = frozenset({"number"})


ORGANISATION: Text = {
    "en": "China Competence Centre Middle Ruhr Area",
    "de": "China-Kompetenz-Zentrum Mittleres Ruhrgebiet",
    "zh": "中鲁尔地区中国能力中心",
}

# How a language is called in each of the three.
LANGUAGE_NAMES: dict[str, Text] = {
    "en": {"en": "English", "de": "Englisch", "zh": "英语"},
    "de": {"en": "German", "de": "Deutsch", "zh": "德语"},
    "zh": {"en": "Chinese", "de": "Chinesisch", "zh": "中文"},
}

FOOTERS: dict[str, Text] = {
    "desk": {
        "en": "This mail was written automatically. It contains nothing of what the visitor wrote; please answer on the "
        "desk page only.",
        "de": "Diese E-Mail wurde automatisch erstellt. Sie enthält nichts von dem, was geschrieben wurde; bitte "
        "antworten Sie nur auf der Seite des Vorgangs.",
        "zh": "本邮件由系统自动发送，不含访客所写的内容；请仅在工作人员页面上回复。",
    },
    "visitor": {
        "en": "This mail was sent automatically because this address was given in our chat. If that was not you, you need "
        "not do anything.",
        "de": "Diese E-Mail wurde automatisch versandt, weil diese Adresse in unserem Chat angegeben wurde. Wenn Sie das "
        "nicht waren, brauchen Sie nichts zu tun.",
        "zh": "本邮件由系统自动发送，因为有人在我们的聊天中填写了此邮箱地址。如非您本人操作，请忽略本邮件。",
    },
}

_ABOUT_THE_CASE = (
    Paragraph({"en": "Topic: {{ topic }}", "de": "Thema: {{ topic }}", "zh": "主题：{{ topic }}"}, needs="topic"),
    Paragraph(
        {
            "en": "Language of the conversation: {{ visitor_language }}",
            "de": "Sprache des Gesprächs: {{ visitor_language }}",
            "zh": "对话语言：{{ visitor_language }}",
        },
        needs="visitor_language",
    ),
)
COLON: Text = {"en": ":", "de": ":", "zh": "："}
_WAITED = Paragraph(
    {
        "en": "Waiting for {{ hours }} office hours.",
        "de": "Wartet seit {{ hours }} Bürostunden.",
        "zh": "已等待 {{ hours }} 个工作小时。",
    },
    needs="hours",
)
_TO_THE_CASE: Text = {"en": "Open the case", "de": "Vorgang öffnen", "zh": "打开该个案"}
_TO_THE_CHAT: Text = {"en": "Go on in the chat", "de": "Im Chat weiterschreiben", "zh": "返回聊天"}

NOTICES: dict[str, Notice] = {
    "desk_notice": Notice(
        subject={
            "en": "Case {{ number }}: a visitor asks for a person",
            "de": "Vorgang {{ number }}: Jemand möchte mit einem Menschen sprechen",
            "zh": "个案 {{ number }}：有访客希望联系工作人员",
        },
        paragraphs=(
            Paragraph(
                {
                    "en": "A visitor of the chat waits for an answer from your desk. Case number: {{ number }}.",
                    "de": "Im Chat wartet jemand auf eine Antwort Ihrer Stelle. Vorgangsnummer: {{ number }}.",
                    "zh": "聊天中有一位访客正在等待贵处答复。个案编号：{{ number }}。",
                }
            ),
            *_ABOUT_THE_CASE,
        ),
        link=_TO_THE_CASE,
        path="/desk/cases/{number}",
        footer="desk",
    ),
    "reminder": Notice(
        subject={
            "en": "Reminder: case {{ number }} still waits",
            "de": "Erinnerung: Vorgang {{ number }} wartet noch",
            "zh": "提醒：个案 {{ number }} 仍在等待处理",
        },
        paragraphs=(
            Paragraph(
                {
                    "en": "Case {{ number }} has had no answer from your desk yet.",
                    "de": "Zum Vorgang {{ number }} gibt es noch keine Antwort Ihrer Stelle.",
                    "zh": "个案 {{ number }} 尚未得到贵处答复。",
                }
            ),
            _WAITED,
            *_ABOUT_THE_CASE,
        ),
        link=_TO_THE_CASE,
        path="/desk/cases/{number}",
        footer="desk",
    ),
    "escalation": Notice(
        subject={
            "en": "Case {{ number }} comes to you as deputy",
            "de": "Vorgang {{ number }} kommt zu Ihnen als Vertretung",
            "zh": "个案 {{ number }} 转由您代为处理",
        },
        paragraphs=(
            Paragraph(
                {
                    "en": "Case {{ number }} was not taken up in time and now comes to your desk as the deputy.",
                    "de": "Der Vorgang {{ number }} wurde nicht rechtzeitig übernommen und kommt nun zu Ihrer Stelle als "
                    "Vertretung.",
                    "zh": "个案 {{ number }} 未能及时受理，现转由贵处代为处理。",
                }
            ),
            _WAITED,
            *_ABOUT_THE_CASE,
        ),
        link=_TO_THE_CASE,
        path="/desk/cases/{number}",
        footer="desk",
    ),
    # Nothing that was typed in the chat is repeated here: the address may be somebody else's.
    "receipt": Notice(
        subject={
            "en": "We have your request {{ number }}",
            "de": "Ihre Anfrage {{ number }} ist bei uns",
            "zh": "我们已收到您的请求 {{ number }}",
        },
        paragraphs=(
            Paragraph({"en": "Hello,", "de": "Guten Tag,", "zh": "您好："}),
            Paragraph(
                {
                    "en": "Your request is with our staff. Its number is {{ number }}.",
                    "de": "Ihre Anfrage liegt unseren Mitarbeiterinnen und Mitarbeitern vor. Ihre Nummer ist {{ number }}.",
                    "zh": "您的请求已转交我们的工作人员，编号为 {{ number }}。",
                }
            ),
            Paragraph(
                {"en": "Topic: {{ topic }}", "de": "Thema: {{ topic }}", "zh": "主题：{{ topic }}"}, needs="topic"
            ),
            Paragraph(
                {
                    "en": "Our staff are back: {{ back }}.",
                    "de": "Wir sind wieder da: {{ back }}.",
                    "zh": "工作人员恢复上班时间：{{ back }}。",
                },
                needs="back",
            ),
            Paragraph(
                {
                    "en": "You will get the answer in the chat and, when you are no longer there, at this address.",
                    "de": "Sie erhalten die Antwort im Chat und, wenn Sie nicht mehr dort sind, an diese Adresse.",
                    "zh": "答复将显示在聊天中；如您已离开聊天，则会发送到此邮箱。",
                }
            ),
        ),
        link=_TO_THE_CHAT,
        path="/",
        footer="visitor",
    ),
    "staff_answer": Notice(
        subject={
            "en": "Answer to your request {{ number }}",
            "de": "Antwort auf Ihre Anfrage {{ number }}",
            "zh": "关于您的请求 {{ number }} 的答复",
        },
        paragraphs=(
            Paragraph({"en": "Hello,", "de": "Guten Tag,", "zh": "您好："}),
            Paragraph(
                {
                    "en": "A member of our staff has answered your request {{ number }}:",
                    "de": "Zu Ihrer Anfrage {{ number }} gibt es eine Antwort aus unserem Team:",
                    "zh": "我们的工作人员已就您的请求 {{ number }} 作出答复：",
                }
            ),
            Paragraph({"en": "{{ answer }}", "de": "{{ answer }}", "zh": "{{ answer }}"}, needs="answer", quoted=True),
            Paragraph(
                {
                    "en": "You can go on in the same conversation:",
                    "de": "Sie können dasselbe Gespräch fortsetzen:",
                    "zh": "您可以继续同一对话：",
                }
            ),
        ),
        link=_TO_THE_CHAT,
        path="/",
        footer="visitor",
        required=frozenset({"number", "answer"}),
    ),
}
