"""A message is cut into what is asked and what is only told, in three languages."""

import pytest

from bot.common.sentences import introduces, parts

CUT = {
    "Who runs the Centre and where is Luzhou?": ["Who runs the Centre", "where is Luzhou?"],
    "Wir bauen Pumpen. Wer hilft uns in China?": ["Wer hilft uns in China?"],
    "泸州在哪里？有多少人口？": ["泸州在哪里？", "有多少人口？"],
    "My name is Max Mustermann (max@example.org), does Konin have a planetarium?": ["does Konin have a planetarium?"],
    "Hallo, mein Name ist Dr. Erika Mustermann. Wo liegt Luzhou?": ["Wo liegt Luzhou?"],
    "我叫李明，科宁有天文馆吗？": ["科宁有天文馆吗？"],
    "When and where was it signed?": ["When and where was it signed?"],
    "In which year and at which place was it signed?": ["In which year and at which place was it signed?"],
    "Seit wann gibt es die CDHAW, und zu welcher Uni gehört sie?": [
        "Seit wann gibt es die CDHAW",
        "zu welcher Uni gehört sie?",
    ],
    "Which rivers meet in Luzhou, and is its port important?": [
        "Which rivers meet in Luzhou",
        "is its port important?",
    ],
    "Welche Flüsse treffen sich dort, und ist der Hafen groß?": [
        "Welche Flüsse treffen sich dort",
        "ist der Hafen groß?",
    ],
    "Does it lie in Sichuan, and has 4 million people?": ["Does it lie in Sichuan, and has 4 million people?"],
    "Who is responsible, e.g. for visas?": ["Who is responsible, e.g. for visas?"],
}


@pytest.mark.parametrize(("text", "asked"), CUT.items())
def test_what_is_asked_is_found(text: str, asked: list[str]) -> None:
    assert [part.text for part in parts(text) if part.asks] == asked


@pytest.mark.parametrize(
    "text",
    ["My name is Max Mustermann (max@example.org),", "Ich heiße Erika und", "mein Name ist Dr. Muster.", "我叫李明，"],
)
def test_an_introduction_says_who_writes_and_nothing_else(text: str) -> None:
    assert introduces(text)


@pytest.mark.parametrize("text", ["Wir bauen Pumpen.", "My name is Max, where is Luzhou?", "泸州在哪里？", ""])
def test_what_says_more_is_no_introduction(text: str) -> None:
    assert not introduces(text)
