"""Settings in a TOML file, and what is wrong with one, in words."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.flaws import by_field

M = TypeVar("M", bound=BaseModel)

Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
"""Of random numbers; what every library that is given it takes."""


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
    except ValidationError as error:
        raise SettingsError(f"{path}: {'; '.join(by_field(error))}") from error
    except (ValueError, RecursionError) as error:  # Also a number of thousands of digits, and too deep a nesting.
        raise SettingsError(f"{path} is no TOML: {error}") from error
