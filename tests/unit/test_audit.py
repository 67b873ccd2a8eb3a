"""The audit of what is installed: it finds what is wrong, and does not take silence for good news."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """The program, which is no part of any package."""
    path = Path(__file__).resolve().parents[2] / ".ci" / "audit.py"
    spec = importlib.util.spec_from_file_location("ci_audit", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_it_sees_what_is_installed_here(audit: ModuleType) -> None:
    """What we build on is there with its licence, and under one that lets anybody use it; ourselves are not."""
    packages = {package.name: package for package in audit.installed()}
    assert {"aiokafka", "faust-streaming", "pydantic", "asyncpg"} <= packages.keys()
    assert list(audit.licence_flaws([packages["aiokafka"], packages["faust-streaming"]])) == []
    assert "emotionstream" not in packages


def test_another_version_and_an_unknown_package_are_told(audit: ModuleType) -> None:
    """Names are compared as PEP 503 does."""
    packages = [audit.Package(name, "2", "MIT") for name in ("some-name", "other", "third")]
    lines, well = audit.report(packages, audit.pins("Some_Name==2  # why\nother==1\n# third==2\n"), None)
    assert not well
    assert lines[1:3] == ["other 2 is installed, constraints.txt says 1", "audit: not pinned: third"]


@pytest.mark.parametrize(
    ("licence", "well"),
    [
        ("MIT", True),
        ("Apache-2.0 WITH LLVM-exception AND BSD-3-Clause", True),
        ("License :: OSI Approved :: ISC License (ISCL)", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-or-later", False),
        ("License :: Other/Proprietary License; Apache 2.0", False),
        ("", False),
        ("ask me", False),
    ],
)
def test_a_licence_must_be_known_to_be_free(audit: ModuleType, licence: str, well: bool) -> None:
    """None at all is as bad as one that binds whoever passes us on."""
    assert (list(audit.licence_flaws([audit.Package("x", "1", licence)])) == []) is well


def test_silence_is_not_taken_for_good_news(audit: ModuleType) -> None:
    """A service that knows none of the packages has looked at nothing, though pip-audit ends with 0."""
    skipped = {"dependencies": [{"name": "x", "skip_reason": "not found"}], "fixes": []}
    assert audit.advice("pypi", skipped).looked_at == 0
    lines, well = audit.report([], {}, None)
    assert well
    assert "NOT CHECKED" in lines[-1]


def test_a_known_vulnerability_fails_the_audit(audit: ModuleType) -> None:
    """It says which package, which advisory, and what mends it."""
    answer = {
        "dependencies": [
            {"name": "x", "version": "1", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]},
            {"name": "y", "version": "1", "vulns": []},
            {"name": "z", "skip_reason": "not found"},
        ]
    }
    lines, well = audit.report([], {}, audit.advice("pypi", answer))
    assert not well
    assert lines[-2:] == [
        "audit: 2 of 3 packages looked up at pypi: 1 known vulnerabilities",
        "x 1: PYSEC-2026-1, mended in 1.1",
    ]
