"""A Kafka client of another library: what the test asks on stdin as JSON is done, the answer is JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

SECONDS = 60


def produce(settings: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    kept: list[str] = []
    errors: list[str] = []
    producer = Producer({**settings, "acks": "all", "enable.idempotence": True, "message.timeout.ms": 30_000})

    def delivered(error: Any, message: Any) -> None:
        if error is None:
            kept.append(message.value().decode())
        else:
            errors.append(error.name())

    for value in asked["values"]:
        producer.produce(asked["topic"], value=value.encode(), callback=delivered)
    producer.flush(SECONDS)
    return {"kept": kept, "errors": errors}


def consume(settings: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    own = {"group.id": asked["group"], "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer({**settings, **own})
    consumer.subscribe([asked["topic"]])
    values: list[str] = []
    deadline = time.monotonic() + SECONDS
    while len(values) < asked["count"] and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error() is not None:
            consumer.close()
            return {"values": values, "error": message.error().name()}
        values.append(message.value().decode())
    if values and asked.get("commit"):
        consumer.commit(asynchronous=False)
    consumer.close()
    return {"values": values}


def topics(settings: dict[str, Any], _asked: dict[str, Any]) -> dict[str, Any]:
    try:
        found = AdminClient(settings).list_topics(timeout=20)
    except KafkaException as error:
        return {"error": error.args[0].name()}
    return {"topics": {name: len(topic.partitions) for name, topic in found.topics.items()}}


def whole(settings: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Every record of a topic, as it is now."""
    own = {"group.id": "judge", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer({**settings, **own, "enable.partition.eof": True})
    parts = consumer.list_topics(asked["topic"], timeout=SECONDS).topics[asked["topic"]].partitions
    consumer.assign([TopicPartition(asked["topic"], number, OFFSET_BEGINNING) for number in parts])
    open_parts, records = set(parts), []
    deadline = time.monotonic() + 5 * SECONDS
    while open_parts and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is None:
            continue
        error = message.error()
        if error is None:
            records.append(recorded(message))
        elif error.code() == KafkaError._PARTITION_EOF:
            open_parts.discard(message.partition())
    consumer.close()
    return {"records": records} if not open_parts else {"error": f"partitions {open_parts} have no end"}


def recorded(message: Any) -> dict[str, Any]:
    return {
        "partition": message.partition(),
        "offset": message.offset(),
        "key": (message.key() or b"").decode(),
        "value": message.value().decode(),
        "headers": {name: value.decode() for name, value in message.headers() or []},
    }


def behind(settings: dict[str, Any], _asked: dict[str, Any]) -> dict[str, Any]:
    found = AdminClient(settings).list_topics(timeout=SECONDS).topics.values()
    parts = [part for topic in found for part in topic.partitions.values()]
    return {"behind": sum(len(part.replicas) - len(part.isrs) for part in parts)}


def main() -> None:
    asked = json.load(sys.stdin)
    verb = {"produce": produce, "consume": consume, "topics": topics, "whole": whole, "behind": behind}[asked["do"]]
    print(json.dumps(verb(asked["settings"], asked)))


main()
