"""How a checkpoint is measured."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class EvaluationSettings(Settings):
    """What `emotionstream evaluate` counts, draws and leaves out."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_EVALUATION_")
    part: ClassVar[str] = "evaluation"

    bins: int = Field(default=15, ge=2, le=1_000, description="bins of equal mass of the calibration error")
    calibration_draws: int = Field(
        default=200,
        ge=10,
        le=100_000,
        description="random answers that say how large the calibration error of a perfectly calibrated model would be",
    )
    thin_below: int = Field(
        default=500,
        ge=1,
        le=1_000_000,
        description="training texts with a label given by people; a class with fewer is called thin. GoEmotions has "
        "77 for grief and 111 for pride, and 1,000 and more for the classes that it teaches well",
    )
    robustness_texts: int = Field(
        default=400,
        ge=0,
        le=1_000_000,
        description="texts that are changed in every way to see whether the answer flips; 0: none. 400 show 2.5% at "
        "one standard error",
    )
    long_words: int = Field(
        default=400, ge=1, le=100_000, description="words that are put before and behind a text to make it long"
    )
    seed: int = Field(default=20, ge=0, le=2_147_483_647, description="of everything that is drawn")
    batch: int = Field(default=64, ge=1, le=4_096, description="texts of one call of the model")
    shown_flaws: int = Field(default=20, ge=1, le=10_000, description="bad lines that are named one by one")
