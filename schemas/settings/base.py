"""How settings are read: from the environment, once, with errors that name the variable and the fix."""

import difflib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Self

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValueError

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.flaws import in_words

PROJECT_PREFIX: Final = "EMOTIONSTREAM_"


class Settings(BaseSettings):
    """Base of one part's settings.

    A subclass sets ``env_prefix`` and gives every field a unit, a range and where its default comes from.
    Constructing it directly takes keyword arguments only; ``load`` reads the environment.
    """

    # Inputs are hidden in errors: a chained traceback would show passwords. What may be shown, `_explain` shows.
    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True)
    part: ClassVar[str]
    plain: ClassVar[Mapping[str, str]] = {}
    """Field -> a second, plain variable that is read where the field's own is not set."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Keyword arguments only: the environment comes in through ``load``, so that it can be injected."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """Read this part's settings from ``environ`` (the process's by default).

        Raises:
            SettingsError: a value is impossible, or a variable with this part's prefix is not known.
        """
        env = cls.spelled_out(os.environ if environ is None else environ)
        refuse_unknown(env, cls)
        source = EnvSettingsSource(cls)
        # An empty variable is an unset one, as compose files write it.
        source.env_vars = {key.lower(): value for key, value in env.items() if value}
        try:
            return cls(**{**source(), **overrides})
        except (UnreadableValueError, RecursionError) as error:
            raise SettingsError(_explain_lists(cls, source.env_vars)) from error
        except ValidationError as error:
            raise SettingsError(_explain(cls, error)) from error

    @classmethod
    def spelled_out(cls, environ: Mapping[str, str]) -> Mapping[str, str]:
        """``environ`` with the value of each plain variable under the field's own, where that is not set."""
        own = {variable(cls, field): environ.get(plain, "") for field, plain in cls.plain.items()}
        return {**environ, **{name: value for name, value in own.items() if value and not environ.get(name)}}

    @classmethod
    def variables(cls) -> dict[str, FieldInfo]:
        """Environment variable -> field."""
        return {variable(cls, name): info for name, info in cls.model_fields.items()}

    def env(self) -> dict[str, str]:
        """These settings as environment variables, for a child process: only what differs from the default."""
        changed = self.model_dump(mode="json", exclude_defaults=True)
        raw = {name: getattr(self, name) for name in changed}
        return {variable(type(self), name): _env_text(value) for name, value in raw.items() if value is not None}


def variable(cls: type[Settings], field: str) -> str:
    """The environment variable of a field."""
    return f"{cls.model_config['env_prefix']}{field}".upper()


def refuse_unknown(environ: Mapping[str, str], *parts: type[Settings]) -> None:
    """Refuse a variable that looks like one of ``parts``' and is none.

    Raises:
        SettingsError: names the variable and the nearest known one.
    """
    known = [name for part in parts for name in part.variables()]
    prefixes = tuple(
        p for p in (part.model_config["env_prefix"].upper() for part in parts) if p.startswith(PROJECT_PREFIX)
    )
    for name in environ:
        if prefixes and name.upper().startswith(prefixes) and name.upper() not in known:
            raise unknown_setting(name, known)


def unknown_setting(name: str, known: Sequence[str]) -> SettingsError:
    """The error for variable ``name`` that is none of ``known``: it tells the nearest one."""
    near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "`emotionstream config` lists what there is"
    return SettingsError(f"unknown setting {name}: {hint}")


def _env_text(value: object) -> str:
    secret = getattr(value, "get_secret_value", None)
    plain = secret() if secret is not None else value
    if isinstance(plain, (tuple, list)):
        return json.dumps(plain)
    return str(getattr(plain, "value", plain))


def _explain(cls: type[Settings], error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        field = str(item["loc"][0]) if item["loc"] else ""
        info = cls.model_fields.get(field)
        name = variable(cls, field) if info else f"{cls.__name__}.{field}" if field else cls.__name__
        shown = "" if info is None or "Secret" in str(info.annotation) else f"={item['input']!r}"
        about = f" ({info.description})" if info and info.description else ""
        lines.append(f"{name}{shown}: {in_words(item)}{about}")
    return "; ".join(lines)


def _explain_lists(cls: type[Settings], given: Mapping[str, str | None]) -> str:
    """Which variables should hold a JSON list and do not."""
    named = {name: (given.get(name.lower()), info) for name, info in cls.variables().items()}
    wrong = [
        f"{name}={value!r}: must be a list in JSON, such as {_example(info)} ({info.description})"
        for name, (value, info) in named.items()
        if value is not None and "tuple" in str(info.annotation) and not _is_json(value)
    ]
    return "; ".join(wrong)


def _example(info: FieldInfo) -> str:
    return json.dumps(info.default)


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True
