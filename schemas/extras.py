"""How the optional packages are installed: the one place that says it."""


def install_line(extra: str) -> str:
    """What to type for ``extra``, such as ``cpu``: with the package by its name, and in a checkout of the source."""
    return f"pip install 'emotionstream[{extra}]', in a checkout pip install -e '.[{extra}]'"
