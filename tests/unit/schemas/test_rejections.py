"""Rejections as headers."""

import pytest
from examples import POSITION
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from emotionstream.schemas.events import Rejection, RejectionKind
from emotionstream.schemas.position import rejection_id
from emotionstream.schemas.rejections import HEADER_NAMES, parse_rejection, rejection_headers


def rejection(**changes: object) -> Rejection:
    fields = {
        "rejection_id": rejection_id(POSITION, "worker"),
        "source": POSITION,
        "stage": "worker",
        "kind": RejectionKind.NOT_JSON,
        "reason": "line 1 column 2",
        "rejected_at": POSITION.time,
    }
    return Rejection(**{**fields, **changes})


@given(
    st.builds(
        rejection,
        stage=st.sampled_from(["worker", "state", "recorder"]),
        kind=st.sampled_from(RejectionKind),
        reason=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=1000),
    )
)
def test_a_rejection_survives_its_headers(given_one: Rejection) -> None:
    """What is written as headers is read back equal, in any script."""
    assert parse_rejection(tuple(rejection_headers(given_one, ()))) == given_one


def test_the_original_headers_stay_first_and_as_they_were() -> None:
    """The record in the dead-letter topic can be put back as it came."""
    original = (("ce_id", b"m-1"), ("x", b"\xff"))
    headers = rejection_headers(rejection(), original)
    assert tuple(headers[:2]) == original
    assert {name for name, _ in headers[2:]} == set(HEADER_NAMES)


def test_the_last_rejection_counts() -> None:
    """A record that was put back and rejected again says why it was rejected last."""
    first = rejection_headers(rejection(), ())
    again = rejection(kind=RejectionKind.EMPTY_TEXT)
    assert parse_rejection(tuple(rejection_headers(again, tuple(first)))) == again


@pytest.mark.parametrize("name", HEADER_NAMES)
@pytest.mark.parametrize("value", [None, b"\xff", b"nonsense" * 200])
def test_headers_that_are_not_ours_are_no_rejection(name: str, value: bytes | None) -> None:
    """A missing or broken header gives None, never an exception: dead-letter topics hold other programs' records."""
    headers = dict(rejection_headers(rejection(), ()))
    del headers[name]
    if value is not None:
        headers[name] = value
    if value == b"nonsense" * 200 and name.endswith("topic"):
        return  # A topic may have any name.
    assert parse_rejection(tuple(headers.items())) is None


@pytest.mark.parametrize("name", HEADER_NAMES)
def test_a_null_header_is_no_rejection(name: str) -> None:
    """Kafka's headers may be null, and one must not end the recorder."""
    headers = {**dict(rejection_headers(rejection(), ())), name: None}
    assert parse_rejection(tuple(headers.items())) is None  # type: ignore[arg-type]  # What Kafka allows.


def test_a_reason_is_short() -> None:
    """Headers have a limit; a reason names fields, it tells no story."""
    with pytest.raises(ValidationError):
        rejection(reason="x" * 1001)
