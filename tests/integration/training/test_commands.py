"""`emotionstream train` and `evaluate`, from a small data folder to a whole checkpoint."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import tiny
from click.testing import Result
from transformers import BertConfig, BertModel
from typer.testing import CliRunner

from emotionstream.cli.main import app_for
from emotionstream.schemas.checkpoint import CALIBRATION, CARD, CONFIG, GRAPH, METRICS, POLICY, WEIGHTS
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import CheckpointError, DataError, SettingsError
from emotionstream.state.policy import InterventionPolicy

# NNCF, OpenVINO and torch's tracer warn about each other's deprecations, not about our use of them.
pytestmark = pytest.mark.filterwarnings("ignore")

SETTINGS = """
recipe = "compact"
version = "test"
encoders = ["{encoder}"]
batch = 16
device = "cpu"
evaluate_every = 5
calibration_texts = 20
effect_texts = 20
readiness = {{ steps = 10, folds = 2 }}
policy = {{ steps = 10, folds = 2, members = 2, hidden = 4 }}

[[stages]]
name = "all"
epochs = 1
mix = {{ goemotions = 1.0, emobank = 1.0, learner_corpus = 1.0 }}
encoder_rate = 1e-3
head_rate = 1e-3
"""


def write(path: Path, text: str) -> None:
    """A file and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def lines(rows: list[dict[str, Any]]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def message(text: str, i: int) -> dict[str, Any]:
    """A learner's message of the i-th class."""
    return {"text": text, "emotion": EMOTIONS[i % len(EMOTIONS)], "also": [], "pad": [0.1 * (i % 9), 0.5, 0.4]}


def texts(kind: str, count: int) -> list[str]:
    """Different texts, none shared between kinds."""
    return [f"{kind} {' '.join(tiny.WORDS[5 + (i * k) % 7] for k in range(1, 5))} {i}" for i in range(count)]


def make_data(folder: Path) -> Path:
    """A data folder with a few rows of everything that is needed."""
    for split, count in (("train", 40), ("dev", 20)):
        rows = [f"{text}\t{i % 28}\tid{i}\n" for i, text in enumerate(texts(f"g{split}", count))]
        write(folder / "open/goemotions" / f"{split}.tsv", "".join(rows))
    bank = [
        f"{i},{split},{1 + i % 4},{1 + i % 3},{1 + i % 2},{text}\n"
        for split in ("train", "dev")
        for i, text in enumerate(texts(f"e{split}", 20))
    ]
    write(folder / "open/emobank/emobank_train_dev.csv", "id,split,V,A,D,text\n" + "".join(bank))
    for name in ("messages_train", "messages_train_2", "messages_dev", "messages_dev_2"):
        rows = [message(text, i) for i, text in enumerate(texts(name.replace("_", ""), 45))]
        write(folder / "learner_corpus" / f"{name}.jsonl", lines(rows))
    for name in ("sessions", "sessions_2"):
        turns = [
            message(text, i)
            | {"session": f"{name}{i // 5}", "t": 20 * (i % 5), "engagement": 0.5, "cognitive_load": None}
            | {"readiness": ("low", "high")[i % 2], "intervention": ("mild", "none")[i % 2]}
            for i, text in enumerate(texts(name.replace("_", ""), 20))
        ]
        write(folder / "learner_corpus" / f"{name}.jsonl", lines(turns))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of this test's own."""
    return make_data(tmp_path / "data")


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    """A folder with a tiny pretrained encoder, as a user would have one."""
    return tiny.save_published(tmp_path / "encoder", BertConfig, BertModel)


class Trained:
    """A run in ``folder``: its data, settings, checkpoint and work."""

    def __init__(self, folder: Path) -> None:
        self.data, self.plan = folder / "data", folder / "run.toml"
        self.to, self.work = folder / "models" / "mine", folder / "work"

    def invoke(self, *more: str) -> Result:
        """Run the command."""
        given = ["train", str(self.plan), "--data", str(self.data), "--to", str(self.to), "--work", str(self.work)]
        return CliRunner().invoke(app_for(given), [*given, *more], catch_exceptions=False)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """One run for all tests that begin with a checkpoint: its folder, and what it said."""
    folder = tmp_path_factory.mktemp("trained")
    run = Trained(folder)
    make_data(run.data)
    write(run.plan, SETTINGS.format(encoder=tiny.save_published(folder / "encoder", BertConfig, BertModel)))
    said = run.invoke()
    assert said.exit_code == 0, said.output
    return folder, said


@pytest.fixture
def trained(first: tuple[Path, Result], tmp_path: Path) -> Trained:
    """A copy of that run, which the test may change."""
    shutil.copytree(first[0], tmp_path / "run")
    return Trained(tmp_path / "run")


def test_a_checkpoint_is_trained_and_measured(first: tuple[Path, Result], trained: Trained) -> None:
    """All files of a checkpoint are there, its card warns, and its figures can be measured again on both backends."""
    run, to, said = CliRunner(), trained.to, first[1]
    assert said.stdout.startswith("| what | int8 | fp32 |"), "standard output holds the figures and nothing else"
    assert all(step in said.stderr for step in ("calibrating", "readiness", "exporting", "policy", "measuring"))
    assert all((to / name).is_file() for name in (CALIBRATION, CARD, CONFIG, GRAPH, METRICS, POLICY, WEIGHTS))
    metrics = json.loads((to / METRICS).read_text(encoding="utf-8"))
    assert metrics["batch_effect_int8"]["mixed_largest_change_of_any_output"] == 0
    assert "no proof about people" in (to / CARD).read_text(encoding="utf-8")
    for backend, name in (("openvino", "int8"), ("torch", "fp32")):
        given = ["evaluate", str(to), str(trained.data), "--backend", backend, "--json", "--quick"]
        measured = run.invoke(app_for(given), given, catch_exceptions=False)
        tables = json.loads(measured.stdout)["sets"]["goemotions"]["labels"]["tables_halves"].values()
        found = {label: row["f1"] for table in tables for label, row in table["classes"].items()}
        assert found == metrics["dev"][name]["goemotions"]["f1_28"]
    assert metrics["evidence"]["named"]["joy"] == 1
    assert len(json.loads((to / CALIBRATION).read_text(encoding="utf-8"))["label_thresholds"]) == 28


def test_an_evaluation_is_stored_with_the_checkpoint(trained: Trained, tmp_path: Path) -> None:
    """`--set-thresholds` and `--write` change the calibration and the card, and nothing else of the checkpoint."""
    data, to, out = str(trained.data), trained.to, tmp_path / "out"
    run = CliRunner(env={"EMOTIONSTREAM_ABSTENTION_TARGET_RISK": "0.99", "EMOTIONSTREAM_ABSTENTION_LEAST_KEPT": "1"})
    before = {path: path.read_bytes() for path in to.rglob("*") if path.is_file()}
    given = ["evaluate", str(to), data, "--set-thresholds", "--write", "--to", str(out)]
    given += ["--log", str(trained.work / "log.jsonl"), "--baselines", data]
    measured = run.invoke(app_for(given), given, catch_exceptions=False)
    assert measured.exit_code == 0, measured.output
    changed = {path.name for path, content in before.items() if path.read_bytes() != content}
    assert changed == {CALIBRATION, METRICS, CARD}
    assert "## Evaluation on goemotions" in (to / CARD).read_text(encoding="utf-8")
    figures = json.loads((out / METRICS).read_text(encoding="utf-8"))
    assert figures["abstain_below"] is not None
    assert set(figures["sets"]["messages_dev"]["baselines"]) == {
        "majority", "tf-idf + logistic", "frozen encoder + linear"
    }  # fmt: skip
    assert {"confusion.png", "reliability.png", "learning_curves.png", "README.md"} <= {p.name for p in out.iterdir()}


def test_the_policy_alone_is_trained_anew(trained: Trained) -> None:
    """`--only-policy` writes another policy and its figures; weights and graph stay as they are."""
    to, plan = trained.to, trained.plan
    before = {name: (to / name).read_bytes() for name in (WEIGHTS, GRAPH, POLICY)}
    write(plan, plan.read_text(encoding="utf-8").replace("policy = {", 'policy = { version = "newer", seed = 5,'))
    assert trained.invoke("--only-policy").exit_code == 0
    changed = [name for name, content in before.items() if (to / name).read_bytes() != content]
    assert changed == [POLICY]
    assert InterventionPolicy.load(to / POLICY).version == "newer"
    metrics = json.loads((to / METRICS).read_text(encoding="utf-8"))
    assert metrics["settings"]["policy"]["version"] == "newer"
    assert metrics["intervention_cross_validated_text_only"]["rows"] == 40


def test_a_run_goes_on_from_a_checkpoint(trained: Trained) -> None:
    """Its first looks are as good as the checkpoint was, its card tells of it, and the checkpoint stays as it is."""
    first = (trained.to / WEIGHTS).read_bytes()
    before = json.loads((trained.to / METRICS).read_text(encoding="utf-8"))
    start = f'start = "{trained.to}"\n'
    write(trained.plan, start + trained.plan.read_text(encoding="utf-8").replace("1e-3", "1e-9"))
    again = Trained(trained.plan.parent)
    again.to, again.work = trained.plan.parent / "again", trained.plan.parent / "again-work"
    said = again.invoke()
    assert said.exit_code == 0, said.output
    after = json.loads((again.to / METRICS).read_text(encoding="utf-8"))
    assert after["started_from"] == "compact test"
    assert "It began with the weights of compact test" in (again.to / CARD).read_text(encoding="utf-8")
    wanted = before["dev"]["fp32"]["emobank"]["pad"]["pleasure"]["r"]
    assert after["dev"]["fp32"]["emobank"]["pad"]["pleasure"]["r"] == pytest.approx(wanted, abs=0.01)
    assert (trained.to / WEIGHTS).read_bytes() == first


def test_a_checkpoint_of_research_data_is_finished(tmp_path: Path, data: Path, encoder: Path) -> None:
    """With `non_commercial` a run whose mix has research data ends with a whole checkpoint, and its card says so."""
    plan, to = tmp_path / "run.toml", tmp_path / "models" / "mine"
    rows = "".join(f"guilt,{text}\n" for text in texts("isear", 20))
    write(data / "research/isear/isear_train.csv", "emotion,text\n" + rows)
    marked = SETTINGS.format(encoder=encoder).replace("goemotions = 1.0", "isear = 1.0, goemotions = 1.0")
    write(plan, "non_commercial = true\n" + marked)
    given = ["train", str(plan), "--data", str(data), "--to", str(to), "--work", str(tmp_path / "work")]
    run = CliRunner().invoke(app_for(given), given, catch_exceptions=False)
    assert run.exit_code == 0, run.output
    assert json.loads((to / METRICS).read_text(encoding="utf-8"))["training"]["isear"] == 20
    assert "non-commercial" in (to / CARD).read_text(encoding="utf-8")


def test_a_work_folder_goes_on_with_its_own_settings_only(tmp_path: Path, data: Path, encoder: Path) -> None:
    """Stages that are done are not done again; with other settings they are refused, and a broken one is named."""
    from emotionstream.training.run import train
    from emotionstream.training.settings import TrainingSettings

    plan, work = tmp_path / "run.toml", tmp_path / "work"
    write(plan, SETTINGS.format(encoder=encoder))
    settings = TrainingSettings.read(plan)
    train(settings, data, work)
    log, done = (work / "log.jsonl").read_bytes(), work / "all.done.pt"
    train(settings.model_copy(update={"version": "renamed"}), data, work)
    assert (work / "log.jsonl").read_bytes() == log
    with pytest.raises(SettingsError, match=r"clip was 1\.0, is 2\.0"):
        train(settings.model_copy(update={"clip": 2.0}), data, work)
    done.write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"all\.done\.pt cannot be read"):
        train(settings, data, work)


@pytest.mark.parametrize("option", ["--to", "--work"])
def test_a_file_in_place_of_a_folder_is_refused_before_training(tmp_path: Path, option: str) -> None:
    """Also where it stands on the way to the folder."""
    write(tmp_path / "file", "")
    given = ["train", "none.toml", "--data", "none", "--to", str(tmp_path / "to"), "--work", str(tmp_path / "work")]
    given[given.index(option) + 1] = str(tmp_path / "file" / "deeper")
    run = CliRunner().invoke(app_for(given), given)
    assert run.exit_code == 2
    assert option in run.output


def test_a_dev_text_in_train_is_left_out(tmp_path: Path, data: Path, encoder: Path) -> None:
    """A comment that stands in dev, in other letters, is not trained on."""
    from emotionstream.training.assembly import assemble  # torch comes with it

    copied = (data / "open/goemotions/dev.tsv").read_text(encoding="utf-8").upper().replace("ID", "id")
    with (data / "open/goemotions/train.tsv").open("a", encoding="utf-8") as stream:
        stream.write(copied)
    corpus = assemble(data, frozenset({"goemotions"}))
    assert len(corpus.train["goemotions"]) == 40
    assert len(corpus.dev["goemotions"]) == 20


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"pad": [7, 0.5, 0.5]}, "pleasure"),
        ({"pad": [float("nan"), 0.5, 0.5]}, "pleasure"),
        ({"pad": "123"}, "pad is no list"),
        ({"text": None}, "text"),
        ({"also": "joy"}, "also is no list"),
        ({"emotion": ["joy"]}, "emotion"),
    ],
)
def test_a_bad_message_is_named_by_its_line(data: Path, change: dict[str, object], told: str) -> None:
    """It is not trained on, nor taken for a rate that is too high."""
    from emotionstream.training.assembly import assemble

    write(data / "learner_corpus" / "messages_train_8.jsonl", lines([message("fine", 1), message("not", 2) | change]))
    with pytest.raises(DataError, match=rf"messages_train_8\.jsonl line 2: .*{told}"):
        assemble(data, frozenset({"learner_corpus"}))


def test_no_text_of_any_dev_file_is_trained_on(data: Path) -> None:
    """Also of one that no figure of the checkpoint rests on, and in other letters."""
    from emotionstream.training.assembly import assemble

    corpus, wanted = data / "learner_corpus", frozenset({"learner_corpus"})
    row = json.loads((corpus / "messages_train.jsonl").read_text(encoding="utf-8").splitlines()[0])
    before = [example.text for example in assemble(data, wanted).train["learner_corpus"]]
    write(corpus / "messages_dev_9.jsonl", lines([row | {"text": row["text"].upper()}]))
    after = [example.text for example in assemble(data, wanted).train["learner_corpus"]]
    assert before == [row["text"], *after]
