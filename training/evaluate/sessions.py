"""Readiness and intervention levels, session by session, as the stream would have decided them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from emotionstream.inference.answer import emotion_result
from emotionstream.inference.scoring import Score
from emotionstream.schemas.affect import LEVELS, READINESS_STATES, InterventionLevel
from emotionstream.schemas.checkpoint import POLICY
from emotionstream.schemas.events import EmotionResult, ModelInfo
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.settings.state import MS_PER_SECOND, StateSettings
from emotionstream.state.learner import fold
from emotionstream.state.policy import InterventionPolicy
from emotionstream.training.evaluate.case import Case
from emotionstream.training.figures import Ints, weighted_kappa

_START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""Any time will do: only what passes between messages counts."""
_MODEL: Final = ModelInfo(name="evaluate", version="evaluate", engine="evaluate")


@dataclass(frozen=True, slots=True)
class _Message:
    """One case as a message of the stream; each session is a learner of its own."""

    message_id: str
    user_id: str
    session_id: str
    text: str | None
    sent_at: datetime
    engagement: float | None
    cognitive_load: float | None
    time_factor: float | None


def decided_levels(cases: Sequence[Case], scores: Sequence[Score], folder: Path) -> list[InterventionLevel]:
    """The level that the checkpoint's policy decides at each row, in their order; it runs on its own past decisions.

    A session's rows are taken in the order of their ``t``. A row without a session is a session of its own.

    Raises:
        CheckpointError: the checkpoint has no policy that can be read.
    """
    policy, settings = InterventionPolicy.load(folder / POLICY), StateSettings.load()
    levels: list[InterventionLevel] = [InterventionLevel.NONE] * len(cases)
    for number, rows in enumerate(session_rows(cases)):
        results = [_result(cases[row], scores[row], number, place) for place, row in enumerate(rows)]
        for row, step in zip(rows, fold(results, policy, settings), strict=True):
            if step.decision is not None:
                levels[row] = step.decision.level
    return levels


def session_rows(cases: Sequence[Case]) -> list[list[int]]:
    """Rows of each session in the order of their times; sessions in the order in which they begin in the file."""
    rows: dict[object, list[int]] = defaultdict(list)
    for row, case in enumerate(cases):
        rows[("alone", row) if case.session is None else case.session].append(row)
    return [sorted(found, key=lambda row: (cases[row].seconds or 0.0, row)) for found in rows.values()]


def ordinal_figures(said: Ints, wanted: Ints, names: Sequence[str]) -> dict[str, Any]:
    """Agreement on an ordered scale: exact, within one and quadratic weighted kappa, beside the commonest answer's."""
    counts = np.bincount(wanted, minlength=len(names))
    usual = int(counts.argmax())
    return {
        "rows": len(wanted),
        "exact": float((said == wanted).mean()),
        "within_one": float((np.abs(said - wanted) <= 1).mean()),
        "qwk": weighted_kappa(said, wanted, len(names)),
        "commonest": {
            "exact": float((wanted == usual).mean()),
            "within_one": float((np.abs(wanted - usual) <= 1).mean()),
        },
        "said": dict(zip(names, np.bincount(said, minlength=len(names)).tolist(), strict=True)),
        "wanted": dict(zip(names, counts.tolist(), strict=True)),
    }


def readiness_figures(cases: Sequence[Case], scores: Sequence[Score]) -> dict[str, Any]:
    """Agreement on the readiness state, over the rows that tell one."""
    pairs = [(s.readiness.state, c.readiness) for c, s in zip(cases, scores, strict=True) if c.readiness is not None]
    said, wanted = (np.array([READINESS_STATES.index(pair[k]) for pair in pairs]) for k in (0, 1))
    return ordinal_figures(said, wanted, READINESS_STATES)


def level_figures(cases: Sequence[Case], levels: Sequence[InterventionLevel]) -> dict[str, Any]:
    """Agreement on the intervention level, over the rows that tell one, and how often needed help is seen."""
    pairs = [(level.rank, case.level.rank) for case, level in zip(cases, levels, strict=True) if case.level is not None]
    said, wanted = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    helped, needed = said >= InterventionLevel.MILD.rank, wanted >= InterventionLevel.MILD.rank
    return ordinal_figures(said, wanted, LEVELS) | {
        "mild_or_more_precision": float(needed[helped].mean()) if helped.any() else None,
        "mild_or_more_recall": float(helped[needed].mean()) if needed.any() else None,
    }


def _result(case: Case, score: Score, number: int, place: int) -> EmotionResult:
    sent = _START + timedelta(seconds=case.seconds or 0.0)
    name = f"session-{number}"
    message = _Message(
        f"{name}-{place}", name, name, case.text, sent, case.engagement, case.cognitive_load, case.time_factor
    )
    source = SourcePosition(
        topic="evaluate", partition=number, offset=place, timestamp_ms=round(sent.timestamp() * MS_PER_SECOND)
    )
    return emotion_result(message, source, score, _MODEL, sent)
