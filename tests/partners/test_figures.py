"""Figures and years in three languages are compared by value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.partners.figures import figures, years

FIGURES: list[tuple[str, set[float]]] = [
    ("30,000 members", {30_000}), ("30.000 Mitglieder", {30_000}), ("3万家会员企业", {30_000}), ("三万家", {30_000}),
    ("30 000", {30_000}), ("30\u00a0000", {30_000}), ("30\u202f000", {30_000}), ("30000", {30_000}),
    ("thirty thousand members", {30_000}),
    ("5 million inhabitants", {5e6}), ("5 Millionen Einwohner", {5e6}), ("5 Mio. Einwohner", {5e6}),
    ("500万人口", {5e6}), ("五百万人口", {5e6}), ("five million", {5e6}), ("fünf Millionen", {5e6}),
    ("1.5 million", {1.5e6}), ("1,5 Millionen", {1.5e6}), ("150万", {1.5e6}),
    ("3.9 billion euros", {3.9e9}), ("3,9 Milliarden Euro", {3.9e9}), ("39亿欧元", {3.9e9}),
    ("6.3 trillion yuan", {6.3e12}), ("6,3 Billionen Yuan", {6.3e12}), ("6.3万亿元", {6.3e12}),
    ("42.3", {42.3}), ("42,3", {42.3}), ("51.42 km", {51.42}), ("51,42 km", {51.42}),
    ("4,254,149", {4_254_149}), ("4.254.149", {4_254_149}), ("4254149", {4_254_149}),
    ("1,234.56", {1234.56}), ("1.234,56", {1234.56}),
    ("157,368 on 51.42", {157_368, 51.42}), ("157.368 auf 51,42", {157_368, 51.42}),
    ("twelve firms", {12}), ("about a dozen", {12}), ("rund ein Dutzend", {12}), ("zwölf Firmen", {12}), ("十二家企业", {12}), ("三", {3}), ("drei", {3}), ("three", {3}),
    ("两家", {2}), ("二十四", {24}), ("一百零五", {105}), ("两万只口罩", {20_000}), ("二〇一九", {2019}),
    ("22 electric buses", {22}), ("20 to 25 square metres", {20, 25}), ("88.4 percent", {88.4}), ("88,4 Prozent", {88.4}),
    ("one of them", set()), ("eine Firma", set()), ("一家", set()), ("no figure", set()), ("keine Zahl", set()), ("没有", set()),
]  # fmt: skip
YEARS: list[tuple[str, set[int]]] = [
    ("founded in 2019", {2019}), ("seit 1954", {1954}), ("1988年成立", {1988}), ("2019-05-22", {2019}), ("2019/2020", {2019, 2020}),
    ("cellars of 1573", {1573}), ("year 1499", set()), ("2100", set()), ("20190", set()), ("120190", set()), ("nothing", set()),
    ("2019年5月22日", {2019}), ("im Jahr 2022.", {2022}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FIGURES, ids=[text for text, _ in FIGURES])
def test_figures_are_read_as_values(text: str, expected: set[float]) -> None:
    assert figures(text) == expected


@pytest.mark.parametrize(("text", "expected"), YEARS, ids=[text for text, _ in YEARS])
def test_years_are_read_in_any_notation(text: str, expected: set[int]) -> None:
    assert years(text) == expected


@given(st.integers(min_value=1000, max_value=999_999_999))
def test_english_and_german_thousands_are_the_same_value(number: int) -> None:
    english = f"{number:,}"
    assert figures(english) == figures(english.replace(",", ".")) == figures(str(number)) == {float(number)}


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert all(value >= 0 for value in figures(text))
    assert all(1500 <= year <= 2099 for year in years(text))
