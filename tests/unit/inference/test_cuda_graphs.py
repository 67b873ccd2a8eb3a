"""Which shapes get a graph, and what becomes of those that cannot have one. Real graphs: tests/integration."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from emotionstream.inference.backends.cuda_graphs import CudaGraphs, Forward

Call = tuple[str, int]


class Recording:
    """A recorder whose graphs give 1 more than the forward pass; ``refused`` rows fail as told."""

    def __init__(self, refused: dict[int, Exception] | None = None, cold: Exception | None = None) -> None:
        self.refused = refused or {}
        self.cold = cold
        self.done: list[Call] = []

    def warm(self, forward: Forward, inputs: Sequence[Any]) -> Sequence[Any]:
        """Run once, or fail with ``cold``."""
        self.done.append(("warm", len(inputs[0])))
        if self.cold is not None:
            raise self.cold
        forward(inputs)
        return inputs

    def record(self, forward: Forward, inputs: Sequence[Any]) -> Forward:
        """A forward pass that can be told from the one without a graph."""
        rows = len(inputs[0])
        self.done.append(("record", rows))
        if rows in self.refused:
            raise self.refused[rows]
        return lambda given: forward(given) + 1


def call(rows: int, value: int = 5) -> list[Any]:
    """Inputs of ``rows`` rows."""
    return [np.full((rows, 2), value), np.full((rows, 6), value)]


def forward(inputs: Sequence[Any]) -> Any:
    """The first input's first figure."""
    return inputs[0][0, 0]


def test_a_shape_is_recorded_once_and_replayed_from_its_first_call_on() -> None:
    """A second call of the same shape neither warms nor records, and sees its own inputs."""
    recorder = Recording()
    graphs = CudaGraphs(forward, recorder, most=8)
    assert [graphs(call(1)), graphs(call(1, 7)), graphs(call(2))] == [6, 8, 6]
    assert recorder.done == [("warm", 1), ("record", 1), ("warm", 2), ("record", 2)]


@pytest.mark.parametrize(
    "error", [RuntimeError("not permitted when stream is capturing"), RuntimeError("out of memory")]
)
def test_a_shape_that_cannot_be_recorded_is_run_without_a_graph_for_good(error: Exception) -> None:
    """It is tried once, warned of once for all shapes, and the others keep their graphs."""
    recorder = Recording({1: error, 3: error})
    graphs = CudaGraphs(forward, recorder, most=8)
    with capture_logs() as logs:
        assert [graphs(call(rows)) for rows in (1, 1, 2, 3, 3)] == [5, 5, 6, 5, 5]
    assert [rows for what, rows in recorder.done if what == "record"] == [1, 2, 3]
    assert [(log["event"], log["log_level"], log["shape"]) for log in logs] == [
        ("cuda_graph_not_recorded", "warning", (1, 2))
    ]


def test_no_more_than_so_many_shapes_are_kept() -> None:
    """Shapes beyond the bound are run without a graph; those within it keep theirs."""
    recorder = Recording()
    graphs = CudaGraphs(forward, recorder, most=2)
    assert [graphs(call(rows)) for rows in (1, 2, 3, 4, 1, 2)] == [6, 6, 5, 5, 6, 6]
    assert [rows for what, rows in recorder.done if what == "record"] == [1, 2]


def test_a_call_that_fails_without_a_graph_fails() -> None:
    """No memory for the call itself is the caller's to know, and the shape may be tried again later."""
    recorder = Recording(cold=RuntimeError("out of memory"))
    graphs = CudaGraphs(forward, recorder, most=8)
    with pytest.raises(RuntimeError, match="out of memory"):
        graphs(call(1))
    recorder.cold = None
    assert graphs(call(1)) == 6
