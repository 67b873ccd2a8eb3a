"""A worker is stopped while its broker is away. It has a broker of its own to kill."""

import asyncio
import os
import signal
import time

from bad_records import good_message
from fake_scorer import FakeScorer
from services import service_folder, unique_topics
from structlog.testing import capture_logs
from waiting import until
from worker_chain import open_chain

from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.worker import WorkerSettings

SETTINGS = WorkerSettings(look_seconds=0.5, drain_seconds=60.0, close_seconds=1.0, session_seconds=6.0)

SCORED = "emotionstream_worker_messages_total"


async def test_a_stop_while_the_broker_is_away_does_not_wait_for_it() -> None:
    """An idle worker that has lost its group ends without an error, long before its time is up."""
    with service_folder() as folder:
        async with EmbeddedKafka(EmbeddedSettings.load(folder=folder)) as broker:
            kafka, topics = KafkaSettings(bootstrap_servers=broker.bootstrap_servers), unique_topics()
            await apply_topics(kafka, topics)
            config = WorkerConfig(kafka, topics, IntakeSettings(), SETTINGS)
            stop = asyncio.Event()
            async with open_chain(config) as chain:
                worker = EmotionWorker(FakeScorer(), config)
                serving = asyncio.create_task(worker.serve(stop))
                await chain.publish(good_message("m-1"))
                # Delivered and committed: nothing is in flight.
                await until(lambda: bool(worker.registry.get_sample_value(SCORED, {"outcome": "scored"})), seconds=30)
            assert broker.pid is not None
            os.kill(broker.pid, signal.SIGKILL)
            await asyncio.sleep(2 * SETTINGS.session_seconds)
            stop.set()
            began = time.monotonic()
            with capture_logs() as logs:
                await asyncio.wait_for(serving, SETTINGS.drain_seconds + 30)
    assert time.monotonic() - began < SETTINGS.drain_seconds / 2
    assert not [entry for entry in logs if "in flight" in entry["event"]]
