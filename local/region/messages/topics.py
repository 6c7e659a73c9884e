"""EventBridge publishes to a topic only by a statement of the topic's policy that has no Condition.

EventBridge User Guide, "Using resource-based policies for Amazon EventBridge", Amazon SNS permissions:
Condition blocks in topic policies are not supported. What it may not publish is dropped and counted as the
rule's FailedInvocations.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any, cast

from region.base import contract, patch
from region.base.emulator import cloudwatch, sns

logger = logging.getLogger("region.topics")

EVENTBRIDGE = "ministack.services.eventbridge"
contract.expect(EVENTBRIDGE, "_invoke_target", "(target, event, rule, view=None)")
contract.expect("ministack.services.sns", "_topics")
contract.expect(
    "ministack.services.cloudwatch",
    "record_metric",
    "(namespace, metric_name, value, unit='None', dimensions=None)",
)

SERVICE = "events.amazonaws.com"


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _lets_events_publish(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = (
        _listed(cast("dict[str, Any]", principal).get("Service")) if isinstance(principal, dict) else []
    )
    actions = {str(action).lower() for action in _listed(statement.get("Action"))}
    return (
        statement.get("Effect") == "Allow"
        and (SERVICE in services or principal == "*")
        and bool(actions & {"sns:publish", "sns:*", "*"})
        and not statement.get("Condition")
    )


def _is_open(topic: dict[str, Any]) -> bool:
    attributes: dict[str, str] = topic.get("attributes") or {}
    policy: dict[str, Any] = json.loads(attributes.get("Policy") or "{}")
    return any(_lets_events_publish(statement) for statement in _listed(policy.get("Statement") or []))


def _invoke(
    original: Callable[..., None],
    target: dict[str, Any],
    event: dict[str, Any],
    rule: dict[str, Any],
    view: Any = None,
) -> None:
    arn = str(target.get("Arn", ""))
    topic = sns._topics.get(arn) if ":sns:" in arn else None
    if topic is None or _is_open(topic):
        original(target, event, rule, view)
        return
    name = str(rule.get("Name", ""))
    logger.warning("rule %s may not publish to %s: no statement without a Condition lets it", name, arn)
    cloudwatch.record_metric("AWS/Events", "FailedInvocations", 1, "Count", {"RuleName": name})


def install() -> None:
    patch.wrap(EVENTBRIDGE, "_invoke_target", _invoke)
