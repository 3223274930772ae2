"""What visitors type to steer the form, in three languages: yes, no, back, cancel, and which of their details is wrong."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Detail = Literal["topic", "question", "reach", "email", "name"]

LONGEST_COMMAND = 8  # words, or twice as many Han characters; what is longer says more than a command does
MOST_CHARACTERS = 80
# Neither holds a yes or a no: "not agreed" and "yes, no" must never read as consent.
_BEFORE = r"(?:please|bitte|pls|well|oh|ach|hm+|thanks|danke|请|麻烦|那|嗯)"
_BEHIND = r"(?:please|bitte|pls|thanks|thank you|danke(?: schön)?|谢谢|吧|了|啊|的)"
_FIRST = {"cancel": r"(?:no|nein|ok(?:ay)?|好|不)", "back": r"(?:no|nein|ok(?:ay)?|不)", "change": r"(?:no|nein|不)",
          "yes": r"(?:yes|ja|好的?|是的?|ok(?:ay)?)", "send": r"(?:yes|ja|好的?|是的?|ok(?:ay)?)", "no": r"(?:no|nein|不)"}  # fmt: skip
_WISH = (
    r"(?:(?:i(?:'d| would)? (?:like|want|wish|prefer) to|can (?:i|we|you)|could (?:i|we|you)|let(?:'s| us| me)|may i"
    r"|ich (?:möchte|moechte|will|würde gerne?)|kann ich|können wir|wir wollen|我(?:想|要|们)?|想|要|可以|能)\s*)?"
)
_CANCEL = (
    r"(?:cancel|abort|quit|stop|exit|end)(?: (?:it|this|that|the (?:form|request)|here))?|never ?mind|forget (?:it|about it)"
    r"|leave it|i changed my mind|i don't want (?:this|that|it)(?: any ?more)?|(?:no longer|not any ?more)"
    r"|abbrechen|abbruch|brich ab|brechen sie ab|stopp?|vergiss es|vergessen sie es|lass(?:en)?(?: sie)?(?: es| das)?(?: sein| bleiben)?"
    r"|doch nicht|beenden|aufhören|schluss(?: damit)?|取消|算了|不用了|不要了|停止?|停下|退出|放弃|终止|不办了|不想(?:要|说|填)了"
)
_BACK = (
    r"(?:go |step |one step )?back(?: one step)?|(?:the )?previous(?: (?:step|question|one))?|undo"
    r"|(?:einen schritt )?zur(?:ü|ue)ck(?: gehen)?|(?:der )?vorherige[rn]?(?: schritt| frage)?|noch ?mal zur(?:ü|ue)ck"
    r"|返回|回到?上一步|上一步|后退|退回|往回|上一个"
)
_SKIP = (
    r"skip(?: (?:it|this|that))?|no(?:pe|ne)?|nothing|rather not(?: say)?|prefer not to(?: say)?|anonymous(?:ly)?|without(?: name)?|next"
    r"|überspringen|ueberspringen|weiter|keine?(?: angaben?)?|nein|lieber nicht|anonym|ohne(?: namen?)?|nichts"
    r"|跳过|不填|不用|没有|无|不想说|匿名|否|不|不说|下一步|略过"
)
_YES = (
    r"y|yes|yeah|yep|sure|of course|absolutely|ok(?:ay)?|fine|right|correct|i (?:do )?(?:agree|consent|accept)|agreed?|accept(?:ed)?|i do"
    r"|j|ja|jo|jawohl|klar|gerne?|natürlich|in ordnung|passt|stimmt|richtig|einverstanden|ich (?:bin einverstanden|stimme zu|willige ein)|zustimmen|ich akzeptiere"
    r"|是|是的|对|对的|好|好的|行|可以|没问题|同意|我同意|接受|当然|确认|嗯|没错"
)
_SEND = (
    r"(?:yes )?(?:send|submit)(?: (?:it|this|off|now|the request))*|go ahead|do (?:it|so)|try again|again|retry"
    r"|(?:ja )?(?:ab)?(?:senden|schicken)|(?:schick|sende)(?:en)?(?: sie)?(?: es| das)?(?: ab| los)?|los|nochmal|noch einmal|erneut(?: versuchen)?"
    r"|发送|提交|发出|发吧|发|再试一次|重试|提交吧"
)
_NO = (
    r"n|no|nope|not|never|i (?:do not|don't|won't) (?:agree|consent|accept|want (?:this|that|it))|i (?:disagree|refuse|decline)|disagree|refuse|decline|rather not"
    r"|nein|nee|nö|nicht|ich (?:stimme nicht zu|lehne (?:das )?ab|bin nicht einverstanden|willige nicht ein|möchte (?:das )?nicht|will (?:das )?nicht)"
    r"|nicht einverstanden|ablehnen|lieber nicht|不|不是|不同意|我不同意|不行|不可以|拒绝|我拒绝|否|不要|不接受|不愿意"
)
_CHANGE = (
    r"change(?: (?:something|it|that))?|edit|correct(?: something)?|wrong|that is wrong|not (?:right|correct)|ändern|aendern|etwas ändern|korrigieren|falsch"
    r"|stimmt nicht|修改|更改|改(?:一下)?|不对|错了|有误"
)
_MAIL = r"(?:by |via |per |with |mit |über )?(?:an? )?(?:e-?mail|mail)|(?:用|通过|发)?(?:电子)?(?:邮件|邮箱|电邮)(?:回复|联系)?"
_CHAT = (
    r"(?:(?:right |just )?here(?: in (?:the |this )?chat)?|(?:in|via|by) (?:the |this )?chat|chat|im chat|(?:per|über) chat|(?:gleich |direkt )?hier(?: im chat)?"
    r"|(?:在|就在|用)?(?:这里|这儿|聊天|聊天中|聊天里|聊天窗口)(?:回复|回答|等)?)(?: instead| lieber)?"
)
COMMANDS = {
    name: re.compile(
        rf"(?:{_BEFORE}[ ,，]*)*(?:{_FIRST.get(name, '(?!)')}[ ,，]+)?(?:{_BEFORE}[ ,，]*)*{_WISH}(?:{words})(?:[ ,，]*{_BEHIND})*"
    )
    for name, words in {
        "cancel": _CANCEL, "back": _BACK, "skip": _SKIP, "yes": _YES, "send": _SEND, "no": _NO, "change": _CHANGE,
        "mail": _MAIL, "chat": _CHAT,
    }.items()
}  # fmt: skip

_FAULT = re.compile(
    r"\b(?:wrong|incorrect|mistyped?|misspel\w+|typo|mistake|change|correct|fix|falsch\w*|stimmt nicht|vertippt|verschrieben|tippfehler|ändern|aendern"
    r"|korrigier\w*|berichtig\w*)\b|错|改|不对|有误|更正"
)
_DETAILS: dict[Detail, re.Pattern[str]] = {
    "email": re.compile(
        r"\b(?:e-?mail(?:-?\s?(?:address|adresse))?|mail(?:adresse)?|address|adresse)\b|邮箱|邮件|电邮"
    ),
    "name": re.compile(
        r"\b(?:(?:sur|first |last |vor|nach)?names?|namen|company|firm|firma|firmenname|unternehmen)\b|姓名|名字|公司"
    ),
    "question": re.compile(r"\b(?:question|frage|text|message|nachricht)\b|问题|留言"),
    "topic": re.compile(r"\b(?:topic|subject|thema)\b|主题|话题"),
    "reach": re.compile(r"\b(?:way|answer|antwort(?:weg)?|kontaktweg)\b|回复方式|联系方式"),
}
_NOT_BUT = (
    re.compile(r"\bnot\s+[\"“]?(?P<old>[^,;]+?)[\"”]?\s*(?:,\s*(?:but\s+|it'?s\s+)?|\s+but\s+)[\"“]?(?P<new>.+?)[\"”]?\s*$", re.I),
    re.compile(r"\bnicht\s+[\"„]?(?P<old>[^,;]+?)[\"“]?\s*,?\s*(?:sondern\s+|,\s*)[\"„]?(?P<new>.+?)[\"“]?\s*$", re.I),
    re.compile(r"不是\s*[“\"]?(?P<old>[^，,。]+?)[”\"]?\s*[，,]?\s*(?:而|应该)?是\s*[“\"]?(?P<new>.+?)[”\"]?\s*$"),
)  # fmt: skip
_OPENS_QUESTION = re.compile(
    r"^\W*(?:(?:and|und|but|aber|so|also|hi|hello|hallo|sorry|first|erst|wait|moment)\W+){0,2}"
    r"(?:who|whom|whose|what|what's|when|where|why|how|which|is|are|was|were|do|does|did|can|could|will|would|has|have|tell me|explain"
    r"|wer|wen|wem|was|wann|wo|woher|wohin|wozu|warum|wieso|weshalb|wie|wieviele?|welche[rsnm]?|gibt es|ist|sind|hat|haben|kann|können|erzähl\w*|erklär\w*)\b",
    re.I,
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_QUESTION = re.compile(r"谁|什么|哪|多少|多大|多久|怎么|怎样|如何|为何|为什么|何时|吗$|呢$|几[个家年]|介绍|告诉我")
_INTRODUCES = re.compile(
    r"^\W*(?:(?:hi|hello|hallo|guten tag|你好|您好)\W+)?(?:my (?:full )?name is|my name's|i am called|i'm|i am|this is|mein name ist|ich hei(?:ß|ss)e|ich bin"
    r"|hier ist|name:?|我叫|我的名字(?:是|叫)|我是|姓名[:：]?)\s*",
    re.I,
)
_BETWEEN = re.compile(r"\s*(?:[,;，；、\n/]|\s(?:from|of|von|bei|vom|der firma|at)\s|，?(?:来自|公司[是:：]))\s*", re.I)


def folded(text: str) -> str:
    """Lower case, one blank between words, no signs at either end."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(re.sub(r"^[\W_]+|[\W_]+$", "", plain).split())


def size(text: str) -> float:
    """How much a text says, in words; two Han characters are one."""
    return len(_HAN.sub(" ", text).split()) + len(_HAN.findall(text)) / 2


def is_command(name: str, text: str) -> bool:
    """Whether the text is this command (a key of COMMANDS) and nothing else."""
    plain = folded(text)
    short = 0 < size(plain) <= LONGEST_COMMAND and len(plain) <= MOST_CHARACTERS
    return short and COMMANDS[name].fullmatch(plain) is not None


def asks(text: str) -> bool:
    """Whether the text is put as a question."""
    if re.search(r"[?？]\s*$", text.strip()):
        return True
    return bool(_HAN_QUESTION.search(text)) if _HAN.search(text) else bool(_OPENS_QUESTION.match(text))


def faulty_detail(text: str) -> Detail | None:
    """Which detail the text says is wrong or to be changed."""
    plain = folded(text)
    if size(plain) > 2 * LONGEST_COMMAND or not _FAULT.search(plain):
        return None
    return next((detail for detail, pattern in _DETAILS.items() if pattern.search(plain)), None)


def replacement(text: str) -> tuple[str, str] | None:
    """(old, new) of "not X, but Y"."""
    for pattern in _NOT_BUT:
        if found := pattern.search(text.strip()):
            return found["old"].strip(" .。"), found["new"].strip(" .。!！")
    return None


def name_and_company(text: str) -> tuple[str, str | None]:
    """A line as visitors answer "your name and company": the name, and what stands behind a comma or "from"."""
    rest = _INTRODUCES.sub("", " ".join(text.split()) if "\n" not in text else text).strip(" .。!！")
    name, *others = [part for part in _BETWEEN.split(rest, maxsplit=1) if part]
    return name.strip(), (others[0].strip(" .。") or None) if others else None
