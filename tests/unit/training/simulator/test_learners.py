"""Simulated learners move as the settings and the literature say. Latent states only: no checkpoint, no torch."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emotionstream.schemas.errors import SettingsError
from emotionstream.training.simulator.learners import Chance, Learners, begin, fates, move, need, pick, worth
from emotionstream.training.simulator.oracle import RANKS, best, expected, values
from emotionstream.training.simulator.outcomes import NO, UNASKED, UNSURE, YES, helped
from emotionstream.training.simulator.settings import DEFAULT, SimulatorSettings
from emotionstream.training.simulator.world import FATES, INTERRUPTED, RESTORED, STUCK, World

WORLD = World.of(SimulatorSettings.read())
MODE = {name: place for place, name in enumerate(WORLD.names)}
COUNT = 4000


def in_mode(name: str, count: int = COUNT) -> Learners:
    """Average learners, just come into a mode."""
    generator = np.random.default_rng(0)
    mode = np.full(count, MODE[name])
    return replace(
        begin(count, WORLD, generator),
        mode=mode,
        engagement=WORLD.engagement[mode],
        load=WORLD.load[mode],
        difficulty=np.zeros(count),
    )


def likelihood(turns: int = 12) -> np.ndarray:
    """D'Mello's L of each mode after each, [modes, modes], where nobody helps."""
    generator = np.random.default_rng(1)
    learners = begin(COUNT, WORLD, generator)
    table = np.zeros((len(MODE), len(MODE)))
    for _ in range(turns):
        then, _ = move(learners, np.zeros(COUNT, int), Chance.draw(COUNT, generator), WORLD)
        np.add.at(table, (learners.mode, then.mode), 1)
        learners = then
    base = table.sum(axis=0) / table.sum()
    return np.asarray((table / table.sum(axis=1, keepdims=True) - base) / (1 - base))


def test_the_same_seed_gives_the_same_learners() -> None:
    """And another seed gives others."""
    found = [begin(50, WORLD, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    moved = [move(f, np.zeros(50, int), Chance.draw(50, np.random.default_rng(3)), WORLD)[0] for f in found]
    np.testing.assert_array_equal(moved[0].engagement, moved[1].engagement)
    assert not np.array_equal(moved[0].engagement, moved[2].engagement)


def test_affect_moves_as_dmello_and_graesser_found() -> None:
    """Engagement -> confusion, confusion -> frustration, frustration -> boredom more than by chance; no short cut."""
    found = likelihood()
    assert found[MODE["engaged"], MODE["confused"]] > 0
    assert found[MODE["confused"], MODE["frustrated"]] > 0
    assert found[MODE["frustrated"], MODE["bored"]] > 0
    assert found[MODE["engaged"], MODE["bored"]] < 0
    assert found[MODE["confused"], MODE["bored"]] < 0
    assert found[MODE["bored"], MODE["frustrated"]] > 0


def test_boredom_lasts_longest_of_the_learning_states() -> None:
    """Baker et al. (2010): boredom persists most; frustration less; and more than by chance, both."""
    lasts = np.diag(likelihood())
    assert lasts[MODE["bored"]] > 2 * lasts[MODE["frustrated"]] > 0
    assert lasts[MODE["bored"]] > lasts[MODE["confused"]]


def test_fitting_help_restores_and_needless_help_interrupts() -> None:
    """Help near the need raises restoring; far above it interrupts; an engaged learner is best left alone."""
    none, mild, critical = (np.full(COUNT, rank) for rank in (0, 2, 5))
    confused, engaged = in_mode("confused"), in_mode("engaged")
    alone = fates(confused, none, WORLD)[:, RESTORED].mean()
    assert fates(confused, mild, WORLD)[:, RESTORED].mean() > alone + 0.2
    assert fates(confused, critical, WORLD)[:, RESTORED].mean() < alone
    assert fates(engaged, none, WORLD)[:, INTERRUPTED].max() == 0
    assert fates(engaged, critical, WORLD)[:, INTERRUPTED].mean() > 0.9
    assert fates(engaged, critical, WORLD)[:, STUCK].min() >= 0


def test_fates_are_probabilities() -> None:
    """Whatever is done."""
    learners = begin(COUNT, WORLD, np.random.default_rng(2))
    for rank in RANKS:
        shares = fates(learners, np.full(COUNT, rank), WORLD)
        assert shares.min() >= 0
        np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert shares.shape == (COUNT, len(FATES))


def test_need_grows_with_missing_engagement_and_with_time() -> None:
    """And is never outside the levels."""
    learners = in_mode("frustrated")
    usual = need(learners, WORLD).mean()
    assert need(replace(learners, engagement=learners.engagement - 0.2), WORLD).mean() > usual
    assert need(replace(learners, turns=learners.turns + 2), WORLD).mean() > usual
    assert need(replace(learners, engagement=learners.engagement * 0 - 9), WORLD).max() == 5


def test_the_oracle_expects_what_happens() -> None:
    """For each level the expected worth of the next turn is the mean of many turns, without what lies beyond."""
    learners = in_mode("anxious")
    beyond = np.zeros((len(MODE), WORLD.settings.learner.need_turns + 1))
    said = expected(learners, beyond, WORLD).mean(axis=0)
    for column, rank in enumerate(RANKS):
        ranks = np.full(COUNT, rank)
        then, _ = move(learners, ranks, Chance.draw(COUNT, np.random.default_rng(5)), WORLD)
        seen = worth(then.mode, then.engagement, ranks, WORLD)
        assert said[column] == pytest.approx(seen.mean(), abs=4 * seen.std() / COUNT**0.5)


def test_the_oracle_leaves_the_engaged_alone_and_helps_the_rest() -> None:
    """And gives nothing that would not be raised."""
    value = values(WORLD)
    every = np.ones((COUNT, len(RANKS)))
    assert not best(in_mode("engaged"), every, value, WORLD).any()
    assert (best(in_mode("confused"), every, value, WORLD) >= 2).mean() > 0.8
    only_none = np.zeros_like(every)
    only_none[:, 0] = 1
    assert not best(in_mode("confused"), only_none, value, WORLD).any()


def test_tutors_are_asked_only_where_they_did_something() -> None:
    """They are right but for a few, and unsure as often as the settings say."""
    chance = np.random.default_rng(6).random((2, COUNT))
    fate = np.full(COUNT, RESTORED)
    assert (helped(np.zeros(COUNT, int), fate, chance, WORLD) == UNASKED).all()
    answers = helped(np.full(COUNT, 4), fate, chance, WORLD)
    assert (answers == UNSURE).mean() == pytest.approx(WORLD.settings.help.unsure[4], abs=0.03)
    sure = answers[answers != UNSURE]
    assert (sure == YES).mean() == pytest.approx(1 - WORLD.settings.help.misjudged, abs=0.02)
    assert set(sure.tolist()) == {YES, NO}


def test_chance_picks_by_shares() -> None:
    """Also at its ends."""
    shares = np.array([[0.25, 0.0, 0.75]] * 4)
    assert pick(shares, np.array([0.0, 0.2499, 0.25, 0.9999])).tolist() == [0, 0, 2, 2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("discount = 0.9", "discount = 1.5"),
        ("seeds = [101", "seeds = [1"),
        ("calm = 0.45, frustrated", "calm = 0.55, frustrated"),
        ("restored = { delighted", "restored = { sleepy"),
        ("width = 1.2", "width = 1.2\nbreadth = 2"),
    ],
)
def test_impossible_settings_are_refused(tmp_path: Path, before: str, after: str) -> None:
    """With the file's name: a wrong share, an unknown mode or key, a seed that is learned from and measured on."""
    text = DEFAULT.read_text(encoding="utf-8")
    assert before in text
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"mine\.toml"):
        SimulatorSettings.read(file)
