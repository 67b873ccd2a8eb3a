"""``emotionstream data``: which data sets there are, and what is in a data folder."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback()
def data() -> None:
    """Data for training and measuring: where to get it, and whether it is whole."""


@app.command("list")
def list_sets(as_json: AsJson = False) -> None:
    """List the data sets: where each comes from, its licence, what it is for, its rows, and for which checkpoints.

    `needed`: training and measuring do not go without. `research only`: only for a checkpoint whose settings say
    non_commercial = true.

    \b
    Example:
      emotionstream data list --json

    Exit code: 0.
    """
    from emotionstream.cli.data_lines import place_json, place_lines
    from emotionstream.training.datasets.catalogue import PLACES

    if as_json:
        typer.echo(json.dumps({"sets": [place_json(name, place) for name, place in PLACES.items()]}))
        return
    for line in place_lines(PLACES):
        typer.echo(line)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Data folder, as for `train --data`.")],
    *,
    limit: Annotated[int, typer.Option(min=0, help="Faults to tell of each file.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Say what is in a data folder, and what is wrong with it: file, line, and how to mend it. Changes nothing.

    A set that is optional may be absent; one that is there has to be whole.

    \b
    Example:
      emotionstream data check data

    Exit codes: 0 nothing is wrong, 1 something has to be mended, 9 there is no such folder.
    """
    from emotionstream.cli.data_lines import report_lines
    from emotionstream.training.datasets.check import check_folder

    report = check_folder(folder, limit)
    if as_json:
        typer.echo(json.dumps({"problems": report.problems, **asdict(report)}))
    else:
        for line in report_lines(report):
            typer.echo(line)
    raise typer.Exit(1 if report.problems else 0)
