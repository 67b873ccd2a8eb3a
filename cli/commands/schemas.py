"""``emotionstream schemas``."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from emotionstream.cli.compatibility import breaking_changes
from emotionstream.cli.writing import writing
from emotionstream.schemas.errors import DataError

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def schemas() -> None:
    """Write the contract on the wire as documents, and check a change of it."""


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder for asyncapi.yaml and schemas/*.json; made if needed.")],
) -> None:
    """Write the JSON Schemas of the events and the AsyncAPI 3 document of the topics.

    \b
    Example:
      emotionstream schemas export docs
    """
    from emotionstream.cli.contracts import documents

    for name, content in documents().items():
        path = folder / name
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        typer.echo(str(path))


@app.command()
def check(
    old: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of the older schemas.")],
    new: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of the newer schemas.")],
) -> None:
    """Say what in the newer schemas breaks readers or records of the older ones; exit code 1 if anything does.

    \b
    Example:
      emotionstream schemas check docs/schemas/v1 docs/schemas
    """
    if not any(old.glob("*.json")):
        raise DataError(f"{old} has no schemas (*.json) to hold the newer ones against")
    broken = [
        f"{before.name}: {why}" for before in sorted(old.glob("*.json")) for why in _changes(before, new / before.name)
    ]
    for line in broken:
        typer.echo(line)
    if broken:
        raise typer.Exit(1)
    typer.echo("compatible")


def _changes(before: Path, after: Path) -> list[str]:
    if not after.is_file():
        return ["the event is gone"]
    return breaking_changes(_schema(before), _schema(after))


def _schema(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise DataError(f"{path} is no JSON Schema: it is no JSON object")
    return found
