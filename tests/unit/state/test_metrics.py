"""What the state stage counts."""

from datetime import timedelta

from state_policies import START, random_policy, random_results, result

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.state.metrics import StateMetrics
from emotionstream.state.turn import take

SETTINGS = StateSettings(minimum_level=InterventionLevel.PREVENTIVE, cooldown_seconds=0.0)
ROOM = 1_048_576
PLACE = SourcePosition(topic="emotion.results.v1", partition=0, offset=0, timestamp_ms=1)


def test_every_kind_of_turn_is_counted() -> None:
    """Messages, interventions by level, repeats, late ones, new logs, rejects, erasures and latency."""
    metrics, policy, value, raised = StateMetrics(TableSettings()), random_policy(), None, 0
    items = random_results(30, ["ada"])
    items += [items[3], result(offset=40, minute=-5), result(offset=2, minute=60, timestamp_ms=1_900_000_000_000)]
    for item in items:
        turn = take(Record(PLACE, b"ada", item.to_json()), value, policy, SETTINGS, ROOM)
        value, raised = turn.value or value, raised + (turn.output is not None)
        metrics.count(turn, START + timedelta(hours=2))
    metrics.count(take(Record(PLACE, b"ada", b"{"), value, policy, SETTINGS, ROOM), START)
    metrics.count(take(Record(PLACE, b"ada", None), value, policy, SETTINGS, ROOM), START)

    def total(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"emotionstream_state_{name}", labels)

    assert total("messages_total") == 35
    assert [total(f"{name}_total") for name in ("repeats", "late", "new_logs", "erased")] == [1, 1, 1, 1]
    assert total("rejected_total", kind="not_json") == 1
    by_level = [total("interventions_total", level=level.value) or 0 for level in InterventionLevel]
    assert sum(by_level) == raised > 5
    assert total("end_to_end_seconds_count") == 32
