"""Subscribing to interventions on a real broker."""

import asyncio
import uuid
from contextlib import aclosing, suppress

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from examples import intervention, outcome

from emotionstream.consumers.interventions import open_subscription, subscribe
from emotionstream.consumers.subscription import Subscription
from emotionstream.producers.outcomes import OutcomePublisher
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.cloudevents import header
from emotionstream.schemas.errors import ServiceUnavailableError, SettingsError, TopicMismatchError
from emotionstream.schemas.events import Intervention, InterventionOutcome
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.publisher import PublisherSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name


class Stream:
    """The interventions topic of one test: raises interventions and opens subscriptions."""

    def __init__(self, kafka: str, topics: TopicSettings) -> None:
        self.kafka = kafka
        self.topics = topics
        self.topic = topic_name(Topic.INTERVENTIONS, topics)

    async def put(self, *items: Intervention | bytes | None, transactional_id: str | None = None) -> None:
        """Write records; within an aborted transaction where ``transactional_id`` is given."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, transactional_id=transactional_id)
        await producer.start()
        try:
            if transactional_id:
                await producer.begin_transaction()
            for item in items:
                value = item.to_json() if isinstance(item, Intervention) else item
                key = item.user_id if isinstance(item, Intervention) else "ada"
                await producer.send_and_wait(self.topic, value, key=key.encode())
            if transactional_id:
                await producer.abort_transaction()
        finally:
            await producer.stop()

    def options(self, **changes: object) -> dict[str, object]:
        """Arguments of ``subscribe`` that lead here; commits come at once."""
        settings = SubscriberSettings(commit_interval_seconds=0.001, poll_ms=50)
        here = {"kafka": KafkaSettings(bootstrap_servers=self.kafka), "topics": self.topics, "settings": settings}
        return {**here, **changes}


@pytest.fixture
def stream(kafka: str, topics: TopicSettings) -> Stream:
    """The topic of this test."""
    return Stream(kafka, topics)


async def take(subscription: Subscription, count: int) -> list[Intervention]:
    """``count`` interventions, each taken."""
    taken = []
    for _ in range(count):
        taken.append(await anext(subscription))
        subscription.done()
    return taken


async def none_comes(subscription: Subscription) -> bool:
    """Whether nothing is given for a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.7):
            await anext(subscription)
            return False
    return True


async def test_what_is_raised_after_opening_is_given_as_it_was(stream: Stream) -> None:
    """From now on: what came before the opening is not given, what comes after is, unchanged."""
    before, after = intervention(), intervention()
    await stream.put(before)
    async with open_subscription(**stream.options()) as subscription:
        await stream.put(after)
        assert await take(subscription, 1) == [after]


async def test_from_the_beginning_everything_is_given(stream: Stream) -> None:
    """Without a group and from the beginning, all that Kafka has is given, from every partition."""
    raised = [intervention(user_id=f"u-{i}") for i in range(10)]
    await stream.put(*raised)
    async with open_subscription(**stream.options(from_beginning=True)) as subscription:
        given = await take(subscription, 10)
    assert {item.intervention_id for item in given} == {item.intervention_id for item in raised}


async def test_filters_leave_out_what_is_not_wanted(stream: Stream) -> None:
    """Level, levels and users filter together, and what was left out is counted."""
    raised = [
        intervention(user_id="ada", level=InterventionLevel.MILD),
        intervention(user_id="ada", level=InterventionLevel.SIGNIFICANT),
        intervention(user_id="ada", level=InterventionLevel.CRITICAL),
        intervention(user_id="bob", level=InterventionLevel.CRITICAL),
    ]
    await stream.put(*raised)
    options = stream.options(from_beginning=True, min_level="moderate", levels=["mild", "critical"], users=["ada"])
    async with open_subscription(**options) as subscription:
        assert await take(subscription, 1) == [raised[2]]
        assert await none_comes(subscription)
        assert subscription.counts.filtered == 3


async def test_repeats_are_dropped_within_the_window(stream: Stream) -> None:
    """The same id twice is given once; beyond the window it is new again."""
    a, b, c = (intervention() for _ in range(3))
    await stream.put(a, a, b, c, a)
    options = stream.options(from_beginning=True, settings=SubscriberSettings(dedup_window=2, poll_ms=50))
    async with open_subscription(**options) as subscription:
        assert await take(subscription, 4) == [a, b, c, a]
        assert subscription.counts.repeats == 1


async def test_unreadable_records_are_skipped_and_counted(stream: Stream) -> None:
    """Broken JSON, a wrong shape and a tombstone do not end the subscription."""
    good = intervention()
    await stream.put(b"{", b'{"level": "moderate"}', None, b"\xff", good)
    async with open_subscription(**stream.options(from_beginning=True)) as subscription:
        assert await take(subscription, 1) == [good]
        assert subscription.counts.unreadable == 3


async def test_aborted_records_are_not_given(stream: Stream) -> None:
    """What a state stage wrote and took back never reaches a tutor."""
    good = intervention()
    await stream.put(intervention(), transactional_id=f"test-{uuid.uuid4()}")
    await stream.put(good)
    async with open_subscription(**stream.options(from_beginning=True)) as subscription:
        assert await take(subscription, 1) == [good]


async def test_a_group_goes_on_where_it_stopped(stream: Stream) -> None:
    """A group's next member gets what was raised while nobody listened, and nothing that was taken."""
    raised = [intervention(user_id="ada") for _ in range(4)]
    options = stream.options(group=f"g-{uuid.uuid4()}", from_beginning=True)
    await stream.put(*raised[:2])
    async with open_subscription(**options) as subscription:
        assert await take(subscription, 2) == raised[:2]
    await stream.put(*raised[2:])
    async with open_subscription(**options) as subscription:
        assert await take(subscription, 2) == raised[2:]


async def test_a_group_gives_again_what_was_not_taken(stream: Stream) -> None:
    """Whoever ends while handling an intervention gets it again: at least once."""
    raised = [intervention(user_id="ada") for _ in range(2)]
    options = stream.options(group=f"g-{uuid.uuid4()}", from_beginning=True)
    await stream.put(*raised)
    async with aclosing(subscribe(**options)) as interventions:
        async for item in interventions:
            assert item == raised[0]
            break
    async with open_subscription(**options) as subscription:
        assert await take(subscription, 2) == raised


async def test_a_new_group_that_saw_nothing_keeps_its_place(stream: Stream) -> None:
    """A group that starts from now and ends before anything comes does not miss what comes while it is away."""
    options = stream.options(group=f"g-{uuid.uuid4()}")
    async with open_subscription(**options):
        pass
    missed = intervention()
    await stream.put(missed)
    async with open_subscription(**options) as subscription:
        assert await take(subscription, 1) == [missed]


async def test_members_of_a_group_share_and_take_over(stream: Stream) -> None:
    """Two members get each intervention once between them; one that leaves is replaced by the other."""
    options = stream.options(group=f"g-{uuid.uuid4()}", from_beginning=True)
    given: asyncio.Queue[Intervention] = asyncio.Queue()

    async def listen(stop: asyncio.Event) -> None:
        async with open_subscription(**options) as subscription:
            while not stop.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        given.put_nowait(await anext(subscription))
                    subscription.done()

    stops = [asyncio.Event(), asyncio.Event()]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listen(stops[0]))
        await asyncio.sleep(1)
        tasks.create_task(listen(stops[1]))
        await asyncio.sleep(1)
        raised = [intervention(user_id=f"u-{i}") for i in range(20)]
        await stream.put(*raised[:10])
        shared = {(await given.get()).intervention_id for _ in range(10)}
        stops[0].set()
        await stream.put(*raised[10:])
        taken_over = {(await given.get()).intervention_id for _ in range(10)}
        stops[1].set()
    assert shared | taken_over == {item.intervention_id for item in raised}


@pytest.mark.parametrize(("group", "told"), [(" ", "blank"), *((own, "of the stream itself") for own in Group)])
async def test_a_group_that_cannot_be_ours_is_refused(topics: TopicSettings, group: str | Group, told: str) -> None:
    """A subscriber in the state stage's group would take partitions from it."""
    name = group_name(group, topics) if isinstance(group, Group) else group
    with pytest.raises(SettingsError, match=told):
        async with open_subscription(group=name, topics=topics, kafka=KafkaSettings(bootstrap_servers="127.0.0.1:1")):
            pass


async def test_a_missing_topic_is_named(kafka: str) -> None:
    """A subscriber to a topic that is not there is told, not left waiting."""
    options = Stream(kafka, TopicSettings(prefix="nowhere.")).options()
    with pytest.raises(TopicMismatchError, match=r"nowhere\.emotion\.interventions\.v1.*topics apply"):
        async with open_subscription(**options):
            pass


async def test_a_broker_that_does_not_answer_is_named(topics: TopicSettings) -> None:
    """Nobody listens: the error names the address and the variable."""
    with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1:9.*KAFKA_BOOTSTRAP_SERVERS"):
        async with open_subscription(**Stream("127.0.0.1:9", topics).options()):
            pass


async def test_an_outcome_is_keyed_by_the_learner(kafka: str, topics: TopicSettings) -> None:
    """What the publisher returns is where the outcome can be read, unchanged, keyed by user."""
    answer = outcome(helped="no", corrected_emotion="boredom", corrected_level=InterventionLevel.MILD)
    async with OutcomePublisher(KafkaSettings(bootstrap_servers=kafka), topics, PublisherSettings()) as publisher:
        position = await publisher.publish(answer)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        partition = TopicPartition(position.topic, position.partition)
        consumer.assign([partition])
        consumer.seek(partition, position.offset)
        record = await anext(consumer)
    finally:
        await consumer.stop()
    assert record.key == b"ada"
    assert header(record.headers, "ce_id") == str(answer.outcome_id).encode()
    assert InterventionOutcome.model_validate_json(record.value) == answer
