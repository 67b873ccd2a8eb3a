"""Messages in, results out, on a real broker."""

import asyncio
import base64
import random
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer
from bad_records import bad_records, good_message
from examples import MODEL
from fake_scorer import FakeScorer, score_of
from waiting import until
from worker_chain import Chain, working

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.cloudevents import header
from emotionstream.schemas.errors import ServiceUnavailableError, TopicMismatchError
from emotionstream.schemas.events import EmotionResult, RejectionKind, Role
from emotionstream.schemas.position import SourcePosition, result_id
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.topics import Topic

USERS = ("ada", "bob", "cleo", "dan")


async def test_every_learner_message_has_its_result(chain: Chain, config: WorkerConfig, scorer: FakeScorer) -> None:
    """One result a learner message: same key, partition and order, ids from its position, the trace passed on."""
    messages = [good_message(f"m-{n}", USERS[n % len(USERS)]) for n in range(200)]
    sent = await chain.publish(
        *messages, headers=(("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),)
    )
    async with working(EmotionWorker(scorer, config)):
        found = await chain.read(Topic.RESULTS, len(messages))
    results = {result.message_id: result for result in (EmotionResult.model_validate_json(r.value) for r in found)}
    assert len(found) == len(results) == len(messages)
    for message, at in zip(messages, sent, strict=True):
        result = results[message.message_id]
        position = SourcePosition(
            topic=chain.name(Topic.CHAT), partition=at.partition, offset=at.offset, timestamp_ms=at.timestamp_ms
        )
        assert result.source == position
        assert result.result_id == result_id(position)
        assert result.probabilities == score_of(message.text).probabilities
        assert (result.user_id, result.sent_at) == (message.user_id, message.sent_at)
    for record in found:
        result = EmotionResult.model_validate_json(record.value)
        assert record.partition == result.source.partition
        assert record.key == result.user_id.encode()
        assert header(record.headers, "traceparent") == b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        assert header(record.headers, "ce_type") == EmotionResult.ce_type.encode()
    for partition in {record.partition for record in found}:
        offsets = [EmotionResult.model_validate_json(r.value).source.offset for r in found if r.partition == partition]
        assert offsets == sorted(offsets)


async def test_every_kind_of_bad_record_goes_to_the_dead_letters(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """Each bad record is in the dead-letter topic as it came, with reason and position; the next good one is scored."""
    bad = bad_records(config.intake)
    records = []
    for n, record in enumerate(bad):
        message = good_message(f"good-{n}")
        records += [
            (record.key, record.value, (*record.headers, ("x-name", record.name.encode()))),
            (message.user_id.encode(), message.to_json(), ()),
        ]
    sent = await chain.put(records)
    async with working(EmotionWorker(scorer, config)):
        letters = await chain.read(Topic.CHAT_DLQ, len(bad))
        results = await chain.results(len(bad))
    by_name = {header(letter.headers, "x-name"): letter for letter in letters}
    assert len(letters) == len(by_name) == len(bad)
    for record, at in zip(bad, sent[::2], strict=True):
        letter = by_name[record.name.encode()]
        rejection = parse_rejection(letter.headers)
        assert rejection is not None, record.name
        assert (letter.key, letter.value) == (record.key, record.value), record.name
        assert tuple(letter.headers[: len(record.headers)]) == record.headers
        assert rejection.kind is record.kind, record.name
        assert (rejection.source.partition, rejection.source.offset) == (at.partition, at.offset)
        assert rejection.source.timestamp_ms == at.timestamp_ms
        assert letter.partition == at.partition
    assert {result.message_id for result in results} == {f"good-{n}" for n in range(len(bad))}


async def test_a_dead_letter_may_be_as_large_as_a_chat_record(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """The largest record that Kafka takes into the chat topic still fits the dead-letter topic with its reason."""
    # Random bytes: compression must not be what makes it fit.
    value = bytes(byte for seed in range(66_000) for byte in result_id(_position(seed)).bytes)
    value = value[: config.topics.max_message_bytes - 200]
    await chain.put([(b"ada", value, ())])
    async with working(EmotionWorker(scorer, config)):
        (letter,) = await chain.read(Topic.CHAT_DLQ, 1)
    assert letter.value == value
    rejection = parse_rejection(letter.headers)
    assert rejection is not None and rejection.kind is RejectionKind.TOO_LARGE


async def test_a_record_that_its_producer_squeezed_in_stops_nothing(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """Kafka measures records as compressed: one that cannot be a dead letter leaves its position and reason there."""
    value = base64.b64encode(random.Random(5).randbytes(960_000))
    squeezing = AIOKafkaProducer(
        **config.kafka.client_options(), compression_type="zstd", max_request_size=2 * len(value)
    )
    async with squeezing as producer:
        at = await producer.send_and_wait(chain.name(Topic.CHAT), value, b"ada", partition=0)
    assert len(value) > config.topics.max_message_bytes
    await chain.publish(good_message("m-1"))
    async with working(EmotionWorker(scorer, config)):
        (letter,) = await chain.read(Topic.CHAT_DLQ, 1)
        (result,) = await chain.results(1)
    rejection = parse_rejection(letter.headers)
    assert rejection is not None and rejection.kind is RejectionKind.TOO_LARGE
    assert (rejection.source.offset, letter.key, letter.value) == (at.offset, None, None)
    assert result.message_id == "m-1"


async def test_only_learners_are_scored_and_nothing_stops_at_the_others(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """Tutors' messages and erase markers leave nothing behind, and are committed like the rest."""
    tutor = good_message("t-1").model_copy(update={"role": Role.TUTOR})
    await chain.put([(b"ada", tutor.to_json(), ()), (b"ada", None, ())])
    await chain.publish(good_message("m-1"))
    async with working(EmotionWorker(scorer, config)):
        (result,) = await chain.results(1)
    assert result.message_id == "m-1"
    assert await chain.count(Topic.CHAT_DLQ) == 0
    assert await chain.count(Topic.RESULTS) == 1
    assert 3 in (await chain.committed()).values()


async def test_a_message_published_twice_is_scored_once(chain: Chain, config: WorkerConfig, scorer: FakeScorer) -> None:
    """The second of two messages with one id goes to the dead letters."""
    message = good_message("m-1")
    first, second = await chain.publish(message, message)
    async with working(EmotionWorker(scorer, config)):
        (letter,) = await chain.read(Topic.CHAT_DLQ, 1)
        (result,) = await chain.results(1)
    rejection = parse_rejection(letter.headers)
    assert rejection is not None and rejection.kind is RejectionKind.DUPLICATE_MESSAGE
    assert (result.source.offset, rejection.source.offset) == (first.offset, second.offset)


async def test_no_more_than_the_limit_is_in_flight(chain: Chain, config: WorkerConfig, scorer: FakeScorer) -> None:
    """With a device that is slower than Kafka, a worker holds at most ``max_concurrent`` messages."""
    limit = 10
    slow = replace(config, worker=config.worker.model_copy(update={"max_concurrent": limit, "turn_messages": 4}))
    scorer.seconds = 0.02
    worker = EmotionWorker(scorer, slow)
    seen: list[float] = []

    async def watch() -> None:
        while True:
            seen.append(worker.registry.get_sample_value("emotionstream_worker_in_flight") or 0)
            await asyncio.sleep(0.002)

    await chain.publish(*(good_message(f"m-{n}", USERS[n % len(USERS)]) for n in range(100)))
    watching = asyncio.create_task(watch())
    async with working(worker):
        assert len({result.message_id for result in await chain.results(100)}) == 100
    watching.cancel()
    assert 4 < max(seen) <= limit
    assert max(map(len, scorer.batches)) <= 4


async def test_metrics_tell_what_happened(chain: Chain, config: WorkerConfig, scorer: FakeScorer) -> None:
    """Messages by outcome, rejects by reason, batches, stages, latency, breaker and lag are counted."""
    worker = EmotionWorker(scorer, config)

    def sample(name: str, **labels: str) -> float | None:
        return worker.registry.get_sample_value(f"emotionstream_worker_{name}", labels)

    await chain.publish(good_message("m-1"), good_message("m-2").model_copy(update={"role": Role.TUTOR}))
    await chain.put([(b"ada", b"{", ())])
    async with working(worker):
        await chain.results(1)
        await chain.read(Topic.CHAT_DLQ, 1)
        # Seen by the next turn after the delivery, which a stop at once may leave out.
        await until(lambda: sample("in_flight") == 0)

    assert sample("messages_total", outcome="scored") == 1
    assert sample("messages_total", outcome="skipped") == 1
    assert sample("messages_total", outcome="rejected") == 1
    assert sample("rejects_total", kind="not_json") == 1
    assert sample("batch_tokens_sum") == len(good_message("m").text)
    assert sample("batch_fill_sum") == 1
    assert sample("end_to_end_seconds_count") == 1
    assert sample("breaker_state", **{"emotionstream_worker_breaker_state": "closed"}) == 1
    assert all((sample("stage_seconds_count", stage=stage) or 0) >= 1 for stage in ("take", "score", "deliver"))


async def test_a_missing_topic_is_named(kafka: str, config: WorkerConfig, scorer: FakeScorer) -> None:
    """Without its topics the worker ends with what to do."""
    elsewhere = replace(config, topics=config.topics.model_copy(update={"prefix": "nowhere."}))
    with pytest.raises(TopicMismatchError, match=r"nowhere\.chat\.messages\.v1.*topics apply"):
        await EmotionWorker(scorer, elsewhere).serve(asyncio.Event())


async def test_a_broker_that_is_not_there_is_named(config: WorkerConfig, scorer: FakeScorer) -> None:
    """A wrong address is an error that names it, at once."""
    nowhere = replace(config, kafka=KafkaSettings(bootstrap_servers="127.0.0.1:1"))
    with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1:1"):
        await EmotionWorker(scorer, nowhere).serve(asyncio.Event())


def _position(offset: int) -> SourcePosition:
    return SourcePosition(topic=MODEL.name, partition=0, offset=offset, timestamp_ms=0)
