"""What a learner writes does nothing to a tutor's terminal."""

import pytest

from emotionstream.cli.plain import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ok \x1b[31mred\x07", "ok \\x1b[31mred\\x07"),
        ("one\n2026-11-27 00:00:00  learner  two\r", "one\\n2026-11-27 00:00:00  learner  two\\r"),
        ("\u202eevil", "\\u202eevil"),
        ("\x9b2J", "\\x9b2J"),
        ("a\u2028b", "a\\u2028b"),
        ("na\u00efve \u00a0 لماذا 👩\u200d🎓❤\ufe0f", "na\u00efve \u00a0 لماذا 👩\u200d🎓❤\ufe0f"),
    ],
)
def test_what_would_steer_a_terminal_is_spelled_out(text: str, shown: str) -> None:
    """Colours, line ends and directions; letters, emoji and spaces stay."""
    assert plain(text) == shown
