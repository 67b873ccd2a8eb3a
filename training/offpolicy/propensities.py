"""From what a policy says to what is done: a level that would not be raised now does nothing."""

import numpy as np

from emotionstream.training.offpolicy.estimators import Floats


def effective(probabilities: Floats, allowed: Floats) -> Floats:
    """``probabilities`` [..., levels] with the share of levels that are not ``allowed`` [..., levels] at `none`."""
    kept = probabilities * allowed
    kept[..., 0] += 1 - kept.sum(axis=-1)
    return np.asarray(kept)
