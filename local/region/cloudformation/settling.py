"""CloudFormation goes on when everybody knows the roles that it has just made.

It waits after roles, policies and instance profiles (two minutes after a profile: hashicorp/terraform#15341),
and asks again for a resource whose role a service does not know yet. On AWS that may not be enough; then the
stack is rolled back (aws-lambda-dotnet#2450).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.settings import current as settings
from region.iam import propagation

STACKS = "ministack.services.cloudformation.stacks"
contract.expect(STACKS, "_provision_keeping_seed", "(*args)")
contract.expect(STACKS, "_update_keeping_seed", "(*args)")
contract.expect(STACKS, "_runs_on_worker_thread", "(resource_type)")

_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+")
# When a stack has last changed something of IAM.
_changed: dict[str, float] = {}


def _create(original: Callable[..., Any], kind: str, logical_id: str, props: Any, stack: str) -> Any:
    return _settled(kind, stack, props, lambda: original(kind, logical_id, props, stack))


def _update(original: Callable[..., Any], kind: str, physical_id: str, old: Any, new: Any, *rest: Any) -> Any:
    if old == new:
        return original(kind, physical_id, old, new, *rest)
    return _settled(kind, str(rest[0]), new, lambda: original(kind, physical_id, old, new, *rest))


def _settled(kind: str, stack: str, props: Any, change: Callable[[], Any]) -> Any:
    if kind.startswith("AWS::IAM::"):
        _changed[stack] = time.time()
        return change()
    named = (propagation.seconds_left(role) for role in _ROLE.findall(json.dumps(props, default=str)))
    own = _changed.get(stack, 0.0) + settings.lag_seconds - time.time()
    time.sleep(max(0.0, own, *named))
    return change()


def _on_a_thread(original: Callable[[str], bool], resource_type: str) -> bool:
    return True if settings.lag_seconds else original(resource_type)


def install() -> None:
    patch.wrap(STACKS, "_provision_keeping_seed", _create)
    patch.wrap(STACKS, "_update_keeping_seed", _update)
    patch.wrap(STACKS, "_runs_on_worker_thread", _on_a_thread)
