"""A class of learners from first message to last, through the state stage as it is, under some way to choose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.events import EmotionResult, Reason
from emotionstream.schemas.settings.state import MS_PER_SECOND, StateSettings
from emotionstream.state.decision import Decision, Policy
from emotionstream.state.emission import raises
from emotionstream.state.features import FEATURE_NAMES, Vector
from emotionstream.state.learner import advance
from emotionstream.state.snapshot import LearnerState
from emotionstream.training.simulator.learners import Learners, begin, move, need, worth
from emotionstream.training.simulator.outcomes import NOBODY, helped
from emotionstream.training.simulator.readings import START_MS, Reader, Said
from emotionstream.training.simulator.texts import TextBank
from emotionstream.training.simulator.turns import Draws, say, seems
from emotionstream.training.simulator.world import Floats, Ints, World


@dataclass(frozen=True)
class Classroom:
    """Where learners meet the stream: the world, the checkpoint's readings, and the state stage's settings."""

    world: World
    bank: TextBank
    reader: Reader
    state: StateSettings
    misread: Floats

    @classmethod
    def of(cls, world: World, bank: TextBank, reader: Reader, state: StateSettings) -> "Classroom":
        """With what the bank's checkpoint misreads."""
        return cls(world, bank, reader, state, seems(bank, world))


@dataclass(frozen=True)
class Moment:
    """Just before a decision. ``allowed`` [learners, levels]: 1 where that level would be raised, and for `none`.

    Only the oracle may look at ``learners``. ``choice`` [learners]: uniform chance of this turn.
    """

    learners: Learners
    allowed: Floats
    choice: Floats


Choose = Callable[[Moment], Sequence[Policy]]
"""Who decides for each learner at a moment."""


@dataclass(frozen=True)
class Episode:
    """All that happened, [turns, learners, ...]; rows after a session's end are not ``active``.

    Latent: ``mode``, ``need``, ``engagement``, ``worth`` (of the turn that followed). Seen: ``vectors`` (the policy's
    features), ``said_probabilities`` (its probability of each level), ``allowed``, ``ranks`` (raised, 0: nothing),
    ``helped`` (see ``outcomes``), ``told_engagement``, ``told_load`` (nan: unknown), ``pleasure``, ``emotion``.
    """

    active: Any
    mode: Ints
    need: Floats
    engagement: Floats
    worth: Floats
    vectors: Floats
    said_probabilities: Floats
    allowed: Floats
    decided: Ints
    ranks: Ints
    helped: Ints
    told_engagement: Floats
    told_load: Floats
    pleasure: Floats
    emotion: Ints

    @property
    def value(self) -> Floats:
        """Mean worth of a turn, for each learner, [learners]."""
        total = np.where(self.active, self.worth, 0).sum(axis=0)
        return np.asarray(total / self.active.sum(axis=0))


@dataclass
class _Watched:
    """A policy that is watched. Its reasons are left out: they change nothing, and take most of the time."""

    policy: Policy
    vector: Vector = field(default_factory=lambda: np.zeros(len(FEATURE_NAMES)))

    def decide(self, vector: Vector) -> Decision:
        self.vector = vector
        return self.policy.decide(vector)

    def reasons(self, vector: Vector, settings: StateSettings) -> tuple[Reason, ...]:
        del vector, settings
        return ()


def run(classroom: Classroom, choose: Choose, learners: int, seed: int) -> Episode:
    """``learners`` sessions, drawn from ``seed`` alone: whoever decides, the same learners meet the same chance."""
    generator = np.random.default_rng(seed)
    world = classroom.world
    now = begin(learners, world, generator)
    draws = Draws.of(learners, world, generator)
    states: list[LearnerState | None] = [None] * learners
    rows = []
    for turn in range(world.settings.talk.turns_most):
        said = say(now, draws, classroom.misread, classroom.bank, world)
        row = _decide(
            classroom, choose, Moment(now, _allowed(states, said, classroom.state), draws.choice[turn]), said, states
        )
        then, fate = move(now, row["ranks"], draws.chance[turn], world)
        row |= {
            "active": turn < draws.turns,
            "mode": now.mode,
            "need": need(now, world),
            "engagement": now.engagement,
            "worth": worth(then.mode, then.engagement, row["ranks"], world),
            "helped": helped(row["ranks"], fate, draws.outcome[turn], world),
        }
        rows.append(row)
        now = then
    return Episode(**{name: np.stack([row[name] for row in rows]) for name in rows[0]})


def _decide(
    classroom: Classroom, choose: Choose, moment: Moment, said: Said, states: list[LearnerState | None]
) -> dict[str, Any]:
    """What is read, decided and raised in one turn; ``states`` move on."""
    results = classroom.reader.results(said, [f"learner-{place}" for place in range(len(states))])
    watched = [_Watched(policy) for policy in choose(moment)]
    steps = [
        advance(state, result, policy, classroom.state)
        for state, result, policy in zip(states, results, watched, strict=True)
    ]
    states[:] = [step.learner for step in steps]
    decisions = [step.decision for step in steps if step.decision is not None]
    return {
        "vectors": np.array([policy.vector for policy in watched]),
        "said_probabilities": np.array([decision.probabilities for decision in decisions]),
        "decided": np.array([decision.level.rank for decision in decisions]),
        "allowed": moment.allowed,
        "ranks": np.array([step.intervention.level.rank if step.intervention else NOBODY for step in steps]),
        "told_engagement": said.engagement,
        "told_load": said.load,
        **_read(results),
    }


def _read(results: Sequence[EmotionResult]) -> dict[str, Any]:
    return {
        "pleasure": np.array([result.pad.pleasure for result in results]),
        "emotion": np.array([int(np.argmax(result.probabilities)) for result in results]),
    }


def _allowed(states: Sequence[LearnerState | None], said: Said, settings: StateSettings) -> Floats:
    table = np.ones((len(states), len(LEVELS)))
    for row, (state, seconds) in enumerate(zip(states, said.seconds.tolist(), strict=True)):
        last = None if state is None else state.intervention
        now_ms = START_MS + round(seconds * MS_PER_SECOND)
        table[row, 1:] = [raises(level, last, now_ms, settings) for level in LEVELS[1:]]
    return table
