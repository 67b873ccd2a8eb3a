"""Measures an engine: batch effect, agreement with the reference, speed."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from emotionstream.inference.agreement import Difference, batch_effect, difference, read_alone
from emotionstream.inference.engine import Engine, open_engine
from emotionstream.inference.extras import installed
from emotionstream.inference.scoring import Score, ScoreRequest
from emotionstream.schemas.checkpoint import METRICS, WEIGHTS
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.engine import (
    EXACT_DECIMALS,
    AgreementSettings,
    BackendName,
    DeviceName,
    EngineSettings,
    Precision,
)

SECTION = "engine"
"""Key of these figures in the checkpoint's metrics."""


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """What was measured. ``agreement`` compares with torch in float32 on the CPU; None where torch is not installed."""

    engine: str
    batch_effect: dict[str, Difference]
    agreement: Difference | None
    texts_per_second: float
    one_by_one_ms_p50: float

    @property
    def largest_batch_effect(self) -> float:
        """The largest change of any figure by its batch."""
        return max(found.largest for found in self.batch_effect.values())

    @property
    def changed_by_batch(self) -> int:
        """Texts whose primary emotion or readiness state changed with their batch, summed over the orders."""
        return sum(found.changed_emotions + found.changed_readiness for found in self.batch_effect.values())

    def as_json(self) -> dict[str, Any]:
        """For ``--json`` and the checkpoint's metrics."""
        agreement = self.agreement
        return asdict(self) | {
            "agreement": agreement and asdict(agreement) | {"same_emotion": agreement.same_emotion},
            "largest_batch_effect": self.largest_batch_effect,
        }


async def check_engine(
    checkpoint: Path,
    texts: Sequence[str],
    engine: EngineSettings,
    check: AgreementSettings,
    tell: Callable[[str], None],
) -> EngineFigures:
    """Measure the engine that ``engine`` describes on ``texts``, without rounding its figures; ``tell`` each step.

    Raises:
        EmotionStreamError: the engine cannot be opened, or its device fails.
    """
    exact = engine.model_copy(update={"decimals": EXACT_DECIMALS})
    async with open_engine(checkpoint, exact) as opened:
        tell(f"{len(texts):,} texts, each alone")
        alone = await read_alone(opened, texts)
        tell("the same in batches: sorted, mixed, and padded to the longest")
        effect = await batch_effect(opened, texts, alone, check.batch, Random(check.seed))  # noqa: S311 - no secret
        tell("the same with torch in float32, where it is installed")
        agreement = await _agreement(checkpoint, texts, alone, exact)
        tell("speed: all together, then one by one")
        return EngineFigures(
            # Without the settings that follow it: figures were not rounded here, and are when live.
            engine=opened.info.engine.partition("#")[0],
            batch_effect=effect,
            agreement=agreement,
            texts_per_second=round(await _texts_per_second(opened, texts), 1),
            one_by_one_ms_p50=round(await _one_by_one_ms(opened, texts), 3),
        )


def write_figures(checkpoint: Path, figures: EngineFigures) -> Path:
    """Add ``figures`` to the checkpoint's metrics, under the engine's fingerprint; returns the file.

    Raises:
        CheckpointError: the metrics are not a JSON object.
    """
    path = checkpoint / METRICS
    try:
        metrics = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        metrics.setdefault(SECTION, {})[figures.engine] = figures.as_json()
    except (ValueError, AttributeError, TypeError) as error:
        raise CheckpointError(f"{path} is not a JSON object of metrics: {error}") from error
    # Written beside and moved over it: a reader never sees half a file.
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(metrics, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)
    return path


async def _agreement(
    checkpoint: Path, texts: Sequence[str], alone: Sequence[Score], settings: EngineSettings
) -> Difference | None:
    if not (installed("torch") and installed("transformers") and (checkpoint / WEIGHTS).is_file()):
        return None
    reference = {
        "backend": BackendName.TORCH,
        "device": DeviceName.CPU,
        "precision": Precision.FLOAT32,
        "prewarm": False,
        "compile": False,
    }
    async with open_engine(checkpoint, settings.model_copy(update=reference)) as engine:
        return difference(await engine.score([ScoreRequest(text) for text in texts]), alone)


async def _texts_per_second(engine: Engine, texts: Sequence[str]) -> float:
    requests = [ScoreRequest(text) for text in texts]
    started = time.perf_counter()
    await engine.score(requests)
    return len(texts) / (time.perf_counter() - started)


async def _one_by_one_ms(engine: Engine, texts: Sequence[str]) -> float:
    seconds = []
    for text in texts:
        started = time.perf_counter()
        await engine.score([ScoreRequest(text)])
        seconds.append(time.perf_counter() - started)
    return median(seconds) * 1000
