"""InterventionNet in numpy."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from state_policies import policy_file, random_policy

from emotionstream.schemas.affect import LEVELS, InterventionLevel
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.features import FEATURE_NAMES
from emotionstream.state.policy import ACTIVATIONS, InterventionPolicy

COUNT = len(FEATURE_NAMES)
VECTORS = np.random.default_rng(1).random((50, COUNT))


def test_probabilities_are_those_of_the_plain_formula() -> None:
    """Standardise, layer, relu, layer, softmax at the temperature."""
    policy = random_policy()
    x = (VECTORS[0] - policy.mean) / policy.scale
    hidden = np.maximum(policy.weights[0] @ x + policy.biases[0], 0)
    logits = (policy.weights[1] @ hidden + policy.biases[1]) / 2.0
    expected = np.exp(logits) / np.exp(logits).sum()
    assert policy.probabilities(VECTORS[0]) == pytest.approx(expected)


def test_a_vector_gets_the_same_alone_and_among_others() -> None:
    """What shares its batch does not matter."""
    policy = random_policy()
    alone = np.stack([policy.probabilities(vector) for vector in VECTORS])
    assert policy.probabilities(VECTORS) == pytest.approx(alone, abs=1e-12)
    assert alone.sum(axis=1) == pytest.approx(np.ones(len(VECTORS)))


def test_huge_logits_do_not_overflow() -> None:
    """Features far out of the usual give probabilities, not NaN."""
    assert np.isfinite(random_policy().probabilities(VECTORS * 1e6)).all()


def test_a_higher_temperature_is_less_sure() -> None:
    """Temperature flattens the probabilities and keeps their order."""
    cool, hot = random_policy(), replace(random_policy(), temperature=20.0)
    first, second = cool.probabilities(VECTORS[3]), hot.probabilities(VECTORS[3])
    assert first.max() > second.max()
    assert first.argmax() == second.argmax()


def test_the_level_is_that_of_least_expected_cost() -> None:
    """The rule comes with the policy: with the 0-1 cost the likeliest level, with a dear miss a higher one."""
    plain = random_policy()
    ranks = np.arange(6)
    dear = np.where(ranks[:, None] > ranks[None, :], 50.0, 1.0) * np.abs(ranks[:, None] - ranks[None, :])
    careful = replace(plain, cost=dear)
    decisions = [(plain.decide(vector), careful.decide(vector)) for vector in VECTORS]
    for first, second in decisions:
        assert first.level is LEVELS[int(np.argmax(first.probabilities))]
        assert second.level.rank >= first.level.rank
    assert any(second.level.rank > first.level.rank for first, second in decisions)


def test_equal_costs_give_the_lower_level() -> None:
    """A tie does not raise help."""
    assert replace(random_policy(), cost=np.zeros((6, 6))).decide(VECTORS[0]).level is InterventionLevel.NONE


def test_expected_rank_is_the_mean_of_the_ranks() -> None:
    """In [0, 5], as reasons count it."""
    policy = random_policy()
    expected = (policy.probabilities(VECTORS) * np.arange(6)).sum(axis=1)
    assert policy.expected_rank(VECTORS) == pytest.approx(expected)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_a_saved_policy_decides_as_before(tmp_path: Path, activation: str) -> None:
    """Everything that decides is in the file."""
    policy = replace(random_policy(), activation=activation, memory_settings={"ema_alpha": 0.3})
    policy.save(tmp_path / "p.safetensors")
    loaded = InterventionPolicy.load(tmp_path / "p.safetensors")
    assert [loaded.decide(v) for v in VECTORS] == [policy.decide(v) for v in VECTORS]
    assert loaded.memory_settings == {"ema_alpha": 0.3}
    assert loaded.reasons(VECTORS[0], StateSettings()) == policy.reasons(VECTORS[0], StateSettings())


def rewrite(path: Path, **changes: str) -> None:
    """Change metadata of a policy's file."""
    with safe_open(str(path), framework="numpy") as file:
        metadata = file.metadata() | changes
        names = file.keys()
        tensors = {name: file.get_tensor(name) for name in names}
    save_file(tensors, path, metadata)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "99"}, "format '99'"),
        ({"format": "1"}, "format '1'"),
        ({"features": json.dumps(["other"])}, "other features"),
        ({"levels": json.dumps(["none"])}, "other levels"),
        ({"activation": "magic"}, "magic"),
        ({"temperature": "hot"}, "no policy can be read"),
    ],
)
def test_a_policy_of_another_kind_is_refused(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    """The error names the file and what is wrong with it."""
    path = policy_file(tmp_path)
    rewrite(path, **changes)
    with pytest.raises(CheckpointError, match=message) as error:
        InterventionPolicy.load(path)
    assert str(path) in str(error.value)


def test_a_missing_or_damaged_file_is_said(tmp_path: Path) -> None:
    """Not a stack trace from a library."""
    with pytest.raises(CheckpointError, match="no policy can be read"):
        InterventionPolicy.load(tmp_path / "none.safetensors")
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(policy_file(tmp_path).read_bytes()[:500])
    with pytest.raises(CheckpointError, match="no policy can be read"):
        InterventionPolicy.load(damaged)
