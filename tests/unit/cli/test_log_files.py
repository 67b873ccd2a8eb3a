"""Log files that do not grow without bound."""

from pathlib import Path

from emotionstream.cli.log_files import bound_log, keep_last_log


def test_a_log_is_begun_anew_once_it_is_full_and_its_writer_goes_on(tmp_path: Path) -> None:
    """What it held is beside it; what comes later stands at the start of the file."""
    log = tmp_path / "worker.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 99)
        bound_log(log, 100)
        assert log.stat().st_size == 99
        writer.write(b"y")
        bound_log(log, 100)
        writer.write(b"later")
    assert log.read_bytes() == b"later"
    assert (tmp_path / "worker.log.1").read_bytes() == b"x" * 99 + b"y"


def test_there_are_never_more_than_two(tmp_path: Path) -> None:
    """The oldest goes."""
    log = tmp_path / "worker.log"
    for number in range(5):
        with log.open("ab") as writer:
            writer.write(b"%d" % number * 10)
        bound_log(log, 10)
    assert (tmp_path / "worker.log.1").read_bytes() == b"4" * 10
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_that_cannot_be_kept_is_begun_anew_all_the_same(tmp_path: Path) -> None:
    """On a full disk its room is needed."""
    log = tmp_path / "worker.log"
    log.write_bytes(b"x" * 10)
    (tmp_path / "worker.log.1").mkdir()
    bound_log(log, 10)
    assert log.read_bytes() == b""


def test_a_log_that_is_not_there_is_none_to_bound(tmp_path: Path) -> None:
    """A process that has not begun."""
    bound_log(tmp_path / "worker.log", 10)
    assert not list(tmp_path.iterdir())


def test_a_new_start_keeps_the_log_before(tmp_path: Path) -> None:
    """And makes the folder."""
    log = tmp_path / "parts" / "worker.log"
    keep_last_log(log)
    log.write_text("first")
    keep_last_log(log)
    assert not log.exists()
    assert (tmp_path / "parts" / "worker.log.1").read_text() == "first"
