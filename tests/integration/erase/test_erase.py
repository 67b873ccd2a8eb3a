"""A learner is removed everywhere, while the parts run and while they do not."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer
from bad_records import good_message
from command import environ, run
from fake_scorer import FakeScorer
from recorder_chain import QUICK as RECORDER
from recorder_chain import recording, until_rows
from state_streams import EAGER, POLICY, TABLE, read_all
from state_streams import running as keeping
from waiting import until
from worker_chain import working

from emotionstream.cli.erase import EraseConfig, Erasure, erase
from emotionstream.cli.erase_report import erasure_lines, unproven
from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import open_history
from emotionstream.producers.chat import ChatPublisher
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.stage import StateConfig, StateStage


class School:
    """The parts over one test's topics and database."""

    def __init__(self, config: EraseConfig) -> None:
        self.config = config
        self.stage = self._new_stage()

    def _new_stage(self) -> StateStage:
        return StateStage(StateConfig(self.config.kafka, self.config.topics, EAGER, TABLE), POLICY)

    async def say(self, user: str, *numbers: int) -> None:
        """Publish messages of ``user``."""
        async with ChatPublisher(self.config.kafka, self.config.topics) as publisher:
            for number in numbers:
                await publisher.publish(good_message(f"{user}-{number}", user))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Worker and state stage at work."""
        self.stage = self._new_stage()
        worker = WorkerConfig(self.config.kafka, self.config.topics, IntakeSettings(), WorkerSettings())
        async with working(EmotionWorker(FakeScorer(), worker)), keeping(self.stage):
            yield

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Every part at work."""
        config = self.config
        recorder = RecorderConfig(
            config.kafka, config.topics, config.database, config.history, IntakeSettings(), RECORDER
        )
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.working())
            await stack.enter_async_context(recording(recorder))
            yield

    async def recorded(self, **rows: int) -> None:
        """Wait until these rows are there."""
        async with open_history(self.config.database, self.config.history) as history:
            await until_rows(history, **rows)

    async def erase(self, user: str) -> Erasure:
        """Erase ``user``."""
        return await erase(user, self.config)


@pytest.fixture
def school(kafka: str, topics: TopicSettings, database: str) -> School:
    """A school of this test's own."""
    settings = KafkaSettings(bootstrap_servers=kafka)
    return School(EraseConfig(settings, topics, DatabaseSettings(url=database), HistorySettings(), wait_seconds=30))


async def test_a_learner_is_removed_everywhere_and_others_stay(school: School) -> None:
    """Rows, texts and the state go; the report shows it, for others nothing changes, and again it finds nothing."""
    async with school.open():
        await school.say("ada", *range(5))
        await school.say("bob", *range(5))
        await school.recorded(messages=10, results=10, interventions=2)
        await until(lambda: set(school.stage.learners()) == {"ada", "bob"})
        done = await school.erase("ada")
        assert done.proven
        assert (done.removed["messages"], done.removed["message_texts"], done.removed["results"]) == (5, 5, 5)
        assert set(done.left.values()) == {0}
        assert [mark.passed for mark in done.marks] == [True, True]
        assert set(school.stage.learners()) == {"bob"}
        last = {record.key: record.value for record in await read_all(*place(school), Topic.LEARNERS_CHANGELOG)}
        assert last[b"ada"] is None and last[b"bob"] is not None
        await school.recorded(messages=5, results=5)
        again = await school.erase("ada")
        assert again.proven and set(again.removed.values()) == {0}
    # The table is rebuilt from its changelog: the learner does not come back.
    async with school.working():
        assert set(school.stage.learners()) == {"bob"}


async def test_a_learner_who_is_not_known_is_erased_too(school: School) -> None:
    """No error: there may be records that nobody has read yet."""
    async with school.open():
        done = await school.erase("nobody")
    assert done.proven
    assert set(done.removed.values()) == {0}
    assert [held.value for held in done.states] == [None]
    assert any("no rows removed" in line for line in erasure_lines("nobody", done, school.config.topics))


async def test_what_is_said_afterwards_is_a_new_learners(school: School) -> None:
    """It is recorded and kept, and a second look does not take it for what was erased."""
    async with school.open():
        await school.say("ada", 1, 2)
        await school.recorded(results=2)
        first = await school.erase("ada")
        await school.say("ada", 3, 4, 5)
        await school.recorded(messages=3, results=3)
        await until(lambda: "ada" in school.stage.learners() and school.stage.learners()["ada"].results == 3)
        async with open_history(school.config.database, school.config.history) as history:
            assert set((await history.rows_of("ada", first.until_ms)).values()) == {0}


async def test_states_in_several_partitions_all_go(school: School) -> None:
    """Partitions were added, or a foreign publisher chose another one: what it left there does not come back."""
    kafka, topics = place(school)
    async with school.open():
        for partition in range(topics.partitions):
            said = good_message(f"ada-{partition}", "ada")
            async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
                name = topic_name(Topic.CHAT, topics)
                await producer.send_and_wait(name, said.to_json(), b"ada", partition=partition)
            await school.recorded(results=partition + 1)
        await until(lambda: "ada" in school.stage.learners())
        done = await school.erase("ada")
        assert done.proven
        assert [(held.partition, held.value) for held in done.states] == [(0, None), (1, None)]
        assert len(done.marks) == 2 * topics.partitions
    async with school.working():
        assert school.stage.learners() == {}


async def test_what_nobody_has_read_yet_is_told_and_a_second_time_proves_it(school: School) -> None:
    """With the parts away the history goes at once and takes nothing back; the state is gone the second time."""
    await school.say("ada", 1, 2, 3)
    async with school.open():
        await school.recorded(messages=3, results=3)
        await until(lambda: "ada" in school.stage.learners())
    await school.say("ada", 4, 5)
    school.config = replace(school.config, wait_seconds=0.5)
    done = await school.erase("ada")
    assert not done.proven
    assert done.removed["messages"] == 3
    told = list(unproven(done, school.config.topics))
    assert len(told) == 3
    assert told[0].startswith("the worker has not read the mark in") and told[1].startswith("the state stage has not")
    assert "still holds a state" in told[2]
    school.config = replace(school.config, wait_seconds=30)
    async with school.open():
        again = await school.erase("ada")
        assert again.proven
        await school.say("bob", 1)
        await school.recorded(messages=1, results=1)
        assert "ada" not in school.stage.learners()
        async with open_history(school.config.database, school.config.history) as history:
            # All that was late has been read by now: bob came behind it.
            assert (await history.counts())["messages"] == 1


async def test_the_command_asks_and_says_what_it_proved(school: School) -> None:
    """No without an answer; yes on the prompt; one JSON object for a program; exit code 12 where it is not proven."""
    kafka, topics = place(school)
    url = school.config.database.url
    assert url is not None
    env = environ(kafka, topics, DATABASE_URL=url.get_secret_value())
    await school.say("ada", 1)
    assert (await run("erase", "--user", "ada", env=env)).code == 1
    ended = await run("erase", "--user", "ada", "--wait", "0", "--json", "--yes", env=env)
    assert ended.code == 12
    assert not json.loads(ended.out)["proven"]
    assert "error: not proven: the worker has not read the mark" in ended.err
    async with school.open():
        await school.recorded(results=0)
        ended = await run("erase", "--user", "ada", env=env, stdin=b"y\n")
    assert ended.code == 0, ended.err
    assert "Remove everything about learner 'ada', for good?" in ended.err
    assert "no rows found when looked again" in ended.out
    assert "the state stage has passed it" in ended.out
    assert "chat.messages.v1: messages, with their texts" in ended.out


def place(school: School) -> tuple[str, TopicSettings]:
    """Where the school's topics are."""
    return school.config.kafka.bootstrap_servers or "", school.config.topics
