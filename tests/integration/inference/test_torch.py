"""Engines on torch: the shipped checkpoint as the reference, and a model of several encoders."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from torch_engines import OPENVINO, TORCH_CPU

from emotionstream.inference import ScoreRequest, open_engine
from emotionstream.inference.agreement import difference, read_alone
from emotionstream.inference.check_texts import check_texts
from emotionstream.schemas.errors import CheckpointError, SettingsError
from emotionstream.schemas.settings.engine import BackendName, DeviceName, EngineSettings, Precision


async def test_the_int8_graph_agrees_with_the_reference(checkpoint: Path) -> None:
    """The int8 graph gives the float32 model's emotion for at least 93 of 100 texts, with PAD close by."""
    texts = check_texts(200)
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
