"""The worker publishes in transactions: what the recorder makes of them."""

import asyncio

from aiokafka import AIOKafkaProducer
from history_events import message, result
from waiting import until

from emotionstream.consumers.recorder import Recorder
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import open_history
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.recorder import RecorderSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name


async def test_only_what_was_committed_is_kept_and_markers_are_no_lag(
    kafka: str, topics: TopicSettings, database: str
) -> None:
    """A result of an aborted transaction is not recorded, and the markers at the end of the log leave no lag."""
    name, chat = topic_name(Topic.RESULTS, topics), topic_name(Topic.CHAT, topics)
    scored = [
        result(message(n), SourcePosition(topic=chat, partition=0, offset=n, timestamp_ms=1_000 + n)) for n in range(3)
    ]
    async with AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"{topics.prefix}w") as producer:
        for number, keep in enumerate((True, False, True)):
            await producer.begin_transaction()
            await producer.send_and_wait(name, scored[number].to_json(), key=b"ada", partition=0)
            await (producer.commit_transaction() if keep else producer.abort_transaction())
    config = RecorderConfig(
        kafka=KafkaSettings(bootstrap_servers=kafka),
        topics=topics,
        database=DatabaseSettings(url=database),
        history=HistorySettings(),
        intake=IntakeSettings(),
        recorder=RecorderSettings(poll_seconds=0.05),
    )
    recorder, stop = Recorder(config), asyncio.Event()
    serving = asyncio.create_task(recorder.serve(stop))

    def sample(metric: str, **labels: str) -> float | None:
        return recorder.registry.get_sample_value(f"emotionstream_recorder_{metric}", labels)

    await until(lambda: sample("rows_total", table="results") == 2)
    await until(lambda: sample("lag", topic=name, partition="0") == 0)
    stop.set()
    await serving
    async with open_history(config.database, config.history) as history:
        assert (await history.counts())["results"] == 2
