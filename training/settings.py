"""A training run, as written in a settings file (TOML). Unknown keys are refused."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from emotionstream.schemas.settings.engine import DeviceName
from emotionstream.schemas.settings.model import RECIPES
from emotionstream.training.offpolicy.settings import OutcomeSettings
from emotionstream.training.settings_file import Seed, read_settings


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LossWeights(_Part):
    """How much each part of the loss counts."""

    emotion: float = Field(default=1.0, ge=0, description="41-way partial softmax")
    labels: float = Field(default=1.0, ge=0, description="GoEmotions' 28 sigmoids, times 28 (sum over labels)")
    pad: float = Field(
        default=1.0, ge=0, description="squared error of PAD, each source and dimension in its own spread"
    )
    soft_emotion: float = Field(default=0.5, ge=0, description="teacher's 41 classes (KL)")
    soft_labels: float = Field(default=0.5, ge=0, description="teacher's 28 labels")
    soft_pad: float = Field(default=0.5, ge=0, description="teacher's PAD, both scales")


class Stage(_Part):
    """One part of a run: which data, how often, how fast."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$", description="of its files in the work folder too")
    epochs: int = Field(ge=1, description="passes over the mix")
    batch: int | None = Field(default=None, ge=1, description="texts; none: as the run says")
    mix: dict[str, Annotated[float, Field(gt=0, le=1_000)]] = Field(
        min_length=1, description="data set -> how often its rows stand in one pass (0.5: half of them)"
    )
    encoder_rate: float = Field(gt=0, lt=1, description="peak learning rate of the encoders")
    head_rate: float = Field(gt=0, lt=1, description="peak learning rate of everything else")
    warmup: float = Field(default=0.06, ge=0, le=1, description="share of the stage's steps")
    loss: LossWeights = LossWeights()


class ReadinessSettings(_Part):
    """How LearningReadinessNet is trained on the sessions."""

    steps: int = Field(default=800, ge=1)
    batch: int = Field(default=128, ge=1, description="messages")
    rate: float = Field(default=3e-3, gt=0, lt=1, description="peak learning rate")
    weight_decay: float = Field(default=0.02, ge=0)
    softness: float = Field(default=0.5, gt=0, description="ranks; how far a state's neighbours share its target")
    score_weight: float = Field(default=4.0, ge=0, description="of the score's squared error beside the states' loss")
    forget: float = Field(default=0.3, ge=0, le=1, description="share of known context values that are hidden")
    time_known: float = Field(default=0.3, ge=0, le=1, description="share of messages that are told the session's time")
    folds: int = Field(default=9, ge=2, description="of the cross-validation by session")
    seed: Seed = Field(default=20)


class PolicySettings(_Part):
    """How InterventionNet is trained on the sessions.

    An ensemble of nets with one hidden layer is one wider net, exactly: their logits are averaged.
    """

    version: str = Field(default="", description="written into every intervention; empty: the checkpoint's, -policy")
    members: int = Field(default=6, ge=1, description="nets in the ensemble")
    hidden: int = Field(default=24, ge=1, description="hidden units of each")
    steps: int = Field(default=1000, ge=1)
    batch: int = Field(default=256, ge=1, description="messages")
    rate: float = Field(default=5e-3, gt=0, lt=1, description="peak learning rate")
    weight_decay: float = Field(default=0.05, ge=0)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    noise: float = Field(default=0.2, ge=0, description="standard deviations of noise on each feature in training")
    smallest_scale: float = Field(
        default=0.02, gt=0, description="least standard deviation of a feature: one that hardly varies must not explode"
    )
    softness: float = Field(default=0.3, gt=0, description="ranks; how far a level's neighbours share its target")
    decimals: int = Field(default=6, ge=2, le=6, description="digits of a reported probability")
    folds: int = Field(default=9, ge=2, description="of the cross-validation by session")
    seed: Seed = Field(default=20)
    outcomes: OutcomeSettings = OutcomeSettings()


class TrainingSettings(_Part):
    """A whole run."""

    recipe: str = Field(description="compact or dual")
    version: str = Field(description="written into the checkpoint and every result")
    note: str = Field(default="", description="said in the card: what a reader should know of how it was trained")
    encoders: tuple[str, ...] = Field(
        description="per encoder: a folder, `package:path` of an installed wheel, or a hub name"
    )
    start: str = Field(
        default="",
        description="a checkpoint (name, or path to its folder) whose weights the run begins with; "
        "empty: published encoders and new heads",
    )
    non_commercial: bool = Field(
        default=False, description="mark the checkpoint non-commercial: it may then be trained on data for research"
    )
    seed: Seed = Field(default=20)
    device: DeviceName = Field(default=DeviceName.AUTO, description="auto: cuda, mps, cpu: the first that is there")
    batch: int = Field(default=64, ge=1, description="texts")
    pool: int = Field(default=50, ge=1, description="batches that are sorted by length together")
    clip: float = Field(default=1.0, gt=0, description="largest gradient norm")
    weight_decay: float = Field(default=0.01, ge=0)
    rate_decay_by_layer: float = Field(
        default=1.0, gt=0, le=1, description="learning rate of a layer over the next higher one's"
    )
    average_decay: float = Field(default=0.999, ge=0, lt=1, description="EMA of weights, per step")
    augment: float = Field(default=0.1, ge=0, le=1, description="share of training texts that are changed")
    other_people: float = Field(
        default=0.0, ge=0, le=1, description="share of training texts in which names and gendered words may be others"
    )
    pair_weight: float = Field(
        default=0.0,
        ge=0,
        description="of the loss that holds PAD the same where two versions of a text speak of different people: of "
        "`other_people` of the texts that do. 0: no second version is made",
    )
    encoder_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="inside the encoders; costs a third of the time"
    )
    shared_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="inside the encoders, one draw for all tokens of a text; costs little"
    )
    freeze_embeddings: bool = Field(
        default=False, description="leave the encoders' word vectors as they were pretrained: half of the weights"
    )
    token_dropout: float = Field(default=0.0, ge=0, lt=1, description="share of tokens hidden behind the mask token")
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    also_share: float = Field(
        default=0.0, ge=0, lt=1, description="share of a message's target for the classes in `also`; 0: they are masked"
    )
    soft_temperature: float = Field(default=1.5, gt=0, description="temperature of teacher and student in the KL")
    balance: float = Field(
        default=0.5, ge=0, le=1, description="GoEmotions rows weigh (class frequency)^-balance in the 41-way loss"
    )
    soup: tuple[str, ...] = Field(
        default=(), description="stages whose best weights are averaged in the end; empty: the last stage's are taken"
    )
    save_every: int = Field(default=300, ge=1, description="steps between saved states")
    evaluate_every: int = Field(default=600, ge=1, description="steps between looks at dev")
    patience: int = Field(default=4, ge=1, description="looks at dev without a better one before the stage ends")
    calibration_texts: int = Field(default=300, ge=1, description="training texts that fix the int8 graph's ranges")
    effect_texts: int = Field(default=1000, ge=2, description="dev texts for the batch effect")
    readiness: ReadinessSettings = ReadinessSettings()
    policy: PolicySettings = PolicySettings()
    stages: tuple[Stage, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _encoders_of_the_recipe(self) -> Self:
        if self.recipe not in RECIPES:
            raise ValueError(f"recipe {self.recipe!r} is none of {', '.join(RECIPES)}")
        usual = RECIPES[self.recipe].encoders
        if len(self.encoders) != len(usual):
            raise ValueError(
                f"the recipe {self.recipe} has {len(usual)} encoder(s), such as {', '.join(usual)}: "
                f"`encoders` names {len(self.encoders)}"
            )
        return self

    @model_validator(mode="after")
    def _stages_apart(self) -> Self:
        names = [stage.name for stage in self.stages]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"more than one stage is named {', '.join(twice)}: their saved states would be the same")
        return self

    @model_validator(mode="after")
    def _soup_of_stages(self) -> Self:
        if strange := sorted(set(self.soup) - {stage.name for stage in self.stages}):
            raise ValueError(f"soup names no stage of this file: {', '.join(strange)}")
        return self

    @model_validator(mode="after")
    def _pairs_of_people(self) -> Self:
        if self.pair_weight and not self.other_people:
            raise ValueError("pair_weight makes pairs of `other_people` of the texts: set that too")
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """The settings in a TOML file.

        Raises:
            SettingsError: the file is missing, no TOML in UTF-8, or has an unknown or impossible value.
        """
        return read_settings(cls, path)
