"""Splitting by session, never by message."""

from collections.abc import Iterator, Sequence

import numpy as np

from emotionstream.schemas.errors import SettingsError
from emotionstream.training.datasets.sessions import Session


def check_folds(sessions: Sequence[Session], **counts: int) -> None:
    """Whether there are sessions enough for each count, named by its part of the settings.

    Raises:
        SettingsError: a fold would hold no session.
    """
    for part, count in counts.items():
        if count > len(sessions):
            raise SettingsError(f"{part}.folds: {count} folds, and only {len(sessions)} sessions to hold out")


def folds(sessions: Sequence[Session], count: int, seed: int) -> Iterator[tuple[list[int], list[int]]]:
    """``count`` pairs of (training, held-out) positions of sessions; each session is held out once."""
    order = np.random.default_rng(seed).permutation(len(sessions))
    for part in np.array_split(order, count):
        held = {int(i) for i in part}
        yield [i for i in range(len(sessions)) if i not in held], sorted(held)
