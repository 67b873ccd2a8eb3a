"""``emotionstream schemas``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from emotionstream.cli.compatibility import breaking_changes

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
    return breaking_changes(json.loads(before.read_text("utf-8")), json.loads(after.read_text("utf-8")))
