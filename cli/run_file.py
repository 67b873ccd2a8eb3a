"""``run.json`` in the data folder: what a running ``emotionstream up`` tells the commands of other terminals."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from emotionstream.cli.pids import ProcessId

NAME: Final = "run.json"


@dataclass(frozen=True, slots=True)
class RunFile:
    """Who runs (``owner``), and the addresses of the embedded services, None where one is not embedded.

    An address that came from the environment does not stand here: it may hold a password.
    """

    owner: ProcessId
    kafka: str | None = None
    database: str | None = None
    health: dict[str, int] = field(default_factory=dict)
    """Name of a part -> port of its /live, /ready and /metrics on 127.0.0.1."""

    def write(self, folder: Path) -> None:
        """Store it whole or not at all, for the user alone."""
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / f"{NAME}.new"
        new.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        new.chmod(0o600)
        new.replace(folder / NAME)


def read_run_file(folder: Path) -> RunFile | None:
    """What runs with its data in ``folder``; None where nothing does, also where a killed run left its file behind."""
    try:
        raw = json.loads((folder / NAME).read_text(encoding="utf-8"))
        found = _run_file(raw)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.owner.lives() else None


def remove_run_file(folder: Path) -> None:
    """Say that nothing runs any more."""
    (folder / NAME).unlink(missing_ok=True)


def _run_file(raw: dict[str, Any]) -> RunFile:
    return RunFile(ProcessId.read(raw["owner"]), raw.get("kafka"), raw.get("database"), dict(raw.get("health", {})))
