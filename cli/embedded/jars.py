"""Fetch Kafka's jars once, by eight threads, each checked against the lock file."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stamina

from emotionstream.cli.embedded.cache import is_whole, jar_folder
from emotionstream.cli.embedded.lock import Jar, locked_jars
from emotionstream.schemas.errors import EmbeddedServiceError, MissingExtraError
from emotionstream.schemas.extras import install_line
from emotionstream.schemas.settings.embedded import EmbeddedSettings

Fetched = Callable[[int, int], None]
"""Called with (jars fetched, jars to fetch) as they come in."""

_INSTEAD = "or set KAFKA_BOOTSTRAP_SERVERS to a broker of your own"


def ensure_jars(settings: EmbeddedSettings, fetched: Fetched) -> list[Path]:
    """Paths of all of Kafka's jars; those that are missing or broken are fetched first. Blocks.

    Raises:
        EmbeddedServiceError: a jar cannot be fetched, is not what the lock file says, or cannot be stored.
    """
    folder = jar_folder(settings)
    jars = locked_jars()
    with ThreadPoolExecutor(settings.download_threads) as pool:
        whole = list(pool.map(lambda jar: is_whole(folder / jar.filename, jar), jars))
    missing = [jar for jar, good in zip(jars, whole, strict=True) if not good]
    if missing:
        _fetch_all(missing, folder, settings, fetched)
    return [folder / jar.filename for jar in jars]


def _fetch_all(jars: Sequence[Jar], folder: Path, settings: EmbeddedSettings, fetched: Fetched) -> None:
    with _staging(folder) as staging, ThreadPoolExecutor(settings.download_threads) as pool:
        fetched(0, len(jars))
        waiting = [pool.submit(_fetch, jar, folder, staging, settings) for jar in jars]
        try:
            for count, done in enumerate(as_completed(waiting), start=1):
                done.result()
                fetched(count, len(jars))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder beside the jars: a jar is moved into place only when it is whole, so that a kill leaves no half."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetching-", dir=folder, ignore_cleanup_errors=True) as staging:
            yield Path(staging)
    except OSError as error:
        raise EmbeddedServiceError(
            f"Kafka's jars cannot be stored in {folder}: {error}. "
            f"Free some space (60 MB) or set EMOTIONSTREAM_EMBEDDED_CACHE to another folder, {_INSTEAD}"
        ) from error


def _fetch(jar: Jar, folder: Path, staging: Path, settings: EmbeddedSettings) -> None:
    try:
        for attempt in stamina.retry_context(on=_worth_a_retry, attempts=settings.download_attempts):
            with attempt:
                _fetch_once(jar, folder, staging, settings)
    except Exception as error:
        if not _worth_a_retry(error):
            raise
        raise EmbeddedServiceError(
            f"{jar.filename} could not be fetched ({type(error).__name__}). The first start fetches Kafka (45 MB) "
            f"and needs the network: connect and try again, copy {folder} from a machine that has it, {_INSTEAD}"
        ) from error


def _worth_a_retry(error: Exception) -> bool:
    """What the network did; not a wrong file, nor a full disk (whose error has a number; requests' have none)."""
    ours = isinstance(error, EmbeddedServiceError | MissingExtraError)
    return not ours and not (isinstance(error, OSError) and error.errno is not None)


def _fetch_once(jar: Jar, folder: Path, staging: Path, settings: EmbeddedSettings) -> None:
    context = _maven(Path(tempfile.mkdtemp(dir=staging)), settings)
    staged = Path(context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve())
    if not is_whole(staged, jar):
        raise EmbeddedServiceError(
            f"{jar.filename} as fetched is not the file that kafka.lock names (SHA-256 differs): it was not used. "
            f"Check EMOTIONSTREAM_EMBEDDED_MAVEN_REPOSITORY and what stands between you and it, {_INSTEAD}"
        )
    staged.replace(folder / jar.filename)


def _maven(cache: Path, settings: EmbeddedSettings) -> Any:
    """A context of one jar and try: jgo refuses to overwrite what a broken try left behind."""
    try:
        from jgo.maven import MavenContext
    except ImportError as error:
        raise MissingExtraError(
            f"embedded Kafka needs packages that are not installed: {install_line('embedded')}; {_INSTEAD}"
        ) from error
    named = settings.maven_repository
    return MavenContext(
        repo_cache=cache,
        local_repos=[],
        remote_repos={"repository": named.rstrip("/")} if named else None,
        timeout=settings.download_timeout_seconds,
    )
