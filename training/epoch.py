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
from emotionstream.training.settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of one step. ``rows`` are places in the list of examples, ``ids`` the tokens (per encoder, per text).

    ``pairs`` are positions in the batch of two texts that differ only in the people they speak of.
    """

    rows: NDArray[np.int64]
    ids: list[list[list[int]]]
    pairs: list[tuple[int, int]]


class Epochs:
    """Draws passes over ``train`` in the shares of ``mix``. The same seed and number give the same pass."""

    def __init__(
        self,
        train: Mapping[str, Sequence[Example]],
        mix: Mapping[str, float],
        encoder: TextEncoder,
        settings: TrainingSettings,
        seed: int,
    ) -> None:
        self._mix, self._encoder, self._settings, self._seed = mix, encoder, settings, seed
        self._sizes = {name: len(train[name]) for name in mix}
        self.examples = [example for name in mix for example in train[name]]
        starts = np.cumsum([0, *self._sizes.values()]).tolist()
        self._starts = dict(zip(self._sizes, starts, strict=False))
        rows = sum(round(self._sizes[name] * times) for name, times in mix.items())
        self.steps = -(-rows // settings.batch)
        """Batches of one pass."""

    def batches(self, number: int) -> list[Batch]:
        """Pass ``number``."""
        # By the stage's seed too: a later stage of the same mix must not be the same rows with the same changes again.
        rng = np.random.default_rng([self._seed, number])
        rows = np.array([self._starts[name] + row for name, row in draw(self._sizes, self._mix, rng)])
        versions = [self._versions(self.examples[row].text, rng) for row in rows]
        ids = self._encoder.ids([version[0] for version in versions])
        twins = {place: version[1] for place, version in enumerate(versions) if len(version) > 1}
        other_ids = self._encoder.ids(list(twins.values()))
        place_of_twin = {place: i for i, place in enumerate(twins)}
        lengths = [len(row) for row in ids[0]]

        def batch(places: NDArray[np.int64]) -> Batch:
            paired = [(i, place) for i, place in enumerate(places.tolist()) if place in place_of_twin]
            tokens = [
                [part[place] for place in places] + [others[place_of_twin[place]] for _, place in paired]
                for part, others in zip(ids, other_ids, strict=True)
            ]
            pairs = [(i, len(places) + j) for j, (i, _) in enumerate(paired)]
            return Batch(np.concatenate([rows[places], rows[[p for _, p in paired]]]), tokens, pairs)

        return [batch(places) for places in by_length(lengths, self._settings.batch, self._settings.pool, rng)]

    def _versions(self, text: str, rng: np.random.Generator) -> tuple[str, ...]:
        """The text as it is trained on this time, and perhaps the same about other people."""
        settings = self._settings
        pair = people_pair(text, rng) if settings.pair_weight and rng.random() < settings.other_people else None
        if pair is not None:
            text, twin = pair
        elif rng.random() < settings.other_people:
            text = other_people(text, rng)
        text = augmented(text, rng) if rng.random() < settings.augment else text
        return (text,) if pair is None else (text, twin)
