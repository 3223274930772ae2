"""Text as it is compared."""
import pytest

from bot.common.text import fold, simplify, strip_legal_form


@pytest.mark.parametrize(
    "spellings",
    [
        ("Düsseldorf", "Duesseldorf", "DUSSELDORF", "düsseldorf", "Du\u0308sseldorf"),
        ("Wirtschaftsförderung", "Wirtschaftsfoerderung", "WIRTSCHAFTSFORDERUNG"),
        ("Große Straße", "Grosse Strasse", "GROSSE STRASSE"),
        ("Hénin-Beaumont", "henin beaumont", "HENIN – BEAUMONT"),
        ("CFIE", "ＣＦＩＥ", "cfie"),
        ("瀘州", "泸州"),
        ("中國國際貿易", "中国国际贸易"),
        ("China-Kompetenz-Zentrum", "china kompetenz zentrum", "China_Kompetenz_Zentrum"),
    ],
)
def test_spellings_of_one_name_fold_to_one_form(spellings):
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize("text", ["Düsseldorf", "neue Oefen", "queue", "Maeßig", "ÄÖÜ", "aueoe", "eeuuee", "泸州 Luzhou", "", "  "])
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Wirtschaftsförderungsgesellschaft Herne mbH", "Wirtschaftsförderungsgesellschaft Herne"),
        ("ruhrvalley Cluster e.V.", "ruhrvalley Cluster"),
        ("Example Trading Co., Ltd.", "Example Trading"),
        ("Beispiel AG", "Beispiel"),
        ("泸州示例有限公司", "泸州示例"),
    ],
)
def test_legal_forms_are_no_part_of_a_name(name, short):
    assert strip_legal_form(fold(name)) == fold(short)


def test_a_name_that_is_only_a_legal_form_stays():
    assert strip_legal_form("gmbh") == "gmbh"
    assert strip_legal_form("有限公司") == "有限公司"


def test_simplified_characters_stay_as_they_are():
    assert simplify("泸州市") == "泸州市"
