"""The demo's figures are counts of what was read."""

from collections.abc import Callable

import pytest

from emotionstream.cli.demo.report import (
    DemoReport,
    EngineReport,
    ServiceReport,
    latency,
    pace,
)
from emotionstream.cli.demo.tally import Tally, percentile
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, Role
from emotionstream.schemas.position import SourcePosition

Chat = Callable[..., ChatMessage]
Result = Callable[..., EmotionResult]
Raise = Callable[..., Intervention]


def at(offset: int) -> SourcePosition:
    return SourcePosition(topic="chat", partition=0, offset=offset, timestamp_ms=1_000 + offset)


def test_a_message_is_missing_until_its_result_or_its_rejection_is_read(chat: Chat, result: Result) -> None:
    """What has neither keeps the demo waiting."""
    tally = Tally()
    for number in (1, 2, 3):
        tally.sent(chat(number), at(number), 0.0)
    tally.scored(result(1), 1.0)
    tally.refused(at(2))
    assert tally.missing == {"m3"}


def test_a_second_result_is_a_duplicate_and_keeps_the_first_time(chat: Chat, result: Result) -> None:
    """Repeats are counted, and do not change a latency."""
    tally = Tally()
    tally.sent(chat(1), at(1), 10.0)
    assert tally.scored(result(1), 10.5)
    assert not tally.scored(result(1), 99.0)
    assert (len(tally.results), tally.duplicates, tally.to_result()) == (1, 1, [0.5])


def test_tutors_messages_are_context(chat: Chat) -> None:
    """They are counted apart and await no result."""
    tally = Tally()
    tally.sent(chat(1, Role.TUTOR), at(1), 0.0)
    assert (tally.context, tally.acknowledged, tally.missing) == ({"m1"}, {}, set())


def test_a_repeated_intervention_counts_once(chat: Chat, intervention: Raise) -> None:
    """Its id tells it; the latency is that of the first."""
    tally = Tally()
    tally.sent(chat(1), at(1), 0.0)
    assert tally.raised(intervention(1), 0.25)
    assert not tally.raised(intervention(1), 9.0)
    assert tally.levels == {"mild": 1}
    assert tally.to_intervention() == [0.25]


def test_levels_are_counted_least_first(intervention: Raise) -> None:
    """Only levels that occurred, in their order."""
    tally = Tally()
    for number, level in enumerate((InterventionLevel.CRITICAL, InterventionLevel.MILD, InterventionLevel.CRITICAL)):
        tally.raised(intervention(number, level), 0.0)
    assert list(tally.levels.items()) == [("mild", 1), ("critical", 2)]


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([3.0], 0.99, 3.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        (list(map(float, range(1, 101))), 0.95, 95.0),
    ],
)
def test_percentiles_are_values_that_were_measured(values: list[float], share: float, expected: float | None) -> None:
    """Nearest rank: no interpolation, and nothing of nothing."""
    assert percentile(values, share) == expected


def test_pace_runs_from_the_first_send_to_the_last_result(chat: Chat, result: Result) -> None:
    """Two results in four seconds are half a message a second; no result is no pace."""
    tally = Tally()
    assert pace(tally, 5.0) == 0.0
    for number, read in ((1, 6.0), (2, 9.0)):
        tally.sent(chat(number), at(number), 5.0)
        tally.scored(result(number), read)
    assert pace(tally, 5.0) == 0.5
    assert latency(tally).to_result.p99 == 4000.0
    assert latency(tally).to_intervention.p50 is None


def report(**changes: int) -> DemoReport:
    figures: dict[str, object] = {
        "published": 10,
        "context_messages": 2,
        "results": 10,
        "duplicates": 0,
        "rejected": 0,
        "history_rows": 10,
        "history_messages": 12,
        "history_interventions": 1,
        **changes,
    }
    empty = latency(Tally())
    return DemoReport(
        run="r",
        interventions={},
        latency_ms=empty,
        messages_per_second=1.0,
        engine=EngineReport(backend="b", model="m", version="1", device="cpu", fingerprint="f"),
        kafka=ServiceReport(version="4", embedded=True),
        postgres=ServiceReport(version="18", embedded=True),
        seconds=1.0,
        **figures,
    )


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({}, True),
        ({"results": 9, "rejected": 1, "history_rows": 9, "history_messages": 11}, True),
        ({"results": 9}, False),
        ({"duplicates": 1}, False),
        ({"history_rows": 11}, False),
        ({"history_messages": 11}, False),
    ],
)
def test_a_run_is_whole_only_when_everything_is_everywhere_exactly_once(changes: dict[str, int], whole: bool) -> None:
    """A lost, doubled or unrecorded message is noticed."""
    assert report(**changes).whole is whole
