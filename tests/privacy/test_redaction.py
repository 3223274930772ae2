"""What is taken out of a visitor's words, and what has to stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.common.redaction import LONGEST, MARKS, has_marks, redact


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Write to max.mustermann@example.org please", "Write to [email] please"),
        ("mail: max (at) example (dot) org", "mail: [email]"),
        ("邮箱：ｍａｘ＠ｅｘａｍｐｌｅ．ｏｒｇ 谢谢", "邮箱：[email] 谢谢"),
        ("Ruf +49 234 0000-000 an", "Ruf [phone] an"),
        ("Call 0049 (0)234 000 00 00 or 0234/0000-0.", "Call [phone] or [phone]."),
        ("Tel. (0234) 00000", "Tel. [phone]"),
        ("ruf mich an unter 0000000", "ruf mich an unter [phone]"),
        ("我的手机是13800138000，泸州有多少人口？", "我的手机是[phone]，泸州有多少人口？"),
        ("手机１３８００１３８０００", "手机[phone]"),
        ("+86 138 0013 8000 in 2019", "[phone] in 2019"),
        ("电话 0830-0000000 转 12", "电话 [phone]"),
        ("固话(0830)0000000", "固话[phone]"),
        ("请打 400-000-0000", "请打 [phone]"),
        ("call 555-000-0000", "call [phone]"),
        ("DE89 3704 0044 0532 0130 00 bank in Herne", "[iban] bank in Herne"),
        ("meine iban de89370400440532013000 danke", "meine iban [iban] danke"),
        ("GB29 NWBK 6016 1331 9268 19", "[iban]"),
        ("IBAN DE89 3704 0044 0532 0130 01, ein Tippfehler", "IBAN [iban], ein Tippfehler"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("身份证号110101199003070000吗", "身份证号[id]吗"),
        ("11010119900307123x", "[id]"),
        ("110101 19900307 1234", "[id]"),
        ("110101900307123", "[id]"),
        ("Passnummer C01X00T47, passport no. E12345678", "Passnummer [id], passport no. [id]"),
        ("我的微信号是wang_1990", "我的微信号是[handle]"),
        ("my WeChat id is wxid_000111", "my WeChat id is [handle]"),
        ("password: hunter2", "password: [secret]"),
        ("密码是abc123", "密码是[secret]"),
        ("eyJhbGciOi.eyJzdWIi.c2ln and more", "[secret] and more"),
        ("geboren am 01.02.1990 in Herne", "geboren am [birth date] in Herne"),
        ("出生日期：1990年2月1日", "出生日期：[birth date]"),
        ("see https://me:pw@example.org/a/b?token=abc#top ok", "see https://example.org/a/b[…] ok"),
        ("www.example.org/s/9f8a7b6c5d4e3f2a1b0c9d8e.", "www.example.org/s/[…]."),
    ],
)
def test_what_leads_to_a_person_is_taken_out(written: str, kept: str) -> None:
    assert redact(written) == kept
    assert has_marks(kept)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("My name is John Smith and I want partners", "My name is [name] and I want partners"),
        ("my name is john smith and i want", "my name is [name] and i want"),
        ("my name's Anna, what is CFIE?", "my name's [name], what is CFIE?"),
        ("Ich heiße Max von Mustermann. Wo liegt Herne?", "Ich heiße [name]. Wo liegt Herne?"),
        ("ich heisse müller und suche partner", "ich heisse [name] und suche partner"),
        ("Mein Name ist Dr. Erika Musterfrau aus Bochum", "Mein Name ist [name] aus Bochum"),
        ("Ich bin Max Mustermann aus Bochum", "Ich bin [name] aus Bochum"),
        ("I'm John Smith from Wakefield", "I'm [name] from Wakefield"),
        ("Kann ich mit Frau Schmidt sprechen?", "Kann ich mit Frau [name] sprechen?"),
        ("我叫王小明想问泸州有多少人口", "我叫[name]想问泸州有多少人口"),
        ("我叫王伟，请问", "我叫[name]，请问"),
        ("我叫Anna，请问", "我叫[name]，请问"),
        ("我是李雷，想问一下", "我是[name]，想问一下"),
        ("我姓欧阳，想问", "我姓[name]，想问"),
        ("请问王先生在吗", "请问[name]先生在吗"),
    ],
)
def test_names_people_give_are_taken_out(written: str, kept: str) -> None:
    assert redact(written) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Was passierte am 22.05.2019 und 2021-03-04?",
        "01.02.2019 - 03.04.2020, 05/2019 and 7-11-2025",
        "4,254,149 people; 5.0382 million in 2022, 12.232 km², 1.000.000 Euro, 0,5 %",
        "Trade of 200 000 000 000 euros 2015-2019",
        "1200000000 Umsatz, 0 to 100, 2014 2015 2016 2017",
        "44623 Herne, 10:00-12:30, A 42, 5G",
        "泸州2022年有503.82万人吗？",
        "Telefon seit 2019?",
        "I am looking for partners. I am Chinese. I'm not sure",
        "Ich bin Unternehmer aus Bochum",
        "ich bin auf der Suche",
        "我是中国企业，想来黑尔讷",
        "What is the name of the university? name of the mayor",
        "wechat channel of the Centre, WhatsApp group",
        "https://example.org/partners/innobanx is this yours?",
        "Ist IHK der Pass für China 2019?",
        "Is this Innobanx?",
    ],
)
def test_figures_years_and_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_several_things_go_at_once() -> None:
    text = "Ich heiße Max Mustermann, max@example.org, 0234 000000, was war 2019 in Luzhou?"
    assert redact(text) == "Ich heiße [name], [email], [phone], was war 2019 in Luzhou?"


@given(st.text(max_size=300))
def test_any_text_is_redacted_once_and_for_all(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(
    st.lists(
        st.sampled_from(
            ["ich heiße Max", "0234 000000", "a@b.de", *MARKS, "我叫王伟", " ", "，", "2019", "www.a.de/?x"]
        )
    )
)
def test_marks_among_other_words_stay_as_they_are(parts: list[str]) -> None:
    once = redact(" ".join(parts))
    assert redact(once) == once


@given(st.integers(1000, 2999), st.integers(0, 9_999_999))
def test_a_year_and_a_figure_always_stay(year: int, figure: int) -> None:
    text = f"In {year} there were {figure} people ({figure:,})"
    assert redact(text) == text


def test_what_is_longer_than_a_message_is_cut() -> None:
    assert len(redact("a" * (LONGEST + 1))) == LONGEST
