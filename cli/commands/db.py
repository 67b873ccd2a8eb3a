"""``emotionstream db``: the history's tables."""

import asyncio
import json
import re
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from emotionstream.history.migrate import Plan

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def _identifier(text: str) -> str:
    # With a part's name behind it, within PostgreSQL's 63 bytes.
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", text):
        raise typer.BadParameter("write a name of lower-case letters, digits and underscores, 51 at most")
    return text


@app.command()
def plan(as_json: AsJson = False) -> None:
    """Print the SQL that `db migrate` would run, and change nothing.

    Example: emotionstream db plan

    Exit codes: 0 up to date, 10 there is something to do, 3 a setting, 4 PostgreSQL does not answer,
    5 the tables are newer than this program.
    """
    steps = asyncio.run(_steps(apply=False))
    if as_json:
        typer.echo(_json(steps))
    elif steps.up_to_date:
        typer.echo(f"up to date: revision {steps.head}", err=True)
    else:
        typer.echo(steps.sql)
    raise typer.Exit(0 if steps.up_to_date else PENDING)


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Make the history's tables, or bring them up to date.

    Example: emotionstream db migrate

    Exit codes: 0 done, 3 a setting, 4 PostgreSQL does not answer, 5 the tables are newer than this program.
    """
    steps = asyncio.run(_steps(apply=True))
    if as_json:
        typer.echo(_json(steps))
    elif steps.up_to_date:
        typer.echo(f"up to date: revision {steps.head}")
    else:
        typer.echo(f"migrated from {steps.current or 'nothing'} to revision {steps.head}")


@app.command()
def grants(
    prefix: Annotated[
        str, typer.Option(help="What the roles' names begin with.", parser=_identifier, metavar="NAME")
    ] = "emotionstream",
) -> None:
    """Print the SQL that makes a role for each part, with the least rights that it needs. Needs no database.

    Run it as the owner of the tables, after `db migrate`; then give each part a user that is a member of its role.

    Example: emotionstream db grants | psql "$OWNER_URL"

    Exit codes: 0, 2 no such name, 3 a setting.
    """
    from emotionstream.history.grants import grants as sql
    from emotionstream.schemas.settings.history import HistorySettings

    typer.echo(sql(HistorySettings.load().db_schema, prefix))


PENDING = 10
"""Exit code of ``db plan`` where there is something to do."""


async def _steps(apply: bool) -> "Plan":
    from emotionstream.cli.endpoints import named_database
    from emotionstream.history.store import open_history
    from emotionstream.schemas.settings.history import HistorySettings

    async with open_history(named_database(), HistorySettings.load(), prepare=False) as history:
        return await (history.migrate() if apply else history.plan())


def _json(steps: "Plan") -> str:
    return json.dumps({"current": steps.current, "head": steps.head, "up_to_date": steps.up_to_date, "sql": steps.sql})
