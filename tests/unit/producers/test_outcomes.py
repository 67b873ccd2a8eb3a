"""Outcomes of interventions."""

from uuid import UUID

import pytest
from examples import SENT_AT

from emotionstream.producers.outcomes import make_outcome
from emotionstream.schemas.errors import InvalidMessageError

ID = UUID(int=7)


def test_an_outcome_has_an_id_of_its_own() -> None:
    """Two answers to one intervention are two outcomes."""
    first, second = (make_outcome(ID, "ada", "yes", reported_by="ms-lee", reported_at=SENT_AT) for _ in range(2))
    assert first.outcome_id != second.outcome_id
    assert first.intervention_id == second.intervention_id == ID


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"user_id": ""}, "user_id"),
        ({"helped": "maybe"}, "helped"),
        ({"reported_by": ""}, "reported_by"),
        ({"corrected_emotion": "hunger"}, "corrected_emotion"),
        ({"corrected_level": "huge"}, "corrected_level"),
    ],
)
def test_a_bad_answer_names_the_field(change: dict[str, str], told: str) -> None:
    """The tutor's tool can say what to correct."""
    fields = {"user_id": "ada", "helped": "yes", "reported_by": "ms-lee", **change}
    with pytest.raises(InvalidMessageError, match=told):
        make_outcome(intervention_id=ID, reported_at=SENT_AT, **fields)  # type: ignore[arg-type]
