"""A model of a few thousand weights, its tokenizer, and examples for it."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PretrainedConfig, PreTrainedModel

from emotionstream.inference.model.config import EncoderConfig, ModelConfig
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.published import assemble
from emotionstream.schemas.settings.model import Recipe
from emotionstream.training.datasets.example import Example
from emotionstream.training.rows import TextEncoder
from emotionstream.training.settings import Stage, TrainingSettings

WORDS = ("[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]", "i", "am", "lost", "happy", "so", "very", "not")
RECIPE = Recipe("tiny", ("tiny",), width=32, hidden=32, readiness_width=16, max_tokens=32)
TEXTS = ["i am lost", "i am so very happy", "not happy", "very very very very very lost i am so so lost"]


def config(encoders: int = 1) -> ModelConfig:
    """The configuration of a tiny model."""
    names = ["tokenizer.json"] if encoders == 1 else [f"tokenizer_{i}.json" for i in range(encoders)]
    return assemble(RECIPE, tuple(_encoder(name) for name in names), "1")


def model(encoders: int = 1) -> EmotionModel:
    """A tiny model with random weights, the same ones always, for scoring."""
    torch.manual_seed(0)
    return EmotionModel(config(encoders)).eval()


def tokenizer() -> Tokenizer:
    """Whole words, between [CLS] and [SEP]."""
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return made


def save_published(folder: Path, shape: type[PretrainedConfig], network: type[PreTrainedModel]) -> Path:
    """A folder with a tiny pretrained encoder of that architecture, as a hub would have one; always the same one."""
    torch.manual_seed(0)
    made = shape(
        vocab_size=len(WORDS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=160,
    )
    network(made).save_pretrained(folder)
    tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def text_encoder(encoders: int = 1) -> TextEncoder:
    """The tokenizers of a tiny model."""
    return TextEncoder([tokenizer() for _ in range(encoders)], [0] * encoders, [RECIPE.max_tokens] * encoders)


def examples() -> dict[str, list[Example]]:
    """Two data sets: messages with one class and PAD, comments with labels."""
    messages = [
        Example(text, "learner_corpus", frozenset({i % 3}), pad_learner=(0.2, 0.5, 0.3))
        for i, text in enumerate(TEXTS * 4)
    ]
    comments = [
        Example(text, "goemotions", allowed=frozenset(range(20)), labels=frozenset({i % 5}))
        for i, text in enumerate(TEXTS * 4)
    ]
    return {"learner_corpus": messages, "goemotions": comments}


def settings(epochs: int = 3) -> TrainingSettings:
    """A run of a few steps."""
    stage = Stage(
        name="all", epochs=epochs, mix={"learner_corpus": 1.0, "goemotions": 1.0}, encoder_rate=1e-3, head_rate=1e-2
    )
    return TrainingSettings(
        recipe="compact",
        version="1",
        encoders=("tiny",),
        batch=8,
        augment=0.5,
        token_dropout=0.1,
        save_every=3,
        evaluate_every=4,
        stages=(stage,),
    )


def _encoder(tokenizer_file: str) -> EncoderConfig:
    sizes = {"num_hidden_layers": 2, "hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 48}
    return EncoderConfig(
        name="tiny",
        layers=2,
        hidden=32,
        heads=4,
        intermediate=48,
        vocab=len(WORDS),
        max_tokens=RECIPE.max_tokens,
        tokenizer=tokenizer_file,
        pad_token=0,
        architecture={"model_type": "bert", "vocab_size": len(WORDS), **sizes, "max_position_embeddings": 40},
    )
