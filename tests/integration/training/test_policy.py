"""InterventionNet and the readiness net, trained on made-up sessions."""

from pathlib import Path

import numpy as np
import pytest
import torch

from emotionstream.inference.model.config import ReadinessConfig
from emotionstream.schemas.affect import InterventionLevel, ReadinessState
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.policy import InterventionPolicy
from emotionstream.training import policy, readiness
from emotionstream.training.datasets.sessions import Session, SessionMessage
from emotionstream.training.ordinal import ordinal_targets
from emotionstream.training.scoring import Outputs
from emotionstream.training.session_readings import SessionReadings, context
from emotionstream.training.settings import PolicySettings, ReadinessSettings

FEW = PolicySettings(members=2, hidden=8, steps=150, folds=3)
STATE = StateSettings()


def made_up(sessions: int = 12, length: int = 8) -> SessionReadings:
    """Sessions in which help is needed just where pleasure is low."""
    rng = np.random.default_rng(0)
    pleasure = rng.random((sessions, length))
    told = tuple(
        Session(f"s{i}", tuple(_message(float(p), 30.0 * j) for j, p in enumerate(row)))
        for i, row in enumerate(pleasure)
    )
    rows = sessions * length
    flat = pleasure.reshape(rows)
    outputs = Outputs(
        emotion_logits=rng.normal(size=(rows, 41)),
        pad=np.stack([flat, np.full(rows, 0.5), np.full(rows, 0.5)], axis=1),
        readiness_score=flat,
        readiness_logits=rng.normal(size=(rows, 5)),
        label_logits=np.zeros((rows, 28)),
        pad_emobank=np.zeros((rows, 3)),
    )
    return SessionReadings(told, outputs, 1.0, tuple(range(0, rows, length)))


def _message(pleasure: float, seconds: float) -> SessionMessage:
    low = pleasure < 0.4
    return SessionMessage(
        text="x",
        seconds=seconds,
        emotion=0,
        also=frozenset(),
        pad=(pleasure, 0.5, 0.5),
        engagement=None if low else 0.0,
        cognitive_load=0.3,
        readiness=ReadinessState.LOW if low else ReadinessState.HIGH,
        level=InterventionLevel.MODERATE if low else InterventionLevel.NONE,
        second_readiness=None,
        second_level=None,
        helped=None,
    )


def test_the_policy_learns_what_tutors_do() -> None:
    """With sessions held out, it finds the levels that follow from pleasure."""
    assert policy.cross_validated([made_up(24)], FEW, STATE)[0]["qwk"] > 0.5


def test_the_saved_policy_decides_alike(tmp_path: Path) -> None:
    """What the state stage loads gives the same probabilities, up to float32."""
    readings = made_up()
    trained = policy.train_policy([readings], range(12), FEW, STATE, "v")
    trained.save(tmp_path / "policy.safetensors")
    loaded = InterventionPolicy.load(tmp_path / "policy.safetensors")
    vectors = policy.walk(readings, [0, 1], lambda row, vector: InterventionLevel.NONE, STATE)
    assert np.abs(trained.probabilities(vectors) - loaded.probabilities(vectors)).max() < 1e-5
    assert loaded.version == "v"
    assert loaded.memory_settings["ema_alpha"] == STATE.ema_alpha


def test_no_level_is_less_likely_than_both_its_neighbours() -> None:
    """The probabilities have one peak, far from what was trained on too, and what is decided is no unlikely level."""
    trained = policy.train_policy([made_up()], range(12), FEW, STATE, "v")
    vectors = np.random.default_rng(1).normal(trained.mean, trained.scale * 5, (2000, len(trained.mean)))
    rises = np.sign(np.round(np.diff(trained.probabilities(vectors), axis=1), 9))
    assert not any((row[:-1] < 0)[i] and (row[1:] > 0)[i:].any() for row in rises for i in range(len(row) - 1))
    for vector in vectors[:200]:
        decision = trained.decide(vector)
        assert decision.probabilities[decision.level.rank] > min(decision.probabilities)


def test_association_is_what_goes_with_more_help() -> None:
    """Tutors helped where pleasure was low; a load that never varies says nothing."""
    trained = policy.train_policy([made_up()], range(12), FEW, STATE, "v")
    found = dict(zip(policy.FEATURE_NAMES, trained.association.tolist(), strict=True))
    assert found["pad.pleasure"] < -0.5
    assert found["cognitive_load.value"] == 0


def test_association_counts_only_where_a_value_is_known() -> None:
    """An unknown engagement stands as 0 and must not look like a low one."""
    vectors = np.zeros((4, len(policy.FEATURE_NAMES)))
    value, known = (policy.FEATURE_INDEX[f"engagement.{name}"] for name in ("value", "known"))
    vectors[:, value], vectors[:, known] = [0.9, 0.1, 0.0, 0.0], [1, 1, 0, 0]
    found = policy.associations(vectors, np.array([0.0, 4.0, 0.0, 0.0]))
    assert found[value] == pytest.approx(-1)


def test_the_cost_is_the_one_that_agrees_best() -> None:
    """Where tutors give more than the probabilities' middle, too little help becomes dear."""
    split = np.tile([0.55, 0.45, 0.0, 0.0, 0.0, 0.0], (10, 1))
    for rank in (0, 1):
        cost = policy.best_cost(split, np.full(10, rank))
        assert (split @ cost).argmin(axis=1).tolist() == [rank] * 10


def test_training_twice_gives_the_same_policy() -> None:
    """Seeds make it repeatable."""
    first, second = (policy.train_policy([made_up()], range(12), FEW, STATE, "v") for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first.weights, second.weights, strict=True))


def test_what_was_raised_is_seen_by_the_next_message() -> None:
    """A walk that always helps shows a last intervention from the second message on."""
    vectors = policy.walk(made_up(1), [0], lambda row, vector: InterventionLevel.MILD, STATE)
    known = vectors[:, policy.FEATURE_NAMES.index("intervention.known")]
    assert known[0] == 0
    assert known[1:].all()


def test_an_engagement_of_zero_is_known() -> None:
    """0 is a value, None is not."""
    low, high = _message(0.1, 0), _message(0.9, 0)
    assert context([low, high]).tolist() == [
        [0.0, pytest.approx(0.3), 0.0, 0.0, 1.0, 0.0],
        [0.0, pytest.approx(0.3), 0.0, 1.0, 1.0, 0.0],
    ]


def test_readiness_is_learned() -> None:
    """With sessions held out, readiness follows pleasure."""
    few = ReadinessSettings(steps=200, folds=3)
    shape = ReadinessConfig(width=16, heads=4, dropout=0.0)
    figures = readiness.cross_validated(shape, made_up(24), few)
    assert figures["exact"] > figures["majority_exact"]


def test_ordinal_targets_prefer_neighbours() -> None:
    """The rank itself most, a neighbour more than a stranger; two readers share."""
    (one,), (two,) = ordinal_targets([[1]], 5, 0.5), ordinal_targets([[0, 4]], 5, 0.5)
    assert torch.argmax(one) == 1
    assert one[0] == one[2] > one[3]
    assert two[0] == pytest.approx(float(two[4]))
    assert float(one.sum()) == pytest.approx(1)
