"""The lock file of Kafka's jars."""

from emotionstream.cli.embedded.lock import Jar, kafka_version, locked_jars, parse_lock


def test_the_lock_names_kafka_and_what_it_needs() -> None:
    """46 jars, each with its SHA-256 and size; one version of each artifact; Kafka's own are of one version."""
    jars = locked_jars()
    assert len(jars) == 46
    assert all(len(jar.sha256) == 64 and jar.size > 0 for jar in jars)
    assert len({(jar.group, jar.artifact) for jar in jars}) == len(jars)
    assert {jar.version for jar in jars if jar.group == "org.apache.kafka"} == {kafka_version()}


def test_comments_and_empty_lines_are_no_jars() -> None:
    """Only lines with coordinates, digest and size are jars."""
    parsed = parse_lock("# about\n\norg.example:thing:1.2 00ff 7\n")
    assert parsed == (Jar("org.example", "thing", "1.2", "00ff", 7),)
    assert parsed[0].filename == "thing-1.2.jar"
