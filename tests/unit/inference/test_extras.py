"""What is imported, and what is said where a package is missing. Each in a process of its own."""

import subprocess
import sys

import pytest


def run(code: str) -> str:
    """Run ``code`` in a new Python and give back what it prints."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_engine_imports_no_backend() -> None:
    """The package's import brings none of torch, openvino, tokenizers and numpy."""
    heavy = "('torch', 'openvino', 'tokenizers', 'numpy', 'transformers')"
    code = f"import sys, emotionstream.inference; print([name for name in {heavy} if name in sys.modules])"
    assert run(code) == "[]"


@pytest.mark.parametrize(("package", "extra"), [("openvino", "cpu"), ("tokenizers", "cpu"), ("torch", "gpu")])
def test_a_missing_package_is_named_with_its_extra(package: str, extra: str) -> None:
    """The error says what to install."""
    code = f"""
import sys
sys.modules[{package!r}] = None
from emotionstream.inference.extras import import_extra
from emotionstream.schemas.errors import MissingExtraError
try:
    import_extra({package!r})
except MissingExtraError as error:
    print(error)
"""
    said = run(code)
    assert package in said
    assert f"emotionstream[{extra}]" in said
