"""CUDA graphs: the forward pass of a shape, recorded once and replayed by one launch.

A small encoder on a GPU waits for its kernel launches, not for its kernels. After torch's notes on "CUDA Graphs".
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from emotionstream.inference.extras import import_extra

if TYPE_CHECKING:
    import torch

_log = structlog.get_logger()

# Other threads may go on using the GPU while this one records.
_ERROR_MODE: Final = "thread_local"

# Recordings that torch did not end: its allocator of pinned memory asks them to the end of the process. At most one for
# each shape of each recorder, and small: what is on the GPU is the pool's.
_broken: Final[list[Any]] = []

Forward = Callable[[Sequence["torch.Tensor"]], "torch.Tensor"]
"""A call's inputs, each [rows, ...], on the host or on the device -> its figures [rows, figures] on the device."""


class Recorder(Protocol):
    """Makes graphs. ``record`` is given what ``warm`` gave back."""

    def warm(self, forward: Forward, inputs: Sequence["torch.Tensor"]) -> Sequence["torch.Tensor"]:
        """Run ``forward`` until nothing in it prepares itself any more; gives its inputs, on the device.

        Raises:
            RuntimeError: as ``forward`` does: it would fail without a graph, too.
        """

    def record(self, forward: Forward, inputs: Sequence["torch.Tensor"]) -> Forward:
        """``forward`` for inputs of these shapes, as a graph.

        Raises:
            RuntimeError: something in ``forward`` cannot be recorded, or there is no memory for the graph.
        """


class CudaGraphs:
    """``forward``, with a graph for each of the first ``most`` shapes that it is called in.

    A shape that cannot be recorded, and any further shape, is run without a graph. No graph is ever dropped: it might
    still be running.
    """

    def __init__(self, forward: Forward, recorder: Recorder, most: int) -> None:
        self._forward = forward
        self._recorder = recorder
        self._most = most
        self._known: dict[tuple[int, ...], Forward] = {}
        self._warned = False

    def __call__(self, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Inputs, on the host, to figures. They are the caller's: no later call writes over them."""
        # All inputs of a call have the same rows, and those of all encoders the same length.
        shape = tuple(inputs[0].shape)
        if shape not in self._known and len(self._known) < self._most:
            self._known[shape] = self._prepare(shape, inputs)
        return self._known.get(shape, self._forward)(inputs)

    def _prepare(self, shape: tuple[int, ...], inputs: Sequence["torch.Tensor"]) -> Forward:
        placed = self._recorder.warm(self._forward, inputs)
        try:
            return self._recorder.record(self._forward, placed)
        except RuntimeError as error:
            # Out of memory is no reason to fail: without a graph the call may fit, and says so itself if not.
            self._warn(shape, error)
        return self._forward

    def _warn(self, shape: tuple[int, ...], error: RuntimeError) -> None:
        """Say it once: what fails in one shape likely fails in all."""
        if not self._warned:
            self._warned = True
            hint = (
                "scored without a graph: slower, and what the recording took of the GPU's memory may stay taken. "
                "EMOTIONSTREAM_ENGINE_GRAPHS=false ends this"
            )
            _log.warning("cuda_graph_not_recorded", shape=shape, error=str(error), hint=hint)


class CudaRecorder:
    """Records on a stream of its own. All graphs share their memory: they run one after another."""

    def __init__(self, warmups: int) -> None:
        self._torch: Any = import_extra("torch")
        self._warmups = warmups
        self._stream = self._torch.cuda.Stream()
        self._pool = self._torch.cuda.graph_pool_handle()

    def warm(self, forward: Forward, inputs: Sequence["torch.Tensor"]) -> Sequence["torch.Tensor"]:
        """Run ``forward`` on the recording stream, where libraries then have their workspaces."""
        cuda = self._torch.cuda
        # Not in the graphs' shared memory: each shape has inputs of its own.
        placed = [tensor.to("cuda", non_blocking=True) for tensor in inputs]
        self._stream.wait_stream(cuda.current_stream())
        try:
            with cuda.stream(self._stream):
                for _ in range(self._warmups):
                    forward(placed)
        finally:
            # After an error, too: the inputs' memory is not used again while the other stream still reads it.
            cuda.current_stream().wait_stream(self._stream)
        return placed

    def record(self, forward: Forward, inputs: Sequence["torch.Tensor"]) -> Forward:
        """Record ``forward``; ``inputs`` become the graph's own."""
        cuda = self._torch.cuda
        before = cuda.current_stream()
        graph = cuda.CUDAGraph()
        try:
            with cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode=_ERROR_MODE):
                figures = forward(inputs)
        except RuntimeError:
            self._abandon(graph)
            raise
        finally:
            # Where the end of a recording fails, torch leaves its stream the current one.
            cuda.set_stream(before)
        return _Recorded(graph, inputs, figures)

    def _abandon(self, graph: Any) -> None:
        """End a recording that was broken off, while ``graph`` lives. Graphs after it share memory of their own.

        torch 2.11 leaves it marked as under way (mended by its change 180395), and while one is, no cached memory is
        given back: neither by ``empty_cache`` nor where an allocation finds no room.
        """
        if _end_allocation(self._torch, self._pool):
            _broken.append(graph)
        self._pool = self._torch.cuda.graph_pool_handle()


def _end_allocation(torch: Any, pool: tuple[int, int]) -> bool:
    """End a recording to ``pool`` that is still under way; False where none was, or torch has no way to end it."""
    # Its name before torch 2.8 was the second.
    end = getattr(torch._C, "_cuda_endAllocateToPool", None)
    end = end or getattr(torch._C, "_cuda_endAllocateCurrentStreamToPool", None)
    if end is None:
        return False
    try:
        end(torch.cuda.current_device(), pool)
    except RuntimeError:
        # torch has ended it itself.
        return False
    return True


class _Recorded:
    """A graph with the memory that it reads and writes."""

    def __init__(self, graph: Any, inputs: Sequence["torch.Tensor"], figures: "torch.Tensor") -> None:
        self._graph = graph
        self._inputs = inputs
        self._figures = figures

    def __call__(self, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        # 1. Inputs, 2. replay, 3. a copy of the figures: in order on one stream. The next replay of any graph writes
        # over the figures, so that copy is what is given away.
        for own, given in zip(self._inputs, inputs, strict=True):
            own.copy_(given, non_blocking=True)
        self._graph.replay()
        return self._figures.clone()
