"""The command line as a whole: what is loaded, and what errors become."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from emotionstream.cli.main import app_for, explain, main, wanted
from emotionstream.cli.registry import COMMANDS, Entry
from emotionstream.schemas.errors import EmotionStreamError, MissingExtraError, ServiceUnavailableError, SettingsError

COMMANDS_FOLDER = Path(__file__).parents[3] / "cli" / "commands"


def test_help_lists_every_command_and_loads_none() -> None:
    """Listing needs no extra: it works in the lightest installation."""
    script = (
        "import sys; from emotionstream.cli.main import app_for\n"
        "from typer.testing import CliRunner\n"
        "print(CliRunner().invoke(app_for(['--help']), ['--help']).output)\n"
        "print([name for name in sys.modules if name.startswith('emotionstream.cli.commands.')])"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert all(f"\n  {entry.name} " in output for entry in COMMANDS)
    assert output.rstrip().endswith("[]")


def test_the_registry_and_the_folder_agree() -> None:
    """A command that is listed is there, and one that is there is listed."""
    files = {path.stem for path in COMMANDS_FOLDER.glob("*.py")} - {"__init__"}
    assert files == {entry.name for entry in COMMANDS}


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_help_has_an_example(entry: Entry) -> None:
    """Of every command, and of every command below it."""
    group = app_for([entry.name])
    shown = CliRunner().invoke(group, [entry.name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"emotionstream {entry.name}" in shown.output
    assert "Example" in shown.output
    for name in below(shown.output):
        told = CliRunner().invoke(group, [entry.name, name, "--help"])
        assert told.exit_code == 0
        assert f"emotionstream {entry.name} {name}" in told.output.replace("Usage: ", ""), name
        assert "Example" in told.output, f"{entry.name} {name} has no example"


def below(help_text: str) -> list[str]:
    """Names of the commands that a help text lists."""
    _, _, listed = help_text.partition("\nCommands:\n")
    return [
        line.split()[0] for line in listed.split("\n\n")[0].splitlines() if line.startswith("  ") and line[2] != " "
    ]


def test_the_wanted_command_is_the_first_word() -> None:
    """Options before it do not count."""
    found = wanted(["--version", "publish", "worker"])
    assert found is not None
    assert found.name == "publish"
    assert wanted(["--help"]) is None
    assert wanted(["nonsense"]) is None


def test_an_unknown_command_is_a_usage_error() -> None:
    """Exit code 2, as every command line has it."""
    result = CliRunner().invoke(app_for(["wokrer"]), ["wokrer"])
    assert result.exit_code == 2
    assert "wokrer" in result.output


def test_a_missing_package_becomes_the_extra_to_install() -> None:
    """Not a traceback."""
    entry = Entry("worker", "about", "worker", "cpu")
    found = explain(ModuleNotFoundError("No module named 'openvino'", name="openvino"), entry)
    assert isinstance(found, MissingExtraError)
    assert "pip install 'emotionstream[cpu]'" in str(found)
    assert "openvino" in str(found)


def test_a_missing_module_of_ours_is_a_defect() -> None:
    """It keeps its traceback: no installation would help."""
    entry = Entry("worker", "about", "worker", "cpu")
    assert explain(ModuleNotFoundError(name="emotionstream.inference.nothing"), entry) is None
    assert explain(ModuleNotFoundError(name="aiokafka"), Entry("publish", "", "")) is None
    assert explain(ZeroDivisionError(), entry) is None


def test_an_error_within_a_task_group_is_found() -> None:
    """Parts run in task groups, which wrap what their tasks raise."""
    inner = SettingsError("x")
    group = ExceptionGroup("", [ExceptionGroup("", [ValueError(), inner])])
    assert explain(group, None) is inner
    assert explain(ExceptionGroup("", [ValueError()]), None) is None


def test_an_error_is_one_line_and_its_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, without a traceback; standard output stays empty."""
    monkeypatch.setenv("EMOTIONSTREAM_LOG_LEVEL", "loud")
    with pytest.raises(SystemExit) as ended:
        main(["schemas", "check", ".", "."])
    assert ended.value.code == SettingsError.exit_code == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: EMOTIONSTREAM_LOG_LEVEL='loud'")
    assert told.err.count("\n") == 1


def test_exit_codes_of_what_a_caller_can_fix_are_told_apart() -> None:
    """A script can tell a wrong setting from a broker that is down, and neither looks like a wrong command line."""
    assert SettingsError.exit_code != ServiceUnavailableError.exit_code != EmotionStreamError.exit_code
    assert 2 not in {cls.exit_code for cls in EmotionStreamError.__subclasses__()}


def test_the_version_is_the_distributions() -> None:
    """As installed."""
    result = CliRunner().invoke(app_for(["--version"]), ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("emotionstream ")
