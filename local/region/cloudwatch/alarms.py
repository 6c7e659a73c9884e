"""CloudWatch alarms: evaluated over their own dimensions, period by period, with their rule for missing data.

The emulator looks at an alarm only when somebody puts a metric, at all dimensions and periods together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import cloudwatch, sns

CLOUDWATCH = "ministack.services.cloudwatch"

contract.expect(CLOUDWATCH, "_metrics")
contract.expect(CLOUDWATCH, "_dims_key", "(dims)")
contract.expect(CLOUDWATCH, "_calc_stats", "(points)")
contract.expect(CLOUDWATCH, "_stat_value", "(stats, stat_name, points=None)")
contract.expect(CLOUDWATCH, "_evaluate_alarm", "(alarm)")
contract.expect(
    CLOUDWATCH,
    "_record_history",
    "(alarm_name, old_state, new_state, reason, alarm_type='MetricAlarm', reason_data=None)",
)
contract.expect(CLOUDWATCH, "_dispatch_alarm_actions", "(alarm, old_state, new_state, reason)")
contract.expect(CLOUDWATCH, "_evaluate_parent_alarms", "(child, seen=frozenset())")
contract.expect(
    "ministack.services.sns", "topic_policy_allows", "(topic_arn, service, source_arn, source_account)"
)

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}

Alarm = dict[str, Any]


def dimensions(alarm: Alarm) -> dict[str, str]:
    named: list[dict[str, str]] = alarm.get("Dimensions") or []
    return {each["Name"]: each["Value"] for each in named}


def _evaluate(alarm: Alarm) -> None:
    """Brings the alarm into the state that its latest periods call for and reports the change."""
    state, reason = _judge(alarm, time.time())
    before = alarm["StateValue"]
    if state == before:
        return
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions({**alarm, **_permitted(alarm)}, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _permitted(alarm: Alarm) -> dict[str, list[str]]:
    """The alarm's actions without topics whose policy does not let CloudWatch publish."""
    account = alarm["AlarmArn"].split(":")[4]
    permitted: dict[str, list[str]] = {}
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        topics: list[str] = alarm.get(name) or []
        permitted[name] = [
            arn
            for arn in topics
            if sns.topic_policy_allows(arn, "cloudwatch.amazonaws.com", alarm["AlarmArn"], account)
        ]
    return permitted


def _judge(alarm: Alarm, now: float) -> tuple[str, str]:
    values = _periods(alarm, now)
    missing = alarm.get("TreatMissingData", "missing")
    known = [value for value in values if value is not None]
    if not known and missing in ("missing", "ignore"):
        return ("INSUFFICIENT_DATA" if missing == "missing" else alarm["StateValue"]), "no data"
    breaks = COMPARISONS[alarm["ComparisonOperator"]]
    breaking = sum(breaks(value, float(alarm["Threshold"])) for value in known)
    if missing == "breaching":
        breaking += len(values) - len(known)
    needed = int(alarm.get("DatapointsToAlarm") or len(values))
    # Without a rule for missing data the periods that have some decide (page "Configuring how alarms treat
    # missing data").
    if missing in ("missing", "ignore"):
        needed = min(needed, len(known))
    rule = f"{alarm.get('Statistic')} {alarm['ComparisonOperator']} {alarm['Threshold']}"
    reason = f"{breaking} of {len(values)} periods: {rule}"
    return ("ALARM" if breaking >= needed else "OK"), reason


def _periods(alarm: Alarm, now: float) -> list[float | None]:
    """The alarm's statistic over each of its periods that end now, latest first; None where there is none."""
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions(alarm)))
    points = list(cloudwatch._metrics.get(key) or [])
    period = float(alarm.get("Period") or 60)
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    values: list[float | None] = []
    for index in range(int(alarm.get("EvaluationPeriods") or 1)):
        end = now - index * period
        within = [point for point in points if end - period < point["Timestamp"] <= end]
        stats = cloudwatch._calc_stats(within)
        values.append(cloudwatch._stat_value(stats, statistic, within) if stats else None)
    return values


def install() -> None:
    patch.replace(CLOUDWATCH, "_evaluate_alarm", _evaluate)
