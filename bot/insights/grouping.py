"""Groups kept questions that ask the same, in whatever words or language, so that an editor deals with them once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from scipy.sparse import csr_matrix, vstack

from bot.common.redaction import has_marks
from bot.common.text import fold
from bot.insights.questions import Nearness, Question
from bot.partners.index import terms

ALIKE = 0.5  # cosine of what is asked, when both name the same or nothing
ALIKE_ELSE = 0.8  # when only one of them names something
SAME_CONCEPTS = 0.5  # share (Jaccard), when both are also nearest to the same fact; otherwise all must agree
# Concepts that say how something is asked, not what; of the second kind at least one must agree if both have any.
WORDING = frozenset({"what_is", "which", "how_many", "how_big", "how_long", "yes_no", "since_when"})
KINDS = frozenset({"who", "when", "where", "why"})
BLOCK = 512  # questions compared at once
MOST_NEAR = 3

Places = dict[tuple[frozenset[str], str], list[int]]


@dataclass(frozen=True)
class Group:
    """Questions that ask the same; `id` is that of the first one. `count` is the number of visitors, not of messages."""

    id: int
    questions: tuple[Question, ...]
    sample: Question
    count: int
    first: datetime
    last: datetime
    languages: tuple[str, ...]
    reasons: tuple[str, ...]
    near_facts: tuple[tuple[str, float], ...]
    near_names: tuple[str, ...]
    state: str
    outcome: str | None

    def question(self, question_id: int) -> Question | None:
        return next((q for q in self.questions if q.id == question_id), None)


def group(questions: Sequence[Question]) -> list[Group]:
    """Groups in the order in which their first question came.

    Greedy: each question, in the order of ids, joins the likest earlier group or opens one. Later questions never
    change where earlier ones stand, so ids of groups last as long as their first question is kept.
    """
    ordered = sorted(questions, key=lambda question: question.id)
    alike: dict[tuple[str, frozenset[str]], list[int]] = defaultdict(list)
    for number, question in enumerate(ordered):
        alike[fold(question.text) or question.text, frozenset(question.nearness.named)].append(number)
    first = [numbers[0] for numbers in alike.values()]
    leader_of = _lead([ordered[number] for number in first])
    members: dict[int, list[Question]] = defaultdict(list)
    for place, numbers in enumerate(alike.values()):
        members[leader_of[place]] += [ordered[number] for number in numbers]
    return [_group(sorted(many, key=lambda q: q.id)) for _, many in sorted(members.items())]


def open_groups(groups: Iterable[Group], language: str | None = None, reason: str | None = None) -> list[Group]:
    """What waits for an editor, most asked first; narrowed to groups with a question in a language or for a reason."""
    found = [
        g for g in groups
        if g.state == "open" and (not language or language in g.languages) and (not reason or reason in g.reasons)
    ]  # fmt: skip
    return sorted(found, key=lambda g: (-g.count, -g.last.timestamp(), g.id))


def _lead(distinct: Sequence[Question]) -> list[int]:
    """For each question the position of the one that leads its group."""
    if not distinct:
        return []
    vectors: csr_matrix = _vectors(distinct)
    leaders: list[int] = []
    is_leader: set[int] = set()
    leader_of: list[int] = []
    by_place: Places = defaultdict(list)
    for start in range(0, len(distinct), BLOCK):
        block = vectors[start : start + BLOCK]
        known = len(leaders)
        earlier = (block @ vstack([vectors[i] for i in leaders]).T).tocsr() if known else None
        within = (block @ block.T).tocsr()
        for offset in range(block.shape[0]):
            number = start + offset
            likeness = _above(earlier, offset, leaders) if earlier is not None else []
            likeness += [(s, i) for s, i in _above(within, offset, range(start, start + block.shape[0])) if i < number]
            found = _join(number, distinct, [(s, i) for s, i in likeness if i in is_leader], by_place)
            leader_of.append(number if found is None else found)
            if found is None:
                leaders.append(number)
                is_leader.add(number)
                by_place[_place(distinct[number])].append(number)
    return leader_of


def _vectors(distinct: Sequence[Question]) -> csr_matrix:
    """Rows of length one over word and character n-grams of what is asked, names left out. No weights that depend on
    the other questions: those would move groups when new ones come."""
    from sklearn.feature_extraction.text import (
        HashingVectorizer,
    )  # takes a second to load, which no other command needs

    hashing = HashingVectorizer(analyzer=terms, n_features=2**18, norm="l2", alternate_sign=False, dtype=np.float32)
    return hashing.transform([question.nearness.content or fold(question.text) for question in distinct]).tocsr()


def _above(matrix: csr_matrix, row: int, numbers: Sequence[int]) -> list[tuple[float, int]]:
    part = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return [(float(s), numbers[i]) for s, i in zip(matrix.data[part], matrix.indices[part], strict=True) if s >= ALIKE]


def _join(number: int, distinct: Sequence[Question], likeness: list[tuple[float, int]], by_place: Places) -> int | None:
    """The leader whose group this question joins; None when it opens one."""
    near = distinct[number].nearness
    named = set(near.named)
    for similar, other in sorted(likeness, key=lambda pair: (-pair[0], pair[1])):
        others = set(distinct[other].nearness.named)
        if _kinds_differ(near, distinct[other].nearness):
            continue
        if named == others or named & others or (not (named and others) and similar >= ALIKE_ELSE):
            return other
    alike = (i for i in by_place.get(_place(distinct[number]), ()) if _same_concepts(near, distinct[i].nearness))
    return next(alike, None)


def _kinds_differ(one: Nearness, other: Nearness) -> bool:
    """Whether one asks who and the other when."""
    a, b = KINDS & set(one.concepts), KINDS & set(other.concepts)
    return bool(a and b and not a & b)


def _same_concepts(one: Nearness, other: Nearness) -> bool:
    """Whether two questions about the same ask for the same: this holds across languages."""
    if _kinds_differ(one, other):
        return False
    a, b = set(one.concepts) - WORDING - KINDS, set(other.concepts) - WORDING - KINDS
    if a and a == b:
        return True
    nearest = one.facts[:1] and other.facts[:1] and one.facts[0][0] == other.facts[0][0]
    return bool(nearest and a & b and len(a & b) >= SAME_CONCEPTS * len(a | b))


def _place(question: Question) -> tuple[frozenset[str], str]:
    """What is named, or for a question without names the nearest fact: the same in every language."""
    near = question.nearness
    return frozenset(near.named), "" if near.named or not near.facts else near.facts[0][0]


def _group(questions: list[Question]) -> Group:
    sums: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for question in questions:
        sums.update(dict(question.nearness.facts))
        names.update(dict.fromkeys((*question.nearness.named, *question.nearness.names), 1))
    facts = sorted(sums, key=lambda fact: (-sums[fact], fact))[:MOST_NEAR]
    texts = Counter(question.text for question in questions)
    sample = min(questions, key=lambda q: (q.state != "open", has_marks(q.text), -texts[q.text], q.id))
    # A question that was dismissed stays so when it is asked again; one that was dealt with and still comes is open.
    still = any(q.state == "open" for q in questions)
    settled = [q.state for q in questions if q.state != "open"]
    state = "dismissed" if settled[-1:] == ["dismissed"] else "open" if still else "done"
    return Group(
        id=questions[0].id,
        questions=tuple(questions),
        sample=sample,
        count=len({q.visitor for q in questions}),
        first=min(q.at for q in questions),
        last=max(q.last_at for q in questions),
        languages=tuple(sorted({q.language for q in questions})),
        reasons=tuple(sorted({q.reason for q in questions})),
        near_facts=tuple((fact, round(sums[fact] / len(questions), 2)) for fact in facts),
        near_names=tuple(sorted(names, key=lambda name: (-names[name], name))[:MOST_NEAR]),
        state=state,
        outcome=next((q.outcome for q in reversed(questions) if q.outcome), None),
    )
