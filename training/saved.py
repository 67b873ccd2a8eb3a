"""Saved weights and states of a run: whole files or none, and a broken one is named."""

import os
from pathlib import Path
from typing import Any

import torch

from emotionstream.schemas.errors import CheckpointError


def save(value: Any, path: Path) -> None:
    """Write ``value`` beside ``path``, then rename: a process that is killed leaves no part of a file there."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as stream:
        torch.save(value, stream)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def load(path: Path, device: torch.device | str = "cpu") -> Any:
    """What ``path`` holds, on ``device``.

    Raises:
        CheckpointError: the file is missing or cannot be read.
    """
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path} is missing: remove {path.stem.partition('.')[0]}.* beside it and run again"
        ) from error
    except Exception as error:  # torch raises EOFError, RuntimeError, UnpicklingError and others
        raise unreadable(path, error) from error


def unreadable(path: Path, error: Exception) -> CheckpointError:
    """A saved file that is broken or of another model, and what to do."""
    return CheckpointError(f"{path} cannot be read ({str(error).partition(chr(10))[0]}): remove it and run again")
