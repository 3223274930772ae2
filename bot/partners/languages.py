"""Which of the three languages a visitor asks for by name."""

from __future__ import annotations

from bot.common.text import fold
from bot.partners.concepts import Concepts

NAMES = Concepts(
    {
        "en": ["english", "englisch*", "anglais", "英语", "英文", "yingyu", "yingwen", "ying yu", "ying wen"],
        "de": ["german", "deutsch*", "allemand", "德语", "德文", "deyu", "dewen", "de yu", "de wen"],
        "zh": [
            "chinese", "chinesisch*", "mandarin", "zhongwen", "zhong wen", "hanyu", "han yu", "putonghua",
            "中文", "汉语", "普通话", "华语", "国语",
        ],
    }
)  # fmt: skip


def wanted_language(text: str) -> str | None:
    """en, de or zh when just one of them is named (the last named where a change is asked for), else None."""
    folded = fold(text)
    found = NAMES.find(folded)
    if len(found) == 1:
        return next(iter(found))
    positions = {
        language: folded.rfind(word)
        for language in found
        for word in {"en": ("engl", "英", "ying"), "de": ("german", "deutsch", "德"), "zh": ("chin", "中文", "汉")}[
            language
        ]
        if word in folded
    }
    return max(positions, key=lambda language: positions[language]) if positions else None
