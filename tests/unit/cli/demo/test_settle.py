"""The demo waits for every stage, and not for ever."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiokafka.structs import OffsetAndMetadata, TopicPartition

from emotionstream.cli.demo.lesson import Lesson, Seat
from emotionstream.cli.demo.settle import Settling
from emotionstream.cli.demo.tally import Tally
from emotionstream.history.session import SessionSummary
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import ChatMessage, EmotionResult
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.settings.demo import DemoSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

Chat = Callable[..., ChatMessage]
Result = Callable[..., EmotionResult]
TOPICS = TopicSettings()
QUICK = DemoSettings(poll_seconds=0.001, patience_seconds=0.05)


@dataclass
class Growing:
    """A value that becomes the next of its steps at each look, and then stays."""

    steps: list[int]
    looks: int = 0

    def look(self) -> int:
        self.looks += 1
        return self.steps[min(self.looks, len(self.steps)) - 1]


@dataclass
class FakeHistory:
    """A database whose rows of session ``s`` arrive with time."""

    rows: Growing
    message: ChatMessage

    async def sessions(self, wanted: Any) -> list[SessionSummary]:
        assert wanted.since <= self.message.sent_at
        count = self.rows.look()
        at = self.message.sent_at
        of = [("s", count), ("of-another-run", 99)]
        return [SessionSummary("ann", name, at, at, n, n, n, 0, InterventionLevel.NONE) for name, n in of]


@dataclass
class FakeAdmin:
    """A broker that says how far the state stage has committed."""

    committed: Growing

    async def list_consumer_group_offsets(self, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
        assert group == "emotionstream-state"
        place = TopicPartition(topic_name(Topic.RESULTS, TOPICS), 0)
        return {place: OffsetAndMetadata(self.committed.look(), "")}


@dataclass
class FakeListener:
    """A subscriber who has some interventions still to read."""

    unread: Growing
    last_results: dict[int, int] = field(default_factory=lambda: {0: 7})

    async def behind(self, topic: Topic) -> int:
        assert topic is Topic.INTERVENTIONS
        return self.unread.look()


def settling(chat: Chat, result: Result, rows: Growing, unread: Growing) -> Settling:
    message, tally = chat(1), Tally()
    tally.sent(message, SourcePosition(topic="chat", partition=0, offset=1, timestamp_ms=1), 0.0)
    tally.scored(result(1), 1.0)
    lesson = Lesson(
        "r", (message, chat(2).model_copy(update={"sent_at": message.sent_at + timedelta(1)})), {"ann": Seat("Ann", "")}
    )
    listener: Any = FakeListener(unread)
    history: Any = FakeHistory(rows, message)
    return Settling(tally, listener, history, lesson, QUICK)


async def test_each_stage_is_waited_for_until_it_has_all(chat: Chat, result: Result) -> None:
    """Committed past the last result, read to the end, and in PostgreSQL: in this order, and counted at the end."""
    rows, unread, committed = Growing([0, 0, 1]), Growing([2, 1, 0]), Growing([3, 7, 8])
    admin: Any = FakeAdmin(committed)
    recorded = await settling(chat, result, rows, unread).wait(admin, TOPICS)
    assert (committed.looks, unread.looks) == (3, 3)
    assert (recorded.messages, recorded.results) == (1, 1)


async def test_a_stage_that_stands_still_is_not_waited_for_for_ever(chat: Chat, result: Result) -> None:
    """What is missing shows in the counts: nothing is assumed."""
    admin: Any = FakeAdmin(Growing([0]))
    recorded = await settling(chat, result, Growing([0]), Growing([5])).wait(admin, TOPICS)
    assert recorded.results == 0
