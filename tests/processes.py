"""Processes that others start and end: what is asked of one may find it gone, or dead and not yet waited for."""

import psutil


def descendants(pid: int) -> list[psutil.Process]:
    """The processes below a running one, at any depth."""
    return list(psutil.Process(pid).children(recursive=True))


def lives(process: psutil.Process) -> bool:
    """Whether it runs; a dead one that its parent has not waited for yet does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def command_line(process: psutil.Process) -> list[str]:
    """The words it was started with; none where it has ended."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:  # A zombie is one, to psutil.
        return []
