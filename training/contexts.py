"""The same sessions with more or less of their context: most publishers know less than the corpus does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from emotionstream.training.datasets.sessions import Session, SessionMessage

Change = Callable[[SessionMessage, Session], SessionMessage]


def _without_engagement(message: SessionMessage, _: Session) -> SessionMessage:
    return replace(message, engagement=None)


def _without_load(message: SessionMessage, _: Session) -> SessionMessage:
    return replace(message, cognitive_load=None)


def _timed(message: SessionMessage, session: Session) -> SessionMessage:
    return replace(message, time_factor=message.seconds / max(session.messages[-1].seconds, 1.0))


VIEWS: Final[dict[str, tuple[Change, ...]]] = {
    "recorded": (),
    "text_only": (_without_engagement, _without_load),
    "no_engagement": (_without_engagement,),
    "no_cognitive_load": (_without_load,),
    "timed": (_timed,),
    "timed_text_only": (_without_engagement, _without_load, _timed),
}
"""By name, what is changed in each message. `recorded` comes first."""


def views(sessions: Sequence[Session]) -> list[list[Session]]:
    """``sessions`` once for each of ``VIEWS``, in their order."""
    return [[_changed(session, changes) for session in sessions] for changes in VIEWS.values()]


def _changed(session: Session, changes: Sequence[Change]) -> Session:
    messages = session.messages
    for change in changes:
        messages = tuple(change(message, session) for message in messages)
    return Session(session.name, messages)
