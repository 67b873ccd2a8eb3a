"""Turns are put together by ids and sorted by what the broker said."""

from history_events import intervention, message, no_id, outcome, position, rejection, result
from replay_record import said

from emotionstream.history.turns import Parts, turns
from emotionstream.schemas.position import result_id


def test_parts_meet_by_the_id_of_the_chat_record() -> None:
    """Whatever their order, a message meets its result, intervention, answers and rejection."""
    first, second = message(1), message(2)
    scored = result(first, position(1))
    raised = intervention(scored)
    answers = [outcome(raised, by) for by in ("t1", "t2")]
    found = turns(
        Parts(
            messages=[said(second, position(2)), said(first, position(1))],
            results=[scored],
            interventions=[raised],
            outcomes=[(scored.result_id, answer) for answer in answers] + [(no_id(), answers[0])],
            rejections=[rejection(position(2))],
        )
    )
    assert [turn.position.offset for turn in found] == [1, 2]
    assert (found[0].result, found[0].intervention, found[0].outcomes) == (scored, raised, tuple(answers))
    assert found[0].rejection is None
    assert (found[1].result, found[1].rejection) == (None, rejection(position(2)))


def test_a_result_whose_message_is_not_there_yet_has_a_turn() -> None:
    """Topics are read at different speeds: what is known is shown."""
    scored = result(message(3), position(3))
    (turn,) = turns(Parts(results=[scored]))
    assert (turn.message, turn.result, turn.result_id) == (None, scored, result_id(position(3)))


def test_a_newer_log_comes_after_an_older_one() -> None:
    """Offsets start at 0 again when a topic is made anew; time tells."""
    places = [position(0, log=1), position(5), position(0)]
    found = turns(Parts(messages=[said(message(where.offset), where) for where in places]))
    assert [turn.position for turn in found] == [position(0), position(5), position(0, log=1)]
