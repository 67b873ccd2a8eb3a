"""The whole chain on a guarded broker: every part as a user of its own, with the least rights."""

from datetime import UTC, datetime

import pytest
from bad_records import good_message
from fake_scorer import FakeScorer
from guarded_broker import GuardedKafka
from recorder_chain import QUICK as RECORDER
from recorder_chain import recording, until_rows
from state_streams import EAGER, POLICY, TABLE
from state_streams import running as keeping
from worker_chain import working

from emotionstream.cli.acl import Part
from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.consumers.interventions import open_subscription
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import open_history
from emotionstream.producers.chat import ChatPublisher
from emotionstream.producers.outcomes import OutcomePublisher, make_outcome
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings
from emotionstream.state.stage import StateConfig, StateStage


@pytest.mark.parametrize("delivery", list(Delivery))
async def test_every_part_works_with_its_own_rights(
    guarded: GuardedKafka, topics: TopicSettings, database: str, delivery: Delivery
) -> None:
    worker = EmotionWorker(
        FakeScorer(),
        WorkerConfig(guarded.as_user(Part.WORKER), topics, IntakeSettings(), WorkerSettings(delivery=delivery)),
    )
    stage = StateStage(StateConfig(guarded.as_user(Part.STATE), topics, EAGER, TABLE), POLICY)
    config = RecorderConfig(
        guarded.as_user(Part.RECORDER),
        topics,
        DatabaseSettings(url=database),
        HistorySettings(),
        IntakeSettings(),
        RECORDER,
    )
    async with (
        open_history(config.database, config.history) as history,
        working(worker),
        keeping(stage),
        recording(config),
        open_subscription(
            group=f"{topics.prefix}tutors", from_beginning=True, kafka=guarded.as_user(Part.SUBSCRIBER), topics=topics
        ) as subscription,
        ChatPublisher(kafka=guarded.as_user(Part.PUBLISHER), topics=topics) as publisher,
        OutcomePublisher(guarded.as_user(Part.REPORTER), topics) as reporter,
    ):
        for n in range(20):
            await publisher.publish(good_message(f"m-{n}", f"user-{n % 3}"))
        raised = await anext(subscription)
        await reporter.publish(
            make_outcome(
                raised.intervention_id, raised.user_id, "yes", reported_by="ms-lee", reported_at=datetime.now(UTC)
            )
        )
        await until_rows(history, messages=20, results=20, interventions=1, outcomes=1)
