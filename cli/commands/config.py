"""``emotionstream config``: every setting there is."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from emotionstream.cli.endpoints import running
from emotionstream.cli.setting_table import SettingRow, setting_rows


def command(
    part: Annotated[str | None, typer.Option(help="Only this part's settings, such as worker.")] = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not the default.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print every setting of every part: variable, value, where the value comes from, and what it means.

    Settings are environment variables. Secrets are hidden. An unknown EMOTIONSTREAM_ variable, or an impossible value,
    is an error (exit code 3) that names the variable and the fix.
    """
    rows = setting_rows(os.environ, running())
    parts = sorted({row.part for row in rows})
    if part is not None and part not in parts:
        raise typer.BadParameter(f"no part {part}; there are {', '.join(parts)}")
    chosen = [row for row in rows if part in (None, row.part) and not (changed and row.source == "default")]
    if as_json:
        typer.echo(json.dumps({"settings": [asdict(row) for row in chosen]}))
    else:
        _print(chosen)


def _print(rows: Sequence[SettingRow]) -> None:
    last = None
    for row in rows:
        if row.part != last:
            typer.echo(f"{'' if last is None else chr(10)}# {row.part}")
            last = row.part
        typer.echo(f"{row.variable}={_text(row.value)}")
        origin = row.source if row.source == "default" else f"{row.source}, default {_text(row.default) or 'unset'}"
        typer.echo(f"    {row.description} [{origin}]")


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
