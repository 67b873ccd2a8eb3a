"""``emotionstream publish`` as a user runs it."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from command import Ended, environ, run, start
from examples import emotion_result

from emotionstream.schemas.decode import decode_chat, reject
from emotionstream.schemas.events import ChatMessage, RejectionKind
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.rejections import rejection_headers
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name


def objects(ended: Ended) -> list[dict[str, object]]:
    """The JSON lines that a command printed."""
    return [json.loads(line) for line in ended.out.splitlines()]


async def count(kafka: str, topics: TopicSettings) -> int:
    """How many records the chat topic holds."""
    consumer = AIOKafkaConsumer(topic_name(Topic.CHAT, topics), bootstrap_servers=kafka)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
    finally:
        await consumer.stop()
    return sum(ends.values())


@asynccontextmanager
async def small_worker(kafka: str, topics: TopicSettings) -> AsyncIterator[None]:
    """Answers chat messages as the worker does: with a result, or a rejection where the text asks for one."""
    consumer = AIOKafkaConsumer(topic_name(Topic.CHAT, topics), bootstrap_servers=kafka)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)

    async def work() -> None:
        async for record in consumer:
            position = SourcePosition(
                topic=record.topic, partition=record.partition, offset=record.offset, timestamp_ms=record.timestamp
            )
            raw = Record(position, record.key, record.value, tuple(record.headers))
            message = decode_chat(raw, IntakeSettings())
            assert isinstance(message, ChatMessage)
            if message.text == "reject me":
                headers = rejection_headers(reject(raw, (RejectionKind.UNSCORABLE, "the device said no")), raw.headers)
                await producer.send(topic_name(Topic.CHAT_DLQ, topics), record.value, record.key, headers=headers)
            elif message.text != "ignore me":
                result = emotion_result(message_id=message.message_id, user_id=message.user_id, source=position)
                await producer.send(topic_name(Topic.RESULTS, topics), result.to_json(), record.key)

    async with asyncio.TaskGroup() as tasks:
        await consumer.start()
        await producer.start()
        await consumer.seek_to_end()
        working = tasks.create_task(work())
        try:
            yield
        finally:
            working.cancel()
            await consumer.stop()
            await producer.stop()


async def test_texts_are_published_with_their_position(kafka: str, topics: TopicSettings) -> None:
    """One line a text on standard output, nothing on standard error."""
    ended = await run("publish", "--user", "ada", "--text", "hello", "--text", "again", env=environ(kafka, topics))
    assert (ended.code, ended.err) == (0, "")
    assert [line.split(":")[0] for line in ended.out.splitlines()[:2]] == ["line 1", "line 2"]
    assert "2 published" in ended.out
    assert await count(kafka, topics) == 2


async def test_a_bad_line_is_told_with_its_number_and_the_rest_goes_on(kafka: str, topics: TopicSettings) -> None:
    """Plain lines and JSON lines on standard input; exit code 1 because one was bad."""
    lines = b'hello\n{"text": "hi", "user_id": "bob"}\n\n{"text": 3}\n{nonsense\n\xff\nlast without end'
    ended = await run("publish", "--user", "ada", env=environ(kafka, topics), stdin=lines)
    assert ended.code == 1
    told = dict(line.split(": ", 1) for line in ended.err.splitlines())
    assert set(told) == {"line 4", "line 5", "line 6"}
    assert "text" in told["line 4"]
    assert ended.out.startswith("3 published, 3 bad")
    assert await count(kafka, topics) == 3


async def test_bad_lines_are_told_in_their_order(kafka: str, topics: TopicSettings) -> None:
    """Whether the line could not be read or the publisher refused its fields."""
    lines = b'{"text": 3}\n{nonsense\nhello\n{"text": 4}\n{nonsense\n{"text": "x", "engagment": 1}\n'
    ended = await run("publish", "--user", "ada", env=environ(kafka, topics), stdin=lines)
    assert [line.split(":")[0] for line in ended.err.splitlines()] == [f"line {number}" for number in (1, 2, 4, 5, 6)]
    assert ended.err.rstrip().endswith("there is an unknown field: is engagement meant?")


async def test_an_empty_text_is_bad(kafka: str, topics: TopicSettings) -> None:
    """A blank line of a file is none, but a --text was meant to be one."""
    ended = await run("publish", "--user", "ada", "--text", "", "--text", "hi", env=environ(kafka, topics))
    assert ended.code == 1
    assert ended.err == "line 1: text is empty or only white space\n"
    assert "1 published, 1 bad" in ended.out


async def test_options_say_what_plain_text_cannot(kafka: str, topics: TopicSettings) -> None:
    """How the learner is doing, and whether the text may be used for training."""
    options = ("--engagement", "0.2", "--cognitive-load", "0.9", "--consent")
    await run("publish", "--user", "ada", "--text", "hi", *options, env=environ(kafka, topics))
    names = topic_name(Topic.CHAT, topics)
    async with AIOKafkaConsumer(names, bootstrap_servers=kafka, auto_offset_reset="earliest") as consumer:
        sent = ChatMessage.model_validate_json((await anext(consumer)).value)
    assert (sent.engagement, sent.cognitive_load, sent.training_consent) == (0.2, 0.9, True)
    wrong = await run("publish", "--user", "ada", "--text", "hi", "--engagement", "2", env=environ(kafka, topics))
    assert wrong.code == 2


async def test_json_output_has_a_line_per_message_and_a_summary(
    kafka: str, topics: TopicSettings, tmp_path: Path
) -> None:
    """Whatever becomes of a line, a machine can read it."""
    file = tmp_path / "chat.jsonl"
    file.write_text('{"text": "a", "user_id": "ada", "message_id": "m-1"}\n{"text": "b"}\n')
    ended = await run("publish", str(file), "--json", env=environ(kafka, topics))
    published, bad, summary = sorted(objects(ended), key=lambda told: told.get("line", 9))
    assert (ended.code, ended.err) == (1, "")
    assert published["message_id"] == "m-1"
    assert published["position"]["offset"] == 0  # type: ignore[index]
    assert "user_id" in str(bad["error"])
    assert summary["summary"]["published"] == summary["summary"]["bad"] == 1  # type: ignore[index]


async def test_25_000_lines_stream_in_bounded_memory(kafka: str, topics: TopicSettings, tmp_path: Path) -> None:
    """Thirty times the lines take no more memory, and none is lost."""

    def peak(lines: int) -> int:
        file = tmp_path / f"{lines}.jsonl"
        body = {"user_id": "u", "text": "a line of chat, as long as they are " * 3}
        with file.open("w") as out:
            for number in range(lines):
                out.write(json.dumps({**body, "user_id": f"u-{number % 200}"}) + "\n")
        script = (
            "import sys\nfrom emotionstream.cli.main import main\n"
            "try:\n    main(sys.argv[1:])\nexcept SystemExit as ended:\n    assert not ended.code\n"
            # Its own peak in KiB: getrusage would tell that of this test, from which it was forked.
            "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
        )
        command = [sys.executable, "-c", script, "publish", str(file)]
        done = subprocess.run(command, env=environ(kafka, topics), capture_output=True, text=True, check=True)
        assert f"{lines} published" in done.stdout
        return int(done.stdout.splitlines()[-1])

    small = await asyncio.to_thread(peak, 1_000)
    large = await asyncio.to_thread(peak, 30_000)
    assert await count(kafka, topics) == 31_000
    assert large < small * 1.25


async def test_follow_prints_what_comes_back(kafka: str, topics: TopicSettings) -> None:
    """Emotion, PAD and latency of each; a rejection says why; a tutor's message is not waited for."""
    lines = b'hello\nreject me\n{"text": "well done", "role": "tutor"}\n'
    async with small_worker(kafka, topics):
        ended = await run("publish", "--user", "ada", "--follow", env=environ(kafka, topics), stdin=lines)
    assert ended.code == 1
    back = {line.split("  ")[0]: line for line in ended.out.splitlines()}
    assert "frustration 0.60  pleasure 0.25  arousal 0.70  dominance 0.30" in back["line 1"]
    assert back["line 1"].endswith(" ms")
    assert "rejected (unscorable): the device said no" in back["line 2"]
    assert "line 3" not in back
    assert "3 published, 1 results, 1 rejected" in ended.out


async def test_follow_as_json(kafka: str, topics: TopicSettings) -> None:
    """The same for a machine, with the latency in milliseconds."""
    async with small_worker(kafka, topics):
        ended = await run("publish", "--user", "ada", "--text", "x", "--follow", "--json", env=environ(kafka, topics))
    back = next(told for told in objects(ended) if "emotion" in told)
    assert ended.code == 0
    assert (back["line"], back["emotion"]) == (1, "frustration")
    assert back["pad"] == {"pleasure": 0.25, "arousal": 0.7, "dominance": 0.3}
    assert 0 < float(str(back["latency_ms"])) < 60_000


async def test_a_person_sees_the_result_before_the_next_line(kafka: str, topics: TopicSettings) -> None:
    """Standard input stays open: the first message's result is printed meanwhile."""
    async with small_worker(kafka, topics):
        process = await start("publish", "--user", "ada", "--follow", env=environ(kafka, topics))
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"hello\n")
        first = await process.stdout.readline()
        assert b"line 1  ada  frustration" in first
        out, _ = await process.communicate(b"again\n")
    assert b"line 2  ada  frustration" in out
    assert process.returncode == 0


async def test_a_result_that_does_not_come_is_given_up(kafka: str, topics: TopicSettings) -> None:
    """With a window of one, a message without answer holds the next one up for the time-out, not for ever."""
    env = environ(
        kafka,
        topics,
        EMOTIONSTREAM_PUBLISHER_FOLLOW_WINDOW="1",
        EMOTIONSTREAM_PUBLISHER_FOLLOW_TIMEOUT_SECONDS="3",
    )
    async with small_worker(kafka, topics):
        ended = await run("publish", "--user", "ada", "--follow", env=env, stdin=b"ignore me\nhello\n")
    assert ended.code == 1
    assert "no result within" in ended.out
    assert "2 published, 1 results, 1 unanswered" in ended.out


async def test_a_message_that_was_not_sent_is_not_waited_for(kafka: str, topics: TopicSettings) -> None:
    """The publisher refuses it after it was announced: it is bad, and not unanswered as well."""
    lines = b'{"text": 3, "user_id": "ada"}\nhello\n'
    env = environ(kafka, topics, EMOTIONSTREAM_PUBLISHER_FOLLOW_TIMEOUT_SECONDS="30")
    async with small_worker(kafka, topics):
        ended = await run("publish", "--user", "ada", "--follow", env=env, stdin=lines)
    assert ended.out.splitlines()[-1].startswith("1 published, 1 bad, 1 results in ")


async def test_ctrl_c_ends_with_130_and_says_what_was_published(kafka: str, topics: TopicSettings) -> None:
    """Also while it waits for a person to type."""
    process = await start("publish", "--user", "ada", "--json", env=environ(kafka, topics))
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"hello\n")
    assert b"position" in await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert process.returncode == 130
    assert json.loads(out)["summary"]["published"] == 1
    assert b"Traceback" not in err


async def test_errors_have_their_exit_codes(kafka: str, topics: TopicSettings, tmp_path: Path) -> None:
    """As the help text says: 2 command line, 3 settings, 4 no answer, 5 no topic; one line on standard error."""
    env = environ(kafka, topics)
    publish = ("publish", "--user", "ada", "--text", "x")
    nowhere = {"EMOTIONSTREAM_EMBEDDED_FOLDER": str(tmp_path), "KAFKA_BOOTSTRAP_SERVERS": ""}
    waits_less = {"EMOTIONSTREAM_PUBLISHER_TOPIC_WAIT_SECONDS": "0.5"}
    cases = [
        (2, "--user", await run("publish", "--text", "x", env=env)),
        (2, "missing.jsonl", await run("publish", str(tmp_path / "missing.jsonl"), env=env)),
        (2, "is a directory", await run("publish", str(tmp_path), env=env)),
        (3, "no Kafka runs from this folder", await run(*publish, env={**env, **nowhere})),
        (3, "did you mean", await run(*publish, env={**env, "EMOTIONSTREAM_PUBLISHER_LINGER": "1"})),
        (4, "127.0.0.1:9", await run(*publish, env={**env, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9"})),
        (5, "topics apply", await run(*publish, env={**env, "EMOTIONSTREAM_TOPICS_PREFIX": "none.", **waits_less})),
    ]
    for code, told, ended in cases:
        assert (ended.code, ended.out) == (code, ""), (code, ended)
        assert told in ended.err.splitlines()[-1]
        assert "Traceback" not in ended.err


async def test_a_terminal_gets_a_progress_bar_on_standard_error(
    kafka: str, topics: TopicSettings, tmp_path: Path
) -> None:
    """Standard output stays what a script expects."""
    file = tmp_path / "chat.jsonl"
    file.write_text('{"text": "a", "user_id": "ada"}\n' * 2_000)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "emotionstream.cli.main", "publish", str(file)]
    env = environ(kafka, topics, TERM="xterm", COLUMNS="100")
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = asyncio.create_task(asyncio.to_thread(read_terminal, ours))
    out, _ = await process.communicate()
    assert out.decode().startswith("2000 published")
    assert b"publishing" in await shown
    os.close(ours)


def read_terminal(descriptor: int) -> bytes:
    """All that is written to a terminal until its other end is closed."""
    told = b""
    while True:
        try:
            chunk = os.read(descriptor, 4096)
        except OSError:
            return told
        if not chunk:
            return told
        told += chunk
