"""CloudWatch metrics that alarms need and the emulator does not make.

Lines of functions in the embedded metric format become metrics; queues that an alarm watches tell how many
messages wait.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any, cast

from region.base import contract, loops, patch
from region.base.emulator import cloudwatch, sqs
from region.cloudwatch import alarms

logger = logging.getLogger("region.metrics")

CLOUDWATCH = "ministack.services.cloudwatch"
LAMBDA = "ministack.services.lambda_svc"

contract.expect(CLOUDWATCH, "_metrics")
contract.expect(CLOUDWATCH, "_alarms")
contract.expect(CLOUDWATCH, "_dims_key", "(dims)")
contract.expect(CLOUDWATCH, "_evaluate_all_alarms", "()")
contract.expect(CLOUDWATCH, "record_metric", "(namespace, metric_name, value, unit='None', dimensions=None)")
contract.expect(
    LAMBDA, "_emit_lambda_logs", "(func, request_id, log_text, error, duration_ms, *, log_source=None)"
)
contract.expect("ministack.services.sqs", "_queues")
contract.expect("ministack.services.sqs", "_refresh_counts", "(q)")

LOOK_SECONDS = 3.0
# All points are saved with the state, as a whole, whenever one is added.
MOST_POINTS = 1000
DEPTH = ("AWS/SQS", "ApproximateNumberOfMessagesVisible")


def _logs(
    original: Callable[..., None], func: Any, request_id: str, log_text: str, *rest: Any, **more: Any
) -> None:
    original(func, request_id, log_text, *rest, **more)
    for line in (log_text or "").splitlines():
        if line.startswith("{") and '"_aws"' in line:
            _embedded(line)


def _embedded(line: str) -> None:
    """Records the metrics of a line (CloudWatch User Guide, "Specification: Embedded metric format")."""
    try:
        document = json.loads(line)
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = {name: str(document[name]) for name in names}
                for metric in directive["Metrics"]:
                    given = document[metric["Name"]]
                    values = cast("list[Any]", given) if isinstance(given, list) else [given]
                    for value in values:
                        unit = metric.get("Unit", "None")
                        cloudwatch.record_metric(
                            directive["Namespace"], metric["Name"], value, unit, dimensions
                        )
    except (KeyError, TypeError, ValueError):
        # AWS keeps the line as a log and makes no metric of it.
        logger.warning("no metrics in %s", line[:200])


def _depths() -> None:
    """Records what waits in queues that an alarm watches; an empty queue, once."""
    watched = {
        alarms.dimensions(alarm).get("QueueName")
        for alarm in cloudwatch._alarms.values()
        if (alarm.get("Namespace"), alarm.get("MetricName")) == DEPTH
    }
    for url, queue in list(sqs._queues.items()):
        name = url.rsplit("/", 1)[-1]
        if name not in watched:
            continue
        sqs._refresh_counts(queue)
        count = int(queue["attributes"]["ApproximateNumberOfMessages"])
        points = cloudwatch._metrics.get((*DEPTH, cloudwatch._dims_key({"QueueName": name})))
        if count > 0 or (points and points[-1]["Value"] > 0):
            cloudwatch.record_metric(*DEPTH, count, "Count", {"QueueName": name})


def _look() -> None:
    for points in list(cloudwatch._metrics.values()):
        del points[:-MOST_POINTS]
    _depths()
    cloudwatch._evaluate_all_alarms()


def install() -> None:
    patch.wrap(LAMBDA, "_emit_lambda_logs", _logs)
    alarms.install()
    loops.every(LOOK_SECONDS, _look)
