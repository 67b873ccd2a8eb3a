"""How Java is told of what an earlier start taught it."""

from pathlib import Path

from emotionstream.cli.embedded.start_cache import start_cache, start_options
from emotionstream.schemas.settings.embedded import EmbeddedSettings


def test_without_a_cache_java_is_told_nothing(tmp_path: Path) -> None:
    """An option that names no file would be a warning at each start."""
    assert start_options(EmbeddedSettings(cache=tmp_path)) == []


def test_the_cache_is_of_this_kafka_and_this_java(tmp_path: Path) -> None:
    """Another version of either has a cache of its own."""
    settings = EmbeddedSettings(cache=tmp_path)
    cache = start_cache(settings)
    assert cache.parent == tmp_path / "kafka-4.3.1"
    assert cache.name == "start-java-25.0.2.1.aot"
    cache.parent.mkdir()
    cache.touch()
    assert start_options(settings)[0] == f"-XX:AOTCache={cache}"
