"""One chat record on its way through the worker."""

from dataclasses import dataclass

from emotionstream.inference.scoring import Encoded, Score
from emotionstream.schemas.events import ChatMessage, Rejection
from emotionstream.schemas.position import Record


@dataclass(frozen=True, slots=True)
class Item:
    """A record and what it turned out to be. Each stage adds what it found.

    ``found`` is None for what needs no answer: an erase marker, or a message that no learner wrote.
    ``epoch`` says how often its partition had been given up before: an item of an older epoch is done again from the
    committed offset, by whoever owns the partition now. Past the device, a learner's message without a ``score`` is
    one that cannot be scored.
    """

    record: Record
    found: ChatMessage | Rejection | None
    epoch: int
    encoded: Encoded | None = None
    score: Score | None = None

    @property
    def unscorable(self) -> bool:
        """Past the device: whether it is a learner's message that cannot be scored."""
        return self.encoded is not None and self.score is None

    @property
    def tokens(self) -> int:
        """How much of the device's token budget it takes."""
        return 0 if self.encoded is None else self.encoded.length
