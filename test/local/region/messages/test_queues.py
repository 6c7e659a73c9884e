"""SQS in a real region: delays are those that AWS takes."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from world import started


def test_a_delay_above_fifteen_minutes_is_refused() -> None:
    with started() as world:
        sqs = world.client("sqs")
        queue = sqs.create_queue(QueueName="delays")["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="in time", DelaySeconds=900)
        with pytest.raises(ClientError, match="InvalidParameterValue"):
            sqs.send_message(QueueUrl=queue, MessageBody="too late", DelaySeconds=901)
