"""The most telling faults in their short form, on one cluster of three brokers; `make faults` runs them all."""

import pytest
from faults.plan import FAULTS, run
from faults.proofs import PROOFS
from faults.report import line
from faults.scene import Bench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]
TELLING = (3, 6)
"""Two cores have four minutes for them; the other twelve are run by `make faults`."""


@pytest.mark.parametrize("number", TELLING)
async def test_a_fault_loses_and_doubles_nothing(bench: Bench, number: int) -> None:
    """Results, dead letters, order, table, interventions and rows are exact, and work goes on within a minute."""
    outcome = await run(bench, FAULTS[number], short=True)
    assert outcome.clean, line(outcome)
    assert outcome.results > 500
    assert outcome.rejects and outcome.interventions


async def test_without_transactions_the_bench_finds_what_is_doubled(bench: Bench) -> None:
    """At least once, a kill between acknowledgement and commit doubles results, and the bench says so."""
    outcome = await run(bench, PROOFS["transactions"], short=True)
    assert outcome.findings.doubled, line(outcome)
    assert not outcome.findings.missing
    assert not outcome.clean


async def test_without_the_strict_flush_the_bench_finds_what_is_lost(bench: Bench) -> None:
    """States that Kafka refused are committed as done, and the table that is rebuilt is not the oracle's."""
    outcome = await run(bench, PROOFS["flush"], short=True)
    assert outcome.findings.table, line(outcome)
    assert not outcome.clean


async def test_without_the_conflict_rule_the_bench_finds_rows_that_are_doubled(bench: Bench) -> None:
    """A recorder that dies between the two commits writes its batch again, and nothing knows the rows."""
    outcome = await run(bench, PROOFS["conflict"], short=True)
    assert outcome.findings.rows_doubled, line(outcome)
    assert not outcome.clean
