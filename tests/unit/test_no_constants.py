"""No business value in code: inference/, state/ and consumers/ hold no number but 0 and 1.

Every threshold, weight, window, limit and time-out is a setting (``schemas/settings``) or comes with the checkpoint,
so that a value is named, ranged and explained in one place. A number that is no such value may be excepted here,
by file and value, with the reason.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("inference", "state", "consumers")

EXCEPTIONS: dict[tuple[str, float], str] = {}
"""(file, value) -> why this number is no business value."""


@dataclass(frozen=True, slots=True)
class Found:
    """One numeric constant: where it stands and what it is."""

    file: str
    line: int
    value: float

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.value}"


def constants(source: str, file: str) -> Iterator[Found]:
    """Every numeric literal in ``source`` other than 0 and 1, bools aside."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
            continue
        if isinstance(node.value, int | float | complex) and node.value not in (0, 1):
            value = node.value
            yield Found(file, node.lineno, abs(value) if isinstance(value, complex) else value)


def read(root: Path) -> tuple[Found, ...]:
    """The constants of every Python file in ``FOLDERS`` under ``root``, excepted ones included."""
    files = sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py"))
    return tuple(
        found
        for path in files
        for found in constants(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
    )


def test_no_number_stands_in_code_outside_settings() -> None:
    """A number other than 0 and 1 in inference/, state/ or consumers/ is a setting that has no name."""
    strangers = [str(found) for found in read(ROOT) if (found.file, found.value) not in EXCEPTIONS]
    assert not strangers, "give each a name in schemas/settings:\n" + "\n".join(strangers)


def test_every_folder_is_read() -> None:
    """A folder that was renamed or emptied must not make the check pass."""
    for folder in FOLDERS:
        assert len(list((ROOT / folder).rglob("*.py"))) > 1, folder


def test_no_exception_outlives_its_number() -> None:
    """An exception whose number is gone is removed, and each says why it stands."""
    present = {(found.file, found.value) for found in read(ROOT)}
    assert not [key for key in EXCEPTIONS if key not in present]
    assert all(reason.strip() for reason in EXCEPTIONS.values())


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("ALPHA = 0.3", [0.3]),
        ("def f(x, wait=30): return x", [30]),
        ("if slope < -0.05: pass", [0.05]),
        ("x = values[2:]", [2]),
        ("match n:\n    case 5: pass", [5]),
        ("x = f'{y:.3f}' + str(7)", [7]),
        ("class S:\n    limit: int = 1_000", [1000]),
        ("z = 2j", [2]),
        ("a, b, c = 0, 1, -1", []),
        ("x, y = 1.0, 0.0", []),
        ("on, name = True, '42'", []),
        ('"""The default is 30 seconds."""', []),
    ],
)
def test_the_reader_finds_numbers_wherever_they_stand(source: str, values: list[float]) -> None:
    """Defaults, comparisons, slices, patterns and class fields are all read; 0, 1, bools and words pass."""
    assert [found.value for found in constants(source, "x.py")] == values


def test_the_check_fails_on_a_planted_number(tmp_path: Path) -> None:
    """One threshold in one file of one folder is enough, and is named by file and line."""
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "clean.py").write_text("COUNT = 0\n", encoding="utf-8")
    assert read(tmp_path) == ()
    deep = tmp_path / "state" / "rules"
    deep.mkdir()
    (deep / "levels.py").write_text("first = 1\nTHRESHOLD = 0.7\n", encoding="utf-8")
    assert [str(found) for found in read(tmp_path)] == ["state/rules/levels.py:2: 0.7"]
