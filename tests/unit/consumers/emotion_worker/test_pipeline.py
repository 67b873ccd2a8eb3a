"""The three stages together, without Kafka."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from examples import chat_message
from fake_scorer import FakeScorer
from waiting import until
from worker_items import record, records

from emotionstream.consumers.emotion_worker.device import Device
from emotionstream.consumers.emotion_worker.flow import Flow
from emotionstream.consumers.emotion_worker.intake import Intake
from emotionstream.consumers.emotion_worker.metrics import WorkerMetrics
from emotionstream.consumers.emotion_worker.outcome import Outgoing
from emotionstream.consumers.emotion_worker.pipeline import Pipeline
from emotionstream.consumers.emotion_worker.vitals import Vitals
from emotionstream.schemas.events import EmotionResult
from emotionstream.schemas.position import Record
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings

SETTINGS = WorkerSettings(poll_seconds=0.01, hold_seconds=0.05, turn_messages=4, max_concurrent=12)


class Log:
    """Chat records in memory: what has queued up is given at once."""

    def __init__(self, waiting: Sequence[Record]) -> None:
        self.waiting = list(waiting)
        self.rooms: list[int] = []

    async def take(self, room: int) -> list[Record]:
        """Up to ``room`` records."""
        self.rooms.append(room)
        await asyncio.sleep(0.001)
        taken, self.waiting = self.waiting[:room], self.waiting[room:]
        return taken

    async def lag(self) -> dict[int, int]:
        """What waits."""
        return {0: len(self.waiting)}


class Delivered:
    """A committer that remembers. While ``open`` is not set it does not come to an end. It takes no ``refused``."""

    def __init__(self, refused: frozenset[int] = frozenset()) -> None:
        self.refused = refused
        self.outputs: list[Outgoing] = []
        self.offsets: list[dict[int, int]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def deliver(self, outputs: Sequence[Outgoing], offsets: Mapping[int, int]) -> frozenset[int]:
        """Remember."""
        await self.open.wait()
        self.outputs += [output for output in outputs if output.partition not in self.refused]
        self.offsets.append({p: offset for p, offset in offsets.items() if p not in self.refused})
        return frozenset(offsets) - self.refused

    def ids(self) -> list[str]:
        """Message ids of the results, in order."""
        return [output.event.message_id for output in self.outputs if isinstance(output.event, EmotionResult)]


def pipeline(log: Log, scorer: FakeScorer, committer: Delivered, flow: Flow | None = None) -> Pipeline:
    """The stages around these three."""
    metrics, flow = WorkerMetrics(), flow or Flow(SETTINGS.max_concurrent)
    return Pipeline(
        source=log,
        intake=Intake(scorer, IntakeSettings(), SETTINGS),
        device=Device(scorer, SETTINGS, metrics),
        committer=committer,
        model=scorer.info,
        flow=flow,
        vitals=Vitals(flow, time.monotonic()),
        metrics=metrics,
        settings=SETTINGS,
        max_message_bytes=TopicSettings().max_message_bytes,
    )


async def run_until(stages: Pipeline, condition: Callable[[], bool]) -> None:
    """Run until ``condition`` holds, then stop."""
    stop = asyncio.Event()
    running = asyncio.create_task(stages.run(stop))
    await until(condition)
    stop.set()
    await running


async def test_results_leave_in_the_order_in_which_messages_came() -> None:
    """Batches are made by length, but results and offsets keep the order of their partition."""
    texts = ["x" * (1 + 7 * n % 50) for n in range(40)]
    log, committer = Log(records(*texts)), Delivered()
    await run_until(pipeline(log, FakeScorer(), committer), lambda: len(committer.outputs) == 40)
    assert committer.ids() == [f"m-{n}" for n in range(40)]
    reached = [offsets[0] for offsets in committer.offsets]
    assert reached == sorted(reached) and reached[-1] == 40


async def test_the_stages_overlap_and_what_is_in_flight_is_bounded() -> None:
    """While one turn is being delivered the next is scored and another tokenised; then the intake waits."""
    log, committer, scorer = Log(records(*["text"] * 100)), Delivered(), FakeScorer()
    committer.open.clear()
    stages = pipeline(log, scorer, committer)
    stop = asyncio.Event()
    running = asyncio.create_task(stages.run(stop))
    await until(lambda: stages.flow.in_flight == SETTINGS.max_concurrent and len(scorer.batches) > 1)
    assert committer.outputs == []
    await until(lambda: log.rooms[-1] == 0)
    assert stages.flow.in_flight == SETTINGS.max_concurrent
    assert len(log.waiting) == 100 - SETTINGS.max_concurrent
    committer.open.set()
    await until(lambda: len(committer.outputs) == 100)
    stop.set()
    await running
    assert stages.flow.in_flight == 0


async def test_large_messages_in_flight_are_bounded_by_their_bytes() -> None:
    """Far fewer than the count allows are taken where each is large, and every byte is given back in the end."""
    large = records(*["x" * 1_000] * 20)
    log, committer, scorer = Log(large), Delivered(), FakeScorer()
    committer.open.clear()
    record_bytes = max(record.size for record in large)
    flow = Flow(SETTINGS.max_concurrent, max_bytes=3 * record_bytes, record_bytes=record_bytes)
    stages = pipeline(log, scorer, committer, flow)
    stop = asyncio.Event()
    running = asyncio.create_task(stages.run(stop))
    await until(lambda: log.rooms[-1:] == [0])
    assert len(log.waiting) == 20 - 3
    committer.open.set()
    await until(lambda: len(committer.outputs) == 20)
    stop.set()
    await running
    assert flow.room == 3


async def test_a_stop_delivers_what_was_taken() -> None:
    """After a stop nothing more is taken, and everything taken is delivered."""
    log, committer, scorer = Log(records(*["text"] * 100)), Delivered(), FakeScorer()
    scorer.seconds = 0.01
    stages = pipeline(log, scorer, committer)
    await run_until(stages, lambda: bool(scorer.batches))
    assert 0 < len(committer.outputs) == 100 - len(log.waiting) < 100


async def test_one_message_does_not_wait_for_company() -> None:
    """A single message on an idle worker is scored at once: there is no timer to fill a batch."""
    log, committer = Log([]), Delivered()
    stages = pipeline(log, FakeScorer(), committer)
    stop = asyncio.Event()
    running = asyncio.create_task(stages.run(stop))
    await until(lambda: len(log.rooms) > 3)
    log.waiting.append(record(chat_message()))
    await until(lambda: committer.ids() == ["m-1"])
    stop.set()
    await running


async def test_what_has_been_given_away_is_neither_delivered_nor_committed() -> None:
    """After a rebalance the turn that was on the device is dropped: its partitions have another owner."""
    log, committer, scorer = Log(records(*["text"] * 4)), Delivered(), FakeScorer()
    scorer.seconds = 0.1
    stages = pipeline(log, scorer, committer)
    stop = asyncio.Event()
    running = asyncio.create_task(stages.run(stop))
    await until(lambda: bool(scorer.batches))
    stages.flow.give_up([0])
    await until(lambda: stages.flow.in_flight == 0)
    log.waiting = [record(chat_message(message_id="new"), offset=9)]
    await until(lambda: bool(committer.outputs))
    stop.set()
    await running
    assert committer.ids() == ["new"]
    assert [offsets for offsets in committer.offsets if offsets] == [{0: 10}]


async def test_a_message_that_the_device_cannot_score_may_come_again_corrected_under_its_id() -> None:
    """Its rejection is no score: the next message with that id is."""
    scorer = FakeScorer()
    scorer.poison = "kumquat"
    log, committer = Log([record(chat_message(message_id="m", text="a kumquat"), 0)]), Delivered()
    stages = pipeline(log, scorer, committer)
    stop = asyncio.Event()
    running = asyncio.create_task(stages.run(stop))
    await until(lambda: len(committer.outputs) == 1)
    log.waiting.append(record(chat_message(message_id="m", text="good"), 1))
    await until(lambda: len(committer.outputs) == 2)
    stop.set()
    await running
    assert committer.ids() == ["m"]


async def test_what_was_not_delivered_is_not_counted_and_holds_no_room() -> None:
    """A partition that the committer could not finish leaves what is in flight, and counts as no progress."""
    log = Log([record(chat_message(message_id="a")), record(chat_message(message_id="b"), partition=1)])
    stages = pipeline(log, FakeScorer(), committer := Delivered(refused=frozenset({1})))
    await run_until(stages, lambda: bool(committer.offsets) and stages.flow.in_flight == 0)
    assert committer.ids() == ["a"]
    assert stages.metrics.registry.get_sample_value("emotionstream_worker_messages_total", {"outcome": "scored"}) == 1
