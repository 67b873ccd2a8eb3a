"""The engine with the shipped checkpoint: the CPU default, by OpenVINO."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from emotionstream.inference import Engine, ScoreRequest, open_engine
from emotionstream.inference.agreement import batch_effect, difference, read_alone
from emotionstream.inference.check_texts import check_texts
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.engine import EXACT_DECIMALS, BackendName, EngineSettings

pytestmark = pytest.mark.asyncio(loop_scope="module")

ODD_TEXTS = [
    "",
    "   ",
    "x",
    "word " * 2_000,
    "x" * 10_000,
    "🙂" * 50,
    "😭 why",
    "لا أفهم هذا السؤال",
    "אני לא מבין",
    "我完全不懂这道题",
    "\x01\x02\x03",
    "bell\x07 and \x1b[31mescape",
    "\u202ereversed\u202c",
    "a\ud800b",
    "e\u0301\u0302\u0303" * 300,
    "[CLS] [SEP] [PAD] [MASK]",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(checkpoint: Path) -> AsyncIterator[Engine]:
    """The CPU default, with figures as they are: rounding would hide small differences."""
    settings = EngineSettings(backend=BackendName.OPENVINO, prewarm=False, decimals=EXACT_DECIMALS)
    async with open_engine(checkpoint, settings) as opened:
        yield opened


async def test_a_result_does_not_depend_on_its_batch(engine: Engine) -> None:
    """200 texts alone and in sorted, mixed and padded batches of 64: equal figures, no class changes.

    Every fifth of the 1,000, of all lengths, that `engine check` and the checkpoint's figures are measured on.
    """
    texts = check_texts(1_000)[::5]
    alone = await read_alone(engine, texts)
    for order, found in (await batch_effect(engine, texts, alone, 64, Random(0))).items():
        assert found.largest <= 1e-6, order
        assert (found.changed_emotions, found.changed_readiness) == (0, 0), order
    assert len({score.primary_emotion for score in alone}) > 5  # A model that says one thing has no batch effect.


async def test_odd_batch_sizes_change_nothing(engine: Engine) -> None:
    """Batches of 7 and 60, which end in other shapes, give the same figures."""
    texts = check_texts(60)
    alone = await read_alone(engine, texts)
    for batch in (7, 60):
        effect = await batch_effect(engine, texts, alone, batch, Random(batch))
        assert max(found.largest for found in effect.values()) <= 1e-6


async def test_threads_do_not_change_a_result(engine: Engine, checkpoint: Path) -> None:
    """One thread gives what all cores give: a worker may be given fewer."""
    texts = check_texts(60)
    settings = EngineSettings(backend=BackendName.OPENVINO, prewarm=False, decimals=EXACT_DECIMALS, threads=1)
    async with open_engine(checkpoint, settings) as single:
        assert difference(await read_alone(single, texts), await read_alone(engine, texts)).largest == 0


async def test_scores_come_in_input_order(engine: Engine) -> None:
    """Texts of mixed lengths are batched by length and come back in the order they were given."""
    texts = check_texts(1_000)[::10]
    Random(1).shuffle(texts)
    assert await engine.score([ScoreRequest(text) for text in texts]) == await read_alone(engine, texts)


async def test_every_text_gets_a_score(engine: Engine) -> None:
    """Empty, huge, emoji-only, right-to-left, control and broken texts are scored, together and alone."""
    scores = await engine.score([ScoreRequest(text) for text in ODD_TEXTS])
    assert scores == await read_alone(engine, ODD_TEXTS)
    for score in scores:
        assert sum(score.probabilities) == pytest.approx(1)
        assert score.confidence == max(score.probabilities)


async def test_a_text_beyond_the_window_is_cut_and_says_so(engine: Engine) -> None:
    """Only the texts that are longer than the model's window are marked; what lies in their middle does not matter."""
    short, long, other = await engine.score(
        [
            ScoreRequest("so done"),
            ScoreRequest("I am lost. " + "word " * 1_000 + "why"),
            ScoreRequest("I am lost. " + "word " * 500 + "secret " + "word " * 500 + "why"),
        ]
    )
    assert (short.truncated, long.truncated, other.truncated) == (False, True, True)
    assert long.tokens == other.tokens
    assert long.probabilities == other.probabilities


async def test_context_is_heard(engine: Engine) -> None:
    """Engagement and load change readiness, an unknown value is not a zero, and the emotion stays the text's."""
    unknown, zero, busy = await engine.score(
        [
            ScoreRequest("ok"),
            ScoreRequest("ok", engagement=0.0, cognitive_load=0.0, time_factor=0.0),
            ScoreRequest("ok", engagement=0.1, cognitive_load=1.0, time_factor=1.0),
        ]
    )
    assert len({unknown.readiness.score, zero.readiness.score, busy.readiness.score}) == 3
    assert unknown.probabilities == zero.probabilities == busy.probabilities


async def test_no_texts_no_scores(engine: Engine) -> None:
    """Nothing in, nothing out."""
    assert await engine.score([]) == []
    assert await engine.infer([]) == []


async def test_the_fingerprint_says_how_results_came_about(engine: Engine, checkpoint: Path) -> None:
    """Backend and processor are in it, and settings that change figures change it."""
    assert engine.info.engine.startswith("openvino-")
    settings = EngineSettings(backend=BackendName.OPENVINO, prewarm=False, head_share=0.5, decimals=EXACT_DECIMALS)
    async with open_engine(checkpoint, settings) as other:
        assert other.info.engine != engine.info.engine
        assert other.info.engine.partition("#")[0] == engine.info.engine.partition("#")[0]


async def test_a_closed_engine_refuses(checkpoint: Path) -> None:
    """An engine that was not entered says what to do."""
    with pytest.raises(RuntimeError, match="async with"):
        await open_engine(checkpoint, EngineSettings()).score([ScoreRequest("x")])


@pytest.mark.parametrize("broken", ["openvino/model.xml", "tokenizer.json", "calibration.json", "config.json"])
async def test_an_incomplete_checkpoint_is_named(checkpoint: Path, tmp_path: Path, broken: str) -> None:
    """A missing file and a broken one each end in an error that names the file."""
    for content in (None, b"{broken"):
        folder = tmp_path / str(content is None)
        _link(checkpoint, folder)
        (folder / broken).unlink()
        if content is not None:
            (folder / broken).write_bytes(content)
        with pytest.raises(CheckpointError, match=Path(broken).name.replace(".", r"\.")):
            async with open_engine(folder, EngineSettings(backend=BackendName.OPENVINO, prewarm=False)):
                pass


async def test_the_cpu_default_does_not_import_torch(checkpoint: Path) -> None:
    """Scoring by OpenVINO in a new process leaves torch and transformers alone, also where they are installed."""
    code = f"""
import asyncio, sys
from pathlib import Path
from emotionstream.inference import ScoreRequest, open_engine
from emotionstream.schemas.settings.engine import DeviceName, EngineSettings
async def main():
    async with open_engine(Path({str(checkpoint)!r}), EngineSettings(device=DeviceName.CPU, prewarm=False)) as engine:
        await engine.score([ScoreRequest("hello")])
asyncio.run(main())
print([name for name in ("torch", "transformers", "nncf") if name in sys.modules])
"""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def _link(checkpoint: Path, folder: Path) -> None:
    (folder / "openvino").mkdir(parents=True)
    for file in checkpoint.rglob("*"):
        if file.is_file() and len(file.relative_to(checkpoint).parts) <= 2:
            target = folder / file.relative_to(checkpoint)
            target.parent.mkdir(exist_ok=True)
            target.symlink_to(file)
