"""The whole demo: start the chain, play the lesson on it, and report."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from rich.console import Console

from emotionstream.cli.demo.board import Board
from emotionstream.cli.demo.classroom import by_session, load_classroom
from emotionstream.cli.demo.lesson import Lesson, plan_lesson
from emotionstream.cli.demo.play import Play, beside
from emotionstream.cli.demo.report import DemoReport, EngineReport, ServiceReport, latency, pace
from emotionstream.cli.demo.screen import PlainScreen, Screen, live_screen
from emotionstream.cli.demo.settle import Recorded
from emotionstream.cli.demo.tally import Tally
from emotionstream.cli.stack import Stack
from emotionstream.consumers.wording import describe
from emotionstream.history.store import History, open_history
from emotionstream.schemas.settings.demo import DemoSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.settings.supervisor import SupervisorSettings

_UNTOLD = "unknown (a broker does not tell its version)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the demo is to be played. ``sessions``: the first so many; None: all."""

    fast: bool
    live: bool
    sessions: int | None = None


def new_lesson(settings: DemoSettings, sessions: int | None) -> Lesson:
    """A lesson under a new run id: users, sessions and messages of no other run.

    All runs share the installation's topics and tables, as learners of several days do. What sets a run apart are its
    ids, so it counts its own only, and what it leaves can be listed and replayed afterwards without any setting.
    """
    chosen = [line for found in list(by_session(load_classroom()).values())[:sessions] for line in found]
    run = uuid4().hex[:6]
    return plan_lesson(tuple(chosen), run=run, now=datetime.now(tz=UTC), learners_at_once=settings.learners_at_once)


async def run_demo(wanted: Wanted, settings: DemoSettings, console: Console) -> tuple[DemoReport, Lesson]:
    """Start every part, play, wait until all is out, and stop. ``console`` shows it on the way.

    Raises:
        EmotionStreamError: as ``Stack`` says, or a message could not be published.
    """
    started = time.monotonic()
    stack = Stack(
        SupervisorSettings.load(), say=lambda line: console.print(line, style="dim", markup=False, highlight=False)
    )
    async with stack, beside(stack.failure()), open_history(stack.database, HistorySettings.load()) as history:
        # Made only now: its last message is of this moment, whatever the start took.
        lesson = new_lesson(settings, wanted.sessions)
        with _play(lesson, wanted, settings, console) as play:
            recorded = await play.run(stack.kafka, stack.topics, history, fast=wanted.fast)
        report = await _report(play, recorded, stack, history)
    report = report.model_copy(update={"fast": wanted.fast, "seconds": round(time.monotonic() - started, 1)})
    return report, lesson


@contextmanager
def _play(lesson: Lesson, wanted: Wanted, settings: DemoSettings, console: Console) -> Iterator[Play]:
    tally, total = Tally(), lesson.learner_messages
    board = Board(lesson.seats, settings.learners_at_once, settings.interventions_shown, StateSettings.load())
    with ExitStack() as stack:
        screen: Screen = PlainScreen(console, tally, total, settings.progress_every)
        if wanted.live:
            screen = stack.enter_context(live_screen(console, board, tally, total))
        yield Play(lesson, tally, board, screen, describe, settings)


async def _report(play: Play, recorded: Recorded, stack: Stack, history: History) -> DemoReport:
    tally = play.tally
    broker = stack.kafka_service.version if stack.kafka_service else _UNTOLD
    return DemoReport(
        run=play.lesson.run,
        published=len(tally.acknowledged),
        context_messages=len(tally.context),
        results=len(tally.results),
        duplicates=tally.duplicates,
        rejected=len(tally.rejected),
        history_rows=recorded.results,
        history_messages=recorded.messages,
        history_interventions=recorded.interventions,
        interventions=tally.levels,
        latency_ms=latency(tally),
        messages_per_second=pace(tally, play.first_send),
        engine=EngineReport.of(play.model),
        kafka=ServiceReport(version=broker, embedded=stack.kafka_service is not None),
        postgres=ServiceReport(version=await history.version(), embedded=stack.postgres_service is not None),
    )
