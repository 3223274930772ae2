"""Names in what visitors write: however spelt, never guessed, never taken from common words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.common.text import fold
from bot.partners.knowledge import Snapshot
from bot.partners.names import NameIndex
from bot.partners.records import Name

SAME = [
    ("Innobanx", "innobanx"), ("INNOBANX", "innobanx"), ("innobanx mbH", "innobanx"), ("Innobanx GmbH", "innobanx"),
    ("Hochschule Bochum", "hochschule-bochum"), ("Hochschule-Bochum", "hochschule-bochum"),
    ("HOCHSCHULE BOCHUM", "hochschule-bochum"), ("HS Bochum", "hochschule-bochum"),
    ("Bochum University of Applied Sciences", "hochschule-bochum"), ("波鸿应用技术大学", "hochschule-bochum"),
    ("波鴻應用技術大學", "hochschule-bochum"),
    ("Deutsch-Chinesisches Bildungswerk e.V.", "deutsch-chinesisches-bildungswerk"),
    ("Deutsch-Chinesisches Bildungswerk e. V.", "deutsch-chinesisches-bildungswerk"),
    ("deutsch chinesisches bildungswerk", "deutsch-chinesisches-bildungswerk"),
    ("Generalkonsulat der Volksrepublik China in Düsseldorf", "china-consulate-general-duesseldorf"),
    ("Generalkonsulat der Volksrepublik China in Duesseldorf", "china-consulate-general-duesseldorf"),
    ("GENERALKONSULAT DER VOLKSREPUBLIK CHINA IN DUSSELDORF", "china-consulate-general-duesseldorf"),
    ("CFIE", "cfie"), ("中国工业经济联合会", "cfie"), ("中國工業經濟聯合會", "cfie"),
    ("Hénin-Beaumont", "henin-beaumont"), ("Henin Beaumont", "henin-beaumont"), ("Beşiktaş", "besiktas"),
    ("Besiktas", "besiktas"), ("Luzhou", "luzhou"), ("lu zhou", "luzhou"), ("泸州", "luzhou"), ("瀘州", "luzhou"),
    ("Hernes", "herne"), ("Sichuan", "sichuan"), ("Szechuan", "sichuan"),
    ("zhongguo gongye jingji lianhehui", "cfie"), ("zhongguogongyejingjilianhehui", "cfie"),
    ("xi nan ke ji da xue", "swust"), ("xinankejidaxue", "swust"),
]  # fmt: skip
MISSPELT = [
    ("Inobanx", "innobanx"), ("Innobnax", "innobanx"), ("ruhrvaley", "ruhrvalley"), ("rurvaley", "ruhrvalley"),
    ("Hochshule Bochm", "hochschule-bochum"), ("Luzhuo", "luzhou"), ("Luzhu", "luzhou"), ("Wakefeild", "wakefield"),
    ("Sichaun", "sichuan"), ("中国工业经济联合", "cfie"),
]  # fmt: skip
NOT_NAMES = [
    "Suzhou", "Liuzhou", "Werne", "Lanzhou", "Zhengzhou", "Herten", "Essen", "Paris", "Berlin", "Shenzhen", "苏州", "柳州",
    "What is the weather in Suzhou?", "Ist Werne in der Nähe?", "苏州怎么样？", "please continue", "Thank you very much",
    "How many members are there?", "Wir sind eine kleine Firma und suchen Partner", "Welche Unternehmen sind hier?",
    "Können Sie mir bitte helfen?", "谢谢你的帮助", "这里有什么好吃的？", "visa", "partner",
]  # fmt: skip


def ids(snapshot: Snapshot, text: str) -> list[str]:
    return [i for mention in snapshot.name_index.find(fold(text)) for i in mention.record_ids]


@pytest.mark.parametrize(("text", "record"), SAME)
def test_a_name_is_found_however_it_is_written(snapshot: Snapshot, text: str, record: str) -> None:
    assert ids(snapshot, text) == [record]


@pytest.mark.parametrize(("text", "record"), MISSPELT)
def test_two_slips_do_not_hide_a_name(snapshot: Snapshot, text: str, record: str) -> None:
    assert ids(snapshot, text) == [record]
    (mention,) = snapshot.name_index.find(fold(text))
    assert mention.strength == 2


def test_misspelt_names_are_left_alone_when_asked(snapshot: Snapshot) -> None:
    assert snapshot.name_index.find(fold("Wakefeild"), misspelt=False) == ()


@pytest.mark.parametrize("text", NOT_NAMES)
def test_common_words_and_other_cities_are_not_names(snapshot: Snapshot, text: str) -> None:
    assert ids(snapshot, text) == []


def test_every_official_name_and_alias_of_the_real_records_finds_its_record(snapshot: Snapshot) -> None:
    lost = [
        (name.record_id, name.text)
        for name in snapshot.names
        if name.kind in ("official", "alias") and name.record_id not in ids(snapshot, name.text)
    ]
    assert lost == []


@pytest.mark.parametrize("text", ["the university", "die Hochschule", "大学"])
def test_all_records_of_one_name_are_given(snapshot: Snapshot, text: str) -> None:
    (mention,) = snapshot.name_index.find(fold(text))
    assert set(mention.record_ids) == {"hochschule-bochum", "cdhaw", "swust"}
    assert mention.strength == 1


@pytest.mark.parametrize(
    "text", ["What links Herne and Luzhou?", "Was verbindet Herne mit Luzhou?", "黑尔讷和泸州有什么联系？"]
)
def test_several_names_in_one_sentence_are_all_found_in_their_order(snapshot: Snapshot, text: str) -> None:
    assert ids(snapshot, text) == ["herne", "luzhou"]


def test_in_a_very_long_text_names_are_found_to_its_end_and_misspelt_ones_near_its_beginning(
    snapshot: Snapshot,
) -> None:
    filler = "and so on " * 400
    found = snapshot.name_index.find(fold(f"Inobanx {filler} Mianiang {filler} Luzhou"))
    assert [mention.record_ids for mention in found] == [("innobanx",), ("luzhou",)]


def test_the_longer_name_wins_over_the_shorter_inside_it(snapshot: Snapshot) -> None:
    assert ids(snapshot, "Luzhou National High-Tech Zone") == ["luzhou-high-tech-zone"]


@pytest.fixture(scope="module")
def alphas() -> NameIndex:
    def name(record_id: str, text: str, kind: str = "official") -> Name:
        return Name(record_id, "en", kind, text, fold(text))

    return NameIndex([
        name("alpha-pumps", "Alpha Pumps"), name("alpha-works", "Alpha Works"), name("beta", "Betacorp"),
        name("alpha-pumps", "Alpha", "alias"), name("alpha-works", "Alpha", "alias"),
    ])  # fmt: skip


def test_an_exact_name_resolves_to_its_record(alphas: NameIndex) -> None:
    assert alphas.resolve("BETACORP").record_ids == ("beta",)


def test_a_name_of_two_records_resolves_to_both(alphas: NameIndex) -> None:
    assert set(alphas.resolve("Alpha").record_ids) == {"alpha-pumps", "alpha-works"}


def test_an_unknown_name_resolves_to_nothing_with_the_nearest_suggested(alphas: NameIndex) -> None:
    found = alphas.resolve("Alfa Pmp")
    assert found.record_ids == () and found.suggestions[0] == "alpha-pumps"


def test_gibberish_resolves_to_nothing_at_all(alphas: NameIndex) -> None:
    assert alphas.resolve("zzzz qqqq") == alphas.resolve("完全不同")


@pytest.mark.parametrize("city", ["Liuzhou", "Suzhou", "Werne", "Düsseldorf"])
def test_another_city_resolves_to_no_record(snapshot: Snapshot, city: str) -> None:
    assert snapshot.name_index.resolve(city).record_ids == ()


PIECES = st.sampled_from(
    [
        "Luzhou",
        "Herne",
        "die Hochschule",
        "IHK",
        "泸州",
        "黑尔讷",
        "Innobnax",
        "大学",
        " ",
        "-",
        "e.V.",
        "?",
        "the chamber",
        "ß",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80), st.lists(PIECES, max_size=10).map(" ".join), st.lists(PIECES, max_size=10).map("".join)
    )
)
def test_mentions_lie_inside_the_text_and_never_overlap(snapshot: Snapshot, text: str) -> None:
    folded = fold(text)
    end = 0
    for mention in snapshot.name_index.find(folded):
        assert end <= mention.start < mention.end <= len(folded)
        assert folded[mention.start : mention.end] == mention.text
        assert mention.record_ids and set(mention.record_ids) <= set(snapshot.records)
        end = mention.end


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_resolving_never_raises_and_never_both_decides_and_suggests(snapshot: Snapshot, text: str) -> None:
    found = snapshot.name_index.resolve(text)
    assert not (found.record_ids and found.suggestions)
    assert len(found.suggestions) <= 3
