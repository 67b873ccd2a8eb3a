"""Free ports."""

import socket

import pytest

from emotionstream.cli.embedded.ports import LOCALHOST, free_ports, require_free
from emotionstream.schemas.errors import EmbeddedServiceError


def test_remembered_ports_are_used_again_where_they_are_free() -> None:
    """A taken one is replaced, a free one stays."""
    first, second = free_ports(2)
    assert first != second
    assert free_ports(2, [first, second]) == [first, second]
    with socket.socket() as taken:
        taken.bind((LOCALHOST, first))
        taken.listen(1)
        assert first not in free_ports(2, [first, second])
        assert second in free_ports(2, [first, second])
        with pytest.raises(EmbeddedServiceError, match=f"port {first} .* is taken.*or set SOME_PORT"):
            require_free(first, "SOME_PORT")
    require_free(first, "SOME_PORT")
