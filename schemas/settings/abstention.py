"""When an answer is too unsure to be relied on."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class AbstentionSettings(Settings):
    """The abstention rule: an answer whose confidence is below the threshold is marked as uncertain.

    The threshold comes with the checkpoint (``calibration.json``), chosen on dev sets for ``target_risk``.
    """

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_ABSTENTION_")
    part: ClassVar[str] = "abstention"

    threshold: float | None = Field(
        default=None,
        ge=0.0,
        le=1.0,
        description="confidence below which an answer is marked as uncertain; unset: the checkpoint's own",
    )
    target_risk: float = Field(
        default=0.25,
        gt=0.0,
        lt=1.0,
        description="share of the answers kept that may be wrong, when a threshold is chosen: one in four. On the "
        "hard learner messages two careful readers differ on about as many",
    )
    least_kept: int = Field(
        default=50, ge=1, le=1_000_000, description="answers that must be kept for their risk to be told at all"
    )
