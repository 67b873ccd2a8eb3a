"""One run of ``emotionstream publish``: read lines, publish them, tell what became of each."""

import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from emotionstream.cli.chat_lines import Defaults, LineFormat, message_fields
from emotionstream.cli.endpoints import named_kafka
from emotionstream.cli.follow import CameBack, Follower, following
from emotionstream.cli.lines import TOO_LONG, Line
from emotionstream.cli.publish_report import Report, Tally
from emotionstream.producers.chat import ChatPublisher, Published
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.events import Rejection, Role
from emotionstream.schemas.settings.publisher import PublisherSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings
from emotionstream.schemas.settings.topics import TopicSettings


@dataclass(frozen=True, slots=True)
class _OnItsWay:
    """A line in its turn: handed to the publisher, or bad for its ``flaw``, which is told when its turn comes.

    ``awaited`` is its message's id where the follower awaits it.
    """

    line: Line
    awaited: str | None = None
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What to publish and how lines are read. ``progress`` is called with the bytes of each line that is done.

    ``skip_blank``: a blank line is no message; else it is a bad one.
    """

    lines: AsyncIterable[Line]
    line_format: LineFormat
    defaults: Defaults
    follow: bool
    progress: Callable[[int], None]
    skip_blank: bool = True


class PublishRun:
    """Publishes a job's lines. Holds no more than the publisher's window and what is awaited."""

    def __init__(self, job: Job, report: Report) -> None:
        self.tally = Tally()
        self._job = job
        self._report = report
        self._on_their_way: deque[_OnItsWay] = deque()
        self._follower: Follower | None = None

    async def run(self) -> None:
        """Publish every line, and with ``follow`` wait for what comes back.

        Raises:
            ServiceUnavailableError, SettingsError, TopicMismatchError: nothing can be published.
        """
        kafka, topics, settings = named_kafka(), TopicSettings.load(), PublisherSettings.load()
        started = time.monotonic()
        async with AsyncExitStack() as opened:
            if self._job.follow:
                reading = SubscriberSettings.load()
                follower = following(kafka, topics, settings, reading, self._came_back)
                self._follower = await opened.enter_async_context(follower)
            publisher = await opened.enter_async_context(ChatPublisher(kafka, topics, settings))
            try:
                await self._publish(publisher)
            finally:
                self._tell_flaws(all_of_them=True)
                self._report.summary(self.tally, time.monotonic() - started)

    async def _publish(self, publisher: ChatPublisher) -> None:
        async with aclosing(publisher.publish_many(self._messages())) as results:
            async for published in results:
                self._settle(self._on_their_way.popleft(), published)
                self._tell_flaws()
        if self._follower is not None:
            await self._follower.all_told()

    async def _messages(self) -> AsyncGenerator[dict[str, Any]]:
        async for line in self._job.lines:
            if self._job.skip_blank and line.data is not None and not line.data.strip():
                continue
            try:
                fields = self._fields(line)
            except InvalidMessageError as error:
                self._on_their_way.append(_OnItsWay(Line(line.number, None, line.size), flaw=str(error)))
                self._tell_flaws()
                continue
            self._on_their_way.append(_OnItsWay(line, await self._announce(line, fields)))
            yield fields

    def _tell_flaws(self, all_of_them: bool = False) -> None:
        """Tell the bad lines whose turn it is, so that they come in the order of the lines."""
        while self._on_their_way and (all_of_them or self._on_their_way[0].flaw is not None):
            first = self._on_their_way.popleft()
            if first.flaw is not None:
                self._bad(first.line, first.flaw)

    def _fields(self, line: Line) -> dict[str, Any]:
        if line.data is None:
            raise InvalidMessageError(TOO_LONG)
        now, new_id = datetime.now(tz=UTC), str(uuid4())
        return message_fields(line.data, self._job.line_format, self._job.defaults, now=now, message_id=new_id)

    async def _announce(self, line: Line, fields: dict[str, Any]) -> str | None:
        """Tell the follower, unless nothing will come back: only learners are scored. The id that it now awaits."""
        message_id = fields["message_id"]
        scored = fields.get("role", Role.LEARNER) == Role.LEARNER
        if self._follower is None or not scored or not isinstance(message_id, str):
            return None
        awaits = await self._follower.expect(message_id, str(fields.get("user_id")), line.number)
        return message_id if awaits else None

    def _settle(self, sent: _OnItsWay, published: Published) -> None:
        line = sent.line
        if published.error is not None and self._follower is not None and sent.awaited is not None:
            # It was not sent: waiting for its result would end with the time-out.
            self._follower.forget(sent.awaited)
        if published.error is None:
            self.tally.published += 1
            self._report.published(line.number, published)
            self._job.progress(line.size)
        else:
            self._bad(line, str(published.error), sent=not isinstance(published.error, InvalidMessageError))

    def _bad(self, line: Line, why: str, sent: bool = False) -> None:
        if sent:
            self.tally.failed += 1
        else:
            self.tally.bad += 1
        self._report.bad_line(line.number, why)
        self._job.progress(line.size)

    def _came_back(self, back: CameBack) -> None:
        if back.outcome is None:
            self.tally.unanswered += 1
        elif isinstance(back.outcome, Rejection):
            self.tally.rejected += 1
        else:
            self.tally.results += 1
        self._report.came_back(back)
