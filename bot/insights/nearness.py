"""What the knowledge has near a question that it could not answer: names found, nearest facts, names that may be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import fuzz

from bot.common.redaction import MARKS
from bot.insights.questions import Nearness
from bot.partners.knowledge import Snapshot

MOST_FACTS, MOST_NAMES = 5, 3
MOST_WINDOWS = 8  # parts of a question that are looked up as names
SHORTEST_LATIN, SHORTEST_HAN = 4, 2
WIDEST = 3  # words
LIKE_A_NAME = 72.0  # percent
WORDS_OF_IT = 0.9
NamesOf = Callable[[Sequence[str]], Iterable[tuple[str, str]]]  # ids -> pairs of id and folded name
LOOKED_AT = 500  # characters; looking a longer question up costs other visitors time and tells editors no more
_MARKS = re.compile("|".join(re.escape(mark) for mark in MARKS))


def nearness(
    text: str, language: str, snapshot: Snapshot, names_of: NamesOf, context: tuple[str, ...] = ()
) -> Nearness:
    """Look a redacted question up; `context` are ids of what the conversation is about, used when it names nothing."""
    asked = snapshot.ranking.ask(_MARKS.sub(" ", text[:LOOKED_AT]))
    named = tuple(dict.fromkeys(i for m in asked.mentions if m.strength > 1 for i in m.record_ids))
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    content = " ".join([*words, *han_runs]) or asked.masked
    about = tuple(i for i in context if i in snapshot.records)
    ranked = snapshot.ranking.rank(asked, language, () if asked.mentions else about[:1])[:MOST_FACTS]
    return Nearness(
        content=content,
        named=named or about[:1],
        concepts=tuple(sorted(asked.concepts)),
        facts=tuple((scored.fact.id, round(scored.score, 2)) for scored in ranked),
        names=_names_like(words, han_runs, snapshot, names_of),
    )


def _names_like(words: list[str], han_runs: list[str], snapshot: Snapshot, names_of: NamesOf) -> tuple[str, ...]:
    """Ids of records whose name looks like a part of the question that was not understood."""
    likely: dict[str, list[str]] = {}
    for window in _windows(words, han_runs):
        resolution = snapshot.name_index.resolve(window)
        for record_id in (*resolution.record_ids, *resolution.suggestions):
            likely.setdefault(record_id, []).append(window)
    found: dict[str, float] = {}
    for record_id, name in names_of(tuple(likely)):
        like = max(_likeness(window, name) for window in likely[record_id])
        if like >= LIKE_A_NAME:
            found[record_id] = max(like, found.get(record_id, 0.0))
    return tuple(sorted(found, key=lambda i: (-found[i], i))[:MOST_NAMES])


def _likeness(window: str, name: str) -> float:
    """0..100: nearly the same letters, or whole words of the name."""
    return max(fuzz.ratio(window, name), WORDS_OF_IT * fuzz.token_set_ratio(window, name))


def _windows(words: list[str], han_runs: list[str]) -> list[str]:
    """Runs of up to three words, the longer ones first, and runs of Chinese characters."""
    latin = [
        " ".join(words[first : first + width])
        for width in range(min(WIDEST, len(words)), 0, -1)
        for first in range(len(words) - width + 1)
    ]
    windows = [w for w in latin if len(w) >= SHORTEST_LATIN] + [run for run in han_runs if len(run) >= SHORTEST_HAN]
    return windows[:MOST_WINDOWS]
