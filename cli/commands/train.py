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
    """
    from emotionstream.training.card import figure_table
    from emotionstream.training.finish import finish
    from emotionstream.training.retrain_policy import retrain_policy
    from emotionstream.training.run import train
    from emotionstream.training.settings import TrainingSettings

    plan = TrainingSettings.read(settings)
    if only_policy:
        typer.echo(figure_table(retrain_policy(to, data, plan, outcomes)))
        return
    weights = trained if trained is not None else train(plan, data, work)
    metrics = finish(weights, data, to, plan)
    typer.echo(figure_table(metrics))
