"""Mails as they leave: headers that nobody's words can break, and both forms of the text."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser, Parser
from email.policy import compat32, default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handoff.mail import LONGEST_SUBJECT, Content, NotAnAddress, Sender, build, plain_address
from bot.replies.notices import Notices, UnknownNotice
from bot.replies.notices.texts import COLON, FOOTERS, LANGUAGE_NAMES, NOTICES, ORGANISATION, Text
from bot.replies.problems import LANGUAGES

AT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SENDER = Sender.parse("China Competence Centre <assistant@example.org>")
NOTICES_OF_OURS = Notices("https://chat.example.org")
VALUE = re.compile(r"\{\{ (\w+) \}\}")
HEADERS = [
    "Date", "Message-ID", "From", "To", "Reply-To", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type", "Content-Language",
]  # fmt: skip


def written(content: Content, **changes: Any) -> bytes:
    """The mail as it goes over the wire."""
    parts: dict[str, Any] = {
        "sender": SENDER, "to": "anna@example.org", "reply_to": "team@example.org", "message_id": "0" * 32,
        "language": "en", "at": AT,
    }  # fmt: skip
    return build(content, **(parts | changes)).as_bytes()


def sent(content: Content, **changes: Any) -> EmailMessage:
    """The mail as it is read."""
    mail: EmailMessage = BytesParser(policy=default).parsebytes(written(content, **changes))
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def with_subject(subject: str) -> EmailMessage:
    return sent(Content(subject, "text\n", "<p>text</p>\n"))


def test_a_mail_says_that_it_is_automatic_where_answers_go_and_who_it_is_from() -> None:
    mail = with_subject("Hello")
    assert mail.keys() == HEADERS
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Reply-To"] == "team@example.org"
    assert mail["From"] == "China Competence Centre <assistant@example.org>"
    assert mail["Message-ID"] == f"<{'0' * 32}@example.org>"
    assert mail["Date"] == "Sun, 22 Nov 2026 18:00:00 +0000"
    assert SENDER.envelope("abc") == "bounce+abc@example.org"
    assert Sender.parse("assistant@example.org", bounce="").envelope("abc") == "assistant@example.org"


def test_chinese_and_german_texts_arrive_as_they_were_written_in_seven_bits() -> None:
    content = Content("关于您的请求的答复：泸州市与黑尔讷市", "您好：\n\nGrüße – „so“\n", "<p>您好：Grüße</p>\n")
    raw = written(content, sender=Sender.parse("中鲁尔地区中国能力中心 <a@example.org>"), language="zh")
    assert (
        raw.isascii()
        and all(len(line) <= 998 for line in raw.split(b"\r\n"))
        and b"\n" not in raw.replace(b"\r\n", b"")
    )
    mail: Any = BytesParser(policy=default).parsebytes(raw)
    assert mail["Subject"] == content.subject
    assert mail["From"].addresses[0].display_name == "中鲁尔地区中国能力中心"
    assert body(mail, "plain") == content.text and body(mail, "html") == content.html
    assert {part.get_content_charset() for part in mail.iter_parts()} == {"utf-8"}


SEPARATORS = ["\r\n", "\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r\n ", "\n\t", "\0"]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_in_a_subject_makes_no_header(separator: str) -> None:
    mail = with_subject(f"Hello{separator}Bcc: everyone@example.org{separator}{separator}<b>body</b>")
    assert mail.keys() == HEADERS and "Bcc" not in mail
    assert body(mail, "plain") == "text\n" and mail["To"] == "anna@example.org"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_in_the_name_of_the_sender_makes_no_header(separator: str) -> None:
    mail = sent(Content("s", "t", "h"), sender=Sender(f"A{separator}Bcc: b@example.org", "a@example.org"))
    assert mail.keys() == HEADERS and mail["From"].addresses[0].addr_spec == "a@example.org"


@pytest.mark.parametrize("separator", [*SEPARATORS, ",", ";", " ", "<", ">", '"', "(", ":", "，"])
@pytest.mark.parametrize("which", ["to", "reply_to"])
def test_an_address_with_more_in_it_than_an_address_is_refused(separator: str, which: str) -> None:
    for address in (f"a@example.org{separator}b@example.org", f"a{separator}@example.org", f"a@example.org{separator}"):
        with pytest.raises(NotAnAddress):
            sent(Content("s", "t", "h"), **{which: address})


@pytest.mark.parametrize("address", ["", "@", "a@", "@b.de", "a@b@c.de", "a@.de", "a@b..de", "ü@example.org", "a@例.org", "x" * 65 + "@b.de"])  # fmt: skip
def test_what_is_no_address_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        plain_address(address, "recipient")
    assert str(refused.value) == "recipient"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=400))
def test_no_subject_breaks_the_mail(subject: str) -> None:
    mail = with_subject(subject)
    assert mail.keys() == HEADERS
    assert len(mail["Subject"]) <= LONGEST_SUBJECT and not set(mail["Subject"]) & set("\r\n\0")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300), st.sampled_from(LANGUAGES))
def test_no_answer_breaks_the_mail_or_becomes_markup(answer: str, language: str) -> None:
    params = {"number": "7K3M9QXA", "answer": f"a{answer}"}
    mail = sent(NOTICES_OF_OURS.compose("staff_answer", language, params))
    html = body(mail, "html")
    assert mail.keys() == HEADERS and html.count("<blockquote") == html.count("</blockquote>") == 1
    quoted = html.partition("<blockquote")[2].partition(">")[2].partition("</blockquote>")[0]
    assert "<" not in quoted and ">" not in quoted


def test_a_long_subject_is_cut_and_a_long_chinese_one_still_arrives() -> None:
    assert str(with_subject("word " * 200)["Subject"]).endswith("…")
    assert with_subject("泸" * 400)["Subject"] == "泸" * (LONGEST_SUBJECT - 1) + "…"
    assert with_subject("泸州 " * 40)["Subject"] == ("泸州 " * 40).strip()
    name = "中鲁尔地区 中国能力中心 " * 4 + '"Müller, Büro" <x@example.org>'
    mail = sent(Content("s", "t", "h"), sender=Sender(name, "a@example.org"))
    assert mail["From"].addresses[0].addr_spec == "a@example.org" and len(mail["From"].addresses) == 1
    raw = written(Content("s", "t", "h"), sender=Sender("中鲁尔地区 中国能力中心 " * 4, "a@example.org"))
    # Read by the older parser: Python 3.12's own puts spaces between the parts of a long name.
    [line] = [value for name, value in Parser(policy=compat32).parsestr(raw.decode()).items() if name == "From"]
    assert str(make_header(decode_header(line))) == "中鲁尔地区 中国能力中心 " * 4 + "<a@example.org>"


def texts() -> Iterator[tuple[str, Text]]:
    for key, notice in NOTICES.items():
        yield f"{key} subject", notice.subject
        yield f"{key} link", notice.link
        yield from ((f"{key} {n}", paragraph.text) for n, paragraph in enumerate(notice.paragraphs))
    yield from FOOTERS.items()
    yield from LANGUAGE_NAMES.items()
    yield from [("organisation", ORGANISATION), ("colon", COLON)]


def test_every_text_of_a_mail_stands_in_three_languages_with_the_same_values() -> None:
    for key, text in texts():
        assert set(text) == set(LANGUAGES), key
        assert all(text.values()), key
        assert len({frozenset(VALUE.findall(words)) for words in text.values()}) == 1, key


def test_an_optional_value_is_named_by_the_paragraph_that_needs_it() -> None:
    for key, notice in NOTICES.items():
        for paragraph in notice.paragraphs:
            used = set(VALUE.findall(paragraph.text["en"]))
            assert used <= notice.required | {paragraph.needs}, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", NOTICES)
def test_every_notice_leads_to_our_own_address_and_says_the_same_twice(template: str, language: str) -> None:
    params = {"number": "7K3M9QXA", "answer": "1 < 2 & so on", "topic": {"en": "Trade", "de": "Handel", "zh": "贸易"},
              "visitor_language": "zh", "hours": 4, "back": "Mon 09:00"}  # fmt: skip
    content = Notices("https://chat.example.org/").compose(template, language, params)
    path = "/desk/cases/7K3M9QXA" if NOTICES[template].footer == "desk" else "/"
    assert f"\nhttps://chat.example.org{path}\n" in content.text
    assert content.html.count("https://chat.example.org") == 2 == content.html.count("http")
    assert f'href="https://chat.example.org{path}"' in content.html and f'<html lang="{language}">' in content.html
    assert "7K3M9QXA" in content.subject and "7K3M9QXA" in content.text
    assert "{{" not in content.text + content.html + content.subject
    for paragraph in content.text.split("\n\n")[:-1]:
        plain = paragraph.replace("&", "&amp;").replace("<", "&lt;").split("\n")[0]
        assert plain.rstrip(":：") in content.html
    topic = params["topic"][language]  # type: ignore[index]
    assert (topic in content.text) == any(p.needs == "topic" for p in NOTICES[template].paragraphs)


def test_a_mail_to_a_desk_holds_nothing_that_the_visitor_wrote_even_if_it_is_handed_over() -> None:
    secret = "Anna Muster anna@example.org"
    params = dict.fromkeys(("question", "name", "email", "company", "answer"), secret) | {"number": "7K3M9QXA"}
    for template in ("desk_notice", "reminder", "escalation", "receipt"):
        content = Notices("https://chat.example.org").compose(template, "en", params)
        assert "Muster" not in content.subject + content.text + content.html


def test_words_of_others_are_never_read_as_a_template() -> None:
    content = Notices("https://chat.example.org").compose(
        "staff_answer", "en", {"number": "7", "answer": "{{ number }} {% raise %} {number}"}
    )
    assert "{{ number }} {% raise %} {number}" in content.text


@pytest.mark.parametrize("path", ["//evil.example/x", "https://evil.example", "evil", "\\\\evil", "@evil.example"])
def test_a_link_never_leaves_our_address(path: str) -> None:
    params = {"number": "7", "answer": "a", "path": path}
    content = Notices("https://chat.example.org").compose("staff_answer", "en", params)
    assert "evil" not in content.text and "https://chat.example.org/\n" in content.text


def test_a_link_can_lead_back_into_the_conversation() -> None:
    params = {"number": "7", "answer": "a", "path": '/?resume=eyJ.a-b_c~d&x="<script>'}
    content = Notices("https://chat.example.org").compose("staff_answer", "de", params)
    assert "https://chat.example.org/?resume=eyJ.a-b_c~d&x=%22%3Cscript%3E\n" in content.text
    assert "<script" not in content.html


@pytest.mark.parametrize(("template", "params"), [("nothing", {"number": "7"}), ("receipt", {}), ("receipt", {"number": ""}), ("staff_answer", {"number": "7"})])  # fmt: skip
def test_a_notice_that_cannot_be_filled_in_is_refused(template: str, params: dict[str, Any]) -> None:
    with pytest.raises(UnknownNotice):
        Notices("https://chat.example.org").compose(template, "en", params)


def test_a_language_we_do_not_write_reads_english() -> None:
    notices = Notices("https://chat.example.org")
    assert notices.compose("receipt", "fr", {"number": "7"}) == notices.compose("receipt", "en", {"number": "7"})
