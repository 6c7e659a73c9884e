"""What a rule of EventBridge delivered."""

from __future__ import annotations

import json
from typing import Any


class Inbox:
    """What a rule delivered, in order of arrival."""

    def __init__(self, sqs: Any, queue: str) -> None:
        self._sqs = sqs
        self._queue = queue
        self.events: list[dict[str, Any]] = []

    def fetch(self) -> list[dict[str, Any]]:
        """Everything received so far."""
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self.events.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return self.events

    def states_of(self, instance_id: str) -> list[str]:
        return [e["detail"]["state"] for e in self.fetch() if e["detail"].get("instance-id") == instance_id]
