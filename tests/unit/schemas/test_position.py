"""Positions, and the ids that follow from them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from emotionstream.schemas.position import Record, SourcePosition, intervention_id, rejection_id, result_id

positions = st.builds(
    SourcePosition,
    topic=st.sampled_from(["a", "b", "a:1"]),
    partition=st.integers(0, 3),
    offset=st.integers(0, 3),
    timestamp_ms=st.integers(0, 3),
)


def test_ids_never_change() -> None:
    """Ids are on the wire and in databases: this very position gives these very ids, in every version."""
    position = SourcePosition(topic="chat.messages.v1", partition=3, offset=42, timestamp_ms=1_700_000_000_000)
    assert str(result_id(position)) == "208f1ca2-e961-5d92-9a3b-0d04d1df99c3"
    assert str(intervention_id("ada", position)) == "15f209a3-9835-5d9b-bf0b-bdc180187670"
    assert str(rejection_id(position, "worker")) == "2e1d210b-d88f-5205-85e9-cfa7e81add84"


@given(positions, positions)
def test_two_positions_share_an_id_only_if_they_are_one(a: SourcePosition, b: SourcePosition) -> None:
    """Every part of the position counts, also the timestamp: a topic that was made anew gives new ids."""
    assert (result_id(a) == result_id(b)) == (a == b)
    assert (intervention_id("ada", a) == intervention_id("ada", b)) == (a == b)


def test_ids_tell_kinds_users_and_stages_apart() -> None:
    """One position gives a different id to a result, an intervention of each user, a rejection of each stage."""
    position = SourcePosition(topic="t", partition=0, offset=0, timestamp_ms=0)
    ids = [
        result_id(position),
        intervention_id("ada", position),
        intervention_id("bob", position),
        rejection_id(position, "worker"),
        rejection_id(position, "state"),
    ]
    assert len(set(ids)) == len(ids)


def test_the_time_is_utc_to_the_millisecond() -> None:
    """Kafka's timestamp is milliseconds since 1970 in UTC."""
    position = SourcePosition(topic="t", partition=0, offset=0, timestamp_ms=1_500)
    assert position.time == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("field", ["partition", "offset", "timestamp_ms"])
def test_a_position_is_not_negative(field: str) -> None:
    """-1 is Kafka's way to say unknown: it is no position."""
    fields = {"topic": "t", "partition": 0, "offset": 0, "timestamp_ms": 0}
    with pytest.raises(ValidationError):
        SourcePosition(**{**fields, field: -1})


def test_a_records_size_counts_all_that_it_holds() -> None:
    """Key, value and headers in bytes; what is null holds nothing."""
    position = SourcePosition(topic="a", partition=0, offset=0, timestamp_ms=0)
    assert Record(position, None, None).size == 0
    assert Record(position, b"ab", b"cde", (("näme", b"v"), ("null", None))).size == 2 + 3 + 5 + 1 + 4  # type: ignore[arg-type]  # Kafka's headers may be null


def test_a_time_beyond_the_last_year_is_the_last_moment() -> None:
    """Under a topic's CreateTime a producer may write any number: the record is judged, and nothing raises."""
    for timestamp_ms in (253_402_300_800_000, 2**63 - 1):
        position = SourcePosition(topic="t", partition=0, offset=0, timestamp_ms=timestamp_ms)
        assert position.time == datetime.max.replace(tzinfo=UTC)
