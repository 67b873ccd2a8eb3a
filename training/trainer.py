"""One stage of training: resumable, logged, with averaged weights and early stop."""

import json
import math
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import torch
from torch import Tensor

from emotionstream.inference.model.emotion_model import EmotionModel, Reading
from emotionstream.schemas.errors import DataError, SettingsError
from emotionstream.training import saved
from emotionstream.training.averaging import WeightAverage
from emotionstream.training.datasets.example import Example
from emotionstream.training.device import TrainingDevice
from emotionstream.training.dropout import set_dropout
from emotionstream.training.epoch import Batch, Epochs
from emotionstream.training.losses import joint_loss, pad_spreads, pair_loss
from emotionstream.training.rows import TextEncoder, no_context, targets
from emotionstream.training.schedule import factor, groups, set_trainable
from emotionstream.training.settings import Stage, TrainingSettings

log = structlog.get_logger()

Look = Callable[[EmotionModel], dict[str, float]]
"""Figures on dev; ``goal`` is the one that is to rise."""


@dataclass(slots=True)
class Progress:
    """How far a stage is."""

    step: int = 0
    best: float = float("-inf")
    best_step: int = 0
    looks_without_better: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


class StageTrainer:
    """Trains ``model`` in place. State lies in ``folder``: a killed run goes on from the last saved step."""

    def __init__(
        self,
        model: EmotionModel,
        encoder: TextEncoder,
        stage: Stage,
        settings: TrainingSettings,
        *,
        train: dict[str, list[Example]],
        folder: Path,
        hardware: TrainingDevice,
    ) -> None:
        self.model, self.encoder, self.stage, self.settings = model, encoder, stage, settings
        self.folder = folder
        self.hardware = hardware
        model.to(self.hardware.device)
        set_dropout(model.encoders, settings.encoder_dropout, settings.shared_dropout)
        set_trainable(model, embeddings=not settings.freeze_embeddings)
        self.optimizer = torch.optim.AdamW(groups(model, stage, settings), fused=True)
        self.average = WeightAverage(model, settings.average_decay)
        self.weights = class_weights(train, settings.balance)
        spreads = pad_spreads([example for rows in train.values() for example in rows])
        self.spreads = spreads.to(self.hardware.device)
        self.progress = Progress()
        self.seed = zlib.crc32(f"{settings.seed} {stage.name}".encode())
        self.epochs = Epochs(train, stage, encoder, settings, self.seed)
        self.steps = self.epochs.steps * stage.epochs
        examples = self.epochs.examples
        all_targets = targets(examples, [self._weight(example) for example in examples], settings.also_share)
        self.targets = all_targets.to(self.hardware.device)
        self.best = folder / f"{stage.name}.best.pt"
        self.state = folder / f"{stage.name}.state.pt"

    def run(self, look: Look) -> Progress:
        """Train to the end of the stage or until dev stops rising, then give the model its best averaged weights.

        Raises:
            DataError: the mix of the stage makes no row.
            SettingsError: the goal on dev is no number: training diverged.
            CheckpointError: a saved file is broken.
        """
        if not self.steps:
            raise DataError(f"stage {self.stage.name}: its mix makes no row to train on: give it more in the settings")
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.state.is_file():
            self._restore()
        while self.progress.step < self.steps and self.progress.looks_without_better < self.settings.patience:
            epoch, done = divmod(self.progress.step, self.epochs.steps)
            for batch in self.epochs.batches(epoch)[done:]:
                self._step(batch)
                self._housekeeping(look)
                if self.progress.looks_without_better >= self.settings.patience:
                    break
        self.model.load_state_dict(saved.load(self.best, self.hardware.device))
        return self.progress

    def _step(self, batch: Batch) -> None:
        settings, step, device = self.settings, self.progress.step, self.hardware.device
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor(step, self.steps, self.stage.warmup)
        # Dropout is seeded by the step: a resumed run draws what an unbroken one would.
        torch.manual_seed(self.seed * 1_000_003 + step)
        self.model.train()
        tokens = [(i.to(device), m.to(device)) for i, m in self.encoder.tensors(batch.ids, hide=settings.token_dropout)]
        with self.hardware.computing():
            reading = _float(self.model(tokens, no_context(len(batch.rows)).to(device)))
        parts = self._losses(reading, batch)
        total = torch.stack(list(parts.values())).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]  # torch declares no types here
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), settings.clip)
        self.optimizer.step()
        self.average.update(self.model)
        self.progress.step += 1
        if self.progress.step % 50 == 0:
            self._note({name: round(float(value.detach()), 4) for name, value in parts.items()})

    def _losses(self, reading: Reading, batch: Batch) -> dict[str, Tensor]:
        settings, device = self.settings, self.hardware.device
        parts = joint_loss(
            reading,
            self.targets.at(torch.from_numpy(batch.rows).to(device)),
            self.stage.loss,
            self.spreads,
            smoothing=settings.label_smoothing,
            temperature=settings.soft_temperature,
        )
        if batch.pairs:
            pairs = torch.tensor(batch.pairs, device=device)
            parts["pairs"] = settings.pair_weight * pair_loss(reading, pairs, self.spreads)
        return parts

    def _weight(self, example: Example) -> float:
        rare = [self.weights[example.source][c] for c in example.emotions | example.candidates]
        return max(rare, default=1.0) * example.weight

    def _housekeeping(self, look: Look) -> None:
        step = self.progress.step
        if step % self.settings.evaluate_every == 0 or step == self.steps:
            self._look(look)
        if step % self.settings.save_every == 0 and step < self.steps:
            self._save()

    def _look(self, look: Look) -> None:
        self.model.eval()
        with self.average.applied(self.model):
            found = look(self.model)
            if not math.isfinite(found["goal"]):
                raise self._diverged(found["goal"])
            better = found["goal"] > self.progress.best
            if better:
                saved.save(self.model.state_dict(), self.best)
        self.progress.looks_without_better = 0 if better else self.progress.looks_without_better + 1
        if better:
            self.progress.best, self.progress.best_step = found["goal"], self.progress.step
        self.progress.history.append({"step": self.progress.step, **found})
        self._note({"dev": {name: round(value, 4) for name, value in found.items()}})

    def _diverged(self, goal: float) -> SettingsError:
        stage = self.stage
        return SettingsError(
            f"stage {stage.name} diverged: at step {self.progress.step} its goal on dev is {goal}. Lower encoder_rate "
            f"({stage.encoder_rate:g}), head_rate ({stage.head_rate:g}) or clip ({self.settings.clip:g}), and take a "
            "new --work folder"
        )

    def _note(self, what: dict[str, Any]) -> None:
        line = {
            "stage": self.stage.name,
            "step": self.progress.step,
            "of": self.steps,
            "time": round(time.time()),
            **what,
        }
        log.info("training", **line)
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")

    def _save(self) -> None:
        progress = {name: getattr(self.progress, name) for name in Progress.__slots__}
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.shadow,
            "average_steps": self.average.steps,
            "progress": json.dumps(progress),
        }
        saved.save(state, self.state)

    def _restore(self) -> None:
        state = saved.load(self.state, self.hardware.device)
        try:
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average.shadow, self.average.steps = state["average"], state["average_steps"]
            self.progress = Progress(**json.loads(state["progress"]))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise saved.unreadable(self.state, error) from error


def class_weights(train: dict[str, list[Example]], power: float) -> dict[str, dict[int, float]]:
    """Per data set: class -> (its frequency)^-power, scaled to a mean of 1 over the rows."""
    return {name: _frequency_weights(rows, power) for name, rows in train.items()}


def _frequency_weights(rows: Sequence[Example], power: float) -> dict[int, float]:
    classes = [c for row in rows for c in row.emotions | row.candidates]
    if not classes:
        return {}
    values, counts = np.unique(classes, return_counts=True)
    raw = (counts / counts.sum()) ** -power
    scale = float((raw * counts).sum() / counts.sum())
    return {int(c): float(w) / scale for c, w in zip(values, raw, strict=True)}


def _float(reading: Reading) -> Reading:
    return Reading(*(getattr(reading, name).float() for name in reading.__slots__))
