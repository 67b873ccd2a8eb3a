"""Every setting of every part: its variable, value, where the value comes from, and what it means."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import SecretBytes, SecretStr

import emotionstream.schemas.settings as package
from emotionstream.cli.run_file import RunFile
from emotionstream.schemas.settings.base import PROJECT_PREFIX, Settings, unknown_setting

HIDDEN: Final = "(hidden)"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting. ``value`` is fit for JSON; a secret is hidden.

    ``source`` is ``environment``, ``default``, or ``run.json`` for an address of what runs here.
    """

    part: str
    variable: str
    value: Any
    default: Any
    source: str
    description: str


def setting_classes() -> tuple[type[Settings], ...]:
    """The settings class of every part, ordered by part's name."""
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    known = {kind for kind in _below(Settings) if kind.__module__.startswith(package.__name__)}
    return tuple(sorted(known, key=lambda kind: (kind.part, kind.__name__)))


def refuse_unknown_anywhere(environ: Mapping[str, str]) -> None:
    """Refuse an ``EMOTIONSTREAM_`` variable that no part knows.

    Raises:
        SettingsError: names it, and the nearest that there is.
    """
    known = [variable for kind in setting_classes() for variable in kind.variables()]
    for name in environ:
        if name.upper().startswith(PROJECT_PREFIX) and name.upper() not in known:
            raise unknown_setting(name, known)


def setting_rows(environ: Mapping[str, str], run: RunFile | None = None) -> list[SettingRow]:
    """All settings as ``environ`` gives them, and addresses from ``run`` where it names none.

    Raises:
        SettingsError: one is unknown or impossible.
    """
    refuse_unknown_anywhere(environ)
    rows = [row for kind in setting_classes() for row in _rows(kind, environ)]
    found = {} if run is None else {"KAFKA_BOOTSTRAP_SERVERS": run.kafka, "DATABASE_URL": run.database}
    return [_running(row, found.get(row.variable)) for row in rows]


def _rows(kind: type[Settings], environ: Mapping[str, str]) -> Iterator[SettingRow]:
    settings = kind.load(environ)
    given = {name.upper() for name, value in kind.spelled_out(environ).items() if value}
    for (name, field), variable in zip(kind.model_fields.items(), kind.variables(), strict=True):
        yield SettingRow(
            part=kind.part,
            variable=variable,
            value=_shown(getattr(settings, name)),
            default=_shown(field.get_default(call_default_factory=True)),
            source="environment" if variable in given else "default",
            description=field.description or "",
        )


def _running(row: SettingRow, address: str | None) -> SettingRow:
    if row.source != "default" or address is None:
        return row
    # An embedded service's address holds no secret.
    return replace(row, value=address, source="run.json")


def _shown(value: Any) -> Any:
    if isinstance(value, SecretStr | SecretBytes):
        return HIDDEN
    if isinstance(value, tuple | list):
        return [_shown(item) for item in value]
    plain = getattr(value, "value", value)
    return plain if plain is None or isinstance(plain, bool | int | float | str | dict) else str(plain)


def _below(kind: type[Settings]) -> Iterator[type[Settings]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)
