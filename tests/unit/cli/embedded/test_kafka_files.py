"""What Kafka is told."""

from pathlib import Path

from emotionstream.cli.embedded.kafka import new_cluster_id
from emotionstream.cli.embedded.kafka_files import KafkaPorts, java_arguments, server_properties
from emotionstream.schemas.settings.embedded import EmbeddedSettings


def properties(**settings: int) -> dict[str, str]:
    """The properties as Kafka reads them."""
    text = server_properties(Path("/data"), KafkaPorts(clients=21_000, controller=21_001), EmbeddedSettings(**settings))
    return dict(line.split("=", 1) for line in text.splitlines())


def test_it_listens_on_this_machine_only() -> None:
    """Every address is on 127.0.0.1: nothing is reachable from outside."""
    told = properties()
    for name in ("listeners", "advertised.listeners", "controller.quorum.voters"):
        assert all("127.0.0.1:" in address for address in told[name].split(","))


def test_one_node_has_one_copy_of_its_own_topics() -> None:
    """Else the first consumer group or transaction would wait for brokers that do not exist."""
    told = properties(kafka_internal_partitions=3)
    assert {told[name] for name in told if name.endswith("replication.factor")} == {"1"}
    assert told["offsets.topic.num.partitions"] == told["transaction.state.log.num.partitions"] == "3"


def test_topics_are_not_made_by_accident() -> None:
    """A misspelt topic name must fail."""
    assert properties()["auto.create.topics.enable"] == "false"


def test_a_path_of_any_script_is_read_back_as_it_is() -> None:
    """Java reads a properties file as ISO 8859-1: what is beyond ASCII, or looks like an escape, is escaped."""
    folder = "/home/jos\u00e9/\u6559\u5ba4 \U0001f4a1/a\\b"
    text = server_properties(Path(folder), KafkaPorts(21_000, 21_001), EmbeddedSettings())
    (line,) = [line for line in text.splitlines() if line.startswith("log.dirs=")]
    assert line.isascii()
    read = line.removeprefix("log.dirs=").encode().decode("unicode_escape")
    assert read.encode("utf-16", "surrogatepass").decode("utf-16") == folder


def test_the_heap_is_bounded_by_the_setting_and_paths_with_spaces_hold() -> None:
    """-Xmx as the setting says; each option is quoted, since Java would split it at a space."""
    jars = [Path("/with space/a.jar"), Path("/b.jar")]
    options = java_arguments(
        jars, EmbeddedSettings(kafka_heap_mb=200), Path("/log config"), Path("/tmp 1")
    ).splitlines()
    assert '"-Xmx200m"' in options
    assert '"-Djava.io.tmpdir=/tmp 1"' in options
    assert options[-2:] == ['"-cp"', '"/with space/a.jar:/b.jar"']


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    """One of 64 random ids would begin with a dash; Kafka's tools refuse it."""
    found = {new_cluster_id() for _ in range(2_000)}
    assert len(found) == 2_000
    assert not [name for name in found if name.startswith("-") or len(name) != 22]
