"""A Kafka client of another library: what the test asks on stdin as JSON is done, the answer is JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Producer, TopicPartition
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


def read(settings: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A topic from its beginning to its end: what brokers have, in their order. It joins no group, but the
    library asks for the one that it is given."""
    name = asked["topic"]
    consumer = Consumer({**settings, "group.id": asked.get("group", "none"), "enable.auto.commit": False})
    known = consumer.list_topics(name, 20).topics[name].partitions
    parts = [TopicPartition(name, number) for number in known]
    ends = {part.partition: consumer.get_watermark_offsets(part, 20)[1] for part in parts}
    consumer.assign([TopicPartition(name, part.partition, OFFSET_BEGINNING) for part in parts])
    records: list[dict[str, Any]] = []
    deadline = time.monotonic() + 3 * SECONDS
    while len(records) < sum(ends.values()) and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error() is not None:
            consumer.close()
            return {"records": records, "error": message.error().name()}
        headers = {key: value.decode() for key, value in message.headers() or []}
        place = {"partition": message.partition(), "offset": message.offset()}
        text = {"key": (message.key() or b"").decode(), "value": message.value().decode()}
        records.append({**place, **text, "headers": headers})
    consumer.close()
    if len(records) < sum(ends.values()):
        return {"error": f"{name}: {len(records)} of {sum(ends.values())} records could be read"}
    return {"records": records}


def behind(settings: dict[str, Any], _asked: dict[str, Any]) -> dict[str, Any]:
    found = AdminClient(settings).list_topics(timeout=SECONDS).topics.values()
    parts = [part for topic in found for part in topic.partitions.values()]
    return {"behind": sum(len(part.replicas) - len(part.isrs) for part in parts)}


def topics(settings: dict[str, Any], _asked: dict[str, Any]) -> dict[str, Any]:
    try:
        found = AdminClient(settings).list_topics(timeout=20)
    except KafkaException as error:
        return {"error": error.args[0].name()}
    return {"topics": {name: len(topic.partitions) for name, topic in found.topics.items()}}


def main() -> None:
    asked = json.load(sys.stdin)
    verbs = {"produce": produce, "consume": consume, "read": read, "topics": topics, "behind": behind}
    print(json.dumps(verbs[asked["do"]](asked["settings"], asked)))


main()
