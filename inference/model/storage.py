"""A checkpoint's weights: written as fp16 safetensors, read without pickle, rebuilt without a hub."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.schemas.checkpoint import WEIGHTS
from emotionstream.schemas.errors import CheckpointError


def save_weights(model: EmotionModel, folder: Path) -> None:
    """Write ``config.json`` and ``model.safetensors`` (fp16: half the size, differences below 1e-3 in a logit)."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: _half(tensor) for name, tensor in model.state_dict().items()}
    # Not the library's own writing to a file: that is readable by its owner only.
    (folder / WEIGHTS).write_bytes(save(tensors, metadata={"format": "pt"}))
    model.config.write(folder)


def load_model(folder: Path) -> EmotionModel:
    """The model in ``folder``, in fp32 on the CPU, ready to score.

    Raises:
        CheckpointError: a file is missing, broken, or does not fit its configuration.
    """
    config = ModelConfig.read(folder)
    path = folder / WEIGHTS
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} cannot be read as weights: {error}") from error
    model = EmotionModel(config)
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise CheckpointError(f"{path} does not fit its configuration: {error}") from error
    return model.float().eval()


def _half(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().to("cpu", torch.float16 if tensor.is_floating_point() else tensor.dtype).contiguous()
