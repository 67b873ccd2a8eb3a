"""Where a checkpoint lies, and the names of its files."""

import os
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.checkpoint import CheckpointSettings

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
GRAPH: Final = "openvino/model.xml"
CALIBRATION: Final = "calibration.json"
POLICY: Final = "policy.safetensors"
METRICS: Final = "metrics.json"
CARD: Final = "README.md"


_BY_SETTINGS: Final = (
    "Set EMOTIONSTREAM_MODEL_FOLDER to a folder of checkpoints, or EMOTIONSTREAM_MODEL_NAME to a checkpoint's path"
)


def find_checkpoint(settings: CheckpointSettings, advice: str = _BY_SETTINGS) -> Path:
    """The folder of the checkpoint that ``settings`` names. ``advice``: what to tell where there is none.

    Raises:
        CheckpointError: there is no such folder, or it has no ``config.json``.
    """
    places = _places(settings)
    for place in places:
        if _is_file(place / CONFIG):
            return place.resolve()
    looked = ", ".join(str(place) for place in places)
    raise CheckpointError(f"no checkpoint {settings.name!r}: looked for {CONFIG} in {looked}. {advice}")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # A name that no file can have: it is too long, say, or has a NUL.
        return False


def _places(settings: CheckpointSettings) -> list[Path]:
    """Where to look: a path as it is written, a name in the folders of checkpoints and then as a folder here."""
    try:
        named = Path(settings.name).expanduser()
    except RuntimeError:  # There is no such user.
        named = Path(settings.name)
    separators = tuple(filter(None, (os.sep, os.altsep)))
    # Path drops a leading "./", so the name says whether it is a path.
    if settings.name.startswith((".", "~")) or any(mark in settings.name for mark in separators):
        return [named.absolute()]
    places = [base / named for base in _folders(settings)] + [named.absolute()]
    return list({place.resolve(): place for place in places}.values())


def _folders(settings: CheckpointSettings) -> list[Path]:
    if settings.folder is not None:
        return [settings.folder.expanduser()]
    beside_source = Path(__file__).resolve().parent.parent / "models"
    return [Path("models").absolute(), beside_source]
