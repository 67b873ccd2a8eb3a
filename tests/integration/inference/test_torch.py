"""The torch backend: the shipped checkpoint as the reference, and a model of several encoders."""

import shutil
import weakref
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")

import numpy as np
import torch
from structlog.testing import capture_logs

from emotionstream.inference import ScoreRequest, open_engine
from emotionstream.inference.agreement import difference, read_alone
from emotionstream.inference.backends.cuda_graphs import CudaGraphs, CudaRecorder
from emotionstream.inference.backends.torch import TorchBackend, resolve_precision, wrap
from emotionstream.inference.check_texts import check_texts
from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.storage import load_model, save_weights
from emotionstream.inference.scoring import Encoded
from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.checkpoint import find_checkpoint
from emotionstream.schemas.errors import CheckpointError, DeviceError, DeviceOutOfMemoryError, SettingsError
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.schemas.settings.engine import (
    EXACT_DECIMALS,
    BackendName,
    DeviceName,
    EngineSettings,
    Precision,
)

TORCH_CPU = EngineSettings(
    # One thread: two that wait for each other are slow where a machine is busy.
    backend=BackendName.TORCH,
    device=DeviceName.CPU,
    prewarm=False,
    decimals=EXACT_DECIMALS,
    threads=1,
)
OPENVINO = TORCH_CPU.model_copy(update={"backend": BackendName.OPENVINO})
ON_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def inputs(rows: int, length: int, first: int, encoders: int = 1) -> Inputs:
    """A call whose tokens count up from ``first``; its last row ends in padding."""
    ids = np.arange(first, first + rows * length, dtype=np.int64).reshape(rows, length)
    mask = np.ones_like(ids)
    mask[-1, length // 2 :] = 0
    return Inputs(((ids, mask),) * encoders, np.zeros((rows, 6), dtype=np.float32))


@pytest.fixture(scope="module")
def checkpoint() -> Path:
    """The shipped checkpoint, or the one that the environment names."""
    return find_checkpoint(CheckpointSettings.load())


@pytest.fixture
def two_encoders(checkpoint: Path, tmp_path: Path) -> Path:
    """A checkpoint with two small encoders of different kinds and random weights."""
    torch.manual_seed(0)
    shipped = ModelConfig.read(checkpoint)
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    sizes = {"layers": 2, "hidden": 32, "heads": 4, "intermediate": 64}
    vocab = shipped.encoders[0].vocab
    bert = {**small, "model_type": "bert", "vocab_size": vocab}
    roberta = {**small, "model_type": "roberta", "vocab_size": vocab, "max_position_embeddings": 131, "pad_token_id": 1}
    encoders = tuple(
        shipped.encoders[0].model_copy(
            update={**sizes, "architecture": architecture, "pad_token": pad, "tokenizer": f"tokenizer_{pad}.json"}
        )
        for pad, architecture in enumerate((bert, roberta))
    )
    config = shipped.model_copy(
        update={"encoders": encoders, "fusion": shipped.fusion.model_copy(update={"width": 32})}
    )
    save_weights(EmotionModel(config), tmp_path)
    for encoder in encoders:
        shutil.copy(checkpoint / shipped.encoders[0].tokenizer, tmp_path / encoder.tokenizer)
    shutil.copy(checkpoint / "calibration.json", tmp_path)
    return tmp_path


async def test_the_int8_graph_agrees_with_the_reference(checkpoint: Path) -> None:
    """The int8 graph gives the float32 model's emotion for at least 93 in 100 texts, with PAD close by."""
    texts = check_texts(400)
    async with open_engine(checkpoint, TORCH_CPU) as reference, open_engine(checkpoint, OPENVINO) as int8:
        found = difference(await read_alone(reference, texts), await read_alone(int8, texts))
    assert found.same_emotion >= 0.93
    assert found.max_other < 0.2


async def test_the_reference_keeps_the_order_and_hardly_feels_the_batch(checkpoint: Path) -> None:
    """In float32, a text alone and in a batch differ by rounding of sums only."""
    texts = check_texts(120)
    async with open_engine(checkpoint, TORCH_CPU) as engine:
        alone = await read_alone(engine, texts)
        together = await engine.score([ScoreRequest(text) for text in texts])
    assert difference(alone, together).largest < 1e-4


async def test_a_model_of_two_encoders_is_scored(two_encoders: Path) -> None:
    """Each encoder gets its own tokens; texts keep their order, and padding does not matter."""
    texts = ["why", "I got it at last, and it feels good", "no " * 100]
    async with open_engine(two_encoders, TORCH_CPU) as engine:
        alone = await read_alone(engine, texts)
        together = await engine.score([ScoreRequest(text) for text in texts])
    assert difference(alone, together).largest < 1e-5
    assert len({score.probabilities for score in alone}) == len(texts)


async def test_bfloat16_encoders_stay_near_the_reference(checkpoint: Path) -> None:
    """Half precision in the encoders, float32 in the heads: figures move a little, and say so in the fingerprint."""
    texts = check_texts(60)
    half = TORCH_CPU.model_copy(update={"precision": Precision.BFLOAT16})
    async with open_engine(checkpoint, TORCH_CPU) as reference, open_engine(checkpoint, half) as engine:
        found = difference(await read_alone(reference, texts), await read_alone(engine, texts))
        assert "bfloat16" in engine.info.engine
    assert 0 < found.max_other < 0.1


async def test_without_a_graph_torch_takes_over_on_the_cpu(two_encoders: Path) -> None:
    """A checkpoint with weights alone is scored by torch; openvino, when asked for, says what is missing."""
    async with open_engine(two_encoders, TORCH_CPU.model_copy(update={"backend": BackendName.AUTO})) as engine:
        assert engine.info.engine.startswith("torch-")
    with pytest.raises(CheckpointError, match=r"model\.xml"):
        async with open_engine(two_encoders, OPENVINO):
            pass


async def test_broken_weights_are_named(two_encoders: Path) -> None:
    """The error names the file."""
    (two_encoders / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        async with open_engine(two_encoders, TORCH_CPU):
            pass


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without an NVIDIA or AMD GPU")
async def test_a_gpu_that_is_not_there_is_said(checkpoint: Path) -> None:
    """Who asks for a GPU by name is not given a CPU."""
    with pytest.raises(SettingsError, match="EMOTIONSTREAM_ENGINE_DEVICE=cuda"):
        async with open_engine(checkpoint, EngineSettings(device=DeviceName.CUDA)):
            pass


@ON_CUDA
async def test_a_gpu_agrees_with_the_reference(checkpoint: Path) -> None:
    """On a GPU in half precision, nearly all texts keep their emotion."""
    texts = check_texts(400)
    gpu = EngineSettings(decimals=EXACT_DECIMALS)
    async with open_engine(checkpoint, TORCH_CPU) as reference, open_engine(checkpoint, gpu) as engine:
        assert "/cuda/" in engine.info.engine
        found = difference(await read_alone(reference, texts), await read_alone(engine, texts))
    assert found.same_emotion >= 0.97


async def test_the_figures_are_the_models_own(checkpoint: Path) -> None:
    """Bringing the figures of all calls back together changes no bit and mixes no rows."""
    backend = TorchBackend.load(checkpoint, DeviceName.CPU, TORCH_CPU)
    calls = [inputs(rows, length, first) for rows, length, first in ((2, 16, 100), (1, 32, 200), (2, 16, 300))]
    model = load_model(checkpoint)
    for call, rows in zip(calls, backend.run(calls), strict=True):
        with torch.inference_mode():
            reading = model(
                [tuple(map(torch.from_numpy, pair)) for pair in call.tokens], torch.from_numpy(call.context)
            )
        assert [row.emotion_logits for row in rows] == reading.emotion_logits.tolist()
        assert [row.pad for row in rows] == reading.pad.tolist()
        assert [row.readiness_score for row in rows] == reading.readiness_score.tolist()
        assert [row.readiness_logits for row in rows] == reading.readiness_logits.tolist()
    assert backend.run([]) == []


async def test_graphs_are_for_cuda_alone(checkpoint: Path) -> None:
    """On a CPU the setting changes nothing, the fingerprint included."""
    backend = TorchBackend.load(checkpoint, DeviceName.CPU, TORCH_CPU.model_copy(update={"graphs": True}))
    assert backend.fingerprint.startswith(f"torch-{torch.__version__}/float32/cpu/")


def test_out_of_memory_lets_go_of_the_calls_tensors() -> None:
    """Whoever holds the error while a smaller batch is tried does not hold the larger one's memory."""
    kept: list[weakref.ref[torch.Tensor]] = []

    def forward(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
        large = torch.zeros(1_000)
        kept.append(weakref.ref(large))
        raise torch.OutOfMemoryError("CUDA out of memory")

    backend = TorchBackend(forward, DeviceName.CPU, Precision.FLOAT32, "")
    with pytest.raises(DeviceOutOfMemoryError) as caught:
        backend.run([inputs(1, 16, 100)])
    assert [tensor() for tensor in kept] == [None]
    assert isinstance(caught.value.__cause__, torch.OutOfMemoryError)


def test_a_closed_backend_says_so() -> None:
    """No call reaches a model that is gone."""
    backend = TorchBackend(lambda tensors: tensors[0], DeviceName.CPU, Precision.FLOAT32, "")
    backend.close()
    with pytest.raises(DeviceError, match="closed"):
        backend.run([inputs(1, 16, 100)])


@ON_CUDA
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


@ON_CUDA
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


@ON_CUDA
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


@ON_CUDA
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


@pytest.mark.parametrize(
    ("asked", "device", "bfloat16", "given"),
    [
        (Precision.AUTO, DeviceName.CPU, True, Precision.FLOAT32),
        (Precision.AUTO, DeviceName.CUDA, True, Precision.BFLOAT16),
        (Precision.AUTO, DeviceName.CUDA, False, Precision.FLOAT16),
        (Precision.AUTO, DeviceName.MPS, False, Precision.FLOAT16),
        (Precision.FLOAT32, DeviceName.CUDA, True, Precision.FLOAT32),
    ],
)
def test_precision_follows_the_device(asked: Precision, device: DeviceName, bfloat16: bool, given: Precision) -> None:
    """bfloat16 where the GPU has it, float16 where not, float32 on a CPU, and what is asked for wins."""
    assert resolve_precision(asked, device, bfloat16=bfloat16) is given


def test_memory_errors_are_told_from_others() -> None:
    """The worker splits a batch on the one and pauses on the other."""
    assert isinstance(wrap(torch.OutOfMemoryError("CUDA out of memory. Tried ...")), DeviceOutOfMemoryError)
    assert isinstance(wrap(RuntimeError("MPS backend out of memory")), DeviceOutOfMemoryError)
    blas = "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"
    assert isinstance(wrap(RuntimeError(blas)), DeviceOutOfMemoryError)
    other = wrap(RuntimeError("CUDA error: device-side assert triggered"))
    assert isinstance(other, DeviceError)
    assert not isinstance(other, DeviceOutOfMemoryError)


async def test_a_real_allocation_failure_becomes_our_error() -> None:
    """What torch raises when memory cannot be had is recognised."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.int8)
    assert isinstance(wrap(caught.value), DeviceOutOfMemoryError)
