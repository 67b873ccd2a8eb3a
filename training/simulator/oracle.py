"""Who knows what nobody sees: the level with the best expected worth, looking one turn ahead."""

from itertools import product

import numpy as np

from emotionstream.schemas.affect import LEVELS
from emotionstream.training.simulator.learners import LEAST_RANK, Learners, drifted, fates, worth
from emotionstream.training.simulator.world import FATES, INTERRUPTED, Floats, Ints, World

RANKS = (0, *range(LEAST_RANK, len(LEVELS)))
"""Levels that differ in what is done: below the least nothing is."""
_ENOUGH = 1e-6


def values(world: World) -> Floats:
    """What is still to come once in a mode for so many turns, [modes, turns], with the best help from there on.

    By value iteration over learners of average skill, load and engagement for their mode (Bellman, 1957).
    """
    modes, lasting = len(world.names), world.settings.learner.need_turns + 1
    grid = _typical(world)
    value = np.zeros((modes, lasting))
    while True:
        better = expected(grid, value, world).max(axis=1).reshape(modes, lasting)
        if np.abs(better - value).max() < _ENOUGH:
            return np.asarray(better)
        value = better


def expected(learners: Learners, value: Floats, world: World) -> Floats:
    """Expected worth of the next turn and what follows, for each of ``RANKS``; [learners, ranks]."""
    count, last = len(learners), value.shape[1] - 1
    columns = []
    for rank in RANKS:
        ranks = np.full(count, rank)
        shares = fates(learners, ranks, world)
        total = np.zeros(count)
        for fate, mode in product(range(len(FATES)), range(len(world.names))):
            there = np.full(count, mode)
            turns = np.where(learners.mode == mode, np.minimum(learners.turns + 1, last), 0)
            lost = world.settings.learner.interruption * (fate == INTERRUPTED)
            engagement = drifted(learners, there, world) - lost
            gained = worth(there, engagement, ranks, world) + world.settings.worth.discount * value[mode, turns]
            total += shares[:, fate] * world.follows[fate, learners.mode, mode] * gained
        columns.append(total)
    return np.stack(columns, axis=1)


def best(learners: Learners, allowed: Floats, value: Floats, world: World) -> Ints:
    """The best rank for each learner, of those ``allowed`` [learners, ranks] (more than 0), the lower of equals."""
    gains = np.where(allowed > 0, expected(learners, value, world), -np.inf)
    chosen: Ints = np.array(RANKS)[gains.argmax(axis=1)]
    return chosen


def _typical(world: World) -> Learners:
    lasting = world.settings.learner.need_turns + 1
    mode = np.repeat(np.arange(len(world.names)), lasting)
    zero = np.zeros(len(mode))
    return Learners(
        mode=mode,
        turns=np.tile(np.arange(lasting), len(world.names)),
        engagement=world.engagement[mode],
        load=world.load[mode],
        skill=zero,
        difficulty=zero,
        challenge=zero,
        leaning=zero,
        turn=0,
    )
