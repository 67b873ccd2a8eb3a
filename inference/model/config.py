"""What an EmotionModel is made of, as written in a checkpoint's ``config.json``. No torch here."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from emotionstream.schemas.affect import LEVELS, READINESS_STATES
from emotionstream.schemas.checkpoint import CONFIG
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.flaws import by_field

FORMAT: Final = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EncoderConfig(_Part):
    """One transformer encoder. ``architecture`` is its Hugging Face configuration: enough to rebuild it offline."""

    name: str
    layers: int
    hidden: int
    heads: int
    intermediate: int
    vocab: int
    max_tokens: int = Field(description="tokens; longer texts are cut, see inference/encoder.py")
    tokenizer: str = Field(description="file in the checkpoint's folder")
    pad_token: int = Field(description="id that fills up a batch")
    pooling: Literal["mean"] = "mean"
    architecture: dict[str, Any]


class FusionConfig(_Part):
    """How the encoders' tokens become one vector."""

    width: int
    heads: int
    dropout: float


class ReadinessConfig(_Part):
    """Size of LearningReadinessNet."""

    width: int
    heads: int
    dropout: float


class HeadsConfig(_Part):
    """Size of the heads. ``labels`` are GoEmotions' own labels, a second reading of the same text."""

    hidden: int
    dropout: float
    labels: tuple[str, ...]
    readiness: ReadinessConfig


class ModelConfig(_Part):
    """Everything that is needed to rebuild the model, and whose words its outputs are."""

    format: Literal[1] = 1
    name: str
    version: str
    emotions: tuple[str, ...] = EMOTIONS
    readiness_states: tuple[str, ...] = tuple(state.value for state in READINESS_STATES)
    levels: tuple[str, ...] = tuple(level.value for level in LEVELS)
    encoders: tuple[EncoderConfig, ...] = Field(min_length=1)
    fusion: FusionConfig
    heads: HeadsConfig
    license: str
    pad_scale: str = Field(default="learner", description="whose scale the shipped PAD follows: docs/annotation guide")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The configuration in ``folder``.

        Raises:
            CheckpointError: it is missing, or not of this format.
        """
        path = folder / CONFIG
        try:
            return cls.parse(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            raise CheckpointError(f"{path} cannot be read as a model configuration: {error}") from error
        except CheckpointError as error:
            raise CheckpointError(f"{path}: {error}") from error

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Check ``raw``, and that its words are this version's words.

        Raises:
            CheckpointError: a field is missing or wrong, or the emotions are others.
        """
        try:
            config = cls.model_validate(raw)
        except ValidationError as error:
            told = "; ".join(by_field(error))
            raise CheckpointError(
                f"not a model configuration of format {FORMAT} ({told}): take the checkpoint anew, or the version of "
                "this program that it was made by"
            ) from error
        if config.emotions != EMOTIONS:
            raise CheckpointError("the checkpoint's emotions are not this version's: use a matching checkpoint")
        return config

    def write(self, folder: Path) -> None:
        """Write ``config.json`` into ``folder``."""
        text = json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False)
        (folder / CONFIG).write_text(text + "\n", encoding="utf-8")
