"""Mutated input at scale: `python tests/fuzz/fuzz.py`, or `make fuzz`. docs/fuzz.md says what it feeds and checks.

1. Chat records through the worker's decoder, in several processes.
2. Input for everything else that decodes: state stage, recorder, subscribers, lines of `publish FILE`, settings.
3. Records through a running chain: embedded Kafka, the real model, PostgreSQL.
"""

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # What all tests share.

import structlog
from fuzz_chain import ChainRun, run_chain
from fuzz_checks import faults
from fuzz_decoder import Tally, placed, record_of, run
from fuzz_others import Findings, run_others

from emotionstream.schemas.settings.intake import IntakeSettings

MOST_GROWTH_MIB: Final = 8.0
"""What a decoding process may grow by after its warm-up."""
MOST_PART_GROWTH_MIB: Final = 48.0
"""What worker, state stage and recorder may grow by after theirs."""
PARTS: Final = ("worker", "state", "recorder")
Figures = dict[str, Any]


def decoder(given: argparse.Namespace) -> Figures:
    """The worker's decoder."""
    tally, seconds = run(given.seed, given.count, given.processes)
    return {"ok": not tally.faulty and tally.growth <= MOST_GROWTH_MIB, **_told(tally), "seconds": round(seconds, 1)}


def elsewhere(given: argparse.Namespace) -> Figures:
    """All other decoders."""
    found: Findings = run_others(given.seed, given.others_count)
    return {"ok": not found.faults, "seen": found.seen, "refused": found.refused, "faults": found.faults}


def chain(given: argparse.Namespace) -> Figures:
    """A running chain."""
    ran: ChainRun = asyncio.run(run_chain(given.seed, given.chain_count, say))
    memory = ran.memory()
    flat = all(memory[part]["most"] - memory[part]["warm"] <= MOST_PART_GROWTH_MIB for part in PARTS)
    return {
        "ok": ran.verdict.clean and flat and not ran.ends,
        "fed": ran.fed,
        "good": ran.verdict.good,
        "good_lost": ran.verdict.good_lost,
        "missing": ran.verdict.missing,
        "refused_by_the_database": ran.verdict.refused,
        "doubled": ran.verdict.doubled,
        "unasked": ran.verdict.unasked,
        "reasons_that_repeat_content": ran.verdict.leaked,
        "parts_that_ended": ran.ends,
        "rss_mib": memory,
        "seconds": round(ran.seconds, 1),
    }


def only(given: argparse.Namespace) -> int:
    """One record of the decoder's run, as it is and what becomes of it."""
    raw, good = record_of(given.seed, given.only)
    record = placed(raw, given.seed, given.only, good=good is not None)
    found, wrong = faults(record, good, IntakeSettings())
    sys.stdout.write(f"{record}\n\n{'good' if good else 'mutated'}: {found!r}\n\n{wrong or 'nothing wrong'}\n")
    return bool(wrong)


def say(line: str) -> None:
    """To a person who waits."""
    sys.stderr.write(f"{line}\n")


def options(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Feed mutated input to everything that decodes. Ends with 1 at a fault."
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed, other records; the same seed, the same ones")
    parser.add_argument("--count", type=int, default=1_000_000, help="chat records for the decoder; 0 leaves it out")
    parser.add_argument("--others-count", type=int, default=20_000, help="inputs for each other decoder; 0: none")
    parser.add_argument("--chain-count", type=int, default=50_000, help="records through the running chain; 0: none")
    parser.add_argument("--processes", type=int, default=2, help="processes that decode at once")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="show one record of the decoder's run")
    parser.add_argument("--json", type=Path, help="write the figures there; - for standard output")
    return parser.parse_args(argv)


def main() -> int:
    """Run what is asked for, and tell."""
    given = options()
    if given.only is not None:
        return only(given)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    runs = {
        "decoder": (decoder, given.count),
        "others": (elsewhere, given.others_count),
        "chain": (chain, given.chain_count),
    }
    figures: Figures = {"seed": given.seed}
    for name, (work, count) in runs.items():
        if count:
            say(f"{name}: {count}")
            figures[name] = work(given)
            say(json.dumps(figures[name], indent=2))
    if given.json is not None:
        text = json.dumps(figures, indent=2) + "\n"
        sys.stdout.write(text) if str(given.json) == "-" else given.json.write_text(text, encoding="utf-8")
    bad = [name for name in runs if name in figures and not figures[name]["ok"]]
    say(f"faults in: {', '.join(bad)}" if bad else "no fault")
    return bool(bad)


def _told(tally: Tally) -> Figures:
    return {
        "seen": tally.seen,
        "good": tally.good,
        "accepted": tally.accepted,
        "rejected": dict(tally.rejected.most_common()),
        "faulty": tally.faulty,
        "faults": tally.faults,
        "digest": f"{tally.digest:016x}",
        "rss_mib": {"first": round(tally.rss[0], 1), "last": round(tally.rss[-1], 1), "growth": round(tally.growth, 1)},
    }


if __name__ == "__main__":
    sys.exit(main())
