"""A recorder's settings, its database and a producer."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from recorder_chain import QUICK, Publisher

from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import History, open_history
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings


@pytest.fixture
def config(kafka: str, topics: TopicSettings, database: str) -> RecorderConfig:
    """A recorder's settings over this test's topics and database."""
    return RecorderConfig(
        kafka=KafkaSettings(bootstrap_servers=kafka),
        topics=topics,
        database=DatabaseSettings(url=database),
        history=HistorySettings(),
        intake=IntakeSettings(),
        recorder=QUICK,
    )


@pytest.fixture
async def history(config: RecorderConfig) -> AsyncIterator[History]:
    """The test's own look into the database."""
    async with open_history(config.database, config.history) as opened:
        yield opened


@pytest.fixture
async def publisher(kafka: str, topics: TopicSettings) -> AsyncIterator[Publisher]:
    """A producer for the test's topics."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        yield Publisher(producer, topics)
