"""The torch backend on a GPU, with and without CUDA graphs."""

from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from structlog.testing import capture_logs
from torch_engines import TORCH_CPU, inputs

from emotionstream.inference import ScoreRequest, open_engine
from emotionstream.inference.agreement import difference, read_alone
from emotionstream.inference.backends.cuda_graphs import CudaGraphs, CudaRecorder
from emotionstream.inference.backends.torch import TorchBackend
from emotionstream.inference.check_texts import check_texts
from emotionstream.inference.scoring import Encoded
from emotionstream.schemas.errors import DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import EXACT_DECIMALS, DeviceName, EngineSettings, Precision

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


async def test_a_gpu_agrees_with_the_reference(checkpoint: Path) -> None:
    """On a GPU in half precision, nearly all texts keep their emotion."""
    texts = check_texts(400)
    gpu = EngineSettings(decimals=EXACT_DECIMALS)
    async with open_engine(checkpoint, TORCH_CPU) as reference, open_engine(checkpoint, gpu) as engine:
        assert "/cuda/" in engine.info.engine
        found = difference(await read_alone(reference, texts), await read_alone(engine, texts))
    assert found.same_emotion >= 0.97


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.BFLOAT16])
async def test_graphs_give_the_figures_of_the_model_without_them(checkpoint: Path, precision: Precision) -> None:
    """A replayed graph and the plain calls differ by rounding at most, and the fingerprint tells them apart."""
    texts = check_texts(200)
    plain = EngineSettings(decimals=EXACT_DECIMALS, precision=precision, prewarm=False, graphs=False)
    graphs = plain.model_copy(update={"graphs": True})
    async with open_engine(checkpoint, plain) as one, open_engine(checkpoint, graphs) as other:
        assert "-graphs/" in other.info.engine
        assert "-graphs" not in one.info.engine
        found = difference(await read_alone(one, texts), await read_alone(other, texts))
        requests = [ScoreRequest(text) for text in texts]
        together = difference(await one.score(requests), await other.score(requests))
    for each in (found, together):
        assert each.largest < 1e-3
        assert each.same_emotion == 1.0


@pytest.mark.parametrize("encoders", ["one", "two"])
def test_calls_that_wait_together_keep_their_own_results(encoders: str, checkpoint: Path, two_encoders: Path) -> None:
    """Calls of one shape share a graph's memory, and calls of all shapes share a pool: none sees another's figures."""
    folder, count = (checkpoint, 1) if encoders == "one" else (two_encoders, 2)
    settings = EngineSettings(precision=Precision.FLOAT32)
    shapes = [(2, 16), (8, 32), (2, 16), (1, 128), (2, 16), (8, 32)]
    calls = [inputs(rows, length, 100 * (n + 1), count) for n, (rows, length) in enumerate(shapes)]
    backend = TorchBackend.load(folder, DeviceName.CUDA, settings)
    plain = TorchBackend.load(folder, DeviceName.CUDA, settings.model_copy(update={"graphs": False}))
    try:
        expected = [plain.run([call])[0] for call in calls]
        # The second time no shape is new.
        for found in (backend.run(calls), backend.run(calls)):
            for rows, wanted in zip(found, expected, strict=True):
                for row, right in zip(rows, wanted, strict=True):
                    assert row.emotion_logits == pytest.approx(right.emotion_logits, abs=1e-3)
                    assert row.readiness_score == pytest.approx(right.readiness_score, abs=1e-3)
    finally:
        backend.close()
        plain.close()


def test_what_cannot_be_recorded_runs_without_a_graph() -> None:
    """An operation that waits for the device ends a recording, and neither the call nor the next shape's graph.

    Cached memory is still given back after it.
    """
    with capture_logs() as logs, torch.inference_mode():

        def forward(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
            [values] = (tensor.to("cuda") for tensor in tensors)
            return values * 2 if len(values) > 1 else values * values.sum().item()

        graphs = CudaGraphs(forward, CudaRecorder(2), 8)
        for _ in range(2):
            assert graphs([torch.tensor([[3.0]])]).tolist() == [[9.0]]
        for start in (1.0, 2.0):
            assert graphs([torch.tensor([[start], [4.0]])]).tolist() == [[2 * start], [8.0]]
    assert torch.cuda.current_stream() == torch.cuda.default_stream()
    assert [log["event"] for log in logs] == ["cuda_graph_not_recorded"]
    assert logs[0]["shape"] == (1, 1)
    torch.cuda.empty_cache()
    large = torch.empty(256 << 20, dtype=torch.uint8, device="cuda")
    reserved = torch.cuda.memory_reserved()
    del large
    torch.cuda.empty_cache()
    assert torch.cuda.memory_reserved() < reserved


async def test_a_full_gpu_refuses_the_large_batch_and_scores_the_small_one(checkpoint: Path) -> None:
    """A real lack of memory is DeviceOutOfMemoryError, and the engine goes on."""
    steps = (1, 4, 1_024)
    settings = EngineSettings(gpu_batch_steps=steps, batch_items=1_024, prewarm=False)
    texts = [Encoded(((5,) * 128,), (0.0,) * 6, truncated=False)] * 1_024
    async with open_engine(checkpoint, settings) as engine:
        assert len(await engine.infer(texts[:4])) == 4
        torch.cuda.empty_cache()
        held = torch.empty(torch.cuda.mem_get_info()[0] - (320 << 20), dtype=torch.uint8, device="cuda")
        with pytest.raises(DeviceOutOfMemoryError):
            await engine.infer(texts)
        assert len(await engine.infer(texts[:4])) == 4
        del held
        torch.cuda.empty_cache()
        assert len(await engine.infer(texts)) == 1_024
