"""The classroom becomes chat messages: whole, in order, in its own rhythm."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from emotionstream.cli.demo.classroom import Line, by_session, load_classroom
from emotionstream.cli.demo.lesson import Lesson, plan_lesson, user_id
from emotionstream.schemas.events import ChatMessage, Role

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def lesson(lines: tuple[Line, ...], at_once: int = 2) -> Lesson:
    return plan_lesson(lines, run="r1", now=NOW, learners_at_once=at_once)


def line(session: str, t: float, role: Role = Role.LEARNER) -> Line:
    return Line(session, session.title(), "algebra", t, role, f"{session} at {t}")


def test_the_classroom_that_ships_is_large_enough_and_has_tutors() -> None:
    """About 60 sessions of unlike names, at least 500 learner messages, tutors' messages among them."""
    lines = load_classroom()
    sessions = by_session(lines)
    assert 55 <= len(sessions) <= 65
    assert sum(each.role is Role.LEARNER for each in lines) >= 500
    assert sum(each.role is Role.TUTOR for each in lines) >= 50
    assert len({found[0].learner for found in sessions.values()}) == len(sessions)


def test_each_session_is_of_one_learner_and_runs_forward() -> None:
    """A session's times grow, and no line has lost its text."""
    for found in by_session(load_classroom()).values():
        assert len({each.learner for each in found}) == 1
        assert all(before.t < after.t for before, after in pairwise(found))
        assert all(each.text.strip() for each in found)


def test_every_line_becomes_one_message_with_its_own_id() -> None:
    """Nothing is lost or doubled between the file and the lesson."""
    lines = load_classroom()
    made = lesson(lines, at_once=10)
    assert sorted(message.text for message in made.messages) == sorted(each.text for each in lines)
    assert len({message.message_id for message in made.messages}) == len(lines)
    assert made.learner_messages == sum(each.role is Role.LEARNER for each in lines)
    assert len(made.sessions) == len(made.seats) == len(by_session(lines))


def test_sent_at_keeps_the_rhythm_and_ends_now() -> None:
    """Pauses within a session are those of the file, and no message is of the future."""
    made = lesson((line("ann", 0), line("ann", 90), line("ann", 600)))
    assert [message.sent_at for message in made.messages] == [NOW - timedelta(seconds=s) for s in (600, 510, 0)]


def test_a_learner_s_messages_are_sent_in_the_order_of_writing() -> None:
    """Whatever runs beside it, a session goes forward."""
    sent: dict[str, list[ChatMessage]] = {}
    for message in lesson(load_classroom(), at_once=10).messages:
        sent.setdefault(message.session_id, []).append(message)
    for messages in sent.values():
        assert messages == sorted(messages, key=lambda message: message.sent_at)


@pytest.mark.parametrize("at_once", [1, 3, 10])
def test_so_many_learners_chat_at_once(at_once: int) -> None:
    """At no point are more sessions under way than there are seats, and the seats do get used."""
    made = lesson(load_classroom(), at_once)
    order = [message.session_id for message in made.messages]
    spans = {session: (order.index(session), len(order) - 1 - order[::-1].index(session)) for session in made.sessions}
    under_way = [sum(first <= at <= last for first, last in spans.values()) for at in range(len(order))]
    assert max(under_way) == at_once


def test_two_runs_share_no_id() -> None:
    """A repeated demo can tell its own users, sessions and messages from another's."""
    lines = (line("ann", 0),)
    first = plan_lesson(lines, run="r1", now=NOW, learners_at_once=1).messages[0]
    second = plan_lesson(lines, run="r2", now=NOW, learners_at_once=1).messages[0]
    for name in ("message_id", "user_id", "session_id"):
        assert getattr(first, name) != getattr(second, name)


def test_a_pseudonym_is_plain_ascii() -> None:
    """Names with accents and spaces make keys that a person can type."""
    assert user_id("Mai Linh", "q30", "7f") == "mai-linh-q30-7f"
    assert user_id("Lucía", "b33", "7f") == "lucia-b33-7f"


def test_a_tutor_s_line_stays_in_the_learner_s_conversation() -> None:
    """Its key is the learner, its role the tutor's."""
    learner, tutor = lesson((line("ann", 0), line("ann", 10, Role.TUTOR))).messages
    assert (tutor.role, tutor.user_id, tutor.session_id) == (Role.TUTOR, learner.user_id, learner.session_id)
