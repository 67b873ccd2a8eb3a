"""Costs learned from outcomes, logs as files, exploring, and the model of the reward."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.errors import DataError
from emotionstream.state.features import FEATURE_NAMES
from emotionstream.state.policy import InterventionPolicy
from emotionstream.training.offpolicy.evaluation import evaluate_log, target_of
from emotionstream.training.offpolicy.exploring import Exploring
from emotionstream.training.offpolicy.learning import outcome_cost, outcome_weighted
from emotionstream.training.offpolicy.log import DecisionLog, read_log, write_log
from emotionstream.training.offpolicy.propensities import effective
from emotionstream.training.offpolicy.rewards import Decisions, crossed, fit_rewards
from emotionstream.training.offpolicy.settings import EvaluationSettings, OutcomeSettings, RewardModelSettings

COUNT = len(LEVELS)
FEATURES = len(FEATURE_NAMES)
ANSWERS = {"yes": 1.0, "unsure": 0.5, "no": 0.0}


def policy() -> InterventionPolicy:
    """Says `none` where the first feature is 0, and `significant` where it is 1."""
    weight = np.zeros((COUNT, FEATURES))
    weight[0, 0], weight[4, 0] = -8.0, 8.0
    return InterventionPolicy(
        version="test",
        weights=(weight,),
        biases=(np.array([4.0, 0.0, 0.0, 0.0, -4.0, 0.0]),),
        mean=np.zeros(FEATURES),
        scale=np.ones(FEATURES),
        association=np.zeros(FEATURES),
        temperature=1.0,
        cost=1 - np.eye(COUNT),
        activation="tanh",
        decimals=6,
        memory_settings={},
    )


def log(rows: int = 4000, seed: int = 0) -> DecisionLog:
    """Levels drawn evenly, but for `preventive`; where the first feature is 1 `mild` helps, else anything harms."""
    generator = np.random.default_rng(seed)
    features = np.zeros((rows, FEATURES))
    features[:, 0] = generator.integers(0, 2, rows)
    shares = np.array([0.2, 0.0, 0.2, 0.2, 0.2, 0.2])
    levels = generator.choice(COUNT, rows, p=shares)
    needed = features[:, 0] == 1
    mean = np.where(levels == 0, 0.5, np.where(needed & (levels == 2), 0.9, 0.2))
    return DecisionLog(
        groups=np.arange(rows) // 4,
        levels=levels,
        propensities=np.broadcast_to(shares, (rows, COUNT)).copy(),
        rewards=mean + 0.3 * generator.standard_normal(rows),
        features=features,
    )


def test_outcomes_overrule_labels_where_they_know_better() -> None:
    """The net wants `significant` where `mild` helps: with all the weight on outcomes `mild` is given."""
    learned = outcome_weighted(policy(), log(), OutcomeSettings(weight=1.0))
    needy, fine = np.zeros(FEATURES), np.zeros(FEATURES)
    needy[0] = 1.0
    assert policy().decide(needy).level is LEVELS[4]
    assert learned.decide(needy).level is LEVELS[2]
    assert learned.decide(fine).level is LEVELS[0]
    assert learned.decide(needy).probabilities == policy().decide(needy).probabilities


def test_no_weight_leaves_the_policy_as_it_is() -> None:
    """Outcomes are an option."""
    assert outcome_weighted(policy(), log(), OutcomeSettings(weight=0.0)).cost is not None
    np.testing.assert_array_equal(outcome_weighted(policy(), log(), OutcomeSettings(weight=0.0)).cost, policy().cost)


def test_a_level_that_was_never_given_costs_what_doing_nothing_costs() -> None:
    """Nobody knows what it does."""
    cost = outcome_cost(policy(), log(), OutcomeSettings())
    np.testing.assert_array_equal(cost[:, 1], cost[:, 0])
    assert (cost >= 0).all()


def test_the_learned_policy_is_worth_more_off_policy() -> None:
    """By every estimator, on a log that it was not learned from; the intervals do not touch."""
    held = log(seed=1)
    learned = outcome_weighted(policy(), log(), OutcomeSettings(weight=1.0))

    def values(found: InterventionPolicy) -> dict[str, dict[str, float]]:
        levels = np.argmin(found.probabilities(held.features) @ found.cost, axis=1)
        table = evaluate_log(held, np.eye(COUNT)[levels], EvaluationSettings(draws=200))
        return dict(table["values"])

    before, after = values(policy()), values(learned)
    for name in ("ips", "snips", "doubly_robust"):
        assert after[name]["low"] > before[name]["high"]
        assert after[name]["low"] < 0.7 < after[name]["high"] + 0.03


def test_a_log_of_one_learner_has_values_without_intervals() -> None:
    """None in the table: JSON has no NaN."""
    one = replace(log(40), groups=np.zeros(40, dtype=np.int64))
    table = evaluate_log(one, np.eye(COUNT)[one.levels], EvaluationSettings(draws=100))
    for row in table["values"].values():
        assert [name for name, value in row.items() if value is not None] == ["value"]
    json.dumps(table, allow_nan=False)


def test_a_log_of_one_level_teaches_nothing() -> None:
    """It would make costs of no number at all, and a policy that always says the same."""
    one = replace(log(), levels=np.zeros(4000, dtype=np.int64))
    with pytest.raises(DataError, match="no level from another"):
        outcome_weighted(policy(), one, OutcomeSettings())


def test_a_log_without_features_cannot_be_learned_from() -> None:
    """Nor can a policy that was not at work be judged by it."""
    bare = replace(log(10), features=None)
    with pytest.raises(DataError, match="features"):
        outcome_cost(policy(), bare, OutcomeSettings())
    with pytest.raises(DataError, match="target_probabilities"):
        target_of(bare, None)


def test_a_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Every number, and who is whom."""
    file = tmp_path / "log.jsonl"
    first = log(50)
    write_log(first, file)
    again = read_log(file, ANSWERS)
    np.testing.assert_array_equal(again.levels, first.levels)
    np.testing.assert_array_equal(again.rewards, first.rewards)
    np.testing.assert_array_equal(again.features, first.features)
    assert len(np.unique(again.groups)) == len(np.unique(first.groups))


def test_answers_become_rewards_and_unanswered_rows_are_left_out(tmp_path: Path) -> None:
    """Nobody knows what an unanswered intervention did."""
    file = tmp_path / "log.jsonl"
    row = '{"user_id": "ada", "level": "mild", "propensities": [0.5, 0, 0.5, 0, 0, 0], "helped": %s}'
    file.write_text("\n".join(row % answer for answer in ('"yes"', '"unsure"', "null")), encoding="utf-8")
    assert read_log(file, ANSWERS).rewards.tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    "row",
    [
        '{"user_id": "ada", "level": "mild", "helped": "yes"}',
        '{"user_id": "ada", "level": "warm", "propensities": [0.5, 0, 0.5, 0, 0, 0], "helped": "yes"}',
        '{"user_id": "ada", "level": "mild", "propensities": [0.5, 0, 0.4, 0, 0, 0], "helped": "yes"}',
        "no json",
        "",
    ],
)
def test_what_is_no_log_is_refused(tmp_path: Path, row: str) -> None:
    """By a message that names the file."""
    file = tmp_path / "log.jsonl"
    file.write_text(row, encoding="utf-8")
    with pytest.raises(DataError, match=r"log\.jsonl"):
        read_log(file, ANSWERS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"features": [0.5] * 3}, f"features: {FEATURES} expected, 3 found"),
        ({"features": [float("nan")] * FEATURES}, "features must be finite"),
        ({"features": [None] * FEATURES}, "float"),
        ({"propensities": [float("nan"), 0, 0.5, 0, 0, 0]}, "propensities must be finite"),
        ({"target_probabilities": [1.0]}, f"target_probabilities: {COUNT} expected, 1 found"),
        ({"reward": float("inf")}, "reward must be finite"),
        ({"level": "warm"}, "level must be one of none, "),
    ],
)
@pytest.mark.parametrize("kind", ["line", "row"])
def test_a_row_that_cannot_be_used_is_named(
    tmp_path: Path, kind: str, change: dict[str, list[float] | float], told: str
) -> None:
    """By its number, with how many numbers are expected: not found out by a sum of unlike tables later."""
    good = {"user_id": "ada", "level": "mild", "propensities": [0.5, 0, 0.5, 0, 0, 0], "reward": 1.0}
    good |= {"features": [0.0] * FEATURES, "target_probabilities": None}
    rows = [good, good | change]
    file = tmp_path / ("log.jsonl" if kind == "line" else "log.parquet")
    if kind == "line":
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), file)
    with pytest.raises(DataError, match=f"{kind} 2 .*{told}"):
        read_log(file, ANSWERS)


def test_exploring_draws_by_its_propensities_and_repeats_itself() -> None:
    """The same features get the same decision again; over many, each level comes as often as it says."""
    exploring = Exploring(policy(), 0.6, "salt")
    generator = np.random.default_rng(0)
    vectors = np.zeros((6000, FEATURES))
    vectors[:, 5] = generator.random(6000)
    decisions = [exploring.decide(vector) for vector in vectors]
    shares = np.bincount([decision.level.rank for decision in decisions], minlength=COUNT) / len(decisions)
    np.testing.assert_allclose(shares, decisions[0].probabilities, atol=0.02)
    assert decisions[0].probabilities[0] == pytest.approx(0.5)
    assert [exploring.decide(vector) for vector in vectors[:50]] == decisions[:50]
    assert [Exploring(policy(), 0.6, "other").decide(v).level for v in vectors] != [d.level for d in decisions]


def test_what_would_not_be_raised_does_nothing() -> None:
    """Its probability goes to `none`; rows go on summing to 1."""
    said = np.array([[0.1, 0.2, 0.3, 0.4, 0.0, 0.0]])
    allowed = np.array([[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]])
    want = [[0.6, 0.0, 0.0, 0.4, 0.0, 0.0]]
    np.testing.assert_allclose(effective(said, allowed), want)
    np.testing.assert_allclose(effective(np.stack([said, said]), np.stack([allowed, allowed])), [want, want])


def test_the_reward_model_tells_levels_apart_and_is_crossed_by_learner() -> None:
    """Each row is judged by a model that has not seen its learner."""
    found = log()
    assert found.features is not None
    decisions = Decisions(found.features, found.levels, found.rewards, found.propensities)
    settings = RewardModelSettings()
    expected = crossed(decisions, found.groups, COUNT, settings)
    needy = found.features[:, 0] == 1
    assert expected[needy, 2].mean() == pytest.approx(0.9, abs=0.1)
    assert expected[~needy, 2].mean() == pytest.approx(0.2, abs=0.1)
    own = fit_rewards(decisions, COUNT, settings).expected(found.features)
    assert not np.allclose(own, expected)
