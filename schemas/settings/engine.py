"""How texts are scored: backend, device, batch shapes, rounding."""

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings

DIGEST_CHARS: Final = 8
"""Characters of the fingerprint that stand for these settings."""

Step = Annotated[int, Field(ge=1, le=65_536)]


class BackendName(StrEnum):
    """What runs the model."""

    AUTO = "auto"
    OPENVINO = "openvino"
    TORCH = "torch"


class DeviceName(StrEnum):
    """Where the model runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class Precision(StrEnum):
    """Numbers that the torch backend computes with. The int8 graph has its own."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


EXACT_DECIMALS: Final = 17
"""Decimal places that keep a double as it is: rounding must not hide a difference when backends are compared."""


class EngineSettings(Settings):
    """The engine. The defaults for the CPU were measured on 2 cores with AVX-512 and AMX (docs: engine)."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_ENGINE_")
    part: ClassVar[str] = "engine"

    backend: BackendName = Field(
        default=BackendName.AUTO, description="auto: torch where it is installed and finds a GPU, else openvino"
    )
    device: DeviceName = Field(default=DeviceName.AUTO, description="auto: cuda, mps, cpu: the first that is there")
    precision: Precision = Field(
        default=Precision.AUTO,
        description="torch only; auto: bfloat16 or float16 where the GPU has it, float32 on a CPU",
    )
    compile: bool = Field(default=False, description="torch.compile the model: slower start, faster batches")
    graphs: bool = Field(
        default=True,
        description="torch on cuda only; record each shape as a CUDA graph: slower start, faster calls. "
        "A compiled model is run without them",
    )
    graph_shapes: int = Field(
        default=256,
        ge=1,
        le=65_536,
        description="shapes that get a graph, the first ones that are seen; others are run without. Bounds memory",
    )
    graph_warmups: int = Field(
        default=3, ge=1, le=100, description="runs of a shape before its graph is recorded; libraries prepare in them"
    )
    threads: int = Field(default=0, ge=0, le=1_024, description="CPU threads of the model; 0: one for each core")
    streams: int = Field(
        default=2,
        ge=1,
        le=64,
        description="openvino only; calls computed at a time, each on a share of the threads (at most one a thread). "
        "More of them lose less to other programs, and each costs about 60 MB",
    )
    batch_tokens: int = Field(
        default=4_096,
        ge=16,
        le=4_194_304,
        description="tokens, padding included, of one batch: about 80 ms on two cores; more on a GPU",
    )
    batch_items: int = Field(default=256, ge=1, le=65_536, description="texts of one batch; bounds memory")
    length_steps: tuple[Step, ...] = Field(
        default=(16, 32, 48, 64, 96, 128, 192, 256, 384, 512),
        min_length=1,
        description="tokens; a text is padded to the next step. Multiples of 16 keep vector kernels exact",
    )
    cpu_batch_steps: tuple[Step, ...] = Field(
        default=(1, 2, 4, 8, 16, 32),
        min_length=1,
        description="texts of one call on a CPU; a new shape costs up to 60 ms and 6 MB, and 32 is as fast as more",
    )
    gpu_batch_steps: tuple[Step, ...] = Field(
        default=(1, 2, 4, 8, 16, 32, 64, 128, 256),
        min_length=1,
        description="texts of one call on a GPU",
    )
    cpu_spare_tokens: int = Field(
        default=48,
        ge=0,
        le=1_048_576,
        description="tokens of padding that cost a CPU as much as one more call (1.3 ms measured)",
    )
    gpu_spare_tokens: int = Field(
        default=8_192,
        ge=0,
        le=1_048_576,
        description="tokens of padding that cost a GPU as much as one more call (estimated from kernel launches)",
    )
    portion_chars: int = Field(
        default=262_144,
        ge=1,
        le=1_073_741_824,
        description="characters that are tokenised at a time, at least one text; bounds memory: 160 bytes a character "
        "were measured, and all but the model's window of it is cut away",
    )
    chars_per_token: int = Field(
        default=8,
        ge=1,
        le=10_000,
        description="characters of each end of a long text that are tokenised first, for each token of the window, and "
        "twice as many where these do not fill it; changes no result. English has 4 to 5, and the end gets most tokens",
    )
    head_share: float = Field(
        default=0.25,
        ge=0.0,
        le=1.0,
        description="share of the window kept from the start of a long text, the rest from its end (Sun et al., 2019)",
    )
    decimals: int = Field(
        default=6,
        ge=3,
        le=EXACT_DECIMALS,
        description="decimal places of every figure in a score: small JSON, exact replay",
    )
    close_seconds: float = Field(
        default=10.0,
        gt=0.0,
        le=600.0,
        description="seconds to wait for the device when closing; a hung device must not hang the shutdown",
    )
    prewarm: bool = Field(
        default=True, description="run every batch shape once on each stream at the start (about 3 s on two cores)"
    )

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        for name in ("length_steps", "cpu_batch_steps", "gpu_batch_steps"):
            steps = getattr(self, name)
            if list(steps) != sorted(set(steps)):
                raise ValueError(f"{name} must rise: each step larger than the one before")
            if name != "length_steps" and steps[0] != 1:
                raise ValueError(f"{name} must start with 1, so that any number of texts can be scored")
        return self


class AgreementSettings(Settings):
    """How `emotionstream engine check` measures, and what it holds the CPU default to."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_AGREEMENT_")
    part: ClassVar[str] = "agreement"

    texts: int = Field(default=1_000, ge=2, le=100_000, description="texts to score; 1,000 show a change of 0.1%")
    batch: int = Field(default=64, ge=2, le=4_096, description="texts of a batch: enough to mix short and long ones")
    seed: int = Field(default=0, ge=0, le=2_147_483_647, description="order of the mixed batches")
    max_batch_effect: float = Field(
        default=1e-6,
        ge=0.0,
        le=1.0,
        description="largest change of a figure by its batch, on the CPU default; the precision of a stored score",
    )
