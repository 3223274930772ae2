"""A graph runs in order, once per node, with the outcome of Rasa's own runner."""
from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from bot.core.ordered_runner import OrderedGraphRunner

calls: list[str] = []


class Joiner(GraphComponent):
    """Joins what it gets with its own word."""

    @classmethod
    def create(cls, config: dict[str, Any], *arguments: Any, **named: Any) -> Joiner:
        return cls(config["word"])

    def __init__(self, word: str) -> None:
        self.word = word

    def join(self, left: str = "", right: str = "") -> str:
        calls.append(self.word)
        if "boom" in (left, right):
            raise ValueError("boom")
        return f"({left}{self.word}{right})"


def node(word: str, **needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Joiner, constructor_name="create", fn="join", config={"word": word}, eager=True)


SCHEMA = GraphSchema(
    {
        "end": node("e", left="middle", right="other"),
        "other": node("o", left="__tracker__", right="first"),
        "middle": node("m", left="first"),
        "first": node("f", left="__message__"),
        "apart": node("a", left="__message__", right="__tracker__"),
    }
)
INPUTS = {"__message__": "hello", "__tracker__": "story"}


def runner(kind: type) -> Any:
    return kind.create(SCHEMA, None, ExecutionContext(SCHEMA))


@pytest.mark.parametrize("targets", [["end"], ["middle"], ["apart", "end"], ["first"]])
def test_each_target_comes_out_as_from_rasas_runner(targets):
    ordered = runner(OrderedGraphRunner)
    expected = runner(DaskGraphRunner).run(INPUTS, targets)
    assert ordered.run(INPUTS, targets) == expected == ordered.run(INPUTS, targets)


def test_only_what_a_target_needs_runs_and_runs_once():
    calls.clear()
    runner(OrderedGraphRunner).run(INPUTS, ["end"])
    assert sorted(calls) == ["e", "f", "m", "o"] and calls[-1] == "e" and calls[0] == "f"


def test_two_runs_share_nothing():
    ordered = runner(OrderedGraphRunner)
    ordered.run(INPUTS, ["end"])
    assert ordered.run({"__message__": "x", "__tracker__": "y"}, ["end"]) == {"end": "(((xf)m)e(yo(xf)))"}


def test_a_failing_node_and_a_missing_input_are_errors_as_with_rasa():
    for kind in (DaskGraphRunner, OrderedGraphRunner):
        with pytest.raises(GraphComponentException):
            runner(kind).run({**INPUTS, "__message__": "boom"}, ["end"])
        with pytest.raises(GraphRunError):
            runner(kind).run({"__tracker__": "y"}, ["end"])
