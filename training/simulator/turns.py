"""What a learner's turn looks like from outside: when, which text, and what is told of engagement and load."""

from dataclasses import dataclass

import numpy as np

from emotionstream.training.simulator.learners import Chance, Learners, pick
from emotionstream.training.simulator.readings import Said
from emotionstream.training.simulator.texts import TextBank
from emotionstream.training.simulator.world import Floats, Ints, World

_HUNDREDTHS = 2
"""Digits of what a platform tells of engagement and load, as in the corpus."""


@dataclass(frozen=True)
class Draws:
    """All chance of a class of learners, drawn before anybody decides: every policy meets the same learners.

    ``turns`` [learners]: messages in each session. ``seconds`` [turns, learners] from the session's start.
    ``says`` [turns, 3, learners], ``told`` [turns, 2, learners], ``noise`` [turns, 2, learners], ``outcome``
    [turns, 2, learners], ``choice`` [turns, learners]: uniform, but for ``noise``, which is standard normal.
    """

    turns: Ints
    seconds: Floats
    says: Floats
    told: Floats
    noise: Floats
    outcome: Floats
    choice: Floats
    chance: tuple[Chance, ...]

    @classmethod
    def of(cls, count: int, world: World, generator: np.random.Generator) -> "Draws":
        """For ``count`` learners."""
        talk = world.settings.talk
        most = talk.turns_most
        gaps = np.exp(talk.gap_log_mean + talk.gap_log_spread * generator.standard_normal((most, count)))
        gaps[0] = 0
        return cls(
            turns=generator.integers(talk.turns_least, most, count, endpoint=True),
            seconds=np.round(gaps.cumsum(axis=0)),
            says=generator.random((most, 3, count)),
            told=generator.random((most, 2, count)),
            noise=generator.standard_normal((most, 2, count)),
            outcome=generator.random((most, 2, count)),
            choice=generator.random((most, count)),
            chance=tuple(Chance.draw(count, generator) for _ in range(most)),
        )


def seems(bank: TextBank, world: World) -> Floats:
    """What a mode is taken for by the bank's checkpoint, [modes, modes], as measured on the corpus' sessions.

    The checkpoint was trained on the bank's texts and knows them too well. So the text that a learner says is drawn
    from the class that the checkpoint would have read in a new text of the learner's mode.
    """
    modes = len(world.names)
    counts = np.zeros((modes, modes))
    np.add.at(counts, (world.mode_of[:, None], world.mode_of[None, :]), bank.confusion)
    counts += world.settings.talk.misread_prior / modes
    confusion = counts / counts.sum(axis=1, keepdims=True)
    clear = world.settings.talk.clear
    return np.asarray(clear * np.eye(modes) + (1 - clear) * confusion)


def say(learners: Learners, draws: Draws, misread: Floats, bank: TextBank, world: World) -> Said:
    """What each learner says in this turn."""
    turn, talk = learners.turn, world.settings.talk
    as_mode, as_class, as_text = draws.says[turn]
    shown = pick(misread[learners.mode], as_mode)
    texts = bank.draw(pick(world.emotions[shown], as_class), as_text)
    noise = talk.observation_noise * draws.noise[turn]
    told = []
    for value, extra, known, chance in zip(
        (learners.engagement, learners.load),
        noise,
        (talk.engagement_known, talk.load_known),
        draws.told[turn],
        strict=True,
    ):
        seen = np.round(np.clip(value + extra, 0, 1), _HUNDREDTHS)
        told.append(np.where(chance < known, seen, np.nan))
    return Said(texts, told[0], told[1], draws.seconds[turn], turn)
