"""Clusters of real brokers, made by a stack and used by a client of another library."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cloudformation.stacks import Stack
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from msk_parts import Identity, bootstrap, physical, template
from regions import Region


@pytest.fixture(scope="module")
def one_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    running = Region(tmp_path_factory.mktemp("region"), {"NANOFLEET_KAFKA_BROKERS": "1"})
    running.start()
    yield running
    running.stop()


def produce(settings: dict[str, Any], topic: str, values: list[str]) -> list[str]:
    """Values whose record was acknowledged."""
    kept: list[str] = []
    producer = Producer({**settings, "acks": "all", "enable.idempotence": True, "message.timeout.ms": 30_000})

    def delivered(error: Any, message: Any) -> None:
        if error is None:
            kept.append(message.value().decode())

    for value in values:
        producer.produce(topic, value=value.encode(), callback=delivered)
    producer.flush(40)
    return kept


def consume(settings: dict[str, Any], topic: str, count: int, group: str = "readers") -> list[str]:
    consumer = Consumer({**settings, "group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    found: list[str] = []
    deadline = time.monotonic() + 60
    while len(found) < count and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            found.append(message.value().decode())
    consumer.close()
    return found


def test_a_record_goes_in_and_comes_out(one_broker: Region, tmp_path: Path) -> None:
    stack = Stack(one_broker, seconds=150)
    assert stack.create(template(one_broker, "auto.create.topics.enable=false\n")) == "CREATE_COMPLETE"
    made = physical(one_broker, stack.name)
    who = Identity(one_broker, made["Authority"], tmp_path, "writer")
    settings = who.settings(one_broker, bootstrap(one_broker, made["Cluster"]))
    admin = AdminClient(settings)
    admin.create_topics([NewTopic("orders", 2)])["orders"].result(30)
    assert produce(settings, "orders", ["one", "two"]) == ["one", "two"]
    assert sorted(consume(settings, "orders", 2)) == ["one", "two"]
    assert stack.delete() == "DELETE_COMPLETE"
