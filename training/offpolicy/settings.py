"""How logged decisions are evaluated and learned from."""

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class RewardModelSettings(_Part):
    """The model of the reward."""

    units: int = Field(default=64, ge=0, description="random features beside the plain ones")
    penalty: float = Field(default=10.0, gt=0, description="rows; shrinks what levels share")
    level_penalty: float = Field(default=100.0, gt=0, description="rows; shrinks how a level departs from it")
    smallest_scale: float = Field(default=0.02, gt=0, description="least standard deviation of a feature")
    folds: int = Field(default=5, ge=2, description="parts of the learners; each is judged by a model of the others")
    seed: int = Field(default=20, ge=0)


class EvaluationSettings(_Part):
    """Off-policy evaluation."""

    clip: float = Field(
        default=20.0,
        gt=0,
        description="largest importance weight; none is larger where each level is given at least one time in twenty",
    )
    confidence: float = Field(default=0.95, gt=0, lt=1)
    draws: int = Field(default=2000, ge=100, description="bootstrap resamples of learners")
    yes: float = Field(default=1.0, description="reward of an intervention that helped")
    unsure: float = Field(default=0.5, description="reward where the tutor was unsure")
    no: float = Field(default=0.0, description="reward of one that did not help")
    seed: int = Field(default=20, ge=0)
    model: RewardModelSettings = RewardModelSettings()

    @property
    def rewards(self) -> dict[str, float]:
        """By the tutor's answer."""
        return {"yes": self.yes, "unsure": self.unsure, "no": self.no}


class OutcomeSettings(_Part):
    """Outcome-weighted learning."""

    weight: float = Field(default=0.5, ge=0, le=1, description="of outcomes in the costs; the rest is the labels'")
    clip: float = Field(default=20.0, gt=0, description="largest importance weight")
    penalty: float = Field(default=20.0, gt=0, description="rows; shrinks what outcomes say of a level")
    model: RewardModelSettings = RewardModelSettings()
