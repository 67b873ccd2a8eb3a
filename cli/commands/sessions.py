"""``emotionstream sessions``: what is recorded."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from heapq import merge
from typing import TYPE_CHECKING, Annotated

import typer

from emotionstream.cli.times import check_range, parse_time

if TYPE_CHECKING:
    from emotionstream.history.reader import SessionFilter
    from emotionstream.history.session import SessionSummary, Turn

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
User = Annotated[str | None, typer.Option(help="Only this learner.")]
Since = Annotated[
    datetime | None, typer.Option(parser=parse_time, metavar="TIME", help="Only messages sent from then on (ISO 8601).")
]
Until = Annotated[
    datetime | None, typer.Option(parser=parse_time, metavar="TIME", help="Only messages sent before (ISO 8601).")
]


@app.command("list")
def list_sessions(
    *,
    user: User = None,
    session: Annotated[str | None, typer.Option(help="Only sessions of this name.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List recorded sessions, the latest first.

    Example: emotionstream sessions list --user ada --json

    Exit codes: 0, 3 a setting, 4 PostgreSQL does not answer.
    """
    from emotionstream.cli.session_lines import summary_json
    from emotionstream.history.reader import SessionFilter

    check_range(since, until)
    wanted = SessionFilter(since, until, user, session)
    # One more than is shown tells whether there are more.
    listed = asyncio.run(_list(wanted, limit + 1))
    found = listed[:limit]
    if as_json:
        for summary in found:
            typer.echo(summary_json(summary))
    else:
        _print_table(found, wanted)
    if len(listed) > limit:
        typer.echo(f"there are more than {limit}: --limit shows more, --user, --since and --until fewer", err=True)


@app.command("show")
def show_session(
    session: Annotated[str, typer.Argument(help="The session's name, as `sessions list` gives it.")],
    user: User = None,
    text: Annotated[bool, typer.Option(help="Show what was said.")] = True,
    as_json: AsJson = False,
) -> None:
    """Show a session in the order in which it came in: what was said, scored, raised and answered.

    Example: emotionstream sessions show algebra-1 --user ada --no-text

    Exit codes: 0, 1 no such session, 3 a setting, 4 PostgreSQL does not answer.
    """
    from emotionstream.cli.session_lines import turn_json, turn_lines
    from emotionstream.history.turns import order

    learners = asyncio.run(_show(session, user, text))
    for turn in merge(*learners, key=lambda turn: order(turn.position)):
        for line in [turn_json(turn)] if as_json else turn_lines(turn, named=len(learners) > 1):
            typer.echo(line)


async def _list(wanted: "SessionFilter", limit: int) -> "list[SessionSummary]":
    from emotionstream.cli.endpoints import named_database
    from emotionstream.history.store import open_history
    from emotionstream.schemas.settings.history import HistorySettings

    async with open_history(named_database(), HistorySettings.load()) as history:
        return await history.sessions(wanted, limit)


async def _show(session: str, user: str | None, text: bool) -> "list[list[Turn]]":
    from emotionstream.cli.endpoints import named_database
    from emotionstream.history.reader import SessionFilter
    from emotionstream.history.store import open_history
    from emotionstream.schemas.errors import ReplayError
    from emotionstream.schemas.settings.history import HistorySettings

    async with open_history(named_database(), HistorySettings.load()) as history:
        found = await history.sessions(SessionFilter(user_id=user, session_id=session))
        if not found:
            raise ReplayError(f"no session {session!r} is recorded: `emotionstream sessions list` shows what is")
        return [await history.turns(item.user_id, session, with_text=text) for item in found]


def _print_table(found: "Sequence[SessionSummary]", wanted: "SessionFilter") -> None:
    from emotionstream.cli.session_lines import nothing_found, summary_lines

    if not found:
        typer.echo(nothing_found(wanted), err=True)
        return
    for line in summary_lines(found):
        typer.echo(line)
