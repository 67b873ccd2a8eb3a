"""What the shipped checkpoint makes of learners of whom only the text is known, as most publishers send it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from state_policies import result

from emotionstream.inference import ScoreRequest, open_engine
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.checkpoint import POLICY, find_checkpoint
from emotionstream.schemas.events import Intervention
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.schemas.settings.engine import BackendName, EngineSettings
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.learner import fold
from emotionstream.state.policy import InterventionPolicy

MISERABLE = (
    "i dont get it",
    "still wrong. i tried everything",
    "this is so stupid",
    "i hate this, im too dumb for maths",
    "i want to give up",
    "forget it",
)
CALM = ("hi", "ok", "done with q1", "got it, thanks", "q2 done too", "see you tomorrow")
MINUTES_APART = 3


@pytest.fixture(scope="module")
def checkpoint() -> Path:
    """The shipped checkpoint, or the one that the environment names."""
    return find_checkpoint(CheckpointSettings.load())


async def raised(checkpoint: Path, texts: Sequence[str]) -> list[Intervention]:
    """What is raised for a learner who writes ``texts``, minutes apart."""
    settings = EngineSettings(backend=BackendName.OPENVINO, prewarm=False)
    async with open_engine(checkpoint, settings) as engine:
        scores = await engine.score([ScoreRequest(text) for text in texts])
    results = [
        result(
            offset=i,
            minute=i * MINUTES_APART,
            pad=score.pad.as_tuple(),
            probabilities=score.probabilities,
            readiness=score.readiness,
        )
        for i, score in enumerate(scores)
    ]
    policy = InterventionPolicy.load(checkpoint / POLICY)
    return [step.intervention for step in fold(results, policy, StateSettings()) if step.intervention]


async def test_misery_is_heard_from_text_alone(checkpoint: Path) -> None:
    """Help is raised, as high as moderate, for reasons that speak for help, and no level is an unlikely one."""
    found = await raised(checkpoint, MISERABLE)
    assert max(one.level.rank for one in found) >= InterventionLevel.MODERATE.rank
    assert all(one.reasons for one in found)
    for one in found:
        assert one.level_probabilities[one.level.rank] > min(one.level_probabilities)


async def test_small_talk_raises_nothing(checkpoint: Path) -> None:
    """A calm learner who says little is left alone."""
    assert await raised(checkpoint, CALM) == []
