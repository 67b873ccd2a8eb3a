"""Which texts say nothing."""

import pytest

from emotionstream.inference.text import why_unscorable


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0\u2003\u3000", "\x01\x02", "\u200b\u200d\u2060", "\ud800"])
def test_a_text_without_a_visible_character_is_refused_with_a_reason(text: str) -> None:
    """Empty, white space, control and invisible characters alone are nothing to score."""
    reason = why_unscorable(text)
    assert reason
    assert not text or text not in reason.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    ["a", "?", "🙂", "👩‍💻", "لا أفهم", "לא הבנתי", "我不懂", "\x07bell", "\u202eflipped", "x" * 10_000, "\ue000", "1"],
)
def test_any_visible_character_is_enough(text: str) -> None:
    """Emoji, other scripts and directions, and control characters among others are scored."""
    assert why_unscorable(text) is None
