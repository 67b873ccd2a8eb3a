"""``python -m faults``: run faults against a chain of real processes on this machine, and say what became of it."""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from faults.plan import FAULTS, run
from faults.proofs import PROOFS
from faults.report import HEAD, as_json, line
from faults.scene import open_bench, remove


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--fault", type=int, action="append", choices=sorted(FAULTS), help="only this one (repeatable)")
    parser.add_argument("--seeds", type=int, default=5, help="how often each, with seeds 1, 2, ... (default 5)")
    parser.add_argument("--seed", type=int, help="only this seed")
    parser.add_argument("--short", action="store_true", help="the short form of each, as in the tests")
    parser.add_argument("--without", choices=sorted(PROOFS), help="take a rule out: the bench must find harm")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of the table")
    parser.add_argument("--keep", action="store_true", help="leave the data and the parts' logs, and say where")
    return parser.parse_args(arguments)


async def bench(options: argparse.Namespace, folder: Path) -> bool:
    """Run what was asked for. Whether everything held."""
    faults = [FAULTS[number] for number in options.fault or sorted(FAULTS)]
    faults = [PROOFS[options.without]] if options.without else faults
    seeds = [options.seed] if options.seed is not None else list(range(1, options.seeds + 1))
    clean = True
    async with open_bench(folder) as there:
        if not options.json:
            tell(HEAD)
        for fault, seed in ((fault, seed) for fault in faults for seed in seeds):
            outcome = await run(there, fault, seed, options.short)
            tell(as_json(outcome) if options.json else line(outcome))
            clean = clean and outcome.clean
    return clean


def tell(text: str) -> None:
    """Print it at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """0: everything held; 1: something was found."""
    options = parse(sys.argv[1:])
    # What the bench does to Kafka, its own clients tell at length.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="emotionstream-faults-"))
    try:
        return 0 if asyncio.run(bench(options, folder)) else 1
    finally:
        if options.keep:
            sys.stderr.write(f"data and logs: {folder}\n")
        else:
            remove(folder)


if __name__ == "__main__":
    sys.exit(main())
