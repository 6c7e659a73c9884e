"""Writes events in order, and says on stdout which ones the brokers have: an id per line, at once."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from confluent_kafka import Producer


def main() -> None:
    asked = json.load(sys.stdin)
    producer = Producer({**asked["settings"], "acks": "all", "enable.idempotence": True, "linger.ms": 0})

    def delivered(identifier: str) -> Any:
        def said(error: Any, _message: Any) -> None:
            # What is not confirmed is written again by the next writer.
            sys.stdout.write(f"{identifier}\n" if error is None else f"! {error}\n")
            sys.stdout.flush()

        return said

    for event in asked["events"]:
        producer.produce(
            asked["topic"],
            key=event["key"].encode(),
            value=json.dumps(event).encode(),
            headers=[("event-id", event["id"])],
            callback=delivered(event["id"]),
        )
        producer.poll(0)
        time.sleep(asked["pause"])
    producer.flush()


main()
