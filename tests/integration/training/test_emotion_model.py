"""The torch EmotionModel."""

import json
from pathlib import Path

import pytest
import tiny
import torch

from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.published import random_model
from emotionstream.inference.model.storage import load_model, save_weights
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.model import COMPACT, DUAL
from emotionstream.training.rows import no_context
from emotionstream.training.scoring import OUTPUT_NAMES, score, torch_predict


@pytest.mark.parametrize("encoders", [1, 2])
def test_outputs_have_the_contract_s_shapes_and_ranges(encoders: int) -> None:
    """41 logits, PAD and readiness in [0, 1], 5 states, for one encoder and for several."""
    model, encoder = tiny.model(encoders), tiny.text_encoder(encoders)
    with torch.inference_mode():
        reading = model(encoder.tensors(encoder.ids(tiny.TEXTS)), no_context(len(tiny.TEXTS)))
    shapes = {name: tuple(getattr(reading, name).shape) for name in OUTPUT_NAMES}
    rows = len(tiny.TEXTS)
    assert shapes == {
        "emotion_logits": (rows, 41), "pad": (rows, 3), "readiness_score": (rows,), "readiness_logits": (rows, 5),
        "label_logits": (rows, 28), "pad_emobank": (rows, 3),
    }  # fmt: skip
    for name in ("pad", "readiness_score", "pad_emobank"):
        assert bool(((getattr(reading, name) >= 0) & (getattr(reading, name) <= 1)).all())


def test_padding_and_batch_mates_change_nothing() -> None:
    """A text alone and among longer ones reads the same, up to rounding."""
    predict, encoder = torch_predict(tiny.model()), tiny.text_encoder()
    together = score(predict, encoder, tiny.TEXTS)
    alone = score(predict, encoder, tiny.TEXTS, batch=1)
    assert abs(together.emotion_logits - alone.emotion_logits).max() < 1e-5


def test_unknown_context_is_no_number() -> None:
    """An unknown engagement differs from every known one, and its value does not matter."""
    net = tiny.model().readiness
    probabilities, pad = torch.full((1, 41), 1 / 41), torch.full((1, 3), 0.5)
    with torch.inference_mode():
        unknown, _ = net(probabilities, pad, torch.tensor([[0.0, 0, 0, 0, 0, 0]]))
        ignored, _ = net(probabilities, pad, torch.tensor([[0.9, 0, 0, 0, 0, 0]]))
        known, _ = net(probabilities, pad, torch.tensor([[0.0, 0, 0, 1, 0, 0]]))
    assert torch.equal(unknown, ignored)
    assert not torch.equal(unknown, known)


def test_readiness_does_not_bend_emotions() -> None:
    """The readiness loss reaches no encoder weight."""
    model, encoder = tiny.model(), tiny.text_encoder()
    reading = model(encoder.tensors(encoder.ids(tiny.TEXTS)), no_context(len(tiny.TEXTS)))
    reading.readiness_score.sum().backward()
    assert model.emotion.out.weight.grad is None
    assert model.readiness.score.weight.grad is not None


@pytest.mark.parametrize("encoders", [1, 2])
def test_a_checkpoint_is_rebuilt_without_a_hub(tmp_path: Path, encoders: int) -> None:
    """What is loaded says what was saved, up to fp16."""
    model, encoder = tiny.model(encoders), tiny.text_encoder(encoders)
    save_weights(model, tmp_path)
    before = score(torch_predict(model), encoder, tiny.TEXTS)
    after = score(torch_predict(load_model(tmp_path)), encoder, tiny.TEXTS)
    assert abs(before.emotion_logits - after.emotion_logits).max() < 0.02


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    """The message names the file."""
    save_weights(tiny.model(2), tmp_path)
    tiny.config(1).write(tmp_path)
    with pytest.raises(CheckpointError, match="does not fit"):
        load_model(tmp_path)


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    """Half a download is no model."""
    save_weights(tiny.model(), tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        load_model(tmp_path)


def test_other_emotions_are_refused(tmp_path: Path) -> None:
    """A checkpoint with other classes would name every emotion wrongly."""
    tiny.config().write(tmp_path)
    raw = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    raw["emotions"][0], raw["emotions"][1] = raw["emotions"][1], raw["emotions"][0]
    with pytest.raises(CheckpointError, match="emotions"):
        ModelConfig.parse(raw)


@pytest.mark.parametrize(("recipe", "millions"), [(COMPACT, 20), (DUAL, 230)])
def test_published_configurations_stand_with_random_weights(recipe: object, millions: int) -> None:
    """Both can be built with neither hub nor folder (on the meta device: no memory is taken)."""
    with torch.device("meta"):
        model = random_model(recipe)  # type: ignore[arg-type]  # parametrize knows no types
    assert isinstance(model, EmotionModel)
    assert sum(p.numel() for p in model.parameters()) > millions * 1_000_000
