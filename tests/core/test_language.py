"""The language of a message."""
import pytest

from bot.common.language import detect, scores

ENGLISH = [
    "hello", "thanks", "Thank you very much", "yes please", "no", "good morning", "what is CFIE", "who is Innobanx",
    "partners in Düsseldorf", "Innobanx address", "Since when are Herne and Luzhou twinned?", "WHERE IS LUZHOU",
    "Where is 泸州?", "What does the Hochschule Bochum do?", "the second one", "tell me more", "go on", "why?",
    "how many members does it have", "can you help me?", "I want to talk to a person", "please answer in German",
    "What does 川南临港片区 mean for our company?", "is the Wirtschaftsförderungsgesellschaft Herne a company?",
    "which languages do you speak", "bye", "i dont understand", "Who are your Chinese partners?", "delete my data",
]
GERMAN = [
    "Danke", "danke schön", "Hallo", "Guten Tag", "ja", "nein", "wer ist CFIE", "Was ist Innobanx?", "Seit wann?",
    "und wo?", "CFIE gründung", "wo liegt luzhou", "WO LIEGT LUZHOU", "Tschüss", "tschuess", "erzähl mir mehr",
    "erzaehl mir mehr", "Was macht das Electric Vehicle Innovation Center in Chengdu?", "wieviele mitglieder hat sie",
    "Welche Partner habt ihr in China?", "die zweite", "beide", "bitte auf Englisch", "koennen sie mir helfen",
    "Wer ist der Ansprechpartner für Start-ups?", "Was bedeutet 友好城市?", "Ich möchte mit einem Menschen sprechen",
    "stimmt es, dass Luzhou in Yunnan liegt", "weiter", "warum", "loeschen sie meine daten",
]
CHINESE = [
    "你好", "谢谢", "泸州在哪里？", "CFIE是什么机构", "第二个", "继续说", "为什么", "請用中文回答", "您能帮我联系 Hochschule Bochum 吗",
    "黑尔讷有哪些友好城市", "是不是", "人口多少", "luzhou zai nali", "ni hao", "xiexie", "zhongguo huoban you naxie shenme",
    "谁签的", "IHK有多少会员？",
]


@pytest.mark.parametrize("text", ENGLISH)
@pytest.mark.parametrize("hint", ["en", "de", "zh", None])
def test_english_is_english_whatever_the_session_was(text, hint):
    assert detect(text, hint) == "en"


@pytest.mark.parametrize("text", GERMAN)
@pytest.mark.parametrize("hint", ["en", "de", "zh", None])
def test_german_is_german_whatever_the_session_was(text, hint):
    assert detect(text, hint) == "de"


@pytest.mark.parametrize("text", CHINESE)
@pytest.mark.parametrize("hint", ["en", "de", "zh", None])
def test_chinese_in_characters_or_pinyin_is_chinese_whatever_the_session_was(text, hint):
    assert detect(text, hint) == "zh"


@pytest.mark.parametrize("text", ["ok", "OK!", "Luzhou?", "CFIE", "Herne", "123", "???", "", "👍", "Innobanx", "general düsseldorf, district?"])
@pytest.mark.parametrize("hint", ["en", "de", "zh"])
def test_what_is_no_language_keeps_the_language_of_the_session(text, hint):
    assert detect(text, hint) == hint


def test_without_any_evidence_and_session_the_language_is_english():
    assert detect("CFIE", None) == "en"
    assert detect("CFIE", "fr") == "en"


def test_scores_are_words_worth_of_evidence():
    assert scores("wo ist the station")["de"] == 2
    assert scores("")["zh"] == 0
