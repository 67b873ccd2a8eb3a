"""The ``emotionstream`` command.

Only the command that is asked for is imported, so that publishing and subscribing need only the core packages.
"""

import importlib
import importlib.metadata
import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from emotionstream.cli.registry import COMMANDS, Entry
from emotionstream.cli.streams import drop_output, explain_disk, open_what_is_closed
from emotionstream.schemas.errors import EmotionStreamError, MissingExtraError
from emotionstream.schemas.extras import install_line

PROGRAM: Final = "emotionstream"
INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: 128 and the number of SIGINT."""


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and end the process.

    An ``EmotionStreamError`` becomes one line on standard error and its exit code; Ctrl-C ends with 130.
    """
    open_what_is_closed()
    given = list(sys.argv[1:] if args is None else args)
    try:
        app_for(given)(args=given, prog_name=PROGRAM)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        known = explain(error, wanted(given))
        if known is None:
            raise
        typer.echo(f"error: {known}", err=True)
        drop_output()
        sys.exit(known.exit_code)


def app_for(args: Sequence[str]) -> typer.Typer:
    """The command line with the command that ``args`` names loaded, and the others as names with a line of help.

    Raises:
        ModuleNotFoundError: the command's module needs packages that are not installed.
    """
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Chat messages in, emotions, learner state and interventions out, over Apache Kafka.",
        epilog=f"Example: {PROGRAM} demo --fast",
    )
    app.callback()(_prepare)
    loaded = wanted(args)
    for entry in COMMANDS:
        if entry is loaded:
            _add(app, entry)
        else:
            app.command(entry.name, short_help=entry.about)(_placeholder)
    return app


def wanted(args: Sequence[str]) -> Entry | None:
    """The command that ``args`` names, if any: its first word."""
    word = next((arg for arg in args if not arg.startswith("-")), None)
    return next((entry for entry in COMMANDS if entry.name == word), None)


def explain(error: BaseException, entry: Entry | None) -> EmotionStreamError | None:
    """What to tell a person about ``error``, or None where it is a defect that deserves its traceback."""
    if isinstance(error, EmotionStreamError):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := explain(inner, entry))), None)
    if isinstance(error, ModuleNotFoundError) and entry is not None:
        return _explain_missing(error.name or "", entry)
    return explain_disk(error)


def _explain_missing(module: str, entry: Entry) -> EmotionStreamError | None:
    if module == entry.module:
        return EmotionStreamError(f"`{PROGRAM} {entry.name}` is not part of this installation")
    if not entry.extra or module.partition(".")[0] == PROGRAM:
        return None
    return MissingExtraError(
        f"`{PROGRAM} {entry.name}` needs the package {module}, which is not installed: {install_line(entry.extra)}"
    )


def _add(app: typer.Typer, entry: Entry) -> None:
    module = importlib.import_module(entry.module)
    group = getattr(module, "app", None)
    if isinstance(group, typer.Typer):
        app.add_typer(group, name=entry.name, help=entry.about, epilog=_example(entry))
    else:
        app.command(entry.name, epilog=_example(entry))(module.command)


def _placeholder() -> None:
    """Stands for a command that was not asked for."""


def _example(entry: Entry) -> str:
    return f"Example: {PROGRAM} {entry.example}"


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"{PROGRAM} {importlib.metadata.version(PROGRAM)}")
        raise typer.Exit


def _prepare(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version
    from emotionstream.cli.logging import configure_logging
    from emotionstream.schemas.settings.logging import LoggingSettings

    configure_logging(LoggingSettings.load())


if __name__ == "__main__":
    main()
