"""The Faust app that keeps one state per learner in a table. Only this file and its driver import faust.

The table's changelog is a compacted topic, so a restart rebuilds it. Source offsets are committed only after every
output and changelog record is acknowledged; anything unforeseen crashes the app, so that nothing is committed and the
next process does the work again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import faust
from aiokafka import TopicPartition
from faust.tables.manager import TableManager
from faust.types.transports import TransportT

from emotionstream.schemas.errors import StageCrashedError
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.kafka import KafkaSettings, SecurityProtocol
from emotionstream.schemas.settings.state import MS_PER_SECOND
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name
from emotionstream.state.delivery import DeliveryLog
from emotionstream.state.faust_driver import StrictConsumer, StrictProducer, StrictTransport
from emotionstream.state.turn import Output, Turn

TABLE_NAME: Final = "learners"


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the agent calls: ``take`` decides, ``publish`` returns when acknowledged, ``observe`` is told of it."""

    take: Callable[[Record, bytes | None], Turn]
    publish: Callable[[Output, int], Awaitable[None]]
    observe: Callable[[Record, Turn], None]


class LearnersTable(faust.Table[bytes, bytes]):
    """Changes go to the changelog in whole record batches."""

    def on_key_set(self, key: bytes, value: bytes) -> None:
        """``key`` is about to have ``value``."""
        self._changed(key, value)

    def on_key_del(self, key: bytes) -> None:
        """``key`` is about to be forgotten."""
        self._changed(key, None)

    def _changed(self, key: bytes, value: bytes | None) -> None:
        place = TopicPartition(self.changelog_topic_name, self.partition_for_key(key))
        cast(LearnersApp, self.app).strict_producer.changelog.add(place, key, value)


class LearnersApp(faust.App):
    """Crashes on an error in the agent, where Faust would go on with the next event and commit the failed one."""

    @property
    def strict_producer(self) -> StrictProducer:
        """The producer, as what it is."""
        return cast(StrictProducer, self.producer)

    @property
    def deliveries(self) -> DeliveryLog:
        """What the consumer delivered and the agent handled."""
        return cast(StrictConsumer, self.consumer).log_of_delivery

    @property
    def recovery_position(self) -> int:
        """How far the changelog has been read to rebuild the table: offsets passed, all partitions together."""
        offsets = cast(TableManager, self.tables).recovery.active_offsets.values()
        return sum(offset + 1 for offset in offsets if offset is not None)

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
        Table=LearnersTable,
        broker_session_timeout=table.session_timeout_seconds,
        broker_heartbeat_interval=table.heartbeat_seconds,
        broker_rebalance_timeout=table.rebalance_timeout_seconds,
        broker_request_timeout=max(request_seconds, table.session_timeout_seconds),
        broker_commit_interval=table.commit_interval_seconds,
        consumer_metadata_max_age_ms=kafka.metadata_max_age_ms,
        producer_metadata_max_age_ms=kafka.metadata_max_age_ms,
        producer_linger=table.linger_seconds,
        producer_request_timeout=request_seconds,
        producer_max_request_size=topics.max_message_bytes,
        stream_buffer_maxsize=table.buffer_results,
    )


def add_table(app: LearnersApp, topics: TopicSettings, hooks: Hooks) -> Any:
    """The table, and the agent that keeps it."""
    raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    name = topic_name(Topic.LEARNERS_CHANGELOG, topics)
    # No agent acknowledges its records: Faust must not keep account of them, nor of the gaps that compaction leaves.
    changelog = app.topic(name, compacting=True, internal=True, acks=False, **raw)
    table = app.Table(
        TABLE_NAME, key_type=bytes, value_type=bytes, partitions=topics.partitions, changelog_topic=changelog
    )
    results = app.topic(topic_name(Topic.RESULTS, topics), allow_empty=True, **raw)

    @app.agent(results, name="learners")
    async def keep(stream: Any) -> None:
        async for event in stream.events():
            record = _record(event.message)
            place, offset = (record.position.topic, record.position.partition), record.position.offset
            # 0. Nothing that came before it was lost on the way here.
            if (lost := app.deliveries.hole_before(place, offset)) is not None:
                raise StageCrashedError(f"record {lost} of {place} was delivered and not handled before {offset}")
            turn = hooks.take(record, None if record.key is None else table.get(record.key))
            # 1. What follows from the record is acknowledged by Kafka.
            if turn.output is not None:
                await hooks.publish(turn.output, record.position.partition)
            # 2. The table changes, and its changelog with it: a repeat will be known.
            _store(table, record.key, turn)
            app.deliveries.handle(place, offset)
            hooks.observe(record, turn)
            # 3. The next turn of the loop acknowledges the event; its offset is committed after a flush.

    return table


def _store(table: Any, key: bytes | None, turn: Turn) -> None:
    if turn.value is not None:
        table[key] = turn.value
    elif turn.erase and key in table:
        del table[key]
    elif turn.erase:
        # The table knows one state a learner. One who went to another partition, because partitions were added, has
        # left an older one in this partition's changelog, and a restart would bring it back.
        table.on_key_del(key)


def _record(message: Any) -> Record:
    position = SourcePosition(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        # A foreign client may give none: Kafka then says -1.
        timestamp_ms=max(round(message.timestamp * MS_PER_SECOND), 0),
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
