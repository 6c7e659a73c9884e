"""How many executions that have ended are kept; AWS keeps all of them for 90 days."""

from __future__ import annotations

from region.base import contract, loops
from region.base.emulator import stepfunctions
from region.base.latest import beyond

SERVICE = "ministack.services.stepfunctions"
contract.expect(SERVICE, "_executions")

# The emulator keeps all histories in memory and in its state; an event takes about a kilobyte.
MOST_EXECUTIONS = 1000
MOST_EVENTS = 25_000


def tidy() -> None:
    """Forgets the executions that began first, of those that have ended."""
    ended = [
        (arn, execution)
        for arn, execution in list(stepfunctions._executions.items())
        if execution["status"] != "RUNNING"
    ]
    ended.sort(key=lambda one: one[1]["startDate"])
    for arn, _ in ended[:-MOST_EXECUTIONS]:
        stepfunctions._executions.pop(arn, None)
    left = enumerate(ended[-MOST_EXECUTIONS:])
    sizes = [(float(turn), len(execution["events"]), arn) for turn, (arn, execution) in left]
    for arn in beyond(sizes, MOST_EVENTS):
        stepfunctions._executions.pop(arn, None)


def install() -> None:
    loops.every(20, tidy)
