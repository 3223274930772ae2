"""Runs a trained model's graph in an order found once, where Rasa asks Dask for a schedule at every message."""
from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner

Step = tuple[str, GraphNode, tuple[str, ...]]


class OrderedGraphRunner(DaskGraphRunner):
    """Rasa's runner for answering; training keeps the stock one."""

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Returns the output of each target; raises GraphRunError."""
        wanted = tuple(targets or self._graph_schema.target_names)
        # A node takes and gives pairs of a name and a value.
        outputs: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        try:
            for name, node, needs in self._steps(wanted):
                outputs[name] = node(*[outputs.get(need, need) for need in needs])
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return {name: outputs[name][1] for name in wanted}

    def _steps(self, wanted: tuple[str, ...]) -> list[Step]:
        plans: dict[tuple[str, ...], list[Step]] = self.__dict__.setdefault("_plans", {})
        if wanted not in plans:
            nodes = self._graph_schema.minimal_graph_schema(list(wanted)).nodes
            order = TopologicalSorter({name: list(node.needs.values()) for name, node in nodes.items()}).static_order()
            # What comes from outside, the message and the tracker, is needed by nodes but is none.
            plans[wanted] = [
                (name, self._instantiated_nodes[name], tuple(nodes[name].needs.values())) for name in order if name in nodes
            ]
        return plans[wanted]
