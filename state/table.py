"""The Faust app that keeps one state per learner in a table: the only file that imports faust.

The table's changelog is a compacted topic, so a restart rebuilds it. Source offsets are committed only after every
output and changelog record is acknowledged; anything unforeseen crashes the app, so that nothing is committed and the
next process does the work again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

import aiokafka
import faust
from faust.exceptions import ProducerSendError
from faust.transport.drivers import aiokafka as driver
from faust.types import FutureMessage, RecordMetadata
from faust.types.transports import TransportT

from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.kafka import KafkaSettings, SecurityProtocol
from emotionstream.schemas.settings.state import MS_PER_SECOND
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name
from emotionstream.state.turn import Output, Turn

TABLE_NAME: Final = "learners"
Take = Callable[[Record, bytes | None], Turn]
Observe = Callable[[Record, Turn], None]


class StrictProducer(driver.Producer):
    """A producer whose ``flush`` waits for every acknowledgement and raises when a record was not acknowledged.

    Faust's own returns after 0.1 s without progress and does not look at failed sends, and then commits the offsets.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.failed: BaseException | None = None
        self._open: set[asyncio.Future[Any]] = set()
        self._heard = time.monotonic()

    @property
    def unanswered(self) -> float:
        """Seconds since Kafka last acknowledged a record, 0 where none is waiting for that."""
        return time.monotonic() - self._heard if self._open else 0.0

    def send_soon(self, fut: FutureMessage) -> None:
        """Queue a changelog record."""
        self._watch(fut)
        super().send_soon(fut)

    async def send(self, *args: Any, **kwargs: Any) -> Awaitable[RecordMetadata]:
        """Hand a record to aiokafka; the future is done when Kafka has acknowledged it."""
        future = await super().send(*args, **kwargs)
        self._watch(cast("asyncio.Future[RecordMetadata]", future))
        return future

    async def flush(self) -> None:
        """Wait for all that was sent so far. After a crash there is nothing to wait for, and it returns at once.

        Raises:
            ProducerSendError: a record was not acknowledged: what follows from it must not be committed.
        """
        if self._open and self.failed is None:
            await asyncio.wait(set(self._open))
        if self.failed is not None and not cast(LearnersApp, self.app).crashed:
            raise ProducerSendError(f"a record was not acknowledged: {self.failed!r}") from self.failed

    def abandon(self) -> None:
        """Drop what has not been sent: after a crash the next process does the work again."""
        self.buffer.pending = asyncio.Queue()

    def _watch(self, future: asyncio.Future[Any]) -> None:
        if not self._open:
            self._heard = time.monotonic()
        self._open.add(future)
        future.add_done_callback(self._settle)

    def _settle(self, future: asyncio.Future[Any]) -> None:
        self._open.discard(future)
        self._heard = time.monotonic()
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        self.failed = self.failed or error

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


class ReadCommittedThread(driver.AIOKafkaConsumerThread):
    """Reads no record of an aborted transaction: the worker publishes in transactions."""

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust asks for it only under its own exactly-once mode; aiokafka reads this when it starts.
        consumer._isolation_level = "read_committed"
        return consumer


class StrictConsumer(driver.Consumer):
    """Commits nothing once the app has crashed."""

    def _new_consumer_thread(self) -> ReadCommittedThread:
        return ReadCommittedThread(self, loop=self.loop, beacon=self.beacon)

    async def force_commit(self, *args: Any, **kwargs: Any) -> bool:
        """Commit what is done, or nothing after a crash."""
        if cast(LearnersApp, self.app).crashed:
            return False
        return bool(await super().force_commit(*args, **kwargs))


class StrictTransport(driver.Transport):
    """aiokafka with the two classes above."""

    Consumer = StrictConsumer
    Producer = StrictProducer


class LearnersApp(faust.App):
    """Crashes on an error in the agent, where Faust would go on with the next event and commit the failed one."""

    @property
    def strict_producer(self) -> StrictProducer:
        """The producer, as what it is."""
        return cast(StrictProducer, self.producer)

    async def fail(self, error: BaseException) -> None:
        """Crash, and commit nothing more."""
        self.strict_producer.failed = self.strict_producer.failed or error
        await self.crash(error)

    async def _on_agent_error(self, agent: Any, exc: BaseException) -> None:
        del agent
        await self.fail(exc)

    def _new_transport(self) -> TransportT:
        return StrictTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """None: the table lives in memory."""


def build_app(kafka: KafkaSettings, topics: TopicSettings, table: TableSettings) -> LearnersApp:
    """The Faust app, configured; nothing is connected yet."""
    client = kafka.client_options()
    request_seconds = kafka.request_timeout_ms / MS_PER_SECOND
    return LearnersApp(
        group_name(Group.STATE, topics),
        broker=[f"kafka://{server.strip()}" for server in client["bootstrap_servers"].split(",")],
        broker_credentials=_credentials(kafka, client),
        # No variable that happens to be set may change what is set here.
        env_prefix="EMOTIONSTREAM_FAUST_",
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=topics.partitions,
        web_enabled=False,
        store="memory://",
        broker_session_timeout=table.session_timeout_seconds,
        broker_heartbeat_interval=table.heartbeat_seconds,
        broker_rebalance_timeout=table.rebalance_timeout_seconds,
        broker_request_timeout=max(request_seconds, table.session_timeout_seconds),
        broker_commit_interval=table.commit_interval_seconds,
        producer_linger=table.linger_seconds,
        producer_request_timeout=request_seconds,
        producer_max_request_size=topics.max_message_bytes,
        stream_buffer_maxsize=table.buffer_results,
    )


def add_table(app: LearnersApp, topics: TopicSettings, take: Take, observe: Observe) -> Any:
    """The table and the agent that keeps it: ``take`` decides, ``observe`` is told what was done."""
    raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    changelog = app.topic(topic_name(Topic.LEARNERS_CHANGELOG, topics), compacting=True, internal=True, **raw)
    table = app.Table(
        TABLE_NAME, key_type=bytes, value_type=bytes, partitions=topics.partitions, changelog_topic=changelog
    )
    results = app.topic(topic_name(Topic.RESULTS, topics), allow_empty=True, **raw)

    @app.agent(results, name="learners")
    async def keep(stream: Any) -> None:
        async for event in stream.events():
            record = _record(event.message)
            turn = take(record, None if record.key is None else table.get(record.key))
            # 1. What follows from the record is acknowledged by Kafka.
            if turn.output is not None:
                await _publish(app, topics, turn.output, record.position.partition)
            # 2. The table changes, and its changelog with it: a repeat will be known.
            _store(table, record.key, turn)
            observe(record, turn)
            # 3. The next turn of the loop acknowledges the event; its offset is committed after a flush.

    return table


async def _publish(app: LearnersApp, topics: TopicSettings, output: Output, partition: int) -> None:
    name = topic_name(output.topic, topics)
    await app.producer.send_and_wait(name, output.key, output.value, partition, None, output.headers)


def _store(table: Any, key: bytes | None, turn: Turn) -> None:
    if turn.value is not None:
        table[key] = turn.value
    elif turn.erase and key in table:
        del table[key]


def _record(message: Any) -> Record:
    position = SourcePosition(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=round(message.timestamp * MS_PER_SECOND),
    )
    return Record(position, message.key, message.value, tuple(message.headers or ()))


def _credentials(kafka: KafkaSettings, client: Mapping[str, Any]) -> Any:
    if kafka.security_protocol is SecurityProtocol.PLAINTEXT:
        return None
    if kafka.security_protocol is SecurityProtocol.SSL:
        return faust.SSLCredentials(client["ssl_context"])
    return faust.SASLCredentials(
        username=client["sasl_plain_username"],
        password=client["sasl_plain_password"],
        ssl_context=client["ssl_context"],
        mechanism=client["sasl_mechanism"],
    )
