"""The chat topic is deleted and made anew under a running state stage: its offsets start at 0 again."""

from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient
from bad_records import good_message
from fake_scorer import FakeScorer
from state_policies import START_MS, result
from state_streams import publish, running, stage, until
from structlog.testing import capture_logs
from worker_chain import open_chain, working

from emotionstream.cli.topics_admin import apply_topics
from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.stage import StateStage

USERS = ("ada", "daa")  # Both of the same partition.
WORKER = WorkerSettings(poll_seconds=0.05, session_seconds=6.0)


async def chat(config: WorkerConfig, part: StateStage, message_ids: Sequence[str], results: int) -> list[int]:
    """Every learner says ``message_ids``, a worker scores them; the offsets, once a state counts ``results``."""
    async with open_chain(config) as chain:
        sent = await chain.publish(*[good_message(f"{each}-{user}", user) for each in message_ids for user in USERS])
    async with working(EmotionWorker(FakeScorer(), config)):
        counted = lambda: [state.results for state in part.learners().values()] == [results] * len(USERS)  # noqa: E731
        await until(counted, f"not every learner has {results} results")
    return [at.offset for at in sent]


async def make_chat_anew(config: WorkerConfig) -> None:
    """Delete the chat topic, and create it as `topics apply` does."""
    name = topic_name(Topic.CHAT, config.topics)
    admin = AIOKafkaAdminClient(**config.kafka.client_options())
    await admin.start()
    try:
        await admin.delete_topics([name])

        async def gone() -> bool:
            return name not in await admin.list_topics()

        await until(gone, "the topic is still there")
    finally:
        await admin.close()
    await apply_topics(config.kafka, config.topics)


def count(part: StateStage, name: str) -> float | None:
    """A counter of the stage."""
    return part.registry.get_sample_value(f"emotionstream_state_{name}_total")


async def test_a_chat_topic_made_anew_leaves_no_learner_deaf(kafka: str, topics: TopicSettings) -> None:
    """The worker, started on the new topic, gives results at lower offsets: all are folded in, counted, told once."""
    config = WorkerConfig(KafkaSettings(bootstrap_servers=kafka), topics, IntakeSettings(), WORKER)
    with capture_logs() as logs:
        async with running(stage(kafka, topics)) as part:
            old = await chat(config, part, ["m-1", "m-2", "m-3"], results=3)
            assert count(part, "new_logs") == 0
            await make_chat_anew(config)
            new = await chat(config, part, ["m-4", "m-5"], results=5)
            assert (old, new) == ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3])
            assert (count(part, "new_logs"), count(part, "repeats")) == (len(USERS), 0)
    told = [entry for entry in logs if "made anew" in entry["event"]]
    assert [(entry["log_level"], entry["partition"]) for entry in told] == [("warning", sum(USERS[0].encode()) % 2)]


async def test_results_of_the_old_topic_read_again_are_known(kafka: str, topics: TopicSettings) -> None:
    """Also at higher offsets than the new topic's: whatever is published again after the change is a repeat."""
    old = [result(offset=500 + n, minute=n) for n in range(3)]
    new = [result(offset=n, minute=10 + n, timestamp_ms=START_MS + 9_000 + n) for n in range(3)]
    await publish(kafka, topics, [*old, *new[:1], *old, *new])
    async with running(stage(kafka, topics)) as part:
        await until(lambda: count(part, "messages") == 10, "not every result was read")
        assert part.learners()["ada"].results == len(old) + len(new)
        assert (count(part, "new_logs"), count(part, "repeats")) == (1, 4)
