"""A message cut into what is asked and what is only told: "Hi, we make pumps. Who helps us, and where are you?"."""

import re
from typing import NamedTuple

MOST_PARTS = 6
LONGEST_TAG = 24  # characters
FEWEST_WORDS, LONGEST_GREETING = 3, 4  # words
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.\s?v|z\.\s?b|d\.\s?h|u\.\s?a|dr|prof|st|nr|no|ca|bzw|usw|etc|inc|ltd|co|mr|mrs|e\.g|i\.e)|\d|\b[a-z])$",
    re.I,
)
_END = re.compile(r"[.!?…]+(?=\s|$)|[。！？；]+|\n+|;\s")
_ASKING = re.compile(
    r"\b(?:who|whom|whose|what|whats|when|where|wheres|why|how|which|is|are|was|were|do|does|did|can|could|would|will|has|have|tell me|show"
    r"|list|give me|explain|name the|wer|wen|wem|was|wann|wo|woher|wohin|wozu|wofür|wofuer|warum|wieso|weshalb|wie|wieviel|wieviele"
    r"|welche[rsnm]?|nenn\w*|zeig\w*|sag mir|sagen sie|erzähl\w*|erklär\w*|liste|gibt es|gibts|wat|ham|habt)\b",
    re.I,
)
# Words a question begins with even where no question mark stands.
_OPENING = re.compile(
    r"^\W*(?:(?:and|und|also|so|but|aber|ok|okay|well|or|oder|dann|then|please|bitte|sag mal|say)\W+)*(?:since when|seit wann|in which|in welche\w+"
    r"|who|whom|whose|what|whats|when|where|wheres|why|how|which|is|are|was|were|do|does|did|can|could|would|will|has|have"
    r"|wer|wen|wem|wann|wo|woher|wohin|wozu|wofür|wofuer|warum|wieso|weshalb|wie|wieviel|wieviele|welche[rsnm]?"
    r"|tell me|show|list|give me|explain|name the|nenn\w*|zeig\w*|sag mir|sagen sie|erzähl\w*|erklär\w*|liste|gibt|wat|ist|sind|hat|haben|kann|können)\b",
    re.I,
)
_HAN_ASKING = re.compile(
    r"谁|誰|什么|什麼|甚么|哪|几[个家年所座位]|幾|多少|多大|多久|多长|怎|为何|為何|何时|何時|吗|嗎|呢|是否|有没有|有沒有|是不是|能不能|可不可以|介绍|介紹|告诉我|告訴我|列出|列举|说说|請問|请问"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_QUESTION_WORD = (
    r"(?:since when|(?:in|at|from|on|by|to|for|with|of|under|since) (?:which|what|whom|when)|what|when|where|why|how|which|who|whom|whose|is there|are there|is it|are they|do they|does it|do you|can you|did"
    r"|seit wann|(?:in|aus|von|an|mit|zu|bei|für|auf|über|durch|nach|um|unter|ab|bis) (?:welche\w+|wem|wen|wann)|wer|wen|wem|was|wann|wo|woher|wohin|wozu|womit|wofür|warum|wieso|weshalb|wie|wieviel\w*|welche[rsnm]?|gibt es|gibts)"
)
_OF_SOMETHING = re.compile(
    r"\W*\w{2,5} (?:which|what|whom|welche\w+|wem|wen) \w+", re.I
)  # "in which year", still without a verb
_AND_ALSO = re.compile(
    rf",?\s+(?:and|und|plus|sowie|as well as)\s+(?:also\s+|then\s+|auch\s+|dann\s+|about\s+)?(?={_QUESTION_WORD}\b)"
    # After a comma a verb in front asks as well: "which rivers meet there, and is the port important?"
    r"|,\s+(?:and|und)\s+(?=(?:is|are|was|were|do|does|did|has|have|can|ist|sind|war|waren|hat|haben|gibt|kann|können)\s+"
    r"(?:the|its?|there|they|their|you|we|an?|any|this|that|he|she|der|die|das|es|sie|ihr\w*|sein\w*|man|wir|dort|eine?)\b)",
    re.I,
)
_HAN_AND = re.compile(
    r"[，,]\s*(?:以及|还有|還有|并且|並且|另外|同时|同時|顺便问一下|那么|又)?|(?:以及|还有|還有|并且|並且|另外)"
)
# Who writes, and how to reach them: nothing that is asked, and nothing it is asked about.
_INTRODUCTION = re.compile(
    r"(?:(?:hi|hello|hey|hallo|moin)[ ,!.]+)?(?:my (?:full )?name is|my name['’]s|i am called|ich hei(?:ß|ss)e|mein name ist|mein name lautet)\s+"
    r"(?:\([^)]*\)|\b(?:dr|prof|mrs?|ms)\.|[^,.;:!?()\n]){1,60}?\s*(?:[,.;:!–-]\s*(?:(?:and|und)\s)?|\s(?:and|und)\s|$)"
    r"|(?:你好|您好)?[，,！! ]*(?:我叫|我的名字(?:是|叫)|我姓)[^，,。！!？?]{1,20}(?:[，,。！!]\s*|$)",
    re.I,
)
# Where the question itself begins after what leads up to it.
_LEAD_IN = re.compile(
    rf"^(?:{_INTRODUCTION.pattern})|"
    r"^(?:(?:hi|hello|hey|hallo|moin|servus|good (?:morning|afternoon|evening|day)|guten (?:tag|morgen|abend)|tach|grüß gott|dear \w+)(?: there| again| zusammen| nochmal)?[ ,!.]+"
    r"|(?:你好|您好|早上好|下午好|晚上好|哈喽|嗨|大家好)[呀啊哈]?[，,！!。~～ ]*)"
    r"|.{6,}?(?:by the way|btw|übrigens|(?:eine|ne|'ne) (?:kurze )?frage|one question|quick question)[,:;–-]? "
    r"|.{4,}?(?:顺便问一?下|順便問一?下|我想问一?下|想请问一?下|想問一?下|請問一?下|请问一?下)[，,：: ]*",
    re.I,
)
_TAG = re.compile(
    r"^\W*(?:(?:is that |is this |that s |thats )?(?:right|correct|true)|isn.?t it|aren.?t they|doesn.?t it|don.?t they|yes|no|or|please|thanks?(?: you)?"
    r"|oder(?: nicht)?|nicht wahr|stimmt.?s?|stimmt das|ist das (?:richtig|so)|richtig|ne|gell|ja|bitte|danke(?: schön)?|korrekt"
    r"|对吗|對嗎|是吗|是嗎|对吧|對吧|是吧|没错吧|是不是|对不对|谢谢|謝謝|if so.*|wenn ja.*)\W*$",
    re.I,
)


class Part(NamedTuple):
    """One sentence of a message; `asks`: whether it wants an answer."""

    text: str
    asks: bool


def parts(text: str) -> list[Part]:
    """Returns the message cut into sentences and joined questions; one part when there is nothing to cut."""
    sentences: list[str] = []
    for sentence in _sentences(text):
        if sentences and len(sentence) <= LONGEST_TAG and _TAG.match(sentence):
            sentences[-1] = f"{sentences[-1]} {sentence}"
        else:
            sentences.append(sentence)
    found: list[Part] = []
    for sentence in sentences:
        pieces = _questions(sentence)
        found += [Part(piece, len(pieces) > 1 or _asks(piece)) for piece in pieces]
    return found[:MOST_PARTS] if len(found) > 1 else [Part(text, True)]


def questions(text: str) -> list[Part]:
    """Returns the parts of a message that is more than one plain question, else an empty list."""
    found = parts(text)
    return found if len(found) > 1 and any(part.asks for part in found) else []


def introduces(text: str) -> bool:
    """Whether the text only says who writes."""
    return _INTRODUCTION.fullmatch(text.strip()) is not None


def _sentences(text: str) -> list[str]:
    pieces, start = [], 0
    for match in _END.finditer(text):
        if match.group().startswith(".") and _ABBREVIATION.search(text[start : match.start()]):
            continue
        pieces.append(text[start : match.end()])
        start = match.end()
    pieces.append(text[start:])
    result: list[str] = []
    for piece in pieces:
        rest = piece.strip()
        while (lead_in := _LEAD_IN.match(rest)) and _says_something(rest[lead_in.end() :]):
            result.append(rest[: lead_in.end()].strip())
            rest = rest[lead_in.end() :].strip()
        result.append(rest)
    return [piece for piece in result if re.search(r"\w", piece)]


def _says_something(rest: str) -> bool:
    return len(rest.split()) > 1 or len(_HAN.findall(rest)) > 3


def _questions(sentence: str) -> list[str]:
    """A sentence cut where "and" joins two questions, each of which asks by itself."""
    if _HAN.search(sentence):
        pieces = _HAN_AND.split(sentence)
        return _joined(pieces, sentence)
    cuts = [match for match in _AND_ALSO.finditer(sentence) if _stands_alone(sentence[: match.start()])]
    pieces, start = [], 0
    for match in cuts:
        pieces.append(sentence[start : match.start()])
        start = match.end()
    pieces.append(sentence[start:])
    return [piece.strip() for piece in pieces if re.search(r"\w", piece)]


def _joined(pieces: list[str], sentence: str) -> list[str]:
    """Chinese clauses: what asks nothing belongs to the question after it, or at the end to the one before."""
    result: list[str] = []
    waiting = ""
    for piece in pieces:
        piece = piece.strip()
        if not piece:
            continue
        if _HAN_ASKING.search(piece) and not (len(piece) <= 4 and _TAG.match(piece)):
            result.append(f"{waiting}，{piece}" if waiting else piece)
            waiting = ""
        else:
            waiting = f"{waiting}，{piece}" if waiting else piece
    if waiting:
        if result:
            result[-1] = f"{result[-1]}，{waiting}"
        else:
            result.append(waiting)
    return result if len(result) > 1 else [sentence]


def _stands_alone(piece: str) -> bool:
    """Whether it is a question of its own: "When and where ...?" is one question, not two."""
    fewest = FEWEST_WORDS + 2 * bool(_OF_SOMETHING.match(piece))
    return bool(_ASKING.search(piece)) and len(piece.split()) >= fewest


def _asks(piece: str) -> bool:
    if _HAN.search(piece):
        return bool(re.search(r"[?？]", piece) or _HAN_ASKING.search(piece))
    clauses = re.split(r"[,:]", piece)
    # After a greeting the question begins at the second clause.
    opening = clauses[:2] if len(clauses[0].split()) <= LONGEST_GREETING else clauses[:1]
    return "?" in piece or any(_OPENING.match(clause) for clause in opening)
