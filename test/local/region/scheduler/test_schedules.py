"""Schedules of EventBridge Scheduler: when they run, and what is refused."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from region.base.emulator import eventbridge
from region.scheduler import schedules


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(
    ("expression", "zone", "after", "at"),
    [
        ("cron(0 3 * * ? *)", "UTC", "2026-01-31T12:00:30", "2026-02-01T03:00:00"),
        ("cron(0 3 * * ? *)", "Europe/Paris", "2026-01-31T12:00:30", "2026-02-01T02:00:00"),
        ("cron(0 3 * * ? *)", "Asia/Kolkata", "2026-01-31T12:00:30", "2026-01-31T21:30:00"),
        # Clocks skip 2:30 on 29 March 2026 in Paris, and show it twice on 25 October.
        ("cron(30 2 * * ? *)", "Europe/Paris", "2026-03-28T12:00:00", "2026-03-30T00:30:00"),
        ("cron(30 2 * * ? *)", "Europe/Paris", "2026-10-24T12:00:00", "2026-10-25T00:30:00"),
        ("cron(30 2 * * ? *)", "Europe/Paris", "2026-10-25T00:31:00", "2026-10-26T01:30:00"),
    ],
)
def test_a_cron_expression_runs_by_the_clocks_of_its_zone(
    expression: str, zone: str, after: str, at: str
) -> None:
    fields = eventbridge._parse_cron_fields(expression)
    schedule = {"ScheduleExpressionTimezone": zone}
    assert schedules.next_time(fields, schedule, moment(after)) == moment(at)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        # The sentence of the first is that of a report of what AWS answers (localstack#9284).
        ({"ScheduleExpression": "cron(0 3 * * * *)"}, "Invalid Schedule Expression cron"),
        ({"ScheduleExpression": "every hour"}, "Invalid Schedule Expression every hour"),
        (
            {"ScheduleExpression": "rate(1 hour)", "ScheduleExpressionTimezone": "Europe/Pariss"},
            "Invalid ScheduleExpressionTimezone Europe/Pariss",
        ),
        ({"ScheduleExpression": "rate(1 hour)"}, "must allow AWS EventBridge Scheduler to assume the role"),
    ],
)
def test_what_scheduler_does_not_take_is_refused(properties: dict[str, Any], words: str) -> None:
    with pytest.raises(schedules.Refused, match=words.replace("(", r"\(")):
        schedules.check({**properties, "Target": {"RoleArn": "arn:aws:iam::000000000000:role/nobody"}})
