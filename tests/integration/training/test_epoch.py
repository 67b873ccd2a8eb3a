"""A pass over the mix: every row where it belongs, twins beside their texts."""

from dataclasses import replace

import numpy as np
import tiny

from emotionstream.training.epoch import Batch, Epochs
from emotionstream.training.settings import TrainingSettings

MIX = {"learner_corpus": 1.0, "goemotions": 2.0}


def plan(**changes: float) -> TrainingSettings:
    """A run, without other changes to the texts unless they are asked for."""
    return tiny.settings().model_copy(update={"augment": 0.0, **changes})


def epochs(settings: TrainingSettings, batch: int | None = None) -> Epochs:
    """Over the tiny sets, the comments of which speak of people."""
    stage = settings.stages[0].model_copy(update={"mix": MIX, "batch": batch})
    train = tiny.examples()
    train["goemotions"] = [replace(row, text=f"{row.text} [NAME] he") for row in train["goemotions"]]
    return Epochs(train, stage, tiny.text_encoder(), settings, seed=5)


def words(batch: Batch) -> list[list[int]]:
    """Tokens of the only encoder."""
    return batch.ids[0]


def test_each_row_stands_beside_its_own_tokens() -> None:
    """As often as the mix says, in as many batches as were promised."""
    drawn = epochs(plan())
    batches = drawn.batches(0)
    assert len(batches) == drawn.steps == 6
    rows = np.concatenate([batch.rows for batch in batches])
    assert np.bincount(rows).tolist() == [1] * 16 + [2] * 16
    encoder = tiny.text_encoder()
    for batch in batches:
        assert words(batch) == encoder.ids([drawn.examples[row].text for row in batch.rows])[0]
        assert batch.pairs == []


def test_a_stage_may_have_a_batch_of_its_own() -> None:
    """Else it has the run's."""
    drawn = epochs(plan(), batch=24)
    assert [len(batch.rows) for batch in drawn.batches(0)] == [24, 24]


def test_passes_differ_and_repeat() -> None:
    """By their number; the same number is the same pass."""
    drawn = epochs(plan(other_people=0.5, pair_weight=1.0))
    first, again, second = drawn.batches(0), drawn.batches(0), drawn.batches(1)
    assert [words(batch) for batch in first] == [words(batch) for batch in again]
    assert [words(batch) for batch in first] != [words(batch) for batch in second]


def test_twins_carry_the_labels_of_their_texts() -> None:
    """Behind the batch's own texts; messages that speak of nobody have none."""
    drawn = epochs(plan(other_people=1.0, pair_weight=1.0, augment=1.0))
    batches = drawn.batches(0)
    assert sum(len(batch.pairs) for batch in batches) == 32
    for batch in batches:
        assert len(batch.rows) == len(words(batch))
        own = len(batch.rows) - len(batch.pairs)
        assert sorted(twin for _, twin in batch.pairs) == list(range(own, len(batch.rows)))
        for text, twin in batch.pairs:
            assert text < own
            assert batch.rows[text] == batch.rows[twin]
            assert drawn.examples[batch.rows[text]].source == "goemotions"
            # "[NAME]" takes three tokens, a name one, and no typo or lost capital makes another of it.
            assert len(words(batch)[text]) == len(words(batch)[twin])
