"""What a benchmark found, for a person and for a machine."""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

Figures = dict[str, Any]
STANDARD_OUTPUT = Path("-")


def console_for(to: Path | None) -> Console:
    """Standard output, or standard error where that is left to the JSON."""
    return Console(stderr=to == STANDARD_OUTPUT)


def tell(figures: Figures, table: Table, console: Console, to: Path | None) -> None:
    """Print the table, and write the figures as JSON where ``to`` says: a file, or ``-`` for standard output."""
    console.print(table)
    if to == STANDARD_OUTPUT:
        json.dump(figures, sys.stdout, indent=2)
    keep(figures, to)


def keep(figures: Figures, to: Path | None) -> None:
    """Write the figures as JSON where ``to`` is a file: those so far, of a run that goes on."""
    if to is not None and to != STANDARD_OUTPUT:
        to.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
