"""Telling a person what goes on, a line at a time."""

from collections.abc import Callable
from contextlib import suppress

import typer

Say = Callable[[str], None]
"""Takes one line."""


def say_on_stderr(line: str) -> None:
    """To standard error. A closed terminal is no reason to leave undone what has to be done."""
    with suppress(OSError):
        typer.echo(line, err=True)


def say_nothing(line: str) -> None:
    """Nobody asked to be told."""
    del line
