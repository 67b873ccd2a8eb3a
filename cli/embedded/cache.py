"""The user's folder of Kafka's jars, and whether a jar in it is whole."""

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from emotionstream.cli.embedded.lock import Jar, kafka_version
from emotionstream.schemas.settings.embedded import EmbeddedSettings


def jar_folder(settings: EmbeddedSettings, environ: Mapping[str, str] | None = None) -> Path:
    """Where this version's jars are kept."""
    base = settings.cache or user_cache(os.environ if environ is None else environ) / "emotionstream"
    return base.expanduser().absolute() / f"kafka-{kafka_version()}"


def user_cache(environ: Mapping[str, str]) -> Path:
    """The user's cache folder (XDG Base Directory specification 0.8; on macOS, Library/Caches)."""
    named = environ.get("XDG_CACHE_HOME", "")
    if named and Path(named).is_absolute():
        return Path(named)
    home = Path(environ.get("HOME") or Path.home())
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"


def is_whole(path: Path, jar: Jar) -> bool:
    """Whether ``path`` is there with the size and SHA-256 that the lock file names."""
    try:
        if path.stat().st_size != jar.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False
