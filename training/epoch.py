"""One pass over a mix of data sets: which rows, with which changes, in which batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotionstream.training.augment import augmented
from emotionstream.training.batches import by_length, draw
from emotionstream.training.counterfactual import other_people, people_pair
from emotionstream.training.datasets.example import Example
from emotionstream.training.rows import TextEncoder
from emotionstream.training.settings import Stage, TrainingSettings


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of one step. ``rows`` are places in the list of examples, ``ids`` the tokens (per encoder, per text).

    ``pairs`` are positions in the batch of two texts that differ only in the people they speak of.
    """

    rows: NDArray[np.int64]
    ids: list[list[list[int]]]
    pairs: list[tuple[int, int]]


class Epochs:
    """Draws passes over ``train`` in the shares of the stage's mix. The same seed and number give the same pass."""

    def __init__(
        self,
        train: Mapping[str, Sequence[Example]],
        stage: Stage,
        encoder: TextEncoder,
        settings: TrainingSettings,
        seed: int,
    ) -> None:
        self._encoder, self._settings, self._seed = encoder, settings, seed
        self._mix, self._batch = stage.mix, stage.batch or settings.batch
        self._sizes = {name: len(train[name]) for name in stage.mix}
        self.examples = [example for name in stage.mix for example in train[name]]
        starts = np.cumsum([0, *self._sizes.values()]).tolist()
        self._starts = dict(zip(self._sizes, starts, strict=False))
        rows = sum(round(self._sizes[name] * times) for name, times in stage.mix.items())
        self.steps = -(-rows // self._batch)
        """Batches of one pass."""

    def batches(self, number: int) -> list[Batch]:
        """Pass ``number``."""
        # By the stage's seed too: a later stage of the same mix must not be the same rows with the same changes again.
        rng = np.random.default_rng([self._seed, number])
        rows = np.array([self._starts[name] + row for name, row in draw(self._sizes, self._mix, rng)])
        versions = [self._versions(self.examples[row].text, rng) for row in rows]
        texts = _Tokens(self._encoder.ids([version[0] for version in versions]))
        paired = [position for position, version in enumerate(versions) if len(version) > 1]
        twins = _Tokens(self._encoder.ids([versions[position][1] for position in paired]))
        twin_of = {position: twin for twin, position in enumerate(paired)}
        lengths = [len(ids) for ids in texts.ids[0]]
        batches = by_length(lengths, self._batch, self._settings.pool, rng)
        return [_batch(rows, positions, texts, twins, twin_of) for positions in batches]

    def _versions(self, text: str, rng: np.random.Generator) -> tuple[str, ...]:
        """The text as it is trained on this time, and perhaps the same about other people."""
        settings = self._settings
        pair = people_pair(text, rng) if settings.pair_weight and rng.random() < settings.other_people else None
        if pair is not None:
            # Without other changes: a twin must differ in nothing else.
            return pair
        if rng.random() < settings.other_people:
            text = other_people(text, rng)
        return (augmented(text, rng) if rng.random() < settings.augment else text,)


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Ids of texts: per encoder, per text."""

    ids: list[list[list[int]]]

    def of(self, chosen: Sequence[int]) -> list[list[list[int]]]:
        return [[part[i] for i in chosen] for part in self.ids]


def _batch(
    rows: NDArray[np.int64], positions: NDArray[np.int64], texts: _Tokens, twins: _Tokens, twin_of: Mapping[int, int]
) -> Batch:
    """The texts at ``positions`` of the pass, and behind them the twins of those that have one."""
    chosen = positions.tolist()
    paired = [(i, position) for i, position in enumerate(chosen) if position in twin_of]
    behind = [position for _, position in paired]
    own, other = texts.of(chosen), twins.of([twin_of[position] for position in behind])
    ids = [first + second for first, second in zip(own, other, strict=True)]
    pairs = [(i, len(chosen) + j) for j, (i, _) in enumerate(paired)]
    return Batch(rows[[*chosen, *behind]], ids, pairs)
