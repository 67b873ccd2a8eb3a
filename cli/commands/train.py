"""``emotionstream train``: data in, a whole checkpoint out."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    settings: Annotated[Path, typer.Argument(help="Settings file (TOML), such as training/compact.toml.")],
    data: Annotated[Path, typer.Option(help="Data folder; what is missing is named, with its source.")],
    to: Annotated[Path, typer.Option(help="Folder of the checkpoint to write.")],
    *,
    work: Annotated[Path, typer.Option(help="Folder for logs and saved states: a killed run goes on from there.")],
    trained: Annotated[
        Path | None, typer.Option(help="Folder with trained weights: only calibrate, quantise, measure.")
    ] = None,
    only_policy: Annotated[
        bool, typer.Option("--only-policy", help="Train only the policy of the checkpoint in --to anew.")
    ] = False,
    outcomes: Annotated[
        Path | None,
        typer.Option(help="With --only-policy: a log of decisions, to weight the policy by their outcomes."),
    ] = None,
) -> None:
    """Train an EmotionModel, its readiness net and its policy; write weights, int8 graph, figures and card.

    Text is never logged. Nothing is downloaded, unless the settings name an encoder on a hub.

    Exit codes: 0 all is written, 2 an argument, 3 a setting, --work was begun with others, or a stage diverged, 6 an
    encoder, a saved file or the checkpoint, 7 a package is missing, 9 the data.
    """
    _check_folder("--to", to)
    _check_folder("--work", work)
    from emotionstream.training.card import figure_table
    from emotionstream.training.finish import finish, sessions_of
    from emotionstream.training.retrain_policy import retrain_policy
    from emotionstream.training.run import train
    from emotionstream.training.settings import TrainingSettings
    from emotionstream.training.start import Start

    plan = TrainingSettings.read(settings)
    if only_policy:
        typer.echo(figure_table(retrain_policy(to, data, plan, outcomes)))
        return
    # Also what is needed only at the end is looked at first.
    sessions_of(data, plan)
    if (start := Start.find(plan)) is not None:
        start.keep_apart(to)
    weights = trained if trained is not None else train(plan, data, work)
    metrics = finish(weights, data, to, plan)
    typer.echo(figure_table(metrics))


def _check_folder(option: str, path: Path) -> None:
    """A file where a folder has to be made would else be met only after training."""
    for place in (path, *path.absolute().parents):
        try:
            place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise typer.BadParameter(f"{option}: {place} cannot be a folder: {error.strerror}") from error
        if not place.is_dir():
            raise typer.BadParameter(f"{option}: {place} is a file or leads nowhere; name a folder")
