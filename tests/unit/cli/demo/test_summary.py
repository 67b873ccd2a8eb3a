"""What the demo leaves a person with."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from emotionstream.cli.demo.report import DemoReport, EngineReport, ServiceReport, latency
from emotionstream.cli.demo.summary import activation, figures, next_commands
from emotionstream.cli.demo.tally import Tally
from emotionstream.cli.main import PROGRAM, app_for
from emotionstream.schemas.events import ModelInfo


@pytest.mark.parametrize("line", [line for line, _ in next_commands("7f3c21", ("a01-7f3c21",))])
def test_what_to_type_next_is_understood_by_the_program(line: str) -> None:
    """Each line names a command that exists, with options that it takes."""
    program, *words = shlex.split(line)
    assert program == PROGRAM
    command: Any = typer.main.get_command(app_for(words))
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    assert command.make_context(line, words) is not None


def test_a_program_that_is_no_command_yet_is_made_one(tmp_path: Path) -> None:
    """`make demo` leaves the environment's programs off the path: the first line to type brings them on."""
    environment = tmp_path / ".venv"
    (environment / "bin").mkdir(parents=True)
    assert activation(None, environment, tmp_path) == []
    (environment / "bin" / "activate").touch()
    assert activation("/usr/bin/emotionstream", environment, tmp_path) == []
    assert activation(None, environment, tmp_path)[0][0] == "source .venv/bin/activate"
    assert activation(None, environment, tmp_path / "other")[0][0] == f"source {environment}/bin/activate"


def test_the_session_to_replay_is_one_of_the_run() -> None:
    """The example is a session that the demo has just recorded."""
    assert any("--session b30-7f " in line for line, _ in next_commands("7f", ("b30-7f", "a01-7f")))


def test_the_engine_is_told_by_its_fingerprint() -> None:
    """Backend and device come from what the results carry; nothing scored is no engine."""
    model = ModelInfo(name="compact", version="1.2", engine="openvino-2026.4.1/int8+float32/cpu/x86_64#ab")
    found = EngineReport.of(model)
    assert (found.backend, found.device, found.model, found.version) == ("openvino", "cpu", "compact", "1.2")
    assert EngineReport.of(None).backend == "none"
    assert EngineReport.of(model.model_copy(update={"engine": "odd"})).device == ""


def test_the_figures_are_told_in_words() -> None:
    """Levels, nothing measured, and what is embedded."""
    report = DemoReport(
        fast=True,
        run="r",
        published=3,
        context_messages=1,
        results=3,
        duplicates=0,
        rejected=0,
        history_rows=3,
        history_messages=4,
        history_interventions=2,
        interventions={"mild": 1, "critical": 1},
        latency_ms=latency(Tally()),
        messages_per_second=2.5,
        engine=EngineReport.of(None),
        kafka=ServiceReport(version="4.3.1", embedded=True),
        postgres=ServiceReport(version="17.2", embedded=False),
        seconds=1.0,
    )
    told = dict(figures(report))
    assert told["interventions"] == "1 mild, 1 critical"
    assert told["to result"] == "nothing to measure"
    assert told["services"] == "Kafka 4.3.1 (embedded), PostgreSQL 17.2"
    assert "queue" in told[""]
