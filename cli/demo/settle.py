"""Waiting until all that was published has come out everywhere, or nothing moves any more."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient

from emotionstream.cli.demo.lesson import Lesson
from emotionstream.cli.demo.listen import Listener
from emotionstream.cli.demo.tally import Tally
from emotionstream.history.reader import SessionFilter
from emotionstream.history.store import History
from emotionstream.schemas.settings.demo import DemoSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name


@dataclass(frozen=True, slots=True)
class Recorded:
    """Rows of one run in PostgreSQL."""

    learner_messages: int = 0
    messages: int = 0
    results: int = 0
    interventions: int = 0


async def count_recorded(history: History, lesson: Lesson) -> Recorded:
    """What PostgreSQL has of ``lesson``."""
    since = min(message.sent_at for message in lesson.messages)
    wanted = set(lesson.sessions)
    found = [each for each in await history.sessions(SessionFilter(since=since)) if each.session_id in wanted]
    return Recorded(
        learner_messages=sum(each.learner_messages for each in found),
        messages=sum(each.messages for each in found),
        results=sum(each.results for each in found),
        interventions=sum(each.interventions for each in found),
    )


@dataclass(frozen=True, slots=True)
class Settling:
    """What is waited for, and how patiently."""

    tally: Tally
    listener: Listener
    history: History
    lesson: Lesson
    settings: DemoSettings

    async def wait(self, admin: AIOKafkaAdminClient, topics: TopicSettings) -> Recorded:
        """Wait for each stage in turn; one that stands still for ``patience_seconds`` is not waited for any longer."""
        # 1. Every learner message has a result or a rejection.
        await self._until(self._all_scored)
        # 2. The state stage has taken and committed every result: its interventions are in Kafka.
        await self._until(lambda: self._all_folded(admin, topics))
        # 3. They have been read here.
        await self._until(self._all_read)
        # 4. PostgreSQL has it all.
        await self._until(self._all_recorded)
        return await count_recorded(self.history, self.lesson)

    async def _until(self, done: Callable[[], Awaitable[int]]) -> None:
        """Until ``done`` says that nothing is left; any change of what is left renews the patience."""
        left, since = -1, time.monotonic()
        while (now_left := await done()) > 0:
            if now_left != left:
                left, since = now_left, time.monotonic()
            if time.monotonic() - since > self.settings.patience_seconds:
                return
            await asyncio.sleep(self.settings.poll_seconds)

    async def _all_scored(self) -> int:
        return len(self.tally.missing)

    async def _all_folded(self, admin: AIOKafkaAdminClient, topics: TopicSettings) -> int:
        committed = await admin.list_consumer_group_offsets(group_name(Group.STATE, topics))
        results = topic_name(Topic.RESULTS, topics)
        taken = {place.partition: found.offset for place, found in committed.items() if place.topic == results}
        lasts = self.listener.last_results.items()
        return sum(max(0, last + 1 - taken.get(partition, 0)) for partition, last in lasts)

    async def _all_read(self) -> int:
        return await self.listener.behind(Topic.INTERVENTIONS)

    async def _all_recorded(self) -> int:
        found, tally = await count_recorded(self.history, self.lesson), self.tally
        learners = len(tally.acknowledged) - len(tally.rejected)
        wanted = Recorded(learners, learners + len(tally.context), len(tally.results), len(tally.interventions))
        return (
            max(0, wanted.messages - found.messages)
            + max(0, wanted.results - found.results)
            + max(0, wanted.interventions - found.interventions)
        )
