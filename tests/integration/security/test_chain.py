"""Every part on a guarded broker, as a user of its own: it works with its rights, and with another's it is refused."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from bad_records import good_message
from command import run
from fake_scorer import FakeScorer
from guarded_broker import GuardedKafka
from recorder_chain import QUICK as RECORDER
from recorder_chain import recording, until_rows
from state_streams import EAGER, POLICY, TABLE
from state_streams import running as keeping
from worker_chain import working

from emotionstream.cli.acl import Part
from emotionstream.cli.erase import EraseConfig, erase
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.consumers.interventions import open_subscription
from emotionstream.consumers.recorder import Recorder
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import open_history
from emotionstream.producers.chat import ChatPublisher
from emotionstream.producers.outcomes import OutcomePublisher, make_outcome
from emotionstream.schemas.errors import EmotionStreamError, ServiceUnavailableError
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings, SaslMechanism
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings
from emotionstream.state.stage import StateConfig, StateStage

NOBODY = "stranger"


@dataclass(frozen=True, slots=True)
class Place:
    """A test's broker, topics and database."""

    broker: GuardedKafka
    topics: TopicSettings
    database: str

    def worker(self, kafka: KafkaSettings, delivery: Delivery = Delivery.EXACTLY_ONCE) -> EmotionWorker:
        """A worker with a fake device."""
        settings = WorkerSettings(delivery=delivery)
        return EmotionWorker(FakeScorer(), WorkerConfig(kafka, self.topics, IntakeSettings(), settings))

    def stage(self, kafka: KafkaSettings) -> StateStage:
        """A state stage."""
        return StateStage(StateConfig(kafka, self.topics, EAGER, TABLE), POLICY)

    def recorder(self, kafka: KafkaSettings) -> RecorderConfig:
        """A recorder's settings."""
        database = DatabaseSettings(url=self.database)
        return RecorderConfig(kafka, self.topics, database, HistorySettings(), IntakeSettings(), RECORDER)

    def eraser(self, kafka: KafkaSettings) -> EraseConfig:
        """An eraser's settings."""
        return EraseConfig(kafka, self.topics, DatabaseSettings(url=self.database), HistorySettings(), 30)

    @asynccontextmanager
    async def running(self, delivery: Delivery) -> AsyncIterator[None]:
        """Worker, state stage and recorder, each as its own user."""
        as_user = self.broker.as_user
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(working(self.worker(as_user(Part.WORKER), delivery)))
            await stack.enter_async_context(keeping(self.stage(as_user(Part.STATE))))
            await stack.enter_async_context(recording(self.recorder(as_user(Part.RECORDER))))
            yield


@pytest.fixture
def place(guarded: GuardedKafka, topics: TopicSettings, database: str) -> Place:
    """Everything that a part needs."""
    return Place(guarded, topics, database)


@pytest.mark.parametrize("delivery", list(Delivery))
async def test_every_part_works_with_its_own_rights(place: Place, delivery: Delivery) -> None:
    """From a message to an answered intervention in the history, and to its erasure, no part is any other's user."""
    as_user, topics = place.broker.as_user, place.topics
    subscriber = {"kafka": as_user(Part.SUBSCRIBER), "topics": topics, "group": f"{topics.prefix}tutors"}
    async with (
        place.running(delivery),
        open_history(DatabaseSettings(url=place.database), HistorySettings()) as history,
        open_subscription(from_beginning=True, **subscriber) as subscription,
        ChatPublisher(as_user(Part.PUBLISHER), topics) as publisher,
        OutcomePublisher(as_user(Part.REPORTER), topics) as reporter,
    ):
        for number in range(12):
            await publisher.publish(good_message(f"m-{number}", "ada"))
        raised = await anext(subscription)
        now = datetime.now(UTC)
        await reporter.publish(
            make_outcome(raised.intervention_id, "ada", "yes", reported_by="ms-lee", reported_at=now)
        )
        await until_rows(history, messages=12, results=12, interventions=1, outcomes=1)
        told = {**as_user(Part.FOLLOWER).env(), **topics.env()}
        followed = await run("publish", "--user", "bob", "--text", "hi", "--follow", env=environment(told))
        assert (followed.code, "1 published, 1 results" in followed.out) == (0, True), followed.err
        done = await erase("ada", place.eraser(as_user(Part.ERASER)))
        assert done.proven
        assert done.removed["outcomes"] == 1


async def serve(part: EmotionWorker | StateStage | Recorder) -> None:
    """Run a part that must end by itself."""
    await part.serve(asyncio.Event())


async def publish(place: Place, kafka: KafkaSettings) -> None:
    """One message."""
    async with ChatPublisher(kafka, place.topics) as publisher:
        await publisher.publish(good_message("m-1"))


async def report(place: Place, kafka: KafkaSettings) -> None:
    """One answer."""
    async with OutcomePublisher(kafka, place.topics) as reporter:
        now = datetime.now(UTC)
        await reporter.publish(make_outcome(uuid4(), "ada", "no", reported_by="ms-lee", reported_at=now))


async def subscribe(place: Place, kafka: KafkaSettings) -> None:
    """Wait for an intervention."""
    async with open_subscription(kafka=kafka, topics=place.topics, group=f"{place.topics.prefix}tutors") as opened:
        await anext(opened)


PARTS: dict[Part, Callable[[Place, KafkaSettings], Awaitable[object]]] = {
    Part.PUBLISHER: publish,
    Part.WORKER: lambda place, kafka: serve(place.worker(kafka)),
    Part.STATE: lambda place, kafka: serve(place.stage(kafka)),
    Part.RECORDER: lambda place, kafka: serve(Recorder(place.recorder(kafka))),
    Part.SUBSCRIBER: subscribe,
    Part.REPORTER: report,
    Part.ERASER: lambda place, kafka: erase("ada", place.eraser(kafka)),
    Part.OPERATOR: lambda place, kafka: apply_topics(kafka, place.topics.model_copy(update={"prefix": "other."})),
}
INSTEAD = {
    Part.PUBLISHER: (Part.SUBSCRIBER, Part.STATE, NOBODY),
    Part.WORKER: (Part.PUBLISHER, Part.RECORDER, Part.STATE),
    Part.STATE: (Part.WORKER, Part.RECORDER, Part.SUBSCRIBER),
    Part.RECORDER: (Part.WORKER, Part.SUBSCRIBER, Part.ERASER),
    Part.SUBSCRIBER: (Part.PUBLISHER, Part.REPORTER, Part.RECORDER),
    Part.REPORTER: (Part.SUBSCRIBER, Part.WORKER, NOBODY),
    Part.ERASER: (Part.PUBLISHER, Part.WORKER, Part.OPERATOR),
    Part.OPERATOR: (Part.OPERATOR, Part.WORKER, NOBODY),
}
"""Part -> users under which it must not work: those who come nearest, and one with no rights at all."""


@pytest.mark.parametrize(("part", "user"), [(part, user) for part, users in INSTEAD.items() for user in users])
async def test_a_part_is_refused_with_anothers_rights(
    guarded: GuardedKafka, untouched: TopicSettings, database: str, part: Part, user: str
) -> None:
    """It ends with an error of ours, in seconds, that speaks of rights; it neither hangs nor works in part."""
    with pytest.raises(EmotionStreamError, match="emotionstream topics acl"):
        async with asyncio.timeout(45):
            await PARTS[part](Place(guarded, untouched, database), guarded.as_user(user))


@pytest.mark.parametrize("mechanism", [SaslMechanism.SCRAM_SHA_512, SaslMechanism.PLAIN])
async def test_the_command_line_takes_all_of_it_from_the_environment(
    guarded: GuardedKafka, topics: TopicSettings, mechanism: SaslMechanism
) -> None:
    """Variables alone: `publish` speaks SASL over TLS; a wrong password and an unknown authority are refused."""
    told = {**guarded.as_user(Part.PUBLISHER, mechanism).env(), **topics.env()}
    arguments = ("publish", "--user", "ada", "--text", "kumquat")
    assert (await run(*arguments, env=environment(told))).code == 0
    for wrong in ({"KAFKA_SASL_PASSWORD": "guessed-by-mallory"}, {"KAFKA_SSL_CAFILE": ""}):
        ended = await run(*arguments, env=environment({**told, **wrong}))
        assert ended.code == 4
        assert "guessed-by-mallory" not in ended.err
        assert "kumquat" not in ended.err


async def test_a_client_certificate_is_a_user(guarded: GuardedKafka, topics: TopicSettings) -> None:
    """Mutual TLS for a client of aiokafka and for Faust; without a certificate there is no way in."""
    place = Place(guarded, topics, "")
    async with keeping(place.stage(guarded.by_certificate(guarded.certificate(Part.STATE)))):
        pass
    publisher = guarded.by_certificate(guarded.certificate(Part.PUBLISHER))
    await publish(place, publisher)
    with pytest.raises(ServiceUnavailableError):
        await publish(place, publisher.model_copy(update={"ssl_certfile": None, "ssl_keyfile": None}))


@pytest.mark.parametrize("mechanism", [SaslMechanism.SCRAM_SHA_512, SaslMechanism.PLAIN])
async def test_faust_speaks_both_mechanisms(
    guarded: GuardedKafka, topics: TopicSettings, mechanism: SaslMechanism
) -> None:
    """The state stage becomes ready under either."""
    async with keeping(Place(guarded, topics, "").stage(guarded.as_user(Part.STATE, mechanism))) as stage:
        assert stage.ready().ok


def environment(told: dict[str, str]) -> dict[str, str]:
    """The environment without settings of ours, then ``told``."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("EMOTIONSTREAM_", "KAFKA_"))
    } | told
