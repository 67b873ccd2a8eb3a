"""A learner's state as JSON."""

import json

import pytest
from state_policies import random_policy, random_results, result

from emotionstream.schemas.settings.state import STATE_MAX_BYTES, StateSettings
from emotionstream.state.learner import fold
from emotionstream.state.snapshot import Folded, LastIntervention, LearnerState, Session

LARGEST_POINTS = 20
YEAR_9999_MS = 253_402_300_799_999


def largest_state() -> LearnerState:
    """Every number with the most digits that settings and Kafka allow."""
    pad = (0.123456, 0.654321, 0.987654)
    return LearnerState(
        results=10**15,
        last_ms=YEAR_9999_MS,
        ema=pad,
        baseline=pad,
        points=((YEAR_9999_MS, 0.123456),) * LARGEST_POINTS,
        session=Session("ffffffff", YEAR_9999_MS, 10**15),
        intervention=LastIntervention(5, YEAR_9999_MS),
        folded=Folded(2**31 - 1, 2**63 - 1, 2**63 - 1, 2**63 - 1),
    )


def test_the_largest_state_is_under_one_kilobyte() -> None:
    """The value is written at every message: its bound holds at the widest settings and longest numbers."""
    assert StateSettings.model_fields["trajectory_points"].metadata[1].le == LARGEST_POINTS
    with pytest.raises(ValueError, match="less than or equal to 20"):
        StateSettings(trajectory_points=LARGEST_POINTS + 1)
    with pytest.raises(ValueError, match="less than or equal to 6"):
        StateSettings(decimals=7)
    assert len(largest_state().to_json()) < STATE_MAX_BYTES


def test_long_and_foreign_ids_do_not_make_the_state_larger() -> None:
    """A session id of 128 emoji is kept as a digest."""
    settings = StateSettings(trajectory_points=LARGEST_POINTS)
    results = [result(offset=i, minute=i, pad=(1 / 3, 2 / 3, 1 / 7), session="🙂" * 128) for i in range(60)]
    last = list(fold(results, random_policy(), settings))[-1].learner
    assert len(last.points) == LARGEST_POINTS
    assert len(last.to_json()) < STATE_MAX_BYTES


def test_every_state_is_read_back_as_it_was() -> None:
    """Reading what was written gives an equal state, number for number: a restart changes nothing."""
    for step in fold(random_results(100, ["ada", "bo"]), random_policy(), StateSettings()):
        assert LearnerState.from_json(step.learner.to_json()) == step.learner
    assert LearnerState.from_json(largest_state().to_json()) == largest_state()


def test_a_state_from_before_the_older_log_was_kept_is_read() -> None:
    """It has one number less: no older log is known."""
    fields = json.loads(largest_state().to_json())
    state = LearnerState.from_json(json.dumps([*fields[:-1], fields[-1][:3]]).encode())
    assert state.folded == Folded(2**31 - 1, 2**63 - 1, 2**63 - 1, before_ms=-1)


def test_another_format_is_refused() -> None:
    """A changelog of another version must not be misread."""
    fields = json.loads(largest_state().to_json())
    with pytest.raises(ValueError, match="format 99"):
        LearnerState.from_json(json.dumps([99, *fields[1:]]).encode())
