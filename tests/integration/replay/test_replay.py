"""What the running chain recorded comes out of a replay bit for bit: real Kafka, worker, state stage, PostgreSQL."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from aiokafka import AIOKafkaProducer
from fake_scorer import FakeScorer
from recorder_chain import until_rows
from state_policies import random_policy
from state_streams import committed, read_all, until

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.consumers.recorder import Recorder
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.reader import SessionFilter
from emotionstream.history.store import History, open_history
from emotionstream.inference import Score, ScoreRequest, open_engine
from emotionstream.producers.replay import Replayer, Scores
from emotionstream.producers.replay_report import ReplayReport
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.checkpoint import POLICY, find_checkpoint
from emotionstream.schemas.events import ChatMessage, Role
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.engine import EngineSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.recorder import RecorderSettings
from emotionstream.schemas.settings.replay import ReplaySettings
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.learner import advance
from emotionstream.state.policy import InterventionPolicy
from emotionstream.state.stage import StateConfig, StateStage

LEARNERS = ("ada", "bob", "cy")
MESSAGES = 90
SCORED = MESSAGES * 9 // 10
"""The rest are a tutor's."""
REFUSED = 2
LINES = (
    "I still don't get why the sign flips, this is so frustrating",
    "ok that worked, thank you!!",
    "no idea what you mean by eigenvalue 😕",
    "can we take a break, I'm tired",
    "OH. it's the same as the last one, isn't it?",
    "I give up. I'm just too stupid for this.",
    "لماذا لا يعمل هذا؟",
)


class ScoringFake(FakeScorer):
    """The worker's fake scorer, with an engine's ``score``."""

    async def score(self, requests: Sequence[ScoreRequest]) -> list[Score]:
        """Scores in input order."""
        return await self.infer(await self.encode(requests))


@dataclass(frozen=True, slots=True)
class Brain:
    """What scores and what decides."""

    engine: Scores
    policy: InterventionPolicy
    settings: StateSettings


@pytest.fixture
async def brain(request: pytest.FixtureRequest) -> AsyncIterator[Brain]:
    """A fake model with a random policy, and the checkpoint that ships."""
    if request.param == "fake":
        eager = StateSettings(minimum_level=InterventionLevel.PREVENTIVE, cooldown_seconds=5.0)
        yield Brain(ScoringFake(), random_policy(), eager)
        return
    checkpoint = find_checkpoint(CheckpointSettings())
    eager = StateSettings(minimum_level=InterventionLevel.PREVENTIVE, cooldown_seconds=5.0)
    async with open_engine(checkpoint, EngineSettings(prewarm=False)) as engine:
        yield Brain(engine, InterventionPolicy.load(checkpoint / POLICY), eager)


def lessons() -> list[ChatMessage]:
    """Three learners in turn, sessions that interleave, a tutor now and then; a blank line and a repeat among them."""
    start = datetime.now(UTC) - timedelta(hours=2)
    made = [
        ChatMessage(
            message_id=f"m-{number}",
            user_id=LEARNERS[number % len(LEARNERS)],
            session_id=f"s-{number // 7 % 2}",
            text=f"{LINES[number % len(LINES)]} ({number})",
            sent_at=start + timedelta(seconds=11 * number, microseconds=number),
            role=Role.TUTOR if number % 10 == 9 else Role.LEARNER,
            engagement=number % 11 / 10 if number % 3 else None,
            training_consent=number % 4 == 0,
        )
        for number in range(MESSAGES)
    ]
    blank = made[30].model_copy(update={"message_id": "blank", "text": "\u200b \u200b"})
    return [*made[:50], blank, made[20], *made[50:]]


async def publish(kafka: str, topics: TopicSettings, messages: Sequence[ChatMessage]) -> None:
    """Put ``messages`` into the chat topic, keyed by learner."""
    async with AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True) as producer:
        for message in messages:
            await producer.send_and_wait(topic_name(Topic.CHAT, topics), message.to_json(), message.user_id.encode())


@asynccontextmanager
async def chain(kafka: str, topics: TopicSettings, database: str, brain: Brain) -> AsyncIterator[None]:
    """Worker, state stage and recorder, stopped at the end as by SIGTERM."""
    broker, url = KafkaSettings(bootstrap_servers=kafka), DatabaseSettings(url=database)
    worker = EmotionWorker(brain.engine, WorkerConfig(broker, topics, IntakeSettings(), WorkerSettings()))  # type: ignore[arg-type]  # An engine is a scorer too.
    stage = StateStage(
        StateConfig(broker, topics, brain.settings, TableSettings(commit_interval_seconds=0.2)), brain.policy
    )
    recorder = Recorder(RecorderConfig(broker, topics, url, HistorySettings(), IntakeSettings(), RecorderSettings()))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for part in (worker, stage, recorder):
            tasks.create_task(part.serve(stop))
        try:
            yield
        finally:
            stop.set()


async def all_recorded(kafka: str, topics: TopicSettings, history: History) -> None:
    """Wait until every result is folded in, and all that came of it is recorded."""

    async def folded() -> bool:
        results = await read_all(kafka, topics, Topic.RESULTS)
        ends = {record.partition: record.offset + 1 for record in results}
        return len(results) == SCORED and await committed(kafka, topics) >= sum(ends.values())

    await until(folded, "not every result was folded in")
    raised = len(await read_all(kafka, topics, Topic.INTERVENTIONS))
    # The last of the lesson is a tutor's, of which nothing comes; the blank one is no message.
    await until_rows(history, messages=len(lessons()) - 1, results=SCORED, rejections=REFUSED, interventions=raised)


@pytest.fixture
async def history(kafka: str, topics: TopicSettings, database: str, brain: Brain) -> AsyncIterator[History]:
    """The history of lessons that went through the whole chain."""
    async with AsyncExitStack() as opened:
        found = await opened.enter_async_context(open_history(DatabaseSettings(url=database), HistorySettings()))
        async with chain(kafka, topics, database, brain):
            await publish(kafka, topics, lessons())
            await all_recorded(kafka, topics, found)
        yield found


async def assert_exact(history: History, brain: Brain) -> None:
    """All of it, one session of it, and one learner of it: each replay is exact, and interventions are among it."""
    fold = partial(advance, policy=brain.policy, settings=brain.settings)
    replayer = Replayer(history, brain.engine, fold, ReplaySettings(chunk_messages=13))
    for wanted in (SessionFilter(), SessionFilter(session_id="s-1"), SessionFilter(user_id="bob")):
        report = ReplayReport(brain.engine.info)
        async for row in replayer.rows(wanted):
            report.add(row, with_text=False, without_consent=False)
        assert report.is_exact, report.as_json()
        assert report.other_engines == []
        assert report.interventions == report.recorded_interventions
        if wanted == SessionFilter():
            assert report.by_status == {"replayed": SCORED, "context": MESSAGES - SCORED, "rejected": REFUSED}
            assert report.interventions > 0


@pytest.mark.parametrize("brain", ["fake"], indirect=True)
async def test_what_a_fake_model_said_is_replayed(history: History, brain: Brain) -> None:
    """Results, states and interventions are as recorded."""
    await assert_exact(history, brain)


@pytest.mark.parametrize("brain", ["compact"], indirect=True)
async def test_what_the_shipped_model_said_is_replayed_here_and_by_the_command(
    history: History, brain: Brain, database: str, tmp_path: Path
) -> None:
    """Exact here, and for `emotionstream replay --verify` with another process's engine: exit code 0, and a table."""
    await assert_exact(history, brain)
    assert (await history.counts())["results"] == SCORED
    file = tmp_path / "s-1.parquet"
    args = ("replay", "--session", "s-1", "--to", str(file), "--with-text", "--verify", "--json")
    told = {**os.environ, **brain.settings.env(), "DATABASE_URL": database}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "emotionstream.cli.main", *args, env=told, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    report = json.loads(out)
    assert (child.returncode, report["is_exact"]) == (0, True), report
    rows = pq.read_table(file).to_pylist()
    assert len(rows) == report["rows"] == sum(said.session_id == "s-1" for said in lessons())
    assert {row["text"] is not None for row in rows if not row["training_consent"]} == {False}
    assert {row["text"] is not None for row in rows if row["training_consent"]} == {True}
    assert {row["same_result"] for row in rows if row["status"] == "replayed"} == {True}
