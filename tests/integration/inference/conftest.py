"""What is scored: the shipped checkpoint, and a small one of two encoders."""

import shutil
from pathlib import Path

import pytest

from emotionstream.schemas.checkpoint import find_checkpoint
from emotionstream.schemas.settings.checkpoint import CheckpointSettings


@pytest.fixture(scope="session")
def checkpoint() -> Path:
    """The shipped checkpoint, or the one that the environment names."""
    return find_checkpoint(CheckpointSettings.load())


@pytest.fixture
def two_encoders(checkpoint: Path, tmp_path: Path) -> Path:
    """A checkpoint with two small encoders of different kinds and random weights."""
    torch = pytest.importorskip("torch")
    from emotionstream.inference.model.config import ModelConfig
    from emotionstream.inference.model.emotion_model import EmotionModel
    from emotionstream.inference.model.storage import save_weights

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
