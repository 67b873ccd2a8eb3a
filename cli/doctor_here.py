"""What ``doctor`` finds on this machine: packages, settings, checkpoint, backend, what embedded services need."""

import platform
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from emotionstream.cli.extras import PROGRAM, Missing, can_score, missing_packages, version
from emotionstream.cli.findings import Finding, note, ok, problem
from emotionstream.cli.setting_table import refuse_unknown_anywhere, setting_classes
from emotionstream.schemas.checkpoint import CALIBRATION, CONFIG, GRAPH, POLICY, WEIGHTS, find_checkpoint
from emotionstream.schemas.errors import EmotionStreamError, SettingsError
from emotionstream.schemas.extras import install_line
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.schemas.settings.embedded import EmbeddedSettings

_EXTRAS: Final = {
    "cpu": "scoring on the CPU",
    "gpu": "scoring on a GPU",
    "state": "the state stage",
    "history": "recorder, sessions, replay",
    "embedded": "Kafka and PostgreSQL as child processes",
    "train": "training",
}
_MIB: Final = 1024 * 1024


def look_at_python() -> Finding:
    """The interpreter and the program's version."""
    return ok("python", f"{platform.python_version()} on {platform.platform()}, {PROGRAM} {version(PROGRAM)}")


def look_at_extras() -> Iterator[Finding]:
    """Each extra: which of its packages are missing."""
    for extra, use in _EXTRAS.items():
        missing = missing_packages(extra)
        if missing:
            advice = f"for {use}: {install_line(extra)}"
            yield note(f"extra {extra}", f"missing: {', '.join(missing)}", advice)
        else:
            yield ok(f"extra {extra}", f"complete ({use})")


def look_at_settings(environ: Mapping[str, str]) -> Finding:
    """Whether every setting is known and possible."""
    try:
        refuse_unknown_anywhere(environ)
        for kind in setting_classes():
            kind.load(environ)
    except SettingsError as error:
        return problem("settings", str(error), "correct or unset it; `emotionstream config` lists what there is")
    return ok("settings", "all known and possible")


def look_at_model(environ: Mapping[str, str], missing_of: Missing = missing_packages) -> Iterator[Finding]:
    """The checkpoint, and by which backend on which device it would run.

    Whoever only publishes and subscribes needs none: without the packages for scoring, none is no problem.
    """
    try:
        folder = find_checkpoint(CheckpointSettings.load(environ))
    except EmotionStreamError as error:
        found = problem if can_score(missing_of) else note
        yield found("checkpoint", str(error), "`emotionstream train` makes one; the source code ships with one")
        return
    missing = [name for name in (CONFIG, CALIBRATION, POLICY) if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in (WEIGHTS, GRAPH)):
        missing.append(f"{WEIGHTS} or {GRAPH}")
    if missing:
        yield problem("checkpoint", f"{folder} lacks {', '.join(missing)}", "fetch it again, or train it anew")
    else:
        yield ok("checkpoint", str(folder))
    yield _backend(folder, environ)


def look_at_embedded(environ: Mapping[str, str]) -> Finding:
    """Whether embedded services could start here: Java, PostgreSQL's programs, Kafka's jars, room on the disk."""
    from emotionstream.cli.embedded.cache import jar_folder
    from emotionstream.cli.embedded.java import find_java
    from emotionstream.cli.embedded.lock import kafka_version, locked_jars
    from emotionstream.cli.embedded.postgres_programs import find_programs

    try:
        settings = EmbeddedSettings.load(environ)
        find_java()
        find_programs()
    except EmotionStreamError as error:
        return note("embedded services", str(error))
    jars = jar_folder(settings, environ)
    fetched = sum((jars / jar.filename).is_file() for jar in locked_jars())
    free = shutil.disk_usage(_existing(settings.folder.absolute())).free // _MIB
    if free < settings.min_free_mb:
        return problem("embedded services", f"{free} MiB free at {settings.folder}", "free some space")
    told = f"Kafka {kafka_version()}: {fetched} of {len(locked_jars())} files fetched, {free} MiB free"
    return ok("embedded services", told)


def _backend(folder: Path, environ: Mapping[str, str]) -> Finding:
    from emotionstream.schemas.settings.engine import EngineSettings

    try:
        from emotionstream.inference.backends.choice import Found, choose

        settings = EngineSettings.load(environ)
        choice = choose(settings.backend, settings.device, Found.look(folder))
    except (EmotionStreamError, ImportError) as error:
        return note("backend", str(error), f"for scoring: {install_line('cpu')} ([gpu] where there is one)")
    package = choice.backend.value
    return ok("backend", f"{package} {version(package) or '(not installed)'} on {choice.device.value}")


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
