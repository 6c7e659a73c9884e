"""Schedules that run in their time zone, at once when they have a rate, and with the rights of their role.

The EventBridge Scheduler User Guide, "Schedule types in EventBridge Scheduler" and "Setting up the execution
role". The emulator evaluates every expression in UTC and lets anyone start anything.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from region.base import contract, patch
from region.base.emulator import eventbridge, iam, request_scope, scheduler
from region.iam import roles

SCHEDULER = "ministack.services.scheduler"
EVENTBRIDGE = "ministack.services.eventbridge"

contract.expect("ministack.services.iam", "_roles")
contract.expect(SCHEDULER, "_schedules")
contract.expect(SCHEDULER, "_schedule_last_fired")
contract.expect(SCHEDULER, "_tick_schedules", "()")
contract.expect(SCHEDULER, "_at_time_epoch", "(expr)")
contract.expect(EVENTBRIDGE, "_parse_rate_seconds", "(expr)")
contract.expect(EVENTBRIDGE, "_parse_cron_fields", "(expr)")
contract.expect(EVENTBRIDGE, "_cron_next_fire", "(fields, after_dt)")
contract.expect(EVENTBRIDGE, "_invoke_target", "(target, event, rule, view=None)")

logger = logging.getLogger("region.scheduler")

SERVICE = "scheduler.amazonaws.com"
Schedule = dict[str, Any]


class Refused(Exception):
    """Scheduler takes no such schedule; the message is AWS's."""


def check(schedule: Schedule) -> None:
    """Refused for an expression or a time zone that Scheduler does not take."""
    expression = str(schedule.get("ScheduleExpression") or "")
    known = expression.startswith("at(") or eventbridge._parse_rate_seconds(expression) is not None
    if not known and eventbridge._parse_cron_fields(expression) is None:
        raise Refused(f"Invalid Schedule Expression {expression}.")
    zone = str(schedule.get("ScheduleExpressionTimezone") or "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused(f"Invalid ScheduleExpressionTimezone {zone}.") from error
    role = iam._roles.get(roles.role_name(str((schedule.get("Target") or {}).get("RoleArn"))))
    if role is None or SERVICE not in json.dumps(role["AssumeRolePolicyDocument"]):
        raise Refused(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        )


def _tick() -> None:
    now = time.time()
    for key, schedule in list(scheduler._schedules._data.items()):
        if not _is_due(key, schedule, now):
            continue
        scheduler._schedule_last_fired[key] = now
        account, region, _ = key
        with request_scope(account, region):
            _start(schedule, now)


def _is_due(key: tuple[str, str, str], schedule: Schedule, now: float) -> bool:
    if schedule.get("State") != "ENABLED":
        return False
    last = scheduler._schedule_last_fired.get(key)
    once = scheduler._at_time_epoch(schedule["ScheduleExpression"])
    if once is not None:
        return last is None and now >= once
    interval = eventbridge._parse_rate_seconds(schedule["ScheduleExpression"])
    if interval is not None:
        # Without a StartDate it starts at once ("Rate-based schedules").
        return last is None or now - last >= interval
    fields = eventbridge._parse_cron_fields(schedule["ScheduleExpression"])
    if fields is None:
        return False
    following = next_time(fields, schedule, last or schedule.get("CreationDate") or now)
    return following is not None and now >= following


def next_time(fields: Any, schedule: Schedule, after: float) -> float | None:
    """When a cron expression comes next after a moment, in its time zone; seconds since 1970."""
    zone = ZoneInfo(str(schedule.get("ScheduleExpressionTimezone") or "UTC"))
    # The emulator's search knows no zones: it gets what the clocks there show.
    shown = datetime.fromtimestamp(after, zone).replace(tzinfo=timezone.utc)
    for _ in range(2):
        found = eventbridge._cron_next_fire(fields, shown)
        if found is None:
            return None
        local = found.replace(tzinfo=zone)
        moment = local.astimezone(timezone.utc)
        if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return moment.timestamp()
        # In spring an hour is missing; what falls into it is left out ("Daylight savings time").
        shown = found + timedelta(minutes=1)
    return None


def _start(schedule: Schedule, now: float) -> None:
    target: dict[str, Any] = schedule.get("Target") or {}
    arn = str(target.get("Arn") or "")
    action = {"states": "states:StartExecution", "lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage"}
    service = arn.split(":")[2] if arn.count(":") > 5 else ""
    if service in action:
        denial = roles.check(str(target.get("RoleArn")), "scheduler", action[service], arn)
        if denial is not None:
            logger.warning("schedule %s starts nothing: %s", schedule["Name"], denial)
            return
    event = {
        "EventId": f"{now}",
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": json.dumps({}),
        "Time": now,
        "Resources": [schedule["Arn"]],
        "Account": arn.split(":")[4] if arn.count(":") > 5 else "",
        "Region": arn.split(":")[3] if arn.count(":") > 5 else "",
    }
    eventbridge._invoke_target(target, event, schedule)


def install() -> None:
    patch.replace(SCHEDULER, "_tick_schedules", _tick)
