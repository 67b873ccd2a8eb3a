"""What an ML engineer types about data: list, check."""

import json
import os
from pathlib import Path

import made_data
from command import Ended, run


async def data(*words: str) -> Ended:
    """``emotionstream data WORDS``, with nothing of ours set."""
    ours = ("KAFKA_", "DATABASE_", "EMOTIONSTREAM_")
    return await run(
        "data", *words, env={name: value for name, value in os.environ.items() if not name.startswith(ours)}
    )


async def test_the_list_names_every_public_set() -> None:
    """As a table, and the same as JSON."""
    table, listed = await data("list"), await data("list", "--json")
    assert (table.code, listed.code) == (0, 0)
    sets = json.loads(listed.out)["sets"]
    assert {"goemotions", "emobank", "sad", "empathetic_dialogues"} < {one["name"] for one in sets}
    assert all(one["name"] in table.out and one["origin"] in table.out for one in sets)
    assert [one["name"] for one in sets if one["needed"]] == ["goemotions", "emobank", "learner_corpus"]


async def test_a_broken_line_ends_the_check_with_1(tmp_path: Path) -> None:
    """File, line and cure are told on standard output; the text is not."""
    made_data.make(tmp_path)
    made_data.json_lines(
        tmp_path / "learner_corpus/messages_dev.jsonl", made_data.MESSAGE, made_data.MESSAGE | {"emotion": "happy"}
    )
    done = await data("check", str(tmp_path))
    assert (done.code, done.err) == (1, "")
    assert "messages_dev.jsonl: 2 rows\n           line 2: emotion is not known\n" in done.out
    assert "-> use one of joy, sadness" in done.out
    assert made_data.MESSAGE["text"] not in done.out and "happy" not in done.out
    found = json.loads((await data("check", str(tmp_path), "--json")).out)
    assert found["problems"] == sum(one["state"] == "problem" for one in found["sets"]) > 0


async def test_a_folder_that_is_not_there_ends_with_9(tmp_path: Path) -> None:
    """The message says what belongs into one."""
    done = await data("check", str(tmp_path / "none"))
    assert (done.code, done.out) == (9, "")
    assert "data list" in done.err
