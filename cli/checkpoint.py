"""The checkpoint that a command uses."""

from pathlib import Path

from emotionstream.schemas.checkpoint import CONFIG, find_checkpoint
from emotionstream.schemas.settings.checkpoint import CheckpointSettings


def chosen_checkpoint(model: str | None, given: str = "--model") -> Path:
    """The folder of the checkpoint that ``model`` names, which came by ``given``; None: the settings name it.

    Raises:
        CheckpointError: there is none.
        SettingsError: a setting is unknown or impossible.
    """
    settings = CheckpointSettings.load()
    if model is None:
        return find_checkpoint(settings)
    advice = f"Give another {given}: a checkpoint's name, or the path of a folder with {CONFIG}"
    return find_checkpoint(settings.model_copy(update={"name": model}), advice)
