"""CloudEvents headers."""

from examples import SENT_AT

from emotionstream.schemas.cloudevents import cloudevent_headers, header, traceparent


def test_the_required_attributes_are_there() -> None:
    """Binary mode: id, source, type, specversion and time with ``ce_``, the content type without."""
    headers = cloudevent_headers(event_id="m-1", event_type="t.v1", source="/here", time=SENT_AT)
    assert dict(headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"m-1",
        "ce_source": b"/here",
        "ce_type": b"t.v1",
        "ce_time": b"2026-03-02T10:30:00.123000+00:00",
        "content-type": b"application/json",
    }


def test_a_traceparent_is_passed_through() -> None:
    """A trace goes on over Kafka, as it came."""
    headers = cloudevent_headers(event_id="m", event_type="t", source="/", time=SENT_AT, traceparent=b"00-ab-cd-01")
    assert header(tuple(headers), "traceparent") == b"00-ab-cd-01"


def test_the_last_header_of_a_name_counts() -> None:
    """Kafka allows a name twice; the last one was added last."""
    assert header((("a", b"1"), ("b", b"2"), ("a", b"3")), "a") == b"3"
    assert header((("a", b"1"),), "b") is None


def test_only_a_trace_is_passed_on() -> None:
    """W3C's form and nothing else: any other value may be of any size, and be somebody's text."""
    trace = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert traceparent((("traceparent", trace),)) == trace
    for other in (b"", b"my text", trace + b"\n", trace + b"x" * 1_000_000, trace.upper(), b"\xff", None):
        assert traceparent((("traceparent", other),)) is None  # type: ignore[arg-type]  # Kafka's headers may be null.
    assert traceparent(()) is None
