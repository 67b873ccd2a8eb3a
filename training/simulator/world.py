"""The modes of the settings as arrays, in the order in which the file names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.simulator.settings import SimulatorSettings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FATES = ("restored", "stuck", "interrupted")
"""What can become of a turn: equilibrium restored, an impasse that stays, or a learner interrupted by needless help."""
RESTORED, STUCK, INTERRUPTED = range(len(FATES))


@dataclass(frozen=True)
class World:
    """The settings with their modes as arrays, [modes] each: see ``ModeSettings``; ``restore`` in log odds.

    ``follows``: [fates, modes, modes]; ``emotions``: [modes, 41]; ``mode_of`` [41]: the mode that a class belongs to.
    """

    settings: SimulatorSettings
    names: tuple[str, ...]
    first: Floats
    need: Floats
    engagement: Floats
    load: Floats
    pleasure: Floats
    productivity: Floats
    restore: Floats
    help: Floats
    follows: Floats
    emotions: Floats
    mode_of: Ints

    @classmethod
    def of(cls, settings: SimulatorSettings) -> Self:
        """The world that ``settings`` describe."""
        modes = settings.modes
        names = tuple(modes)
        columns = {
            name: np.array([getattr(mode, name) for mode in modes.values()])
            for name in ("first", "need", "engagement", "load", "pleasure", "productivity", "help")
        }
        restore = np.array([mode.restore for mode in modes.values()])
        follows = [[_row(getattr(mode, fate), names) for mode in modes.values()] for fate in FATES]
        emotions = np.array([_row(mode.emotions, EMOTIONS) for mode in modes.values()])
        return cls(
            settings=settings,
            names=names,
            restore=np.log(restore / (1 - restore)),
            follows=np.array(follows),
            emotions=emotions,
            mode_of=emotions.argmax(axis=0),
            **columns,
        )


def _row(shares: Mapping[str, float], names: tuple[str, ...]) -> list[float]:
    total = sum(shares.values())
    return [shares.get(name, 0.0) / total for name in names]
