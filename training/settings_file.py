"""Settings in a TOML file, and what is wrong with one, in words."""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.flaws import in_words

M = TypeVar("M", bound=BaseModel)


def read_settings(model: type[M], path: Path, changes: Mapping[str, object] | None = None) -> M:
    """The settings in ``path``; ``changes`` replace whole tables of it.

    Raises:
        SettingsError: the file is missing, no TOML in UTF-8, or has an unknown or impossible value. Each is named.
    """
    try:
        return model.model_validate({**tomllib.loads(path.read_text(encoding="utf-8")), **(changes or {})})
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not in UTF-8 ({error.reason}): write it anew in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is no TOML: {error}") from error
    except ValidationError as error:
        raise SettingsError(f"{path}: {'; '.join(_flaws(error, model.model_fields))}") from error


def _flaws(error: ValidationError, fields: Iterable[str]) -> Iterator[str]:
    known = list(fields)
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        yield f"{'.'.join(str(part) for part in item['loc'])} {in_words(item)}{_meant(item, known)}".strip()


def _meant(item: Mapping[str, Any], known: list[str]) -> str:
    """Which setting an unknown one of the first level may be."""
    if item["type"] != "extra_forbidden" or len(item["loc"]) > 1:
        return ""
    near = difflib.get_close_matches(str(item["loc"][0]), known, n=1)
    return f": is {near[0]} meant?" if near else ""
