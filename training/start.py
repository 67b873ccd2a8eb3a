"""The checkpoint that a run begins with, where it begins with one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.storage import load_model
from emotionstream.schemas.checkpoint import find_checkpoint
from emotionstream.schemas.errors import CheckpointError, SettingsError
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.training.datasets.terms import NON_COMMERCIAL
from emotionstream.training.settings import TrainingSettings

_NAMES: Final = {"name", "tokenizer"}
"""Of an encoder's configuration: where it came from, not what it is."""


@dataclass(frozen=True, slots=True)
class Start:
    """A checkpoint in ``folder``."""

    folder: Path
    config: ModelConfig

    @classmethod
    def find(cls, settings: TrainingSettings) -> "Start | None":
        """What ``settings.start`` names; None where it names nothing.

        Raises:
            CheckpointError: there is no such checkpoint, or its configuration cannot be read.
            SettingsError: it is for research only, and the settings do not mark the new one.
        """
        if not settings.start:
            return None
        advice = "`start` names a checkpoint, or the path of its folder"
        wanted = CheckpointSettings.load().model_copy(update={"name": settings.start})
        folder = find_checkpoint(wanted, advice)
        config = ModelConfig.read(folder)
        if config.license == NON_COMMERCIAL and not settings.non_commercial:
            raise SettingsError(
                f"{folder} is for research only: write `non_commercial = true` into the settings file too"
            )
        return cls(folder, config)

    def describe(self) -> str:
        """For the card and the figures of what comes of it."""
        return f"{self.config.name} {self.config.version}"

    def keep_apart(self, *folders: Path) -> None:
        """Check that the run writes into none of ``folders`` what it begins with: a killed one could not go on.

        Raises:
            SettingsError: it would.
        """
        if any(folder.resolve() == self.folder for folder in folders):
            raise SettingsError(f"{self.folder} is where the run begins, and it would be written over: take others")

    def give(self, model: EmotionModel, folder: Path) -> None:
        """Give ``model``, whose tokenizers lie in ``folder``, the checkpoint's weights.

        Raises:
            CheckpointError: they cannot be read, or the two are not the same kind of model.
        """
        theirs, ours = _kind(self.config, self.folder), _kind(model.config, folder)
        if other := [part for part, value in ours.items() if theirs.get(part) != value]:
            raise CheckpointError(
                f"a run of these settings cannot begin with {self.folder}: another {', '.join(other)}. "
                "`recipe` and `encoders` must be those that it was made with"
            )
        model.load_state_dict(load_model(self.folder).state_dict())


def _kind(config: ModelConfig, folder: Path) -> dict[str, Any]:
    """What must be the same, by a name for it."""
    kind: dict[str, Any] = {"number of encoders": len(config.encoders), "fusion": config.fusion, "heads": config.heads}
    for number, encoder in enumerate(config.encoders, 1):
        kind[f"encoder {number}"] = encoder.model_dump(exclude=_NAMES)
        kind[f"tokenizer {number}"] = _content(folder / encoder.tokenizer)
    return kind


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
