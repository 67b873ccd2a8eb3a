"""Data sets and a check of them, as a person reads them."""

from emotionstream.cli.data_lines import place_json, place_lines, report_lines
from emotionstream.training.datasets.catalogue import PLACES, Part
from emotionstream.training.datasets.report import Fault, FileReport, FolderReport, SetReport, State


def test_every_set_is_listed_with_its_source_and_licence() -> None:
    """One line in the table, and a sentence that says where to get it."""
    lines = list(place_lines(PLACES))
    assert all(any(line.startswith(name) and place.license in line for line in lines) for name, place in PLACES.items())
    assert all(f"  {place.origin}" in lines for place in PLACES.values())


def test_what_a_checkpoint_may_be_trained_on_is_told() -> None:
    """Any use, research only, or not at all."""
    rows = {line.split()[0]: line for line in list(place_lines(PLACES))[1 : len(PLACES) + 1]}
    assert rows["goemotions"].endswith("any use")
    assert rows["isear"].endswith("research only")
    assert rows["eec"].endswith("none")


def test_json_says_as_much() -> None:
    """Files with their rows, the sum, and whether a commercial checkpoint may be trained on it."""
    said = place_json("goemotions", PLACES["goemotions"])
    assert (said["rows"], said["files"]["dev.tsv"], said["commercial"], said["needed"]) == (48836, 5426, True, True)
    assert place_json("learner_corpus", PLACES["learner_corpus"])["rows"] is None


def test_the_catalogue_is_whole() -> None:
    """Every set has a folder of its own, files, an origin that says what to do, and its terms."""
    assert len({place.folder for place in PLACES.values()}) == len(PLACES)
    assert all(place.files and place.origin.endswith(".") and place.license and place.use for place in PLACES.values())
    assert all(place.commercial for place in PLACES.values() if place.needed)
    assert {place.part for place in PLACES.values()} == set(Part)


def test_a_fault_is_told_with_its_place_and_its_cure() -> None:
    """Those that are not told are counted."""
    file = FileReport("x.tsv", rows=7, broken=4, faults=[Fault(3, "bad", "mend it"), Fault(None, "short", "")])
    sets = [SetReport("a", State.PROBLEM, [file]), SetReport("b", State.ABSENT)]
    lines = [line.strip() for line in report_lines(FolderReport("data", sets, ["open/aa"]))]
    assert lines[:6] == ["PROBLEM  a", "x.tsv: 7 rows", "line 3: bad", "-> mend it", "short", "and 2 more (--limit)"]
    assert lines[6] == "-        b: not there, and not needed"
    assert lines[7].startswith("-        open/aa: nothing reads this folder")
    assert lines[-1] == "1 of the sets must be mended"


def test_what_is_missing_is_told_with_where_to_get_it() -> None:
    """The advice follows the names."""
    lines = list(
        report_lines(FolderReport("data", [SetReport("a", State.PROBLEM, missing=["x"], advice="Copy x.")], []))
    )
    assert [line.strip() for line in lines[:3]] == ["PROBLEM  a", "missing: x", "-> Copy x."]


def test_a_sound_folder_is_said_to_be_so() -> None:
    """In the last line."""
    assert list(report_lines(FolderReport("data", [SetReport("a", State.OK)], [])))[-1] == "no problem found"
