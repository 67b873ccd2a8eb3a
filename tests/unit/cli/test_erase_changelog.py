"""How long the learner table's changelog is read."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from emotionstream.cli.erase_changelog import Changelog, Held, Seen

PLACE = TopicPartition("changelog", 2)


@dataclass
class Broker:
    """Gives records of ``b"ada"`` one by one; from the offset ``dies_at`` it gives nothing, or raises ``error``."""

    end: int
    dies_at: int
    error: Exception | None = None
    reached: int = 0
    asked: list[int] = field(default_factory=list)

    def assignment(self) -> set[TopicPartition]:
        """One partition."""
        return {PLACE}

    async def end_offsets(self, places: set[TopicPartition]) -> dict[TopicPartition, int]:
        """Where it ends."""
        return dict.fromkeys(places, self.end)

    async def position(self, _place: TopicPartition) -> int:
        """How far it was read."""
        return self.reached

    async def getmany(self, place: TopicPartition, timeout_ms: int) -> dict[TopicPartition, list[Any]]:
        """The next record, or nothing after a moment."""
        await asyncio.sleep(0.03)
        if self.reached >= self.dies_at:
            if self.error:
                raise self.error
            return {}
        self.reached += 1
        return {place: [Record(self.reached - 1)]}


@dataclass
class Record:
    """What the reader looks at."""

    offset: int
    key: bytes = b"ada"
    value: bytes | None = b"state"


@pytest.mark.parametrize("error", [None, KafkaConnectionError("gone")])
async def test_a_broker_that_dies_does_not_hold_an_erasure_up(error: Exception | None) -> None:
    """What was read is told, and that it is not the whole."""
    changelog = Changelog(Broker(end=5, dies_at=2, error=error), b"ada")
    seen = await asyncio.wait_for(changelog.held(1.0), 10)
    assert seen == Seen((Held(2, 1, b"state"),), whole=False)


async def test_a_long_changelog_is_read_to_its_end() -> None:
    """The limit is for a broker that gives nothing, not for all there is to read."""
    seen = await Changelog(Broker(end=40, dies_at=40), b"ada").held(1.0)
    assert seen == Seen((Held(2, 39, b"state"),), whole=True)


async def test_reading_goes_on_where_it_stopped() -> None:
    """A broker that is back gives the rest."""
    broker = Broker(end=5, dies_at=2)
    changelog = Changelog(broker, b"ada")
    assert not (await changelog.held(0.1)).whole
    broker.dies_at = 5
    assert await changelog.held(5.0) == Seen((Held(2, 4, b"state"),), whole=True)
