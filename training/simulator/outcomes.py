"""What a tutor answers when asked whether an intervention helped."""

from typing import Final

import numpy as np

from emotionstream.training.simulator.world import RESTORED, Floats, Ints, World

NOBODY: Final = 0
"""Rank where nothing was raised."""
YES, UNSURE, NO, UNASKED = 1, 0, -1, -2
"""Codes of ``helped``. UNASKED: nothing was raised, so nobody was asked."""


def helped(ranks: Ints, fate: Ints, chance: Floats, world: World) -> Ints:
    """Each learner's outcome, [learners]; ``chance`` is [2, learners], uniform.

    A tutor judges by what the learner does next, is often unsure where the trouble is deep, and errs now and then.
    """
    settings = world.settings.help
    unsure = chance[0] < np.array(settings.unsure)[ranks]
    right = chance[1] >= settings.misjudged
    yes = np.where(right, fate == RESTORED, fate != RESTORED)
    answer = np.where(unsure, UNSURE, np.where(yes, YES, NO))
    return np.where(ranks > NOBODY, answer, UNASKED)
