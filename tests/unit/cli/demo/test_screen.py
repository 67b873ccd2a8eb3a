"""What a person sees of the demo."""

import io
from collections.abc import Callable

from rich.console import Console

from emotionstream.cli.demo.board import Board
from emotionstream.cli.demo.lesson import Seat
from emotionstream.cli.demo.screen import PlainScreen, picture
from emotionstream.cli.demo.tally import Tally
from emotionstream.schemas.affect import InterventionLevel, TrajectoryKind
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, Role
from emotionstream.schemas.settings.state import StateSettings

Chat = Callable[..., ChatMessage]
Result = Callable[..., EmotionResult]
Raise = Callable[..., Intervention]


def board(capacity: int = 2, shown: int = 2) -> Board:
    seats = {user: Seat(user.title(), "algebra") for user in ("ann", "bob", "cleo")}
    return Board(seats, capacity, shown, StateSettings())


def drawn(of: Board, tally: Tally) -> str:
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    console.print(picture(of, tally, 9))
    return str(console.file.getvalue())  # type: ignore[attr-defined]  # a StringIO


def test_a_new_learner_takes_the_row_that_was_silent_longest(chat: Chat) -> None:
    """The others keep their place, so that the eye can follow them."""
    seen = board()
    for number, user in enumerate(("ann", "bob", "ann", "cleo")):
        seen.said(chat(number, user=user))
    assert seen.shown == ["ann", "cleo"]


def test_the_trend_is_the_state_stage_s_own(result: Result) -> None:
    """Falling pleasure shows as declining, over the times at which the messages were written."""
    seen = board()
    for number, pleasure in enumerate((0.8, 0.5, 0.2)):
        seen.scored(result(number, pleasure))
    trend = seen.rows["ann"].trend
    assert trend is not None
    assert trend.kind is TrajectoryKind.DECLINING


def test_the_picture_has_the_learner_the_emotion_the_tutor_and_the_reason(
    chat: Chat, result: Result, intervention: Raise
) -> None:
    """One look says who feels what, what was said and why help is called."""
    seen, tally = board(), Tally()
    seen.said(chat(1))
    seen.said(chat(2, Role.TUTOR))
    seen.scored(result(1))
    seen.raised(
        intervention(1, InterventionLevel.SIGNIFICANT),
        ("mood is falling (pleasure falling by 0.04 a minute)", "sounds lost (0.4)"),
    )
    text = drawn(seen, tally)
    for word in ("Ann", "line 1", "tutor: line 2", "joy 1.00", "significant", "mood is falling; sounds lost", "0 of 9"):
        assert word in text


def test_only_the_latest_interventions_are_kept(intervention: Raise) -> None:
    """The list on the screen does not grow."""
    seen = board(shown=2)
    for number in range(5):
        seen.raised(intervention(number), (str(number),))
    assert [raised.words for raised in seen.latest] == [("3",), ("4",)]


def test_without_a_terminal_there_are_plain_lines(result: Result, intervention: Raise) -> None:
    """No control codes; one line an intervention, and progress now and then."""
    file = io.StringIO()
    tally = Tally()
    screen = PlainScreen(Console(file=file, force_terminal=False, width=20), tally, total=4, every=2)
    for number in range(3):
        tally.scored(result(number), 0.0)
        screen.update()
    screen.raised(board().raised(intervention(1), ("pleasure is low", "the trend falls [fast]")))
    assert file.getvalue().splitlines() == [
        "2 of 4 messages scored, 0 interventions",
        "mild        Ann: pleasure is low; the trend falls [fast]",
    ]
