"""Sessions with less context."""

from dataclasses import replace

from emotionstream.schemas.affect import InterventionLevel, ReadinessState
from emotionstream.training.contexts import VIEWS, views
from emotionstream.training.datasets.sessions import Session, SessionMessage

MESSAGE = SessionMessage(
    text="x",
    seconds=30.0,
    emotion=0,
    also=frozenset(),
    pad=(0.5, 0.5, 0.5),
    engagement=0.2,
    cognitive_load=0.8,
    readiness=ReadinessState.LOW,
    level=InterventionLevel.MILD,
    second_readiness=None,
    second_level=None,
    helped=None,
)


def test_each_view_forgets_what_it_says() -> None:
    """As recorded first; then engagement, load or both unknown; the session's time as a share of it."""
    session = Session("s", (MESSAGE, replace(MESSAGE, seconds=60.0, engagement=None)))
    told = {
        name: [(m.engagement, m.cognitive_load, m.time_factor) for m in view[0].messages]
        for name, view in zip(VIEWS, views([session]), strict=True)
    }
    assert told == {
        "recorded": [(0.2, 0.8, None), (None, 0.8, None)],
        "text_only": [(None, None, None)] * 2,
        "no_engagement": [(None, 0.8, None)] * 2,
        "no_cognitive_load": [(0.2, None, None), (None, None, None)],
        "timed": [(0.2, 0.8, 0.5), (None, 0.8, 1.0)],
        "timed_text_only": [(None, None, 0.5), (None, None, 1.0)],
    }
    assert next(iter(VIEWS)) == "recorded"
