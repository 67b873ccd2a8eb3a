"""Many learners at once: where each is, and where the next turn takes them. Pure; chance is an argument."""

from dataclasses import dataclass, replace

import numpy as np

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.training.simulator.world import FATES, INTERRUPTED, RESTORED, STUCK, Floats, Ints, World

LEAST_RANK = InterventionLevel.MILD.rank
"""Levels below this one are not raised, so nobody does anything."""


@dataclass(frozen=True)
class Learners:
    """What nobody sees of learners, each [learners].

    ``mode`` is a place in the tables, ``turns`` how many turns it has lasted, ``skill`` and ``difficulty`` (of the
    task at hand) are in logits, ``leaning`` is how much more engaged a learner is than others, ``turn`` counts all.
    """

    mode: Ints
    turns: Ints
    engagement: Floats
    load: Floats
    skill: Floats
    difficulty: Floats
    challenge: Floats
    leaning: Floats
    turn: int

    def __len__(self) -> int:
        return len(self.mode)


@dataclass(frozen=True)
class Chance:
    """All that is drawn for one turn, [learners] each; `uniform` ones in [0, 1), `normal` ones standard."""

    fate: Floats
    follows: Floats
    engagement: Floats
    load: Floats
    task: Floats

    @classmethod
    def draw(cls, count: int, generator: np.random.Generator) -> "Chance":
        """For ``count`` learners."""
        fate, follows = generator.random((2, count))
        engagement, load, task = generator.standard_normal((3, count))
        return cls(fate, follows, engagement, load, task)


def begin(count: int, world: World, generator: np.random.Generator) -> Learners:
    """``count`` learners at the start of their sessions."""
    learner = world.settings.learner
    mode = pick(np.broadcast_to(world.first, (count, len(world.first))), generator.random(count))
    challenge = learner.challenge_spread * generator.standard_normal(count)
    leaning = learner.engagement_spread * generator.standard_normal(count)
    noise = learner.engagement_noise * generator.standard_normal(count)
    return Learners(
        mode=mode,
        turns=np.zeros(count, dtype=np.int64),
        engagement=np.clip(world.engagement[mode] + leaning + noise, 0, 1),
        load=np.clip(world.load[mode] + learner.load_noise * generator.standard_normal(count), 0, 1),
        skill=np.zeros(count),
        difficulty=challenge + learner.task_spread * generator.standard_normal(count),
        challenge=challenge,
        leaning=leaning,
        turn=0,
    )


def need(learners: Learners, world: World) -> Floats:
    """The rank of the help that fits each learner, [learners], in [0, 5]; it is no whole number."""
    learner = world.settings.learner
    missing = world.engagement[learners.mode] - learners.engagement
    lasting = np.minimum(learners.turns, learner.need_turns) * (world.need[learners.mode] >= 1)
    wanted = world.need[learners.mode] + learner.need_by_engagement * missing + learner.need_by_turn * lasting
    return np.clip(wanted, 0, len(InterventionLevel) - 1)


def fates(learners: Learners, ranks: Ints, world: World) -> Floats:
    """Probability of each fate, [learners, fates], where help of ``ranks`` [learners] is given (0: none)."""
    given = ranks >= LEAST_RANK
    off = ranks - need(learners, world)
    excess = np.maximum(off - world.settings.help.tolerance, 0)
    interrupted = np.where(given, np.minimum(world.settings.help.interrupt_by_rank * excess, 1), 0)
    fit = np.where(given, np.exp(-0.5 * (off / world.settings.help.width) ** 2), 0)
    learner = world.settings.learner
    logit = (
        world.restore[learners.mode]
        + learners.skill
        - learners.difficulty
        - learner.tiring * learners.turn
        - learner.overload * np.maximum(learners.load - learner.load_knee, 0)
        + world.help[learners.mode] * fit
    )
    restored = (1 - interrupted) / (1 + np.exp(-logit))
    shares = np.empty((len(learners), len(FATES)))
    shares[:, RESTORED], shares[:, INTERRUPTED] = restored, interrupted
    shares[:, STUCK] = 1 - restored - interrupted
    return shares


def move(learners: Learners, ranks: Ints, chance: Chance, world: World) -> tuple[Learners, Ints]:
    """The learners one turn later, and what became of the turn: a place in ``FATES``, [learners]."""
    learner = world.settings.learner
    fate = pick(fates(learners, ranks, world), chance.fate)
    mode = pick(world.follows[fate, learners.mode], chance.follows)
    engagement = drifted(learners, mode, world) + learner.engagement_noise * chance.engagement
    engagement = engagement - learner.interruption * (fate == INTERRUPTED)
    load = learners.load + learner.load_rate * (world.load[mode] - learners.load) + learner.load_noise * chance.load
    engagement, load = np.clip(engagement, 0, 1), np.clip(load, 0, 1)
    skill = learners.skill + learner.learning * world.productivity[mode] * engagement
    # Whoever got over it takes on something new, as hard for what the learner can now as tasks are for this learner.
    task = skill + learners.challenge + learner.task_spread * chance.task
    moved = replace(
        learners,
        mode=mode,
        turns=np.where(mode == learners.mode, learners.turns + 1, 0),
        engagement=engagement,
        load=load,
        skill=skill,
        difficulty=np.where(fate == RESTORED, task, learners.difficulty),
        turn=learners.turn + 1,
    )
    return moved, fate


def drifted(learners: Learners, mode: Ints | Floats, world: World) -> Floats:
    """Expected engagement once in ``mode`` [learners]: part of the way to what is usual there."""
    usual = world.engagement[mode] + learners.leaning
    return np.asarray(learners.engagement + world.settings.learner.engagement_rate * (usual - learners.engagement))


def worth(mode: Ints, engagement: Floats, ranks: Ints, world: World) -> Floats:
    """What a turn that led to ``mode`` and ``engagement`` is worth, less what help of ``ranks`` cost; [learners]."""
    weights = world.settings.worth
    progress = world.productivity[mode] * engagement
    cost = np.array(world.settings.help.cost)[ranks]
    return np.asarray(weights.progress * progress + weights.pleasure * world.pleasure[mode] - cost)


def pick(shares: Floats, chance: Floats) -> Ints:
    """By each row of ``shares`` [rows, choices] the choice that ``chance`` [rows] falls on."""
    edges = np.cumsum(shares, axis=1)
    return np.asarray((chance[:, None] * edges[:, -1:] >= edges[:, :-1]).sum(axis=1), dtype=np.int64)
