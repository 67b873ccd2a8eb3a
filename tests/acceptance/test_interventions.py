"""``emotionstream interventions tail`` and ``emotionstream outcome`` as a tutor uses them."""

import asyncio
import json
import re
import shlex
import signal
import uuid

import history_events
import services
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from command import environ, run, start
from examples import intervention

from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.say import say_nothing
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.history.store import open_history
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import Intervention, InterventionOutcome
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name


async def put(kafka: str, topics: TopicSettings, *items: Intervention) -> None:
    """Raise interventions, as the state stage does."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for item in items:
            topic = topic_name(Topic.INTERVENTIONS, topics)
            await producer.send_and_wait(topic, item.to_json(), item.user_id.encode())
    finally:
        await producer.stop()


async def test_tail_says_who_needs_what_and_why(kafka: str, topics: TopicSettings) -> None:
    """In plain words, and how to answer."""
    one = intervention()
    await put(kafka, topics, one)
    ended = await run("interventions", "tail", "--from-beginning", "--count", "1", env=environ(kafka, topics))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(one.sent_at.strftime("%Y-%m-%d %H:%M:%S UTC  "))
    assert "ada needs moderate help (before: none): sounds frustrated (0.71); feels worse than most" in ended.out
    assert f"emotionstream outcome {one.intervention_id} --user ada" in ended.out


async def test_tail_as_json_gives_the_events(kafka: str, topics: TopicSettings) -> None:
    """Filtered by level and user, each line is the event as it stands in Kafka."""
    raised = [
        intervention(level=InterventionLevel.MILD),
        intervention(level=InterventionLevel.CRITICAL),
        intervention(level=InterventionLevel.CRITICAL, user_id="bob"),
        intervention(level=InterventionLevel.CRITICAL),
    ]
    await put(kafka, topics, *raised)
    options = ("--from-beginning", "--level", "moderate", "--user", "ada", "--count", "2", "--for", "60", "--json")
    ended = await run("interventions", "tail", *options, env=environ(kafka, topics))
    assert ended.code == 0
    assert [Intervention.model_validate_json(line) for line in ended.out.splitlines()] == [raised[1], raised[3]]


async def test_too_few_in_time_is_exit_code_1(kafka: str, topics: TopicSettings) -> None:
    """A script that waits for an intervention can tell."""
    ended = await run("interventions", "tail", "--count", "1", "--for", "0.5", env=environ(kafka, topics))
    assert (ended.code, ended.out, ended.err) == (1, "", "")


async def test_a_group_goes_on_where_it_stopped(kafka: str, topics: TopicSettings) -> None:
    """What was printed is not printed again."""
    raised = [intervention() for _ in range(2)]
    await put(kafka, topics, *raised)
    options = ("--group", f"g-{uuid.uuid4()}", "--from-beginning", "--count", "1", "--json")
    printed = [await run("interventions", "tail", *options, env=environ(kafka, topics)) for _ in raised]
    assert [Intervention.model_validate_json(ended.out) for ended in printed] == raised


async def test_ctrl_c_ends_with_130(kafka: str, topics: TopicSettings) -> None:
    """Without a traceback, after what came was printed."""
    process = await start("interventions", "tail", env=environ(kafka, topics))
    assert process.stdout is not None
    reading = asyncio.create_task(process.stdout.readline())
    while not reading.done():
        await put(kafka, topics, intervention())
        await asyncio.wait([reading], timeout=0.3)
    assert b"ada needs moderate help" in await reading
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in err


async def test_an_outcome_can_be_typed_as_tail_shows_it(kafka: str, topics: TopicSettings) -> None:
    """The line below an intervention is a command that works, whatever the learner is called."""
    one = intervention(user_id="o'neil $(id)")
    await put(kafka, topics, one)
    env = environ(kafka, topics)
    shown = await run("interventions", "tail", "--from-beginning", "--count", "1", env=env)
    found = re.search(r"emotionstream (outcome .*) --by YOU", shown.out)
    assert found is not None
    ended = await run(*shlex.split(found[1]), "--by", "ms-lee", "--emotion", "boredom", "--json", env=env)
    assert (ended.code, ended.err) == (0, "")
    consumer = AIOKafkaConsumer(
        topic_name(Topic.OUTCOMES, topics), bootstrap_servers=kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        record = await anext(consumer)
    finally:
        await consumer.stop()
    outcome = InterventionOutcome.model_validate_json(record.value)
    assert outcome == InterventionOutcome.model_validate(json.loads(ended.out))
    assert (outcome.intervention_id, outcome.helped, outcome.corrected_emotion) == (
        one.intervention_id,
        "yes",
        "boredom",
    )


async def test_a_bad_outcome_is_refused(kafka: str, topics: TopicSettings) -> None:
    """An unknown emotion is named with the known ones; a broken id is a wrong command line."""
    answer = ("--user", "ada", "--helped", "no", "--by", "ms-lee")
    env = environ(kafka, topics)
    unknown = await run("outcome", str(uuid.uuid4()), *answer, "--emotion", "hunger", env=env)
    assert (unknown.code, unknown.out) == (2, "")
    assert "--emotion" in unknown.err and "frustration" in unknown.err
    broken = await run("outcome", "nonsense", *answer, env=env)
    assert broken.code == 2


async def test_an_id_that_cannot_be_right_is_told(kafka: str, topics: TopicSettings, database: str) -> None:
    """Of another learner: refused. Not recorded: published, with a note. A history that is away: told."""
    raised = history_events.intervention(history_events.result(history_events.message(0), history_events.position(0)))
    async with open_history(DatabaseSettings(url=database), HistorySettings()) as history:
        await history.write([*history_events.said_and_scored(0), history_events.carried(raised, 0)])
    env = environ(kafka, topics, DATABASE_URL=database)
    answer = ("--helped", "no", "--by", "ms-lee", "--json")
    ended = await run("outcome", str(raised.intervention_id), "--user", "bob", *answer, env=env)
    assert (ended.code, ended.out) == (2, "")
    assert "another learner" in ended.err
    ended = await run("outcome", str(raised.intervention_id), "--user", raised.user_id, *answer, env=env)
    assert (ended.code, ended.err) == (0, "")
    stray = str(uuid.uuid4())
    ended = await run("outcome", stray, "--user", "ada", *answer, env=env)
    assert (ended.code, json.loads(ended.out)["intervention_id"]) == (0, stray)
    assert f"no intervention {stray} is recorded" in ended.err
    away = {**env, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    ended = await run("outcome", stray, "--user", "ada", *answer, env=away)
    assert (ended.code, ended.err.startswith(f"note: whether {stray} was raised for 'ada' is not known")) == (0, True)


async def test_a_broker_that_goes_away_is_told_in_few_lines() -> None:
    """The client tries again many times a second; the tutor hears of it once, and Ctrl-C ends without a traceback."""
    with services.service_folder() as folder:
        topics = services.unique_topics()
        async with EmbeddedKafka(EmbeddedSettings(folder=folder), say_nothing) as broker:
            named = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
            await apply_topics(named, topics)
            env = environ(broker.bootstrap_servers, topics)
            watching = await start("interventions", "tail", "--from-beginning", env=env)
            assert watching.stdout is not None and watching.stderr is not None
            await put(broker.bootstrap_servers, topics, intervention())
            assert await watching.stdout.readline()
        first = await watching.stderr.readline()
        await asyncio.sleep(3)
        watching.send_signal(signal.SIGINT)
        _, err = await watching.communicate()
    told = [json.loads(line)["event"] for line in (first + err).splitlines()]
    assert told[0] == "Kafka is away, waiting"
    assert len(told) <= 3
    assert watching.returncode == 130
