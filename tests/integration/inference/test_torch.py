"""The torch backend: the shipped checkpoint as the reference, and a model of several encoders."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch

from emotionstream.inference import ScoreRequest, open_engine
from emotionstream.inference.agreement import difference, read_alone
from emotionstream.inference.backends.torch import resolve_precision, wrap
from emotionstream.inference.check_texts import check_texts
from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.storage import save_weights
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


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
async def test_a_gpu_agrees_with_the_reference(checkpoint: Path) -> None:
    """On a GPU in half precision, nearly all texts keep their emotion."""
    texts = check_texts(400)
    gpu = EngineSettings(decimals=EXACT_DECIMALS)
    async with open_engine(checkpoint, TORCH_CPU) as reference, open_engine(checkpoint, gpu) as engine:
        assert "/cuda/" in engine.info.engine
        found = difference(await read_alone(reference, texts), await read_alone(engine, texts))
    assert found.same_emotion >= 0.97


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
    other = wrap(RuntimeError("CUDA error: device-side assert triggered"))
    assert isinstance(other, DeviceError)
    assert not isinstance(other, DeviceOutOfMemoryError)


async def test_a_real_allocation_failure_becomes_our_error() -> None:
    """What torch raises when memory cannot be had is recognised."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.int8)
    assert isinstance(wrap(caught.value), DeviceOutOfMemoryError)
