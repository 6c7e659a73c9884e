"""What a client of librdkafka does with a cluster."""

from __future__ import annotations

import time
from typing import Any

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

SECONDS = 90

Settings = dict[str, Any]


def make_topic(settings: Settings, name: str, partitions: int, copies: int = -1) -> None:
    admin = AdminClient(settings)
    admin.create_topics([NewTopic(name, partitions, copies)])[name].result(SECONDS)


def produce(settings: Settings, topic: str, values: list[str]) -> list[str]:
    """Values whose record was acknowledged by all brokers that have to."""
    kept: list[str] = []
    own = {"acks": "all", "enable.idempotence": True, "message.timeout.ms": SECONDS * 1000}
    producer = Producer({**settings, **own})

    def delivered(error: Any, message: Any) -> None:
        if error is None:
            kept.append(message.value().decode())

    for value in values:
        producer.produce(topic, value=value.encode(), callback=delivered)
    producer.flush(SECONDS)
    return kept


def consume(settings: Settings, topic: str, count: int, group: str) -> list[str]:
    consumer = Consumer({**settings, "group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    found: list[str] = []
    deadline = time.monotonic() + SECONDS
    while len(found) < count and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            found.append((message.value() or b"").decode())
    consumer.close()
    return found


def reaches(settings: Settings) -> bool:
    """Whether a broker lets the client in at all."""
    try:
        return bool(AdminClient(settings).list_topics(timeout=10).brokers)
    except Exception:  # the library has one class for all that goes wrong
        return False
