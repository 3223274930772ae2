"""Every sentence of every reply to the question sets is a fact that the reply names, or a fixed phrase."""

from __future__ import annotations

from bot.partners.knowledge import Snapshot
from tests.provenance import Provenance
from tests.report.asking import NO_LIMITS, Task, replies
from tests.report.questions import LANGUAGES, SETS, read_set
from tests.running import running_copy

ASKED = ("plain", "breadth")


def test_every_sentence_of_every_reply_has_an_origin(snapshot: Snapshot) -> None:
    provenance = Provenance(snapshot)
    tasks = [Task(entry, "none") for name in ASKED for entry in read_set(name, SETS[name], LANGUAGES)]
    without_origin, facts = [], set()
    with running_copy(**NO_LIMITS) as url:
        for task, answered in replies(url, tasks):
            for asked, messages in answered:
                for message in messages:
                    facts |= {fact for source in message.get("sources") or () for fact in source["facts"]}
                    if rest := provenance.rest(message, asked):
                        without_origin.append(f"{task.entry.id}: {asked} -> {rest!r}")
    assert not without_origin, "\n".join(without_origin)
    # The sets ask for most facts; were they not named in the replies, nothing above would have been checked.
    assert len(facts) > len(snapshot.facts) / 2
