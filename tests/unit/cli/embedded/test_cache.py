"""The user's folder of jars."""

import hashlib
from pathlib import Path

from emotionstream.cli.embedded.cache import is_whole, jar_folder, user_cache
from emotionstream.cli.embedded.lock import Jar
from emotionstream.schemas.settings.embedded import EmbeddedSettings


def test_a_setting_comes_before_the_users_cache(tmp_path: Path) -> None:
    """EMOTIONSTREAM_EMBEDDED_CACHE, else the cache folder of the user, with Kafka's version below."""
    environ = {"XDG_CACHE_HOME": "/somewhere"}
    assert jar_folder(EmbeddedSettings(cache=tmp_path), environ).parent == tmp_path
    assert jar_folder(EmbeddedSettings(), environ).parent == Path("/somewhere/emotionstream")


def test_a_relative_cache_home_is_ignored() -> None:
    """The XDG specification says so; the home folder is used instead."""
    assert user_cache({"XDG_CACHE_HOME": "here", "HOME": "/home/ada"}).is_relative_to("/home/ada")


def test_a_jar_is_whole_with_the_right_digest_only(tmp_path: Path) -> None:
    """Not when it is missing, cut, or of the right size with another content."""
    content = b"0123456789"
    jar = Jar("g", "a", "1", hashlib.sha256(content).hexdigest(), len(content))
    path = tmp_path / jar.filename
    assert not is_whole(path, jar)
    for wrong in (content[:-1], content[::-1]):
        path.write_bytes(wrong)
        assert not is_whole(path, jar)
    path.write_bytes(content)
    assert is_whole(path, jar)
