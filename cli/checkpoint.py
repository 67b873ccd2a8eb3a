"""The checkpoint that a command uses."""

from pathlib import Path

from emotionstream.schemas.checkpoint import find_checkpoint
from emotionstream.schemas.settings.checkpoint import CheckpointSettings


def chosen_checkpoint(model: str | None) -> Path:
    """The folder of the checkpoint that ``--model`` names, else the settings.

    Raises:
        CheckpointError: there is none.
        SettingsError: a setting is unknown or impossible.
    """
    settings = CheckpointSettings.load()
    return find_checkpoint(settings if model is None else settings.model_copy(update={"name": model}))
