"""Removing a learner everywhere, and looking whether it is so.

The order matters. A mark in the chat topic says up to where; the history goes at once, and takes nothing back that
comes late. What the worker had not read is scored still; so the mark for the state stage, which drops the learner from
its table, is written when the worker has passed its own: nothing of the learner's past comes behind it.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from emotionstream.cli.erase_changelog import Changelog, Held, Seen, open_changelog
from emotionstream.cli.erase_kafka import Kept, Mark, Wire, open_wire
from emotionstream.history.store import History, open_history
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

_PAUSE_SECONDS: Final = 0.2
_LOOK_SECONDS: Final = 5.0
"""For how long a changelog that gives nothing is waited for at least: who waits for no part looks all the same."""


@dataclass(frozen=True, slots=True)
class EraseConfig:
    """All settings that erasing needs.

    ``wait_seconds``: for how long each of worker and state stage is waited for, and a changelog that gives nothing.
    """

    kafka: KafkaSettings
    topics: TopicSettings
    database: DatabaseSettings
    history: HistorySettings
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed, and what was seen when it was looked for again.

    ``until_ms``: what the learner said up to then is removed. ``removed`` and ``left``: rows by table. ``states``: what
    the learner table's changelog holds. ``kept``: topics from which single records cannot be taken. ``looked``: the
    changelog was read to its end.
    """

    until_ms: int
    removed: dict[str, int]
    left: dict[str, int]
    marks: tuple[Mark, ...]
    states: tuple[Held, ...]
    kept: tuple[Kept, ...]
    looked: bool = True

    @property
    def old_states(self) -> list[Held]:
        """States of the learner's past that the table still holds."""
        return [held for held in self.states if held.value is not None and not held.is_since(self.until_ms)]

    @property
    def proven(self) -> bool:
        """Whether nothing is left where something could be left."""
        passed = all(mark.passed for mark in self.marks)
        return passed and self.looked and not self.old_states and not any(self.left.values())


async def erase(user_id: str, config: EraseConfig) -> Erasure:
    """Remove ``user_id``. It may be done as often as you like, and for a learner who is not known.

    Raises:
        SettingsError, ServiceUnavailableError, TopicMismatchError, HistorySchemaError: as the services' openers say.
    """
    key = user_id.encode()
    async with AsyncExitStack() as stack:
        history = await stack.enter_async_context(open_history(config.database, config.history))
        wire = await stack.enter_async_context(open_wire(config.kafka, config.topics))
        changelog = await stack.enter_async_context(open_changelog(config.kafka, config.topics, key))
        return await Eraser(user_id, history, wire, changelog, config).run()


class Eraser:
    """One erasure."""

    def __init__(self, user_id: str, history: History, wire: Wire, changelog: Changelog, config: EraseConfig) -> None:
        self._user_id = user_id
        self._key = user_id.encode()
        self._history = history
        self._wire = wire
        self._changelog = changelog
        self._config = config

    async def run(self) -> Erasure:
        """Erase, and look."""
        partitions = await self._partitions()
        # 1. Up to here.
        chat = await self._mark(Topic.CHAT, partitions)
        until_ms = max(mark.timestamp_ms for mark in chat)
        # 2. The history, for good.
        removed = await self._history.erase(self._user_id, until_ms, datetime.now(UTC))
        # 3. Everything before the mark has been scored, or we say that it has not.
        chat = await self._await(chat)
        # 4. The learner's state.
        results = await self._await(await self._mark(Topic.RESULTS, partitions))
        # 5. Look again.
        kept = await self._wire.kept(datetime.now(UTC))
        seen = await self._look()
        return Erasure(
            until_ms=until_ms,
            removed=removed,
            left=await self._history.rows_of(self._user_id, until_ms),
            marks=(*chat, *results),
            states=seen.states,
            kept=tuple(kept),
            looked=seen.whole,
        )

    async def _partitions(self) -> list[int]:
        """Where the learner's records are: where they should be, and where another kind of publisher put them."""
        # What cannot be read now is looked for again at the end, and a state in an unmarked partition is told then.
        held = {found.partition for found in (await self._look()).states}
        recorded = await self._history.partitions_of(self._user_id, topic_name(Topic.CHAT, self._config.topics))
        there = await self._wire.partitions()
        # What is recorded may come from a topic of that name that had more.
        return sorted({await self._wire.partition_of(self._key)} | held | recorded & there)

    async def _look(self) -> Seen:
        return await self._changelog.held(max(self._config.wait_seconds, _LOOK_SECONDS))

    async def _mark(self, topic: Topic, partitions: Iterable[int]) -> list[Mark]:
        return [await self._wire.mark(topic, partition, self._key) for partition in partitions]

    async def _await(self, marks: Sequence[Mark]) -> list[Mark]:
        """Wait until the reader has passed ``marks``, or for as long as is asked for."""
        ends = time.monotonic() + self._config.wait_seconds
        while True:
            marks = [replace(mark, passed=mark.passed or await self._wire.has_passed(mark)) for mark in marks]
            if all(mark.passed for mark in marks) or time.monotonic() >= ends:
                return list(marks)
            await asyncio.sleep(_PAUSE_SECONDS)
