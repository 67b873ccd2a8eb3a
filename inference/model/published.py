"""The two published configurations: ``compact`` and ``dual``."""

from pathlib import Path
from typing import Any

from torch import nn
from transformers import AutoConfig, AutoModel

from emotionstream.inference.model.config import (
    EncoderConfig,
    FusionConfig,
    HeadsConfig,
    ModelConfig,
    ReadinessConfig,
)
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.encoder import attention_of, without_pooler
from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.model import ARCHITECTURES, Recipe


def random_model(recipe: Recipe, version: str = "random") -> EmotionModel:
    """The recipe with random weights: for tests and for measuring speed. Needs neither hub nor folder."""
    raw = [AutoConfig.for_model(**ARCHITECTURES[name]) for name in recipe.encoders]
    encoders = tuple(describe(name, settings, recipe, i) for i, (name, settings) in enumerate(_named(recipe, raw)))
    return EmotionModel(assemble(recipe, encoders, version))


def pretrained_model(recipe: Recipe, sources: tuple[str, ...], version: str) -> EmotionModel:
    """The recipe with pretrained encoders, each from a folder or a hub name; the heads are random.

    Raises:
        CheckpointError: an encoder cannot be loaded.
    """
    backbones = [_load(source) for source in sources]
    configs = [backbone.config for backbone in backbones]
    encoders = tuple(describe(name, settings, recipe, i) for i, (name, settings) in enumerate(_named(recipe, configs)))
    return EmotionModel(assemble(recipe, encoders, version), [without_pooler(backbone) for backbone in backbones])


def assemble(recipe: Recipe, encoders: tuple[EncoderConfig, ...], version: str) -> ModelConfig:
    """The whole configuration around ``encoders``."""
    readiness = ReadinessConfig(width=recipe.readiness_width, heads=recipe.readiness_heads, dropout=recipe.dropout)
    heads = HeadsConfig(hidden=recipe.hidden, dropout=recipe.dropout, labels=GOEMOTIONS_LABELS, readiness=readiness)
    fusion = FusionConfig(width=recipe.width, heads=recipe.heads, dropout=recipe.dropout)
    return ModelConfig(
        name=recipe.name, version=version, encoders=encoders, fusion=fusion, heads=heads, license=recipe.license
    )


def describe(name: str, settings: Any, recipe: Recipe, position: int) -> EncoderConfig:
    """A Hugging Face configuration in the words of ours."""
    tokenizer = "tokenizer.json" if len(recipe.encoders) == 1 else f"tokenizer_{position}.json"
    return EncoderConfig(
        name=name,
        layers=settings.num_hidden_layers,
        hidden=settings.hidden_size,
        heads=settings.num_attention_heads,
        intermediate=settings.intermediate_size,
        vocab=settings.vocab_size,
        max_tokens=recipe.max_tokens,
        tokenizer=tokenizer,
        pad_token=settings.pad_token_id,
        architecture=_essentials(settings),
    )


def _named(recipe: Recipe, configs: list[Any]) -> list[tuple[str, Any]]:
    return list(zip(recipe.encoders, configs, strict=True))


def _essentials(settings: Any) -> dict[str, Any]:
    # Where the weights came from and how they were stored say nothing about the shape of the network.
    noise = (
        "_name_or_path",
        "transformers_version",
        "dtype",
        "architectures",
        "id2label",
        "label2id",
        "gradient_checkpointing",
    )
    return {key: value for key, value in settings.to_diff_dict().items() if key not in noise} | {
        "model_type": settings.model_type
    }


def _load(source: str) -> nn.Module:
    try:
        local = Path(source).is_dir()
        architecture = AutoConfig.from_pretrained(source, local_files_only=local).model_type
        module: nn.Module = AutoModel.from_pretrained(
            source, attn_implementation=attention_of(architecture), use_safetensors=True, local_files_only=local
        )
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"no encoder at {source!r}: name a folder with its files, or a hub name ({error})"
        ) from error
    return module.float()
