"""Kafka's start is rehearsed once, and quicker afterwards; a cache that does not fit costs nothing but time."""

from pathlib import Path

import psutil
import pytest
from services import service_folder

from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.embedded.cache import jar_folder
from emotionstream.cli.embedded.rehearsal import Prepared, rehearse
from emotionstream.cli.embedded.start_cache import start_cache
from emotionstream.schemas.settings.embedded import EmbeddedSettings


@pytest.fixture
def unprepared(kafka: str, tmp_path: Path) -> EmbeddedSettings:
    """Settings with a cache folder that has Kafka's jars, and nothing else."""
    del kafka  # It has fetched the jars.
    settings = EmbeddedSettings(cache=tmp_path / "cache")
    jar_folder(settings).mkdir(parents=True)
    for jar in jar_folder(EmbeddedSettings.load()).glob("*.jar"):
        (jar_folder(settings) / jar.name).symlink_to(jar)
    return settings


async def test_a_rehearsal_is_done_once_and_used_from_then_on(unprepared: EmbeddedSettings) -> None:
    """Java writes the file, the next broker is told of it and answers, and nothing else is left in the folder."""
    told: list[str] = []
    assert await rehearse(unprepared, told.append) is Prepared.MADE
    assert await rehearse(unprepared, told.append) is Prepared.THERE
    assert len(told) == 1
    cache = start_cache(unprepared)
    assert [path for path in cache.parent.iterdir() if path.suffix != ".jar"] == [cache]
    with service_folder() as folder:
        async with EmbeddedKafka(unprepared.model_copy(update={"folder": folder})) as broker:
            assert f"-XX:AOTCache={cache}" in psutil.Process(broker.pid).cmdline()
            assert str(cache) in {mapped.path for mapped in psutil.Process(broker.pid).memory_maps()}


async def test_a_broken_cache_is_left_aside(unprepared: EmbeddedSettings) -> None:
    """Java starts without it."""
    start_cache(unprepared).write_bytes(b"no cache" * 1_000)
    with service_folder() as folder:
        async with EmbeddedKafka(unprepared.model_copy(update={"folder": folder})) as broker:
            assert broker.alive
