"""Which extras are installed, so that a command can say what is missing before it begins."""

import importlib.metadata
import re
from collections.abc import Callable, Sequence
from typing import Final

from emotionstream.schemas.errors import MissingExtraError
from emotionstream.schemas.extras import install_line

PROGRAM: Final = "emotionstream"
_REQUIREMENT: Final = re.compile(r"^(?P<name>[A-Za-z0-9._-]+).*extra\s*==\s*['\"](?P<extra>[\w-]+)['\"]")
_SCORING: Final = ("cpu", "gpu")

Missing = Callable[[str], list[str]]
"""Takes an extra's name, gives the packages of it that are not installed."""


def required(requirements: Sequence[str]) -> dict[str, list[str]]:
    """Extra -> names of the packages that it needs, from a distribution's ``Requires-Dist`` lines. Pure."""
    needs: dict[str, list[str]] = {}
    for line in requirements:
        found = _REQUIREMENT.match(line)
        if found and found["name"].lower() != PROGRAM:
            needs.setdefault(found["extra"], []).append(found["name"])
    return needs


def version(distribution: str) -> str | None:
    """The installed version of a package, None where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def missing_packages(extra: str) -> list[str]:
    """The packages of ``extra`` that are not installed here."""
    needs = required(importlib.metadata.requires(PROGRAM) or [])
    return [name for name in needs.get(extra, []) if version(name) is None]


def can_score(missing: Missing = missing_packages) -> bool:
    """Whether the packages for scoring are here, for the CPU or for a GPU."""
    return not all(missing(extra) for extra in _SCORING)


def require_scoring(missing: Missing = missing_packages) -> None:
    """See that texts could be scored, before a checkpoint is looked for.

    Raises:
        MissingExtraError: the packages are not installed.
    """
    if not can_score(missing):
        raise MissingExtraError(
            f"scoring needs packages that are not installed ({', '.join(missing('cpu'))}): "
            f"{install_line('cpu')} ([gpu] where there is a GPU)"
        )


def require_parts(missing: Missing = missing_packages) -> None:
    """See that every part could run, before anything is started.

    Raises:
        MissingExtraError: packages are not installed.
    """
    lacking = [] if can_score(missing) else missing("cpu")
    lacking += [name for extra in ("state", "history") for name in missing(extra)]
    if lacking:
        raise MissingExtraError(
            f"the parts need packages that are not installed ({', '.join(dict.fromkeys(lacking))}): "
            f"{install_line('demo')}"
        )
