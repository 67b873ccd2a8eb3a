"""Dropout in the encoders: one draw for all tokens of a text, and none while scoring."""

import tiny
import torch

from emotionstream.training.dropout import SharedDropout, set_dropout


def test_all_tokens_of_a_text_lose_the_same_values() -> None:
    """One mask a text; the kept values are scaled so that the mean stays."""
    torch.manual_seed(0)
    out = SharedDropout(0.5).train()(torch.ones(4, 7, 100))
    assert torch.equal(out, out[:, :1].expand_as(out))
    assert not torch.equal(out[0], out[1])
    assert set(out.unique().tolist()) == {0.0, 2.0}


def test_scoring_drops_nothing() -> None:
    """In evaluation the model with shared dropout says what the model without it says, under the same names."""
    torch.manual_seed(0)
    model = tiny.model()
    names = list(model.state_dict())
    tokens = tiny.text_encoder().tensors(tiny.text_encoder().ids(tiny.TEXTS))
    before = model(tokens, torch.zeros(4, 6)).emotion_logits
    set_dropout(model.encoders, 0.0, 0.3)
    assert list(model.state_dict()) == names
    assert torch.equal(model(tokens, torch.zeros(4, 6)).emotion_logits, before)
    model.encoders.train()
    assert not torch.allclose(model(tokens, torch.zeros(4, 6)).emotion_logits, before)


def test_a_later_stage_may_change_the_rate() -> None:
    """Setting it twice does not stack it."""
    model = tiny.model()
    set_dropout(model.encoders, 0.0, 0.3)
    set_dropout(model.encoders, 0.0, 0.1)
    rates = {module.rate for module in model.modules() if isinstance(module, SharedDropout)}
    assert rates == {0.1}
