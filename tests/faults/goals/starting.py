"""F08: the database is away when everything is started, and comes later; then all other goals begin."""

from __future__ import annotations

from bot.replies.problems import LANGUAGES

from ..figures import Row, none_of
from ..scale import Scale
from ..stage import Stage
from ..visitors import Attempt, Refused, Visitor
from .stores import outages
from .talk import ASKED, is_ordinary


async def start(stage: Stage, scale: Scale) -> list[Row]:
    """Starts the stage. Raises NotStarted."""
    attempts: list[Attempt] = []
    served: list[str] = []
    if stage.cluster:
        async with outages(stage)["refused"](stage):
            stage.spawn()
            while (await stage.get("/healthz"))[0] != 200 and not stage.ended:
                pass
            status, _ = await stage.get("/readyz")
            served += [] if status == 503 else [f"readiness {status}"]
            for language in LANGUAGES:
                visitor = Visitor(stage, language)
                try:
                    await visitor.open(0)
                    served.append("a session")
                except Refused:
                    attempts += visitor.opening
    await stage.start()
    visitors = [await Visitor(stage, language).open() for language in LANGUAGES]
    wrong = []
    for visitor in visitors:
        said = await visitor.say(text=ASKED[visitor.language])
        wrong += [] if is_ordinary(said.answer, visitor.language) else [said.answer[:40]]
    first = [none_of("F08", "first questions after the start not answered", wrong, len(visitors))]
    if not stage.cluster:
        return first
    return [
        none_of("F08", "started without its database: ready, or a session opened", served, 1 + len(LANGUAGES)),
        none_of("F08", "refusals not in the visitor's language", [f"{a.status} {a.code}" for a in attempts if not a.spoken or a.status != 503],
                len(attempts)),
        *first,
    ]  # fmt: skip
