"""What a record becomes in its dead-letter topic."""

from dataclasses import replace

import pytest

from emotionstream.schemas.dead_letters import LEFT_OUT, dead_letter, dead_letter_bytes
from emotionstream.schemas.decode import reject
from emotionstream.schemas.events import RejectionKind
from emotionstream.schemas.position import Headers, Record, SourcePosition
from emotionstream.schemas.rejections import HEADER_NAMES, parse_rejection
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, catalogue

PLACE = SourcePosition(topic="emotion.results.v1", partition=1, offset=9, timestamp_ms=1_772_447_400_000)
SMALL = Record(PLACE, b"k", b"v")
NULL_HEADER: Headers = (("x", None),)  # type: ignore[assignment]  # Kafka's headers may be null.


@pytest.mark.parametrize("headers", [(), (("x", b"1"),), NULL_HEADER])
def test_what_fits_is_kept_as_it_came(headers: Headers) -> None:
    """Key, value and headers first, then the reason's headers."""
    record = replace(SMALL, headers=headers)
    rejection = reject(record, (RejectionKind.NOT_JSON, "why"), "state")
    letter = dead_letter(record, rejection, 100)
    assert (letter.key, letter.value, letter.rejection) == (b"k", b"v", rejection)
    assert tuple(letter.headers[: len(headers)]) == headers
    assert parse_rejection(tuple(letter.headers)) == rejection


@pytest.mark.parametrize(
    "record",
    [
        replace(SMALL, key=b"k" * 600),
        replace(SMALL, value=b"v" * 600),
        replace(SMALL, headers=(("x", b"h" * 600),)),
        replace(SMALL, headers=(("", b""),) * 60),  # Their lengths alone take room on the wire.
    ],
)
def test_what_does_not_fit_leaves_its_reason(record: Record) -> None:
    """Kind, stage, id and position are those of any rejection; nothing of the record is there."""
    rejection = reject(record, (RejectionKind.TOO_LARGE, "w" * 1_000), "state")
    letter = dead_letter(record, rejection, 599)
    assert (letter.key, letter.value) == (None, None)
    assert {name for name, _ in letter.headers} == set(HEADER_NAMES)
    told = parse_rejection(tuple(letter.headers))
    assert told == letter.rejection == rejection.model_copy(update={"reason": letter.rejection.reason})
    assert letter.rejection.reason.startswith(f"{LEFT_OUT}; www")


def test_the_largest_dead_letter_fits_its_topic() -> None:
    """The topic's limit is what a producer may send: the largest record and the longest reason."""
    settings = TopicSettings(max_message_bytes=20_000)
    record = replace(SMALL, value=b"v" * 19_999)
    letter = dead_letter(record, reject(record, (RejectionKind.NOT_JSON, "\U0001f642" * 1_000)), 20_000)
    size = 20_000 + sum(len(name) + len(value) for name, value in letter.headers)
    for topic in (Topic.CHAT_DLQ, Topic.RESULTS_DLQ):
        assert size < dead_letter_bytes(settings) == int(catalogue(settings)[topic].config["max.message.bytes"])
