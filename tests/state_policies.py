"""Policies and results for tests of the state stage."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emotionstream.schemas.affect import Pad, Readiness, ReadinessState
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import EmotionResult, ModelInfo
from emotionstream.schemas.position import SourcePosition, result_id
from emotionstream.state.features import FEATURE_NAMES
from emotionstream.state.policy import InterventionPolicy

HIDDEN = 16
LEVEL_COUNT = 6
START = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
START_MS = 1_772_447_400_000
MODEL = ModelInfo(name="compact", version="1", engine="test")


def random_policy(seed: int = 7) -> InterventionPolicy:
    """A policy of random weights: it raises every level now and then."""
    rng = np.random.default_rng(seed)
    count = len(FEATURE_NAMES)
    return InterventionPolicy(
        version=f"random-{seed}",
        weights=(_f32(rng, HIDDEN, count), _f32(rng, LEVEL_COUNT, HIDDEN)),
        biases=(_f32(rng, HIDDEN), _f32(rng, LEVEL_COUNT)),
        mean=np.full(count, 0.25),
        scale=np.full(count, 0.5),
        association=_f32(rng, count),
        temperature=2.0,
        cost=1 - np.eye(LEVEL_COUNT),
        activation="relu",
        decimals=6,
        memory_settings={},
    )


def policy_file(folder: Path, seed: int = 7) -> Path:
    """``random_policy`` as the file that a checkpoint carries."""
    path = folder / "policy.safetensors"
    random_policy(seed).save(path)
    return path


def result(
    user: str = "ada",
    offset: int = 0,
    minute: float = 0.0,
    pad: Sequence[float] = (0.3, 0.6, 0.4),
    *,
    partition: int = 0,
    timestamp_ms: int | None = None,
    probabilities: Sequence[float] | None = None,
    session: str = "s-1",
    **changes: Any,
) -> EmotionResult:
    """The result of a message sent at ``minute``, from chat position ``partition``, ``offset``."""
    source = SourcePosition(
        topic="chat.messages.v1",
        partition=partition,
        offset=offset,
        timestamp_ms=START_MS + offset if timestamp_ms is None else timestamp_ms,
    )
    spread = tuple([1.0, *[0.0] * (len(EMOTIONS) - 1)]) if probabilities is None else tuple(probabilities)
    pleasure, arousal, dominance = pad
    fields = {
        "result_id": result_id(source),
        "message_id": f"m-{user}-{offset}",
        "user_id": user,
        "session_id": session,
        "probabilities": spread,
        "primary_emotion": EMOTIONS[int(np.argmax(spread))],
        "confidence": max(spread),
        "pad": Pad(pleasure=pleasure, arousal=arousal, dominance=dominance),
        "readiness": Readiness(score=0.4, state=ReadinessState.LOW),
        "truncated": False,
        "model": MODEL,
        "source": source,
        "sent_at": START + timedelta(minutes=minute),
        "scored_at": START + timedelta(minutes=minute, milliseconds=40),
    }
    return EmotionResult(**{**fields, **changes})


def random_results(count: int, users: Sequence[str], seed: int = 3, partition: int = 0) -> list[EmotionResult]:
    """``count`` results of ``users`` in turn, with random feelings, minutes apart; offsets in order."""
    rng = np.random.default_rng(seed)
    made = []
    for offset in range(count):
        spread = np.round(rng.dirichlet(np.full(len(EMOTIONS), 0.2)), 6)
        pad = np.round(rng.random(3), 6).tolist()
        made.append(
            result(
                users[offset % len(users)],
                offset,
                offset * 0.7,
                pad,
                partition=partition,
                probabilities=spread.tolist(),
            )
        )
    return made


def _f32(rng: np.random.Generator, *shape: int) -> npt.NDArray[np.float64]:
    # As a file keeps it, so that a policy that was saved and loaded is the same.
    return rng.normal(size=shape).astype(np.float32).astype(np.float64)
