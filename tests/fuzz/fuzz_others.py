"""Mutated input for whatever else decodes: the state stage, the recorder, subscribers, `publish FILE`, settings."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from aiokafka.structs import ConsumerRecord, TopicPartition
from fuzz_bases import Base, Raw, chat, others
from fuzz_checks import leaks
from fuzz_decoder import NOW
from fuzz_mutations import mutated
from state_policies import random_policy

from emotionstream.cli.chat_lines import Defaults, LineFormat, message_fields
from emotionstream.cli.setting_table import setting_classes
from emotionstream.consumers.recorder.decode import decode
from emotionstream.consumers.subscription import Subscription
from emotionstream.consumers.wanted import Wanted
from emotionstream.history.entry import Entry
from emotionstream.history.tables import staged_rows
from emotionstream.producers.record import chat_record
from emotionstream.schemas.errors import InvalidMessageError, SettingsError
from emotionstream.schemas.events import Rejection
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings
from emotionstream.schemas.topics import Topic
from emotionstream.state.snapshot import LearnerState
from emotionstream.state.turn import take

STATE_BYTES: Final = 1_024
_LARGEST: Final = 1_048_576
_POLICY: Final = random_policy()
_STATE: Final = StateSettings()
_INTAKE: Final = IntakeSettings()
_WORDS: Final = (
    *("", " ", "0", "-1", "1", "0.0", "1e999", "nan", "inf", "-inf", "NaN", "9" * 30, "9" * 5_000, "1e-400", "0x10"),
    *("true", "yes", "null", "[]", "{}", "[1,2", '{"a":1}', "a" * 200, "é", "\ud800", "\udcff", "x\ny", "2026-01-01"),
    *(
        "0001-01-01T00:00:00+23:59",
        "-5",
        "1_000",
        "5.5",
        "1,2",
        "/",
        "..",
        "~nobody/x",
        "localhost",
        "http://",
        "debug",
    ),
)


@dataclass
class Findings:
    """What a run has seen. ``faults``: what was fed, and which number of which seed it was, -> what happened."""

    seen: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)


def run_others(seed: int, count: int) -> Findings:
    """``count`` inputs for each decoder."""
    found = Findings()
    tries: dict[str, Callable[[random.Random, int], bool]] = {
        "state": _state,
        "recorder": _recorder,
        "lines": _line,
        "settings": _settings,
    }
    for name, attempt in tries.items():
        for number in range(count):
            _try(
                found,
                name,
                f"{name} {seed}:{number}",
                lambda a=attempt, n=name, i=number: a(random.Random(f"{seed}:{n}:{i}"), i),
            )  # type: ignore[misc]  # Bound now.
    asyncio.run(_subscriber(found, seed, count))
    return found


def _try(found: Findings, name: str, told: str, attempt: Callable[[], bool]) -> None:
    found.seen[name] += 1
    try:
        found.refused[name] += attempt()
    except Exception as error:  # Any: that is what is looked for.
        found.faults[told] = f"{type(error).__name__}: {error}"[:300]


def _state(rng: random.Random, number: int) -> bool:
    """A mutated result, twice, then a good one for the same learner."""
    base = others(rng, number)[Topic.RESULTS]
    first = take(_placed(_mutated(rng, base, Topic.RESULTS), number), None, _POLICY, _STATE, _LARGEST)
    again = take(_placed(base.raw(rng), number + 1), first.value, _POLICY, _STATE, _LARGEST)
    if again.rejection is not None:
        raise AssertionError("a good result was refused")
    for turn in (first, again):
        if turn.value is not None:
            if len(turn.value) > STATE_BYTES:
                raise AssertionError(f"a state of {len(turn.value)} bytes")
            if LearnerState.from_json(turn.value).to_json() != turn.value:
                raise AssertionError("a state that reads as another")
    _see(first.rejection)
    return first.rejection is not None


def _recorder(rng: random.Random, number: int) -> bool:
    """A mutated record of any topic, as far as its row."""
    topic, base = rng.choice(list(others(rng, number).items()))
    record = _placed(_mutated(rng, base, topic), number)
    kept = decode(topic, record, _INTAKE)
    if kept is None:
        return False
    staged_rows([Entry(record.position, kept)])
    if isinstance(kept, Rejection) and topic is not Topic.CHAT_DLQ:
        _see(kept)
    return isinstance(kept, Rejection)


def _line(rng: random.Random, number: int) -> bool:
    """A mutated line of `publish FILE`, as far as the record that would be sent."""
    line = mutated(rng, chat(rng, number, NOW), chat(rng, number + 1, NOW)).value or b""
    defaults = Defaults(rng.choice((None, "ada")), "s1")
    try:
        fields = message_fields(line, rng.choice(list(LineFormat)), defaults, now=NOW, message_id="m")
        chat_record(fields, _INTAKE, now=NOW, source="/fuzz")
    except InvalidMessageError as error:
        if leaks(str(error)):
            raise AssertionError(f"the error repeats the line: {error}") from None
        return True
    return False


def _settings(rng: random.Random, number: int) -> bool:
    """One part's settings with odd values."""
    part = rng.choice(setting_classes())
    names = list(part.variables())
    environ = {rng.choice(names): rng.choice(_WORDS) for _ in range(rng.choice((1, 1, 3)))}
    try:
        part.load(environ)
    except SettingsError as error:
        if not any(name in str(error) for name in environ) and "_" not in str(error):
            raise AssertionError(f"the error names no variable: {error}") from None
        return True
    return False


async def _subscriber(found: Findings, seed: int, count: int) -> None:
    """Mutated interventions with good ones among them: each good one is given, once, in order."""
    rng = random.Random(f"{seed}:subscriber")
    bases = [others(rng, number)[Topic.INTERVENTIONS] for number in range(count)]
    raws = [
        base.raw(rng) if number % 5 == 0 else mutated(rng, base, bases[number - 1]) for number, base in enumerate(bases)
    ]
    subscription = Subscription(Wanted(), SubscriberSettings(dedup_window=count + 1))
    await subscription.start(_Feed(raws))  # type: ignore[arg-type]  # As much of a consumer as is needed.
    given: list[str] = []
    found.seen["subscriber"] += count
    try:
        async for intervention in subscription:
            given.append(str(intervention.intervention_id))
    except _FeedEndedError:
        pass
    except Exception as error:  # Any: that is what is looked for.
        found.faults[f"subscriber {seed}"] = f"{type(error).__name__}: {error}"[:300]
    lost = [base.fields["intervention_id"] for base in bases[::5] if base.fields["intervention_id"] not in given]
    if lost or len(set(given)) != len(given):
        found.faults[f"subscriber {seed} {lost[:3]}"] = (
            f"{len(lost)} good ones lost, {len(given) - len(set(given))} twice"
        )
    found.refused["subscriber"] += subscription.counts.unreadable


class _FeedEndedError(Exception):
    """Everything was read."""


class _Feed:
    """A consumer that has ``raws`` to give."""

    def __init__(self, raws: list[Raw]) -> None:
        place = ("interventions", 0)
        self._records = [
            ConsumerRecord(*place, n, 0, 0, raw.key, raw.value, None, 0, 0, tuple(raw.headers))
            for n, raw in enumerate(raws)
        ]

    async def getmany(
        self, *_: Any, max_records: int, timeout_ms: int = 0
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        """The next records."""
        if not self._records:
            raise _FeedEndedError
        taken, self._records = self._records[:max_records], self._records[max_records:]
        return {TopicPartition("interventions", 0): taken}

    def assignment(self) -> set[TopicPartition]:
        """None: it has no group."""
        return set()


def _mutated(rng: random.Random, base: Base, topic: Topic) -> Raw:
    return mutated(rng, base, others(rng, rng.randrange(1_000))[topic])


def _placed(raw: Raw, number: int) -> Record:
    time_ms = round((NOW + timedelta(seconds=number)).timestamp() * 1000)
    return Record(
        SourcePosition(topic="t", partition=0, offset=number, timestamp_ms=time_ms), raw.key, raw.value, raw.headers
    )


def _see(rejection: Rejection | None) -> None:
    if rejection is not None and (leaks(rejection.reason) or not rejection.reason):
        raise AssertionError(f"the reason repeats content: {rejection.reason}")
