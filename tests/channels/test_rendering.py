"""One renderer for all channels: every kind of reply, in every language, within the platform's limits and nothing lost."""

import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.options import picked
from bot.channels.rendering import Look, Part, render, render_joined, utf8_bytes, utf16_units
from bot.channels.splitting import characters, cut
from bot.gateway.history import Message
from bot.replies.problems import LANGUAGES

TELEGRAM = Look("telegram", utf16_units, 4096, html=True, buttons=True)
WECHAT = Look("wechat", utf8_bytes, 1800, html=False, buttons=False)
NARROW = Look("narrow", len, 80, html=True, buttons=False)
LOOKS = (TELEGRAM, WECHAT, NARROW)
CHOICES = [{"title": "Wer <steckt> dahinter?", "choice": "a.b"}, {"title": "联系 & 工作人员", "choice": "c.d"}]
CARD = {
    "title": "Hochschule <Bochum>", "subtitle": "University",
    "rows": [
        {"label": "Website", "value": "www.example.org", "url": "https://www.example.org/?a=1&b=2"},
        {"label": "E-mail", "value": "desk@example.org", "url": "mailto:desk@example.org"},
        {"label": "Evil", "value": "click", "url": "javascript:alert(1)"},
    ],
}  # fmt: skip
SOURCES = [
    {
        "title": "Partner page",
        "url": 'https://www.example.org/partner?x="><script>',
        "as_of": "2019-06-11",
        "facts": [],
    },
    {"title": "Archive", "url": None, "as_of": "nonsense", "facts": []},
    {"title": "News & more", "url": "https://news.example.org/1", "as_of": "2021", "facts": []},
]
LONG = {
    "en": "The Centre is a joint offer of three organisations in Herne & Bochum. " * 90,
    "de": "Das Zentrum ist ein gemeinsames Angebot dreier Häuser in Herne. " * 90,
    "zh": "该中心由三家机构共同设立。" * 400,
}
KINDS: dict[str, dict[str, Any]] = {
    "text": {"text": "1 < 2 & [x](javascript:alert(1)) <img src=x onerror=y> *bold* _it_"},
    "paragraphs": {"text": "One.\n\n\n\nTwo.\nThree."},
    "choices": {"text": "Which one?", "choices": CHOICES},
    "only choices": {"text": "", "choices": CHOICES},
    "card": {"text": "Here it is.", "card": CARD},
    "only card": {"text": "", "card": CARD},
    "sources": {"text": "Since 2019.", "sources": SOURCES},
    "everything": {"text": "Look.", "card": CARD, "sources": SOURCES, "choices": CHOICES},
    "staff": {"text": "On Monday.\n\nYours", "author": "staff", "name": "Anna <b>"},
    "system": {"text": "Anna has joined.", "author": "system", "choices": CHOICES},
    "long": {"long": True, "choices": CHOICES, "sources": SOURCES},
}


class Seen(HTMLParser):
    """What a platform that understands HTML shows; anything but the three tags in use is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.links, self.open = "", [], []  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("a", "b"), tag
        self.open.append(tag)
        if tag == "a":
            assert [name for name, _ in attrs] == ["href"]
            self.links.append(attrs[0][1])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def message(language: str, kind: str) -> Message:
    body = dict(KINDS[kind])
    text = LONG[language] if body.pop("long", False) else body.pop("text")
    author = body.pop("author", "assistant")
    return Message("m-1", datetime.now(UTC), author, language, text, **body)


def seen(part: Part, look: Look) -> Seen:
    page = Seen()
    page.feed(part.text)
    page.close()
    assert page.open == []
    assert page.text == part.plain
    return page


def words(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_reply_is_shown_whole_and_within_the_limit(kind: str, look: Look, language: str) -> None:
    said = message(language, kind)
    parts = render(said, look)
    assert parts
    for part in parts:
        shown = seen(part, look) if look.html else None
        assert 0 < look.size(part.plain) <= look.limit and part.plain.strip()
        assert "javascript:alert" not in "".join(shown.links if shown else ())
        assert all(link.startswith(("https://", "http://")) for link in (shown.links if shown else ()))
    everything = words("\n".join(part.plain for part in parts))
    assert words(said.text) in everything
    for choice in said.choices or ():
        assert look.buttons or words(choice["title"]) in everything
    assert [part.choices for part in parts[:-1]] == [()] * (len(parts) - 1)
    assert list(parts[-1].choices) == (said.choices or [])


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_an_address_that_is_none_of_the_web_is_text_only(look: Look) -> None:
    text = " ".join(part.text for part in render(message("en", "everything"), look))
    assert "javascript:" not in text and "mailto:" not in text and "<script>" not in text
    assert "desk@example.org" in text and "Partner page, as of 11 June 2019" in words_kept(text)


def words_kept(text: str) -> str:
    return " ".join(text.replace("\n", " ").split())


def test_options_are_numbered_where_there_are_no_buttons() -> None:
    [part] = render(message("de", "choices"), WECHAT)
    assert part.plain.endswith("Antworten Sie mit einer Zahl:\n1. Wer <steckt> dahinter?\n2. 联系 & 工作人员")
    [part] = render(message("de", "choices"), TELEGRAM)
    assert part.text == "Which one?"


def test_several_messages_become_as_few_as_possible_with_the_last_options() -> None:
    first, second = message("en", "choices"), message("en", "system")
    [part] = render_joined([first, message("zh", "text"), second], WECHAT)
    assert part.plain.count("1. ") == 1 and list(part.choices) == second.choices
    assert part.plain.index("Which one?") < part.plain.index("Anna has joined.")


def test_a_person_is_named_as_one() -> None:
    assert render(message("en", "staff"), TELEGRAM)[0].text.startswith("<b>Anna &lt;b&gt; (staff):</b>\nOn Monday.")
    assert render(message("zh", "staff"), WECHAT)[0].plain.startswith("Anna <b>（工作人员）：\nOn Monday.")


@pytest.mark.parametrize(
    ("answer", "option"),
    [
        ("1", 0), (" 2 ", 1), ("3.", 2), ("3)", 2), ("(3)", 2), ("2、", 1), ("１", 0), ("①", 0), ("⒉", 1), ("3️⃣", 2),
        ("一", 0), ("二", 1), ("三", 2), ("两", 1), ("第二个", 1), ("第三項", 2), ("#1", 0), ("No. 2", 1), ("nr 3", 2),
        ("0", None), ("4", None), ("十", None), ("12", None), ("2 tickets", None), ("", None), ("one", None), ("1 2", None),
        ("-1", None), ("1.5", None), ("1" * 60, None), ("²", 1), ("٣", 2), ("2!", None),
    ],
)  # fmt: skip
def test_a_bare_number_picks_an_option(answer: str, option: int | None) -> None:
    assert picked(answer, 3) == option


def test_more_than_ten_options_can_be_picked() -> None:
    assert (picked("12", 12), picked("十二", 12), picked("十一", 12), picked("13", 12)) == (11, 11, 10, None)


TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("  \n\n.。!?a中é\u0301👨\u200d👩🏽🇩🇪")), max_size=400
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(8, 60), st.sampled_from([len, utf16_units, utf8_bytes]))
def test_cutting_loses_no_word_and_keeps_the_limit(text: str, limit: int, size: Any) -> None:
    pieces = cut(text, limit, size)
    assert all(piece.strip() for piece in pieces)
    assert words("".join(pieces)) == words(text)
    for piece in pieces:
        assert size(piece) <= limit or len(list(characters(piece))) == 1


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_characters_are_the_text_again_and_no_mark_stands_alone(text: str) -> None:
    found = list(characters(text))
    assert "".join(found) == text
    for before, one in pairwise(found):
        if len(before) < 24:
            assert unicodedata.category(one[0]) not in ("Mn", "Me", "Mc") and one[0] != "\u200d"


def test_a_joined_emoji_and_a_flag_are_not_cut() -> None:
    family, flag = "👨\u200d👩\u200d👧\u200d👦", "🇩🇪"
    assert list(characters(f"{family}{flag}{flag}e\u0301")) == [family, flag, flag, "e\u0301"]
    assert cut(family * 5, 12, utf16_units) == [family] * 5


def test_a_text_is_cut_at_paragraphs_before_sentences_before_words() -> None:
    assert cut("One two. Three.\n\nFour five. Six.", 18, len) == ["One two. Three.", "Four five. Six."]
    assert cut("One two three. Four five six.", 18, len) == ["One two three.", "Four five six."]
    assert cut("一二三四五。六七八九十。", 7, len) == ["一二三四五。", "六七八九十。"]
    assert cut("aaaa bbbb cccc dddd", 10, len) == ["aaaa bbbb", "cccc dddd"]
    assert cut("a" * 25, 10, len) == ["a" * 10, "a" * 10, "a" * 5]
