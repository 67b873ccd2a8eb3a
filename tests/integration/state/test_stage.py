"""The state stage on a real broker: what goes in, what comes out, and what a restart finds."""

import asyncio
import time

import pytest
from aiokafka import AIOKafkaProducer
from state_policies import random_results
from state_streams import (
    EAGER,
    POLICY,
    TABLE,
    committed,
    end_offset,
    expected,
    publish,
    read_all,
    running,
    stage,
    trace_of,
    until,
)

from emotionstream.schemas.cloudevents import header
from emotionstream.schemas.errors import ServiceUnavailableError, TopicMismatchError
from emotionstream.schemas.events import Intervention, Reason, RejectionKind
from emotionstream.schemas.health import WELL, Check
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.decision import Decision
from emotionstream.state.features import Vector
from emotionstream.state.stage import StateConfig, StateStage

USERS = [f"user-{number}" for number in range(7)]


async def test_results_become_interventions_and_the_table_outlives_a_restart(kafka: str, topics: TopicSettings) -> None:
    """Interventions and states are those of a fold by `advance`, before and after the stage is started anew."""
    results = random_results(150, USERS[:4]) + random_results(150, USERS[4:], seed=9, partition=1)
    want = expected(results)
    await publish(kafka, topics, results)
    async with running(stage(kafka, topics)) as first:
        await until(lambda: first.learners() == want.learners, "the table is not the fold")
    records = await read_all(kafka, topics, Topic.INTERVENTIONS)
    assert [Intervention.model_validate_json(record.value) for record in records] == list(want.interventions.values())
    traces = [trace_of(item) for item in want.interventions.values()]
    assert [header(r.headers, "traceparent") for r in records] == traces
    async with running(stage(kafka, topics)) as second:
        assert second.learners() == want.learners
        assert second.registry.get_sample_value("emotionstream_state_messages_total") == 0
        assert second.registry.get_sample_value("emotionstream_state_recovery_seconds") > 0


async def test_the_changelog_of_a_learner_is_under_one_kilobyte(kafka: str, topics: TopicSettings) -> None:
    """Every value written to the changelog, with its key, is small."""
    results = random_results(60, USERS[:2])
    await publish(kafka, topics, results)
    want = expected(results).learners
    async with running(stage(kafka, topics)) as part:
        await until(lambda: part.learners() == want, "the table is not the fold")
    values = [record.value for record in await read_all(kafka, topics, Topic.LEARNERS_CHANGELOG)]
    assert len(values) == 60
    assert max(map(len, values)) < 1024


async def test_bad_results_go_to_the_dead_letters_and_the_next_is_folded_in(kafka: str, topics: TopicSettings) -> None:
    """A poison record stops nothing; it is kept as it came, with its position and the reason."""
    results = random_results(4, USERS[:1])
    name = topic_name(Topic.RESULTS, topics)
    bad = [(b"user-0", b"{"), (None, results[0].to_json()), (b"bo", results[0].to_json()), (b"user-0", b"")]
    await publish(kafka, topics, results[:2])
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for key, value in bad:
            await producer.send_and_wait(name, value, key, partition=0, headers=[("x", b"kept")])
    await publish(kafka, topics, results[2:])
    want = expected(results).learners
    async with running(stage(kafka, topics)) as part:
        await until(lambda: part.learners() == want, "a good result was lost")
        assert part.live().ok
    records = await read_all(kafka, topics, Topic.RESULTS_DLQ)
    assert [(record.key, record.value) for record in records] == bad
    rejections = [parse_rejection(record.headers) for record in records]
    assert [(r.source.topic, r.source.offset, r.stage) for r in rejections if r] == [
        (name, offset, "state") for offset in range(2, 6)
    ]
    kinds = [RejectionKind.NOT_JSON, RejectionKind.MISSING_KEY, RejectionKind.KEY_MISMATCH, RejectionKind.EMPTY_VALUE]
    assert [r.kind for r in rejections if r] == kinds
    assert all(record.headers[0] == ("x", b"kept") for record in records)


async def put(producer: AIOKafkaProducer, topic: str, key: bytes | None, value: bytes | None, time_ms: int) -> None:
    """One record into partition 0: a batch takes what `send` refuses."""
    batch = producer.create_batch()
    batch.append(timestamp=time_ms, key=key, value=value)
    await (await producer.send_batch(batch, topic, partition=0))


async def test_a_bad_record_of_any_size_stops_nothing(kafka: str, topics: TopicSettings) -> None:
    """One that fits its topic is kept whole; one squeezed in by its producer, or empty, leaves position and reason."""
    results = random_results(2, USERS[:1])
    largest = topics.max_message_bytes
    bad = [(b"user-0", b"{" + b" " * (largest - 100)), (b"user-0", b"{" + b" " * 2 * largest), (None, None)]
    async with AIOKafkaProducer(bootstrap_servers=kafka, compression_type="zstd") as squeezing:
        for key, value in bad:
            # Now: Kafka soon removes what is older than the topic's retention.
            await put(squeezing, topic_name(Topic.RESULTS, topics), key, value, int(time.time() * 1_000))
    await publish(kafka, topics, results)
    want = expected(results).learners
    async with running(stage(kafka, topics)) as part:
        await until(lambda: part.learners() == want, "a good result was lost")
    letters = await read_all(kafka, topics, Topic.RESULTS_DLQ)
    assert [(letter.key, letter.value) for letter in letters] == [bad[0], (None, None), (None, None)]
    rejections = [parse_rejection(letter.headers) for letter in letters]
    kinds = [RejectionKind.NOT_JSON, RejectionKind.NOT_JSON, RejectionKind.MISSING_KEY]
    assert [(r.source.offset, r.kind) for r in rejections if r] == list(enumerate(kinds))


async def test_a_record_without_a_time_stops_nothing(kafka: str, topics: TopicSettings) -> None:
    """Kafka says -1 where a foreign client gave none."""
    (item,) = random_results(1, USERS[:1])
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for value in (b"{", item.to_json()):
            await put(producer, topic_name(Topic.RESULTS, topics), b"user-0", value, -1)
    want = expected([item]).learners
    async with running(stage(kafka, topics)) as part:
        await until(lambda: part.learners() == want, "the result was not folded in")
    (letter,) = await read_all(kafka, topics, Topic.RESULTS_DLQ)
    rejection = parse_rejection(letter.headers)
    assert rejection is not None and rejection.source.timestamp_ms == 0


class Asking:
    """A policy that, while it decides, asks whether the stage is alive: a result is waiting just then."""

    def __init__(self) -> None:
        self.part: StateStage | None = None
        self.answers: list[Check] = []

    def decide(self, vector: Vector) -> Decision:
        """What POLICY decides."""
        assert self.part is not None
        self.answers.append(self.part.live())
        return POLICY.decide(vector)

    def reasons(self, vector: Vector, settings: StateSettings) -> tuple[Reason, ...]:
        """What POLICY says."""
        return POLICY.reasons(vector, settings)


async def test_a_silence_is_not_held_against_the_result_that_ends_it(kafka: str, topics: TopicSettings) -> None:
    """A result waits from its delivery on, not from the last one that was handled."""
    results, policy = random_results(2, USERS[:1]), Asking()
    table = TABLE.model_copy(update={"stuck_seconds": 1.0, "lost_seconds": 1.0})
    part = StateStage(StateConfig(KafkaSettings(bootstrap_servers=kafka), topics, EAGER, table), policy)
    policy.part = part
    async with running(part):
        for number, item in enumerate(results, start=1):
            await publish(kafka, topics, [item])
            await until(lambda number=number: len(policy.answers) == number, "the result was not handled")
            await asyncio.sleep(table.stuck_seconds + 0.5)
    assert policy.answers == [WELL, WELL]


async def test_a_tombstone_forgets_the_learner_for_good(kafka: str, topics: TopicSettings) -> None:
    """The state goes from the table and, after a restart, is still gone; others stay."""
    results = random_results(20, USERS[:2])
    await publish(kafka, topics, results)
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for key in (b"user-0", b"nobody"):
            await producer.send_and_wait(topic_name(Topic.RESULTS, topics), None, key, partition=0)
    left = {"user-1": expected(results).learners["user-1"]}
    async with running(stage(kafka, topics)) as part:
        # The last of them leaves no trace in the table.
        read = lambda: part.registry.get_sample_value("emotionstream_state_messages_total")  # noqa: E731
        await until(lambda: read() == len(results) + 2, "the tombstones were not read")
        assert part.learners() == left
    async with running(stage(kafka, topics)) as part:
        assert part.learners() == left
    last = {record.key: record.value for record in await read_all(kafka, topics, Topic.LEARNERS_CHANGELOG)}
    assert last.keys() == {b"user-0", b"user-1", b"nobody"}
    assert last[b"user-0"] is None and last[b"nobody"] is None


async def test_results_of_an_aborted_transaction_are_not_seen(kafka: str, topics: TopicSettings) -> None:
    """The worker publishes in transactions: what it took back must not reach a learner's state."""
    results = random_results(6, USERS[:1])
    name = topic_name(Topic.RESULTS, topics)
    async with AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"{topics.prefix}w") as producer:
        for batch, keep in ((results[:2], True), (results[2:4], False), (results[4:], True)):
            await producer.begin_transaction()
            for item in batch:
                await producer.send_and_wait(name, item.to_json(), item.user_id.encode(), partition=0)
            await (producer.commit_transaction() if keep else producer.abort_transaction())
    want = expected(results[:2] + results[4:])
    async with running(stage(kafka, topics)) as part:
        await until(lambda: part.learners() == want.learners, "the table is not the fold of what was committed")
    async with running(stage(kafka, topics)) as part:
        assert part.learners() == want.learners
        assert part.registry.get_sample_value("emotionstream_state_messages_total") == 0


async def test_what_is_done_is_committed_across_transactions(kafka: str, topics: TopicSettings) -> None:
    """Each transaction leaves an offset without a record: after a stop everything before the last is committed."""
    results = random_results(100, USERS[:2])
    name = topic_name(Topic.RESULTS, topics)
    async with AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"{topics.prefix}w") as producer:
        for item in results:
            async with producer.transaction():
                await producer.send_and_wait(name, item.to_json(), item.user_id.encode(), partition=0)
    want = expected(results).learners
    async with running(stage(kafka, topics)) as part:
        await until(lambda: part.learners() == want, "the table is not the fold")
    end = await end_offset(kafka, topics, Topic.RESULTS)
    assert end == 2 * len(results)
    assert await committed(kafka, topics) == end - 1


async def test_partitions_of_an_instance_that_leaves_are_taken_over(kafka: str, topics: TopicSettings) -> None:
    """Two instances share the partitions; when one stops the other rebuilds its learners and goes on."""
    early = random_results(40, USERS[:2]) + random_results(40, USERS[2:4], seed=9, partition=1)
    results = random_results(80, USERS[:2]) + random_results(80, USERS[2:4], seed=9, partition=1)
    want, first = expected(results), expected(early).learners
    assert list(first) == USERS[:4]
    await publish(kafka, topics, early)
    async with running(stage(kafka, topics)) as stays:
        async with running(stage(kafka, topics)) as leaves:
            both = lambda: {**stays.learners(), **leaves.learners()}  # noqa: E731
            await until(lambda: stays.ready().ok and leaves.ready().ok, "the group did not settle")
            await until(lambda: both() == first, "the early results were not folded in")
        await publish(kafka, topics, [item for item in results if item not in early])
        await until(lambda: stays.learners() == want.learners, "the partitions were not taken over")
    sent = [Intervention.model_validate_json(r.value) for r in await read_all(kafka, topics, Topic.INTERVENTIONS)]
    assert {str(item.intervention_id): item for item in sent} == want.interventions


async def test_a_repeat_gives_nothing_new(kafka: str, topics: TopicSettings) -> None:
    """Results that the worker publishes twice change no state and raise nothing again."""
    results = random_results(50, USERS[:2])
    want = expected(results)
    await publish(kafka, topics, results + results)
    async with running(stage(kafka, topics)) as part:
        repeats = lambda: part.registry.get_sample_value("emotionstream_state_repeats_total")  # noqa: E731
        await until(lambda: repeats() == 50, "the repeats were not read")
        assert part.learners() == want.learners
    assert await end_offset(kafka, topics, Topic.INTERVENTIONS) == len(want.interventions)


async def test_missing_topics_are_said_at_once(kafka: str, topics: TopicSettings) -> None:
    """Faust would wait for them for ever."""
    other = TopicSettings(prefix=f"{topics.prefix}other.", partitions=2)
    with pytest.raises(TopicMismatchError, match="topics apply"):
        await stage(kafka, other).serve(stop=asyncio.Event())


async def test_a_broker_that_does_not_answer_is_said_at_once(unused_tcp_port: int) -> None:
    """With the address, so that it can be corrected."""
    address = f"127.0.0.1:{unused_tcp_port}"
    config = StateConfig(KafkaSettings(bootstrap_servers=address), TopicSettings(), EAGER, TABLE)
    with pytest.raises(ServiceUnavailableError, match=address):
        await StateStage(config, POLICY).serve(stop=asyncio.Event())
