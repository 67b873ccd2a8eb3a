"""Packages that only some installations have."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

from emotionstream.schemas.errors import MissingExtraError
from emotionstream.schemas.extras import install_line

_EXTRA: Final = {"openvino": "cpu", "tokenizers": "cpu", "numpy": "cpu", "torch": "gpu", "transformers": "gpu"}


def installed(package: str) -> bool:
    """Whether ``package`` could be imported; it is not imported."""
    return find_spec(package) is not None


def import_extra(package: str) -> ModuleType:
    """Import ``package``.

    Raises:
        MissingExtraError: it is not installed; the message names the extra that brings it.
    """
    if not installed(package):
        extra = _EXTRA[package]
        raise MissingExtraError(f"scoring needs the package {package}, which is not installed: {install_line(extra)}")
    return import_module(package)
