"""Rows of `score`, in their order and as soon as they are there."""

from collections.abc import AsyncGenerator, Sequence

from fake_scorer import score_of

from emotionstream.cli.score_run import Numbered, ScoreRun, given
from emotionstream.inference.scoring import Score, ScoreRequest


class Engine:
    """Scores a text by its checksum, and remembers how many were asked for at a time."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def score(self, requests: Sequence[ScoreRequest]) -> list[Score]:
        """Scores in input order."""
        self.asked.append(len(requests))
        return [score_of(request.text) for request in requests]


async def test_rows_are_told_before_all_are_scored() -> None:
    """What comes together is scored by pieces, and each piece is told at once: an interruption loses little."""
    engine = Engine()
    told: list[tuple[int, int]] = []
    run = ScoreRun(lambda number, row: told.append((number, len(engine.asked))), most=100)
    await run.run(engine, given([f"text {number}" for number in range(250)]))
    assert engine.asked == [100, 100, 50]
    assert told == [(number, (number - 1) // 100 + 1) for number in range(1, 251)]


async def test_what_has_no_score_keeps_its_place() -> None:
    """Bad lines and texts that cannot be scored have their reasons, the others their own scores."""
    rows: list[tuple[int, Score | str]] = []
    run = ScoreRun(lambda number, row: rows.append((number, row)), most=9)

    async def batches() -> AsyncGenerator[list[Numbered]]:
        yield [(1, ScoreRequest("one")), (3, "no JSON"), (4, ScoreRequest(" ")), (5, ScoreRequest("five"))]

    await run.run(Engine(), batches())
    assert [number for number, _ in rows] == [1, 3, 4, 5]
    assert (rows[0][1], rows[1][1], rows[3][1]) == (score_of("one"), "no JSON", score_of("five"))
    assert isinstance(rows[2][1], str)
    assert (run.scored, run.rejected) == (2, 2)
