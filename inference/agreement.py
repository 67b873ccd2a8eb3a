"""How far two readings of the same texts differ: by batch, and by backend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from emotionstream.inference.engine import Scorer
from emotionstream.inference.scoring import Encoded, Score, ScoreRequest


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two readings of the same ``texts`` differ, at most."""

    texts: int
    max_probability: float
    """Largest difference of a probability."""
    max_other: float
    """Largest difference of a PAD value or of a readiness score."""
    changed_emotions: int
    """Texts with another primary emotion."""
    changed_readiness: int
    """Texts with another readiness state."""

    @property
    def largest(self) -> float:
        """The largest difference of any figure."""
        return max(self.max_probability, self.max_other)

    @property
    def same_emotion(self) -> float:
        """Share of texts with the same primary emotion, in [0, 1]."""
        return 1 - self.changed_emotions / self.texts


def difference(one: Sequence[Score], other: Sequence[Score]) -> Difference:
    """Compare two readings of the same texts, in the same order; at least one text."""
    pairs = list(zip(one, other, strict=True))
    return Difference(
        texts=len(pairs),
        max_probability=max(_gap(a.probabilities, b.probabilities) for a, b in pairs),
        max_other=max(_gap(_others(a), _others(b)) for a, b in pairs),
        changed_emotions=sum(a.primary_emotion != b.primary_emotion for a, b in pairs),
        changed_readiness=sum(a.readiness.state != b.readiness.state for a, b in pairs),
    )


async def read_alone(scorer: Scorer, texts: Sequence[str]) -> list[Score]:
    """Score each of ``texts`` in a batch of its own."""
    encoded = await scorer.encode([ScoreRequest(text) for text in texts])
    return [(await scorer.infer([item]))[0] for item in encoded]


async def batch_effect(
    scorer: Scorer, texts: Sequence[str], alone: Sequence[Score], batch: int, random: Random
) -> dict[str, Difference]:
    """How far scores move when texts share a batch of ``batch``.

    Args:
        scorer: the engine; its figures should not be rounded, or small differences are lost.
        texts: at least one.
        alone: their scores, each from a batch of its own.
        batch: texts of a batch.
        random: decides who shares a batch.

    Returns:
        The difference to ``alone`` in batches of like lengths (``sorted``), of any lengths (``mixed``), and of any
        lengths with the longest text in each, so that all are padded to it (``padded``).
    """
    encoded = await scorer.encode([ScoreRequest(text) for text in texts])
    by_length = sorted(range(len(encoded)), key=lambda index: encoded[index].length)
    mixed = random.sample(range(len(encoded)), len(encoded))
    longest = [encoded[by_length[-1]]]
    orders = {"sorted": (by_length, []), "mixed": (mixed, []), "padded": (mixed, longest)}
    return {
        name: difference(alone, await _read_together(scorer, encoded, order, batch, guests))
        for name, (order, guests) in orders.items()
    }


async def _read_together(
    scorer: Scorer, encoded: Sequence[Encoded], order: Sequence[int], batch: int, guests: list[Encoded]
) -> list[Score]:
    """Scores of ``encoded``, in its order, read in batches by ``order``, each with ``guests`` at its end."""
    scores: dict[int, Score] = {}
    for indices in _chunks(order, batch):
        read = await scorer.infer([*(encoded[index] for index in indices), *guests])
        scores.update(zip(indices, read, strict=False))
    return [scores[index] for index in range(len(encoded))]


def _chunks(order: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _others(score: Score) -> tuple[float, ...]:
    return (*score.pad.as_tuple(), score.readiness.score)


def _gap(one: Sequence[float], other: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
